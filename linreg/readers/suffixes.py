"""Files by their suffix: which reader and which writer a path means."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from linreg.arguments import integer, lengths
from linreg.domains import Domain, asked_domain
from linreg.errors import UnreadableFile, UnwritableFile
from linreg.files import StrPath, check_writable, format_of, read_bytes, replacing
from linreg.json_values import Json, located
from linreg.network import Network
from linreg.readers.json_network import domain_of, network_from_json
from linreg.readers.json_spelling import network_to_json
from linreg.readers.json_text import json_text, read_object
from linreg.readers.keras_network import read_keras
from linreg.readers.mat import read_mat
from linreg.readers.nnet import nnet_domain, nnet_network, read_nnet
from linreg.readers.npz import npz_arrays, read_npz
from linreg.readers.onnx_graph import read_onnx
from linreg.readers.onnx_inputs import AUTO, ReadingOptions
from linreg.readers.onnx_writing import onnx_content
from linreg.readers.other_formats import OTHER_FORMATS, elsewhere

_NOTHING = ReadingOptions()


def load(
    path: StrPath,
    *,
    decimal: bool = False,
    input_shape: int | Sequence[int] | None = None,
    batch_axis: int | str | None = AUTO,
    outputs: Sequence[str] | None = None,
) -> Network:
    """The network in a file, with exactly the numbers that the file says.

    Parameters
    ----------
    path : str or path
        A file whose suffix is one of `.json .npz .onnx .onnx.gz .nnet .keras .h5 .mat`.
    decimal : bool
        Whether the decimals of a `.json` file are read as they are written: 0.1 is then 1/10, and
        not the float64 nearest to it. Hyperplanes that were meant to coincide then do.
    input_shape : int or sequence of int, optional
        Shape of one input of an ONNX file, without a batch axis, where the file leaves it open.
    batch_axis : int, None or "auto"
        The axis of an ONNX file's input along which a batch stands; None says that there is none.
    outputs : sequence of str, optional
        Names of values of an ONNX file that are the output, one after another.

    Returns
    -------
    Network

    Raises
    ------
    UnreadableFile
        If the file is missing, damaged, or of another suffix.
    InvalidNetwork
        If it holds no network; the message names the place.
    NotPiecewiseLinear
        If a layer is not piecewise linear.
    InvalidDomain
        If the network is beside a domain that does not fit.
    ValueError, TypeError
        If an option of ONNX files is malformed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg.network import mlp
    >>> with TemporaryDirectory() as folder:
    ...     save(mlp([([[1, 2]], ["1/3"])]), f"{folder}/net.json")
    ...     load(f"{folder}/net.json").forward_exact([1, 2])
    [Fraction(16, 3)]
    """
    asked = _asked(input_shape, batch_axis, outputs)
    format_, content = _parsed(path, decimal, asked)
    with located(str(path)):
        return format_.network(content)


def load_domain(path: StrPath, *, decimal: bool = False) -> Domain | None:
    """The domain in a network's file, or None if there is none in it.

    Parameters
    ----------
    path : str or path
        The file of a network, as for `load`.
    decimal : bool
        As for `load`.

    Returns
    -------
    WholeSpace, Box, Polytope or None

    Raises
    ------
    UnreadableFile, InvalidNetwork, InvalidDomain
        As for `load`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg import Box, mlp
    >>> with TemporaryDirectory() as folder:
    ...     save(mlp([([[1]], [0])]), f"{folder}/net.json", Box([0], [1]))
    ...     load_domain(f"{folder}/net.json").upper
    (Fraction(1, 1),)
    """
    if _format(path).domain is None and not decimal:
        read_bytes(path)  # it has to be there, whatever is in it
        return None
    format_, content = _parsed(path, decimal)
    with located(str(path)):
        return None if format_.domain is None else format_.domain(content)


def load_problem(
    path: StrPath,
    *,
    decimal: bool = False,
    input_shape: int | Sequence[int] | None = None,
    batch_axis: int | str | None = AUTO,
    outputs: Sequence[str] | None = None,
) -> tuple[Network, Domain | None]:
    """The network in a file and the domain beside it, or None; the file is read once.

    Parameters
    ----------
    path, decimal
        As for `load`.

    Returns
    -------
    tuple of Network, and Domain or None

    Raises
    ------
    UnreadableFile, InvalidNetwork, NotPiecewiseLinear, InvalidDomain
        As for `load`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg import Box, mlp
    >>> with TemporaryDirectory() as folder:
    ...     save(mlp([([[2]], [0])]), f"{folder}/net.json", Box([0], [1]))
    ...     net, domain = load_problem(f"{folder}/net.json")
    >>> net.forward_exact([3]), domain.upper
    ([Fraction(6, 1)], (Fraction(1, 1),))
    """
    format_, content = _parsed(path, decimal, _asked(input_shape, batch_axis, outputs))
    with located(str(path)):
        domain = None if format_.domain is None else format_.domain(content)
        return format_.network(content), domain


def save(network: Network, path: StrPath, domain: Domain | None = None) -> None:
    """Write a network to a file, replacing it whole or not at all.

    What `load` reads from it has the same fingerprint.

    Parameters
    ----------
    network : Network
    path : str or path
        A `.json` file holds every network; a layer that mixes units becomes several nodes. An
        `.npz` file holds networks without skip connections, with one kind of unit that needs no
        parameters, and with numbers that are float64 or int64; it keeps neither the network's
        name and source nor the axes of its input. An `.onnx` file computes in float64, with
        exactly the network's numbers where these are float64; its description says if any was
        rounded.
    domain : Domain, optional
        Written beside the network, into `.json` only.

    Raises
    ------
    UnwritableFile
        If the format cannot hold the network, the suffix is not known, or the path cannot be
        written.
    InvalidDomain
        If the domain has another dimension than the network's input.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg import mlp
    >>> net = mlp([([[1, 2]], ["1/3"])])
    >>> with TemporaryDirectory() as folder:
    ...     save(net, f"{folder}/net.json")
    ...     load(f"{folder}/net.json").fingerprint == net.fingerprint
    True
    """
    content = _written(path)
    with located(str(path)):
        asked_domain(domain, network.input_dim)
        data = content(network, domain)
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def check_network_path(path: StrPath, reading: Iterable[StrPath | None] = ()) -> None:
    """Refuse a path that no network should be written to, before any work is done.

    Parameters
    ----------
    path : str or path
    reading : iterable of str, path or None
        Files that must not be replaced.

    Raises
    ------
    UnwritableFile
        If the suffix is not known, the folder is missing or not writable, or a file is being read.

    Examples
    --------
    >>> check_network_path("net.png")
    Traceback (most recent call last):
    linreg.errors.UnwritableFile: net.png: ...
    """
    _written(path)
    check_writable(path, reading)


def _json_network(document: Json) -> Network:
    domain_of(document)  # a domain that does not fit is refused with the network
    return network_from_json(document)


def _as_it_is(network: Network) -> Network:
    """The network that a reader has made in one go."""
    return network


def _json_content(network: Network, domain: Domain | None) -> bytes:
    return json_text(network_to_json(network, domain)).encode()


def _npz_content(network: Network, domain: Domain | None) -> bytes:
    if domain is not None:
        raise UnwritableFile("an .npz file holds no domain; write a .json file")
    buffer = io.BytesIO()
    # Stubs take the first keyword for savez's own allow_pickle.
    np.savez(buffer, **npz_arrays(network))  # type: ignore[arg-type]
    return buffer.getvalue()


def _onnx_content(network: Network, domain: Domain | None) -> bytes:
    if domain is not None:
        raise UnwritableFile("an .onnx file holds no domain; write a .json file")
    return onnx_content(network)


@dataclass(frozen=True, slots=True)
class _Format:
    """One format of networks.

    Attributes
    ----------
    parse : function
        From a path to what the file says.
    network : function
        From that to the network.
    domain : function or None
        From that to the domain beside it; None if files of this format hold none.
    content : function or None
        From a network and a domain to a file's bytes; None if the format is not written.
    """

    parse: Callable[[StrPath], Any]
    network: Callable[[Any], Network] = _as_it_is
    domain: Callable[[Any], Domain | None] | None = None
    content: Callable[[Network, Domain | None], bytes] | None = None


_FORMATS = {
    ".json": _Format(read_object, _json_network, domain_of, _json_content),
    ".npz": _Format(read_npz, content=_npz_content),
    ".onnx": _Format(read_onnx, content=_onnx_content),
    ".nnet": _Format(read_nnet, nnet_network, nnet_domain),
    ".keras": _Format(read_keras),
    ".h5": _Format(read_keras),
    ".hdf5": _Format(read_keras),
    ".mat": _Format(read_mat),
}


def _asked(
    input_shape: int | Sequence[int] | None,
    batch_axis: int | str | None,
    outputs: Sequence[str] | None,
) -> ReadingOptions:
    """The options of ONNX files, checked."""
    shape = None if input_shape is None else lengths(input_shape, "input_shape")
    if batch_axis is not None and batch_axis != AUTO:
        batch_axis = integer(batch_axis, "batch_axis")
    if isinstance(outputs, str):
        raise TypeError(f"outputs: a list of names was expected, got the text {outputs!r}")
    return ReadingOptions(shape, batch_axis, tuple(outputs or ()))


def _format(path: StrPath) -> _Format:
    """The format of a file, of which nothing but its name is known."""
    name = Path(path).name.lower()
    if name.endswith(".onnx.gz"):
        return _FORMATS[".onnx"]
    suffix = Path(path).suffix.lower()
    if suffix not in _FORMATS and (suffix in OTHER_FORMATS or Path(path).is_dir()):
        raise UnreadableFile(f"{path}: {elsewhere(Path(path))}")
    return format_of(path, _FORMATS, "networks", UnreadableFile)


def _parsed(path: StrPath, decimal: bool, asked: ReadingOptions = _NOTHING) -> tuple[_Format, Any]:
    """The format of a file, and what it says; of decimals, as they are written if so asked."""
    format_ = _format(path)
    if asked != _NOTHING:
        if format_ is not _FORMATS[".onnx"]:
            raise UnreadableFile(
                f"{path}: input_shape, batch_axis and outputs (--input-shape, --batch-axis, "
                "--output-name) are for .onnx files; others say it themselves"
            )
        if not decimal:
            return format_, read_onnx(path, asked)
    if not decimal:
        return format_, format_.parse(path)
    suffix = Path(path).suffix.lower()
    if suffix != ".json":
        why = f"; an {suffix} file holds binary floats" if suffix in (".npz", ".onnx") else ""
        raise UnreadableFile(
            f"{path}: decimals are read as they are written from .json files only{why}"
        )
    return format_, read_object(path, decimal=True)


def _written(path: StrPath) -> Callable[[Network, Domain | None], bytes]:
    """What makes the bytes of a file, whose suffix must be one that is written."""
    known = {s: made for s, format_ in _FORMATS.items() if (made := format_.content) is not None}
    suffix = Path(path).suffix.lower()
    if suffix in _FORMATS and suffix not in known:
        raise UnwritableFile(
            f"{path}: {suffix} files are read but not written; known are {', '.join(known)}"
        )
    return format_of(path, known, "networks", UnwritableFile)
