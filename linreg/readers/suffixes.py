"""Files by their suffix: which reader and which writer a path means."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from linreg.domains import Domain, asked_domain
from linreg.errors import UnreadableFile, UnwritableFile
from linreg.files import StrPath, check_writable, read_bytes, replacing
from linreg.json_values import located
from linreg.network import Network
from linreg.readers.json_network import domain_of, network_from_json
from linreg.readers.json_spelling import network_to_json
from linreg.readers.json_text import json_text, read_object
from linreg.readers.nnet import read_nnet, read_nnet_domain
from linreg.readers.npz import npz_arrays, read_npz
from linreg.readers.onnx_graph import read_onnx


def load(path: StrPath, *, decimal: bool = False) -> Network:
    """The network in a file, with exactly the numbers that the file says.

    Parameters
    ----------
    path : str or path
        A `.json`, `.npz`, `.onnx` or `.nnet` file.
    decimal : bool
        Whether the decimals of a `.json` file are read as they are written: 0.1 is then 1/10, and
        not the float64 nearest to it. Hyperplanes that were meant to coincide then do.

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

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg.network import mlp
    >>> with TemporaryDirectory() as folder:
    ...     save(mlp([([[1, 2]], ["1/3"])]), f"{folder}/net.json")
    ...     load(f"{folder}/net.json").forward_exact([1, 2])
    [Fraction(16, 3)]
    """
    suffix = _suffix(path, UnreadableFile)
    if decimal:
        _check_decimal(path, suffix)
        return _json_network(path, decimal=True)
    return _NETWORKS[suffix](path)


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
    suffix = _suffix(path, UnreadableFile)
    if decimal:
        _check_decimal(path, suffix)
        return _json_domain(path, decimal=True)
    return _DOMAINS[suffix](path)


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
        name and source nor the axes of its input.
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
    content = _CONTENTS[_suffix(path, UnwritableFile)]
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
    """
    _suffix(path, UnwritableFile)
    check_writable(path, reading)


def _json_network(path: StrPath, *, decimal: bool = False) -> Network:
    document = read_object(path, decimal=decimal)
    with located(str(path)):
        domain_of(document)
        return network_from_json(document)


def _json_domain(path: StrPath, *, decimal: bool = False) -> Domain | None:
    document = read_object(path, decimal=decimal)
    with located(str(path)):
        return domain_of(document)


def _no_domain(path: StrPath) -> None:
    """What a file of a format without domains holds of one, once it is seen to be there."""
    read_bytes(path)


def _json_content(network: Network, domain: Domain | None) -> bytes:
    return json_text(network_to_json(network, domain)).encode()


def _npz_content(network: Network, domain: Domain | None) -> bytes:
    if domain is not None:
        raise UnwritableFile("an .npz file holds no domain; write a .json file")
    buffer = io.BytesIO()
    # Stubs take the first keyword for savez's own allow_pickle.
    np.savez(buffer, **npz_arrays(network))  # type: ignore[arg-type]
    return buffer.getvalue()


_NETWORKS: dict[str, Callable[[StrPath], Network]] = {
    ".json": _json_network,
    ".npz": read_npz,
    ".onnx": read_onnx,
    ".nnet": read_nnet,
}
_DOMAINS: dict[str, Callable[[StrPath], Domain | None]] = {
    ".json": _json_domain,
    ".npz": _no_domain,
    ".onnx": _no_domain,
    ".nnet": read_nnet_domain,
}
_CONTENTS: dict[str, Callable[[Network, Domain | None], bytes]] = {
    ".json": _json_content,
    ".npz": _npz_content,
}


def _check_decimal(path: StrPath, suffix: str) -> None:
    """Refuse to read decimals as they are written from a file that has none."""
    if suffix != ".json":
        why = f"; an {suffix} file holds binary floats" if suffix in (".npz", ".onnx") else ""
        raise UnreadableFile(
            f"{path}: decimals are read as they are written from .json files only{why}"
        )


def _suffix(path: StrPath, error: type[UnreadableFile | UnwritableFile]) -> str:
    """The path's suffix in lower case, which must be one that is read, or that is written."""
    known: Iterable[str] = _NETWORKS if error is UnreadableFile else _CONTENTS
    suffix = Path(path).suffix.lower()
    if suffix in known:
        return suffix
    if suffix in _NETWORKS:
        raise error(
            f"{path}: {suffix} files are read but not written; known are {', '.join(known)}"
        )
    raise error(
        f"{path}: the suffix {suffix or '(none)'} names no format of networks; known are "
        f"{', '.join(known)}"
    )
