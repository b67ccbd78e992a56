"""Networks written as ONNX: stage by stage, in float64, so that every float weight is exact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from flint import fmpq

from linreg.affine import ExactAffineMap
from linreg.errors import UnwritableFile
from linreg.network import Network
from linreg.rational import nearest_float
from linreg.readers.onnx_file import onnx_package
from linreg.units import MaxUnit, ScalarUnit, Unit, absolute, relu

_OPSET = 17
_IR_VERSION = 8
ROUNDED = "numbers that are no float64 were rounded to the nearest one"
"""What a file's description says where not all numbers are exactly the network's."""


def onnx_content(network: Network) -> bytes:
    """The bytes of an ONNX model that computes the network in float64.

    Its weights are exactly the network's where these are float64; its description says if any
    was rounded.

    Raises
    ------
    UnwritableFile
        If a number is beyond float64.
    UnreadableFile
        If the package onnx is not installed.
    """
    writer = _Writer(onnx_package())
    staged = network.staged
    value = writer.node("Flatten", "input", axis=1)
    for stage in staged.stages:
        value = writer.affine(value, stage.map)
        starts = stage.starts
        parts = []
        for units, first, last in _runs(stage.units, starts):
            whole = (first, last) == (0, stage.map.n_outputs)
            read = value if whole else writer.rows(value, first, last)
            parts.append(writer.units(read, units))
        if starts[-1] < stage.map.n_outputs:
            parts.append(writer.rows(value, starts[-1], stage.map.n_outputs))
        value = parts[0] if len(parts) == 1 else writer.node("Concat", *parts, axis=1)
    writer.affine(value, staged.readout, output="output")
    return writer.content(network)


def _runs(units: Sequence[Unit], starts: Sequence[int]) -> Iterator[tuple[list[Unit], int, int]]:
    """Equal units in a row, and the rows that they read."""
    first = 0
    for k in range(1, len(units) + 1):
        if k == len(units) or units[k] != units[first]:
            yield list(units[first:k]), starts[first], starts[k]
            first = k


class _Writer:
    """Nodes and constants of a graph, one after another."""

    def __init__(self, onnx: Any) -> None:
        self._onnx = onnx
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._rounded = False

    def node(self, operator: str, *reads: str, output: str = "", **settings: Any) -> str:
        """The name of what a new node gives."""
        name = output or f"value{len(self._nodes)}"
        made = self._onnx.helper.make_node(operator, list(reads), [name], name=name, **settings)
        self._nodes.append(made)
        return name

    def constant(self, array: np.ndarray) -> str:
        """The name of a new constant."""
        name = f"constant{len(self._constants)}"
        self._constants.append(self._onnx.numpy_helper.from_array(array, name))
        return name

    def number(self, exact: Fraction | fmpq) -> float:
        """The float64 nearest to a number."""
        fraction = Fraction(int(exact.numerator), int(exact.denominator))
        near = nearest_float(fraction.numerator, fraction.denominator)
        if not np.isfinite(near):
            raise UnwritableFile("a number is beyond float64, which an .onnx file holds")
        self._rounded = self._rounded or Fraction(near) != fraction
        return near

    def scalar(self, exact: Fraction) -> str:
        """The name of a constant number."""
        return self.constant(np.array(self.number(exact)))

    def affine(self, read: str, map_: ExactAffineMap, output: str = "") -> str:
        """An affine map as one Gemm."""
        weight = np.zeros((map_.n_inputs, map_.n_outputs))
        floats = map_.floats
        if floats is not None:
            matrix = floats.matrix
            dense = matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
            weight, shift = np.ascontiguousarray(dense.T), floats.shift
        else:
            for i, terms in enumerate(map_.terms):
                for j, by in terms:
                    weight[j, i] = self.number(by)
            shift = np.array([self.number(entry) for entry in map_.shifts])
        constants = self.constant(weight), self.constant(np.asarray(shift, dtype=np.float64))
        return self.node("Gemm", read, *constants, output=output)

    def rows(self, read: str, first: int, last: int) -> str:
        """Some of the coordinates."""
        return self.node("Gather", read, self.constant(np.arange(first, last)), axis=1)

    def units(self, read: str, units: Sequence[Unit]) -> str:
        """A layer of equal units."""
        unit = units[0]
        if isinstance(unit, MaxUnit):
            shape = self.constant(np.array([0, len(units), unit.rank]))
            rows = self.node("Reshape", read, shape)
            return self.node("ReduceMax", rows, axes=[2], keepdims=0)
        return self._scalar_units(read, unit)

    def _scalar_units(self, read: str, unit: ScalarUnit) -> str:
        if unit == relu():
            return self.node("Relu", read)
        if unit == absolute():
            return self.node("Abs", read)
        cuts, slopes, shifts = unit.breakpoints, unit.slopes, unit.intercepts
        if list(slopes) == [0, 1, 0] and not shifts[1]:
            return self.node("Clip", read, *map(self.scalar, cuts))
        if len(cuts) == 1:
            below, above = (self._line(read, k, unit) for k in (0, 1))
            condition = self.node("Greater", read, self.scalar(cuts[0]))
            return self.node("Where", condition, above, below)
        # The first piece, and at each breakpoint what the slope grows by.
        value = self._line(read, 0, unit)
        for cut, (before, after) in zip(cuts, pairwise(slopes), strict=True):
            step = self.node("Relu", self.node("Sub", read, self.scalar(cut)))
            grown = self.node("Mul", step, self.scalar(after - before))
            value = self.node("Add", value, grown)
        return value

    def _line(self, read: str, piece: int, unit: ScalarUnit) -> str:
        """slope * z + intercept of one piece."""
        slope, shift = unit.slopes[piece], unit.intercepts[piece]
        made = self.node("Mul", read, self.scalar(slope)) if slope != 1 else read
        return self.node("Add", made, self.scalar(shift)) if shift else made

    def content(self, network: Network) -> bytes:
        """The bytes of the model."""
        helper, double = self._onnx.helper, self._onnx.TensorProto.DOUBLE
        given = helper.make_tensor_value_info("input", double, ["batch", *network.input_shape])
        size = network.staged.readout.n_outputs
        graph = helper.make_graph(
            self._nodes,
            network.name or "network",
            [given],
            [helper.make_tensor_value_info("output", double, ["batch", size])],
            self._constants,
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", _OPSET)], producer_name="linreg"
        )
        model.ir_version = _IR_VERSION
        model.doc_string = ROUNDED if self._rounded else ""
        data: bytes = model.SerializeToString(deterministic=True)
        return data


def has_other_numbers(network: Network) -> bool:
    """Whether a weight, a slope or a breakpoint of the network is no float64."""
    staged = network.staged
    for map_ in (*(stage.map for stage in staged.stages), staged.readout):
        if map_.floats is None and any(
            Fraction(nearest_float(int(by.p), int(by.q))) != Fraction(int(by.p), int(by.q))
            for by in (*map_.shifts, *(by for terms in map_.terms for _, by in terms))
        ):
            return True
    return any(
        Fraction(float(entry)) != entry
        for unit in set(staged.units)
        if isinstance(unit, ScalarUnit)
        for entry in (*unit.breakpoints, *unit.slopes, *unit.intercepts, *_growth(unit))
    )


def _growth(unit: ScalarUnit) -> Iterator[Fraction]:
    """What the slope grows by at each breakpoint."""
    for before, after in pairwise(unit.slopes):
        yield after - before
