"""Networks in NumPy archives: W1, b1, ..., Wk, bk and the name of one activation."""

from __future__ import annotations

import math
import re
import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from flint import fmpq

from linreg.affine import ExactAffineMap
from linreg.errors import InvalidNetwork, UnreadableFile, UnwritableFile
from linreg.files import StrPath, read_bytes
from linreg.json_values import located, shown
from linreg.network import INPUT, LayerNote, Network, linear_map
from linreg.rational import nearest_float, rational
from linreg.readers.arrays import arrays_in
from linreg.readers.assembly import Assembly, Value
from linreg.readers.state_dicts import from_state_dict_of
from linreg.readers.unit_types import UNIT_TYPES, WITHOUT_PARAMETERS, Fields
from linreg.readers.unknown_types import refusal
from linreg.units import Unit
from linreg.wording import counted

_NAMED = re.compile(r".+\.(weight|bias)")
_UNNAMED = re.compile(r"arr_[0-9]{1,6}")
_IN_BY_OUT = "arr_0, arr_1, ... are read as Keras's get_weights gives them: matrices in x out"
_KEY = re.compile(r"([Wb])([1-9][0-9]{0,5})")


def read_npz(path: StrPath) -> Network:
    """The network in a NumPy archive, with exactly its numbers.

    Raises
    ------
    UnreadableFile
        If the file is missing, damaged, no archive of arrays, or would unpack to far more bytes.
    InvalidNetwork
        If the arrays are not pairs of weights and biases whose shapes chain.
    """
    data = read_bytes(path)
    with located(str(path)):
        if not data:
            raise UnreadableFile("the file is empty; a NumPy archive was expected")
        arrays = arrays_in(data, advice="; save it again as float64")
        activation = activation_of(arrays.pop("activation", None))
        if any(_NAMED.fullmatch(key) for key in arrays):
            return from_state_dict_of(arrays, activation)
        if arrays and all(_UNNAMED.fullmatch(key) for key in arrays):
            return replace(perceptron(_transposed(arrays), activation), notes=(_IN_BY_OUT,))
        return perceptron(layers_of(arrays), activation)


def perceptron(layers: Sequence[ExactAffineMap], activation: str) -> Network:
    """The network of layers one after another, with units between them; the last is the readout.

    Raises
    ------
    InvalidNetwork
        If shapes do not chain.
    """
    assembly = Assembly()
    value = Value(INPUT, (layers[0].n_inputs,), "")
    for k, map_ in enumerate(layers, start=1):
        if map_.n_inputs != value.size:
            raise InvalidNetwork(
                f"W{k} has {counted(map_.n_inputs, 'column')}, but W{k - 1} has "
                f"{counted(value.size, 'row')}; shapes must chain"
            )
        read, value = value, assembly.affine(f"linear{k}", [value], map_)
        numbers = map_.n_outputs * (map_.n_inputs + 1)
        assembly.layers.append(
            LayerNote(value.name, "linear", read.shape, value.shape, parameters=numbers)
        )
        if k < len(layers):
            units = UNIT_TYPES[activation].make(Fields({}), value.shape)
            value = assembly.units(f"units{k}", value, units)
            assembly.layers.append(
                LayerNote(value.name, activation, value.shape, value.shape, units)
            )
    return Network(
        (layers[0].n_inputs,),
        tuple(assembly.nodes),
        value.name,
        layers=tuple(assembly.layers),
    )


def _transposed(arrays: Mapping[str, np.ndarray]) -> list[ExactAffineMap]:
    """The layers of arrays as Keras's get_weights gives them: matrices in x out, and biases."""
    names = sorted(arrays, key=lambda name: int(name[4:]))
    layers: list[ExactAffineMap] = []
    k = 0
    while k < len(names):
        weight = numbers_of(names[k], arrays, 2).T
        bias: np.ndarray | int = 0
        if k + 1 < len(names) and arrays[names[k + 1]].ndim == 1:
            k += 1
            bias = numbers_of(names[k], arrays, 1)
            if len(bias) != len(weight):
                raise InvalidNetwork(
                    f"{names[k]} has {counted(len(bias), 'number')}, but {names[k - 1]} has "
                    f"{counted(len(weight), 'column')}; a matrix is in x out"
                )
        if layers and layers[-1].n_outputs != weight.shape[1]:
            raise InvalidNetwork(
                f"{names[k]}: matrices in x out were expected, each with as many rows as the one "
                "before has columns"
            )
        layers.append(linear_map(weight, bias))
        k += 1
    return layers


