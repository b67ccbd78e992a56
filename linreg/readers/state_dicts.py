"""Networks from weights by name, as in state dicts, and a list of their layers."""

from __future__ import annotations

import io
import pickle
import re
import struct
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import prod
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np

from linreg.arguments import lengths
from linreg.errors import InvalidNetwork, UnreadableFile
from linreg.files import StrPath, known_suffix, read_bytes
from linreg.json_values import located, nearest, shown
from linreg.network import Network
from linreg.readers.arrays import ALWAYS_UNPACKED, EXPANSION, arrays_in
from linreg.readers.json_network import network_from_json
from linreg.readers.safetensors import tensors_in
from linreg.readers.torch_functions import torch_package
from linreg.readers.unit_types import WITHOUT_PARAMETERS

_NESTED = ("state_dict", "model_state_dict", "model", "net", "weights")
_TORCH_SUFFIXES = (".bin", ".ckpt", ".pt", ".pth")
_SUFFIXES = (*_TORCH_SUFFIXES, ".safetensors", ".npz")
_PARTS = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
_PLAIN = ("flatten", "global_avgpool", "global_maxpool")
_EPS = 1e-5
_EPS_NOTE = "batch-norms have eps = 1e-5, as torch has by default: weights by name do not say it"

MOST_UNORDERED = 8
"""Most layers whose order is looked for by their shapes alone."""

# What torch was seen to raise for files with damaged bytes.
_DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BadZipFile,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
)


def from_state_dict(
    weights: StrPath | Mapping[str, Any],
    architecture: str = "mlp",
    *,
    activation: str = "relu",
    layers: Sequence[str | Mapping[str, Any]] | None = None,
    input_shape: int | Sequence[int] | None = None,
) -> Network:
    """The network of weights by name, whose layers are said and not in the weights.

    A file is read without running code in it.

    Parameters
    ----------
    weights : path or mapping from str to tensor or array
        A `.pt`, `.pth`, `.bin`, `.ckpt`, `.safetensors` or `.npz` file, or what was read from one.
        A mapping that holds the weights as `state_dict` or the like is opened.
    architecture : "mlp"
        Linear layers, one after another, with the activation between them; unless `layers` says
        another.
    activation : str
        A layer type without parameters, such as "relu", "abs" or "hardtanh".
    layers : sequence of str or mapping, optional
        The layers in order: "fc1" for the weights `fc1.weight` and `fc1.bias` (linear or
        convolution, with the running statistics a batch-norm), the name of a layer type without
        parameters, or a layer as in a network file, in which names stand for arrays:
        `{"type": "conv2d", "weight": "conv1.weight", "bias": "conv1.bias", "stride": 2}`.
    input_shape : int or sequence of int, optional
        Shape of one input; by default that of the first linear layer.

    Returns
    -------
    Network
        With exactly the numbers of the weights.

    Raises
    ------
    UnreadableFile
        If the file is missing, damaged, or holds a pickled module.
    InvalidNetwork
        If the weights do not fit the layers, or their order is not certain.

    Examples
    --------
    >>> weights = {
    ...     "fc1.weight": np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]),
    ...     "fc1.bias": np.array([0.0, 0.0, -1.0]),
    ...     "fc2.weight": np.array([[1.0, 2.0, 4.0]]),
    ... }
    >>> net = from_state_dict(weights)
    >>> net.forward_exact([1, 1])
    [Fraction(7, 1)]
    >>> from_state_dict(weights, layers=["fc1", "abs"]).forward_exact([0, 0])[2]
    Fraction(1, 1)
    """
    shape = None if input_shape is None else lengths(input_shape, "input_shape")
    if isinstance(weights, Mapping):
        return _network(weights, True, architecture, activation, layers, shape)
    if not isinstance(weights, str) and not hasattr(weights, "__fspath__"):
        advice = "; for a module there is linreg.from_torch" if _is_module(weights) else ""
        raise TypeError(
            f"weights: a path or a mapping was expected, got {type(weights).__name__}{advice}"
        )
    suffix = known_suffix(weights, _SUFFIXES, "weights", UnreadableFile)
    data = read_bytes(weights)
    with located(str(weights)):
        ordered = suffix in _TORCH_SUFFIXES
        content = content_of_torch(data) if ordered else _arrays(data, suffix)
        return _network(content, ordered, architecture, activation, layers, shape)


def from_state_dict_of(arrays: Mapping[str, np.ndarray], activation: str) -> Network:
    """The network of linear layers by name, in an archive that does not keep their order."""
    return _network(arrays, False, "mlp", activation, None, None)


def _is_module(thing: Any) -> bool:
    return hasattr(thing, "state_dict") and hasattr(thing, "forward")


