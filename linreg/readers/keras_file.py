"""Keras files: the configuration, and the arrays of each layer. Nothing in them is run."""

from __future__ import annotations

import io
import json
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np

from linreg.errors import InvalidNetwork, UnreadableFile
from linreg.json_values import shown
from linreg.readers.arrays import ALWAYS_UNPACKED, EXPANSION

Weights = Callable[[Sequence[str], Sequence[str]], list[np.ndarray]]
"""From the places of a layer, by class and by name, to its arrays in order."""

MOST_BYTES = 1 << 28
"""Bytes of one array that are read from files that pack them."""

# What h5py was seen to raise for files with damaged bytes.
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class KerasFile:
    """What a file says.

    Attributes
    ----------
    model : dict
        The configuration of the model.
    weights : function
        The arrays of a layer.
    version : str
        Of Keras; empty if it is not said.
    """

    model: dict[str, Any]
    weights: Weights
    version: str


def h5py_package() -> Any:
    """The package h5py, imported when the first file is read.

    Raises
    ------
    UnreadableFile
        If it is not installed.
    """
    try:
        import h5py
    except ImportError:
        raise UnreadableFile(
            "reading Keras files needs the package h5py, which is not installed; "
            "pip install 'linreg-exact[keras]'"
        ) from None
    return h5py


def keras_content(data: bytes) -> KerasFile:
    """What the bytes of a .keras or .h5 file say.

    Raises
    ------
    UnreadableFile
        If they are damaged, or hold no model, but only weights.
    """
    if data.startswith(b"PK"):
        return _zipped(data)
    file = _opened(data)
    config = _attribute(file, "model_config")
    if config is None:
        raise UnreadableFile(
            "it holds weights and no model, as save_weights writes them; write the model with "
            'model.save("net.keras")'
        )
    version = _attribute(file, "keras_version") or ""
    if _inner(file, "model_weights") is None:
        raise UnreadableFile("it holds no weights: the group model_weights is missing")
    return KerasFile(_object(config, "model_config"), _by_name(file, len(data)), str(version))


def _zipped(data: bytes) -> KerasFile:
    most = max(ALWAYS_UNPACKED, EXPANSION * len(data))
    parts = {}
    try:
        archive = ZipFile(io.BytesIO(data))
        for name in ("config.json", "metadata.json", "model.weights.h5"):
            if name not in archive.namelist():
                raise UnreadableFile(f"not a .keras file: there is no {name} in it")
            if archive.getinfo(name).file_size > most:
                raise UnreadableFile(f"{name} unpacks to more than {most:,} bytes")
            parts[name] = archive.read(name)
    except (BadZipFile, EOFError, LookupError, zlib.error, *_DAMAGE) as error:
        raise UnreadableFile(f"not a .keras file, or damaged: {_line(error)}") from None
    version = _object(parts["metadata.json"], "metadata.json").get("keras_version", "")
    file = _opened(parts["model.weights.h5"])
    size = len(parts["model.weights.h5"])
    return KerasFile(
        _object(parts["config.json"], "config.json"), _by_class(file, size), str(version)
    )


def _object(text: Any, what: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (RecursionError, TypeError, UnicodeDecodeError, ValueError):
        raise UnreadableFile(f"{what} is no JSON") from None
    if not isinstance(value, dict):
        raise UnreadableFile(f"{what}: an object was expected, got {shown(value)}")
    return value


def _opened(data: bytes) -> Any:
    h5py = h5py_package()
    try:
        return h5py.File(io.BytesIO(data), "r")
    except _DAMAGE as error:
        raise UnreadableFile(f"not an HDF5 file, or damaged: {_line(error)}") from None


def _attribute(group: Any, name: str) -> Any:
    try:
        value = group.attrs.get(name)
    except _DAMAGE as error:
        raise UnreadableFile(f"attribute {name} cannot be read: {_line(error)}") from None
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _inner(group: Any, name: str) -> Any:
    """What a group holds by a name, in the same file; None if there is nothing."""
    h5py = h5py_package()
    try:
        link = group.get(name, getlink=True) if isinstance(group, h5py.Group) else None
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise UnreadableFile(f"{shown(name)} is a link to another place; it is not followed")
        return group[name]
    except _DAMAGE as error:
        raise UnreadableFile(f"{shown(name)} cannot be read: {_line(error)}") from None


def _array(dataset: Any, name: str, size: int) -> np.ndarray:
    """An array whose bytes are in the file, and no more than it can hold."""
    h5py = h5py_package()
    if not isinstance(dataset, h5py.Dataset):
        raise InvalidNetwork(f"{shown(name)}: an array was expected")
    try:
        wanted = dataset.size * dataset.dtype.itemsize
        packed = dataset.compression is not None or dataset.chunks is not None
        if dataset.is_virtual or dataset.external:
            raise UnreadableFile(f"{shown(name)} lies in another file; it is not followed")
        if wanted > (min(MOST_BYTES, 64 * size + ALWAYS_UNPACKED) if packed else size):
            raise UnreadableFile(f"{shown(name)} takes {wanted:,} bytes, more than are there")
        array = np.asarray(dataset[()])
    except _DAMAGE as error:
        raise UnreadableFile(f"{shown(name)} cannot be read: {_line(error)}") from None
    if array.dtype.kind not in "iuf" or array.dtype.itemsize > 8:
        raise InvalidNetwork(f"{shown(name)}: numbers were expected, got {array.dtype}")
    return array.astype(np.float64)


def _by_class(file: Any, size: int) -> Weights:
    """Arrays as .keras files have them: layers/dense_1/vars/0, by classes in order."""

    def arrays(classes: Sequence[str], _names: Sequence[str]) -> list[np.ndarray]:
        group = file
        for place in classes:
            group = _inner(_inner(group, "layers"), place)
        variables = _inner(group, "vars")
        found: list[np.ndarray] = []
        while (entry := _inner(variables, str(len(found)))) is not None:
            found.append(_array(entry, "/".join([*classes, str(len(found))]), size))
        return found

    return arrays


def _by_name(file: Any, size: int) -> Weights:
    """Arrays as .h5 files have them: the outermost layer's, by the names of the inner ones."""
    whole = _inner(file, "model_weights")

    def arrays(_classes: Sequence[str], names: Sequence[str]) -> list[np.ndarray]:
        group = _inner(whole, names[0])
        listed = [] if group is None else _attribute(group, "weight_names")
        found = []
        for entry in listed if listed is not None else []:
            path = entry.decode(errors="replace") if isinstance(entry, bytes) else str(entry)
            parts = path.split("/")
            if len(names) > 1 and names[-1] not in parts:
                continue
            place = group
            for part in parts:
                place = _inner(place, part)
            found.append(_array(place, path, size))
        return found

    return arrays


def class_places(layers: Sequence[Mapping[str, Any]]) -> list[str]:
    """The places of layers in a .keras file: their classes in small letters, numbered.

    Examples
    --------
    >>> class_places([{"class_name": name} for name in ("Dense", "LeakyReLU", "Dense")])
    ['dense', 'leaky_re_lu', 'dense_1']
    """
    seen: dict[str, int] = {}
    places = []
    for layer in layers:
        name = re.sub(r"\W+", "", str(layer.get("class_name", "")))
        name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
        name = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
        count = seen.get(name, 0)
        seen[name] = count + 1
        places.append(f"{name}_{count}" if count else name)
    return places


def _line(error: BaseException) -> str:
    line = next((line for line in str(error).splitlines() if line), type(error).__name__)
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)[:200]
