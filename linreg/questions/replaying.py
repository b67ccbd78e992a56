"""Whether a counterexample is one in float arithmetic too: rounded inwards, run, and looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from linreg.errors import UnreadableFile
from linreg.files import StrPath
from linreg.network import StagedNetwork
from linreg.readers.query import Query


@dataclass(frozen=True, slots=True)
class Replays:
    """Whether floats see a counterexample as well; its input is rounded towards the inside.

    Attributes
    ----------
    float64 : bool
        By NumPy, with the weights as float64.
    float32 : bool
        By onnxruntime, or else onnx's own evaluator, where the network's ONNX file is known and
        takes float32; else by NumPy with the weights rounded to float32.
    by : str
        What ran it in float32.

    Examples
    --------
    That relu(1) is at least 1 is so in floats as well:

    >>> from linreg import Box, Polytope, mlp, verify
    >>> found = verify(mlp([([[1]], [0])]), inputs=Box([0], [1]), unsafe=Polytope([[-1]], [-1]))
    >>> found.replays
    Replays(float64=True, float32=True, by='NumPy')
    """

    float64: bool
    float32: bool
    by: str


def replayed(
    staged: StagedNetwork, query: Query, x: Sequence[Fraction], file: StrPath | None
) -> Replays:
    """Run a counterexample in floats, and ask the query of what comes out, exactly."""
    double = _rounded(x, query, np.float64)
    in_double = staged.forward(double)
    single = _rounded(x, query, np.float32)
    run, by = (None, "NumPy") if file is None else _runner(file)
    in_single = _in_float32(staged, single) if run is None else run(single)
    return Replays(_is_unsafe(query, double, in_double), _is_unsafe(query, single, in_single), by)


def _is_unsafe(query: Query, x: np.ndarray, y: np.ndarray) -> bool:
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return False
    inputs = [Fraction(value) for value in x.astype(np.float64).tolist()]
    outputs = [Fraction(value) for value in y.astype(np.float64).ravel().tolist()]
    return query.is_unsafe(inputs, outputs)


def _rounded(x: Sequence[Fraction], query: Query, dtype: Any) -> np.ndarray:
    """The nearest floats that are within the bounds that the query puts on each input."""
    lower: list[Fraction | None] = [None] * len(x)
    upper: list[Fraction | None] = [None] * len(x)
    for conditions in query.alternatives:
        bounds = [each for each in conditions if len(each.terms) == 1 and each.terms[0][0] < len(x)]
        if not all(each.holds(x) for each in bounds):
            continue
        for each in bounds:
            ((i, by),) = each.terms
            end = -each.constant / by
            if by > 0 or each.relation == "==":
                lower[i] = end if lower[i] is None else max(lower[i], end)  # type: ignore[type-var]
            if by < 0 or each.relation == "==":
                upper[i] = end if upper[i] is None else min(upper[i], end)  # type: ignore[type-var]
        break
    floats = np.array([float(value) for value in x]).astype(dtype)
    for i, value in enumerate(floats):
        exact, low, high = Fraction(float(value)), lower[i], upper[i]
        if low is not None and exact < low:
            floats[i] = np.nextafter(value, dtype(np.inf))
        elif high is not None and exact > high:
            floats[i] = np.nextafter(value, dtype(-np.inf))
    return floats


def _in_float32(staged: StagedNetwork, x: np.ndarray) -> np.ndarray:
    """The network in float32, with everything rounded to it."""
    from linreg.units import MaxUnit

    state = x.astype(np.float32)
    for stage in staged.stages:
        z = _applied(stage.rounded, state)
        values = []
        for unit, start in zip(stage.units, stage.starts, strict=False):
            if isinstance(unit, MaxUnit):
                values.append(z[start : start + unit.rank].max())
                continue
            piece = int(np.searchsorted([np.float32(b) for b in unit.breakpoints], z[start]))
            values.append(
                np.float32(unit.slopes[piece]) * z[start] + np.float32(unit.intercepts[piece])
            )
        state = np.concatenate([np.array(values, dtype=np.float32), z[stage.starts[-1] :]])
    return _applied(staged.readout.rounded(), state)


def _applied(map_: Any, state: np.ndarray) -> np.ndarray:
    return np.asarray(
        map_.matrix.astype(np.float32) @ state + map_.shift.astype(np.float32), dtype=np.float32
    )


def _runner(file: StrPath) -> tuple[Any, str]:
    """What runs an ONNX file, as a function of a flat float32 input, and its name.

    Files whose input is of another type, such as float64, are not run in float32.
    """
    try:
        import onnxruntime  # type: ignore[import-untyped]
    except ImportError:
        onnxruntime = None
    if onnxruntime is not None:
        onnxruntime.set_default_logger_severity(3)
        session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
        given = session.get_inputs()[0]
        if given.type != "tensor(float)":
            return None, "NumPy"
        shape = [length if isinstance(length, int) else 1 for length in given.shape]
        return (
            lambda x: session.run(None, {given.name: x.reshape(shape)})[0],
            "onnxruntime",
        )
    try:
        import onnx
        from onnx.reference import ReferenceEvaluator
    except ImportError:
        raise UnreadableFile(
            f"{file}: ONNX files are run by onnxruntime, or by onnx, which comes with "
            "linreg-exact[onnx]"
        ) from None
    model = onnx.load(str(file))
    graph = model.graph
    constants = {tensor.name for tensor in graph.initializer}
    value = next(entry for entry in graph.input if entry.name not in constants)
    if value.type.tensor_type.elem_type != onnx.TensorProto.FLOAT:
        return None, "NumPy"
    lengths = [dim.dim_value or 1 for dim in value.type.tensor_type.shape.dim]
    evaluator = ReferenceEvaluator(model)
    return lambda x: evaluator.run(None, {value.name: x.reshape(lengths)})[0], "onnx"  # type: ignore[index]