def _arrays(data: bytes, suffix: str) -> Mapping[str, Any]:
    return tensors_in(data) if suffix == ".safetensors" else arrays_in(data)


def content_of_torch(data: bytes) -> Any:
    """What torch reads of a file without running code in it.

    Raises
    ------
    InvalidNetwork
        If torch is not installed.
    UnreadableFile
        If it is no state dict, is damaged, or unpacks to far more than it is.
    """
    torch = torch_package()
    most = max(ALWAYS_UNPACKED, EXPANSION * len(data))
    try:
        if data[:2] == b"PK":
            size = sum(info.file_size for info in ZipFile(io.BytesIO(data)).infolist())
            if size > most:
                raise UnreadableFile(f"it unpacks to {size:,} bytes; at most {most:,} are unpacked")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise UnreadableFile(
            "it is no state dict, or holds more than weights, such as a whole module, and reading "
            "that would run the code in it; where the module is at hand, write "
            "torch.save(module.state_dict(), path), or read it by "
            "linreg.from_torch(module, input_shape=(3,))"
        ) from None
    except _DAMAGE as error:
        line = next((line for line in str(error).splitlines() if line), type(error).__name__)
        raise UnreadableFile(f"torch cannot read it: {_printable(line)}") from None


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)[:200]


def _network(
    content: Any,
    ordered: bool,
    architecture: str,
    activation: str,
    layers: Sequence[str | Mapping[str, Any]] | None,
    shape: tuple[int, ...] | None,
) -> Network:
    arrays = _weights(content)
    if layers is None:
        if architecture != "mlp":
            raise InvalidNetwork(
                f"architecture {shown(architecture)} is not known; known is 'mlp', and layers=[..] "
                "says any other"
            )
        if activation not in WITHOUT_PARAMETERS:
            raise InvalidNetwork(
                f"activation {shown(activation)} is no layer type without parameters"
                f"{nearest(activation, WITHOUT_PARAMETERS)}"
            )
        names = _chain(arrays, ordered)
        layers = [entry for name in names for entry in (name, activation)][:-1]
    if isinstance(layers, str):
        raise TypeError(f"layers: a list was expected, got the text {layers!r}")
    if not layers:
        raise InvalidNetwork("layers: at least one was expected, got none")
    made = []
    for k, layer in enumerate(layers):
        with located(f"layers[{k}]"):
            made.append(_layer(layer, arrays))
    if shape is None:
        first = made[0]
        if first.get("type") != "linear":
            raise InvalidNetwork(
                "the shape of an input is not certain; say it, as in input_shape=(1, 28, 28)"
            )
        shape = (np.shape(first["weight"])[-1],)
    net = network_from_json({"input_shape": list(shape), "layers": made})
    guessed = any(isinstance(layer, str) and "eps" in made[k] for k, layer in enumerate(layers))
    return replace(net, notes=(*net.notes, _EPS_NOTE)) if guessed else net


def _weights(content: Any) -> dict[str, np.ndarray]:
    """The tensors of a mapping as arrays, by name."""
    for _ in range(3):
        inner = [key for key in _NESTED if isinstance(content, Mapping) and _is_dict(content, key)]
        if not inner:
            break
        content = content[inner[0]]
    if not isinstance(content, Mapping) or not content:
        raise InvalidNetwork(
            f"weights by name were expected, got {type(content).__name__}; torch.save("
            "module.state_dict(), path) writes them"
        )
    arrays = {}
    for name, tensor in content.items():
        if hasattr(tensor, "shape") and isinstance(name, str):
            with located(shown(name)):
                arrays[name] = _array(tensor)
    if not arrays:
        raise InvalidNetwork("there is no tensor among what the names stand for")
    return arrays


def _is_dict(content: Mapping[str, Any], key: str) -> bool:
    return isinstance(content.get(key), Mapping)


def _array(tensor: Any) -> np.ndarray:
    """The numbers of a tensor of torch or an array, of a type that holds them exactly."""
    if hasattr(tensor, "detach"):
        plain = tensor.detach()
        if plain.is_complex() or plain.is_quantized or plain.layout is not torch_package().strided:
            raise InvalidNetwork(f"tensors of type {plain.dtype}, {plain.layout} are not supported")
        # A view may say that it is far larger than the numbers that are there.
        if plain.numel() * plain.element_size() > plain.untyped_storage().nbytes():
            raise InvalidNetwork(f"shape {list(plain.shape)} is more than the numbers that it has")
        plain = plain.cpu()
        tensor = plain.double().numpy() if plain.is_floating_point() else plain.numpy()
    array = np.asarray(tensor)
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise InvalidNetwork(f"numbers were expected, got {array.dtype}")
    return array