def npz_arrays(network: Network) -> dict[str, np.ndarray]:
    """The arrays that hold a network, each of float64 or int64.

    The stages are what is held, so that the network that is read back has the same fingerprint.
    Its name, its source and the shape of its input are not held.

    Raises
    ------
    UnwritableFile
        If the network has skip connections, units of more than one kind, units that need
        parameters, or numbers that are neither float64 nor int64.
    """
    units = set(network.staged.units)
    arrays = {"activation": np.array(_name_of(units))} if units else {}
    maps = [*(stage.map for stage in network.staged.stages), network.staged.readout]
    for stage in network.staged.stages:
        if stage.n_outputs > len(stage.units):
            raise UnwritableFile("an .npz file holds no skip connections; write a .json file")
    for k, map_ in enumerate(maps, start=1):
        if map_.floats is not None:
            matrix = map_.floats.matrix
            dense = matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
            arrays[f"W{k}"], arrays[f"b{k}"] = dense, map_.floats.shift
            continue
        rows = map_.rows.table()
        arrays[f"W{k}"] = _array([row[:-1] for row in rows], f"W{k}")
        arrays[f"b{k}"] = _array([[row[-1] for row in rows]], f"b{k}")[0]
    return arrays


def activation_of(array: np.ndarray | None) -> str:
    """The activation that an array of one text names; relu if there is none."""
    if array is None:
        return "relu"
    if array.dtype.kind != "U" or array.size != 1:
        raise InvalidNetwork(
            f"activation: one name was expected, got an array of {array.size} {array.dtype}"
        )
    name = str(array.item())
    if name in WITHOUT_PARAMETERS:
        return name
    with located("activation"):
        if name in UNIT_TYPES:
            raise InvalidNetwork(f"{name!r} needs parameters, which only a .json file holds")
        raise refusal(name, WITHOUT_PARAMETERS)


def layers_of(arrays: Mapping[str, np.ndarray]) -> list[ExactAffineMap]:
    """The layers, each from its weight and its bias."""
    for key in arrays:
        if not _KEY.fullmatch(key):
            raise InvalidNetwork(
                f"unknown array {shown(key)}; known are W1, b1, ..., Wk, bk and activation"
            )
    last = max((int(key[1:]) for key in arrays), default=1)
    layers = []
    for k in range(1, last + 1):
        for key in (f"W{k}", f"b{k}"):
            if key not in arrays:
                raise InvalidNetwork(f"array {key} is missing; a layer needs W{k} and b{k}")
        weight, bias = numbers_of(f"W{k}", arrays, 2), numbers_of(f"b{k}", arrays, 1)
        if len(bias) != len(weight):
            raise InvalidNetwork(
                f"b{k} has {counted(len(bias), 'number')}, but W{k} has "
                f"{counted(len(weight), 'row')}"
            )
        layers.append(linear_map(weight, bias))
    return layers


def numbers_of(key: str, arrays: Mapping[str, np.ndarray], axes: int) -> np.ndarray:
    """The finite numbers of an array with so many axes."""
    array = arrays[key]
    # Wider floats would be rounded on their way to Python.
    if array.dtype.kind not in "iuf" or array.dtype.itemsize > 8:
        raise InvalidNetwork(f"{key}: float64 or integers were expected, got {array.dtype}")
    if array.ndim != axes or array.size == 0:
        raise InvalidNetwork(
            f"{key}: {'a matrix' if axes == 2 else 'a vector'} was expected, got an array of "
            f"shape {array.shape}"
        )
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        place = "".join(f"[{i}]" for i in bad[0])
        raise InvalidNetwork(
            f"{key}{place}: a finite number was expected, got {array[tuple(bad[0])]}"
        )
    return array


def _name_of(units: set[Unit]) -> str:
    for name in WITHOUT_PARAMETERS:
        if units == set(UNIT_TYPES[name].make(Fields({}), (1,))):
            return name
    raise UnwritableFile(
        "an .npz file holds one kind of unit, of a type without parameters "
        f"({', '.join(WITHOUT_PARAMETERS)}); write a .json file"
    )


def _array(rows: Sequence[Sequence[fmpq]], key: str) -> np.ndarray:
    """The rows as float64 or else as int64, exactly."""
    floats = np.array([[nearest_float(int(x.p), int(x.q)) for x in row] for row in rows])
    inexact = [
        entry
        for row, near in zip(rows, floats.tolist(), strict=True)
        for entry, value in zip(row, near, strict=True)
        if not math.isfinite(value) or rational(value) != entry
    ]
    if not inexact:
        return floats
    if all(entry.q == 1 and abs(entry.p) < 2**63 for row in rows for entry in row):
        return np.array([[int(entry.p) for entry in row] for row in rows], dtype=np.int64)
    raise UnwritableFile(
        f"{key} holds {reprlib.repr(str(inexact[0]))}, which an .npz file cannot hold: no float64 "
        "equals it; write a .json file"
    )