def _chain(arrays: Mapping[str, np.ndarray], ordered: bool) -> list[str]:
    """The names of linear layers in the order in which they follow each other."""
    names = []
    for name, array in arrays.items():
        prefix, _, part = name.rpartition(".")
        if part not in _PARTS or part.startswith(("running", "num")):
            raise InvalidNetwork(
                f"{shown(name)} is no weight or bias of a linear layer; say all layers in order, "
                'as in layers=["fc1", "relu", "fc2"]'
            )
        if part == "weight":
            if array.ndim != 2:
                raise InvalidNetwork(
                    f"{shown(name)} has shape {list(array.shape)}, and that of a linear layer is "
                    '[out, in]; say all layers in order, as in layers=["conv1", "relu", ..]'
                )
            names.append(prefix)
    if not names:
        raise InvalidNetwork('no name ends in ".weight"; say the layers, as in layers=["fc1"]')
    by_number = sorted(names, key=_natural)
    shapes = {name: arrays[f"{name}.weight"].shape for name in names}
    certain = [names] * ordered + [by_number] * (ordered or _is_numbered(names))
    for order in certain:
        if all(shapes[a][0] == shapes[b][1] for a, b in pairwise(order)):
            return order
    found = _chains(by_number, shapes)
    if len(found) == 1:
        return found[0]
    every = ", ".join(f"{name} {list(shapes[name])}" for name in by_number[:8])
    why = "can follow each other in several orders" if found else "do not follow each other"
    raise InvalidNetwork(
        f"the linear layers {why} by their shapes: {every}; say all layers in order, as in "
        f'layers=["{by_number[0]}", "relu", ..]'
    )


def _chains(names: Sequence[str], shapes: Mapping[str, Sequence[int]]) -> list[list[str]]:
    """Up to two orders of names in which the layers fit each other."""
    found: list[list[str]] = []
    pending: list[list[str]] = [[name] for name in names] if len(names) <= MOST_UNORDERED else []
    while pending and len(found) < 2:
        order = pending.pop()
        if len(order) == len(names):
            found.append(order)
        last = shapes[order[-1]][0]
        pending += [[*order, n] for n in names if n not in order and shapes[n][1] == last]
    return found


def _natural(name: str) -> list[tuple[int, int, str]]:
    """A key that puts layer 10 after layer 9."""
    parts = re.split(r"(\d{1,9})", name)
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts]


def _is_numbered(names: Sequence[str]) -> bool:
    """Whether names differ by numbers alone, or there is only one."""
    return len({re.sub(r"\d+", "#", name) for name in names}) <= 1


def _layer(layer: str | Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """A layer as in a network file, with arrays in place of names."""
    if isinstance(layer, Mapping):
        made = dict(layer)
        for key, value in layer.items():
            if key not in ("type", "name") and isinstance(value, str) and value in arrays:
                made[key] = _floats(arrays[value])
        return made
    if not isinstance(layer, str):
        raise InvalidNetwork(f"a name or a layer was expected, got {shown(layer)}")
    weight, bias = arrays.get(f"{layer}.weight"), arrays.get(f"{layer}.bias")
    mean, variance = arrays.get(f"{layer}.running_mean"), arrays.get(f"{layer}.running_var")
    if mean is not None and variance is not None:
        return {
            "type": "batchnorm",
            "gamma": _floats(np.ones(mean.shape) if weight is None else weight),
            "beta": _floats(np.zeros(mean.shape) if bias is None else bias),
            "mean": _floats(mean),
            "var": _floats(variance),
            "eps": _EPS,
        }
    if weight is None:
        known = [name.removesuffix(".weight") for name in arrays if name.endswith(".weight")]
        if layer in WITHOUT_PARAMETERS or layer in _PLAIN:
            return {"type": layer}
        every = [*known, *WITHOUT_PARAMETERS, *_PLAIN]
        raise InvalidNetwork(
            f"{shown(layer)} names no weights and no layer type without parameters"
            f"{nearest(layer, every)}"
        )
    kinds = {2: "linear", 3: "conv1d", 4: "conv2d"}
    if weight.ndim not in kinds or not prod(weight.shape):
        raise InvalidNetwork(
            f"{layer}.weight has shape {list(weight.shape)}, and no layer is certain; say it as in "
            f'{{"type": "prelu", "alpha": "{layer}.weight"}}'
        )
    made = {"type": kinds[weight.ndim], "weight": _floats(weight)}
    return made if bias is None else {**made, "bias": _floats(bias)}


def _floats(array: np.ndarray) -> Any:
    """A float64 array; of integers the list."""
    return array.astype(np.float64) if array.dtype.kind == "f" else array.tolist()
