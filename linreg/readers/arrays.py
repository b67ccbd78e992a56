"""Arrays in NumPy archives, whose sizes are known before anything is unpacked."""

from __future__ import annotations

import io
import tokenize
import zlib
from collections.abc import Collection
from math import prod
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.lib import format as npy

from linreg.errors import UnreadableFile
from linreg.json_values import shown

ALWAYS_UNPACKED = 1 << 24
"""Bytes that are unpacked from any archive."""

EXPANSION = 16
"""Bytes that are unpacked for each byte of an archive, if these are more."""

_DAMAGE = (
    ArithmeticError,
    EOFError,
    KeyError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    tokenize.TokenError,
    BadZipFile,
    zlib.error,
)
"""What NumPy and zipfile were seen to raise for archives with damaged bytes."""


def arrays_in(
    data: bytes, names: Collection[str] | None = None, advice: str = ""
) -> dict[str, np.ndarray]:
    """The arrays in an archive with these bytes.

    Parameters
    ----------
    data : bytes
    names : collection of str, optional
        Those that are wanted, if they are there; all by default.
    advice : str
        What is said after an array cannot be read.

    Raises
    ------
    UnreadableFile
        If it is none, is damaged, or would unpack to far more bytes than it has.
    """
    if data.startswith(npy.MAGIC_PREFIX):
        raise UnreadableFile("this is a single array, and no archive that numpy.savez wrote")
    try:
        archive = ZipFile(io.BytesIO(data))
    except _DAMAGE as error:
        raise UnreadableFile(f"damaged, or no NumPy archive: {_line(error)}") from None
    members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
    if names is not None:
        members = {name: members[name] for name in names if name in members}
    size = sum(info.file_size for info in members.values())
    most = max(ALWAYS_UNPACKED, EXPANSION * len(data))
    if size > most:
        raise UnreadableFile(
            f"its arrays unpack to {size:,} bytes, and of {len(data):,} bytes at most {most:,} are "
            "unpacked; save it with numpy.savez, which does not compress"
        )
    arrays = {}
    for name, info in members.items():
        try:
            arrays[name] = _array(archive, info)
        except _DAMAGE as error:
            raise UnreadableFile(f"{shown(name)} cannot be read: {_line(error)}{advice}") from None
    return arrays


def one_array(data: bytes) -> np.ndarray:
    """The array in a file with these bytes, or the first one of an archive.

    Raises
    ------
    UnreadableFile
        If there is none, or as for `arrays_in`.
    """
    if data.startswith(npy.MAGIC_PREFIX):
        try:
            return _of_content(data)
        except _DAMAGE as error:
            raise UnreadableFile(f"damaged, or no array that NumPy wrote: {_line(error)}") from None
    arrays = list(arrays_in(data).values())
    if not arrays:
        raise UnreadableFile("there is no array in it")
    return arrays[0]


def _array(archive: ZipFile, info: ZipInfo) -> np.ndarray:
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise ValueError("it is compressed in another way than by NumPy")
    with archive.open(info) as stream:
        return _of_content(stream.read())


def _of_content(content: bytes) -> np.ndarray:
    """An array whose shape fits the bytes that are there."""
    if not content.startswith(npy.MAGIC_PREFIX):
        return np.asarray(content)
    body = io.BytesIO(content)
    header = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    version = npy.read_magic(body)
    if version in header:
        shape, _, dtype = header[version](body)
        size, there = prod(shape) * dtype.itemsize, len(content) - body.tell()
        if not dtype.hasobject and size != there:
            raise ValueError(f"its shape {shape} takes {size:,} bytes, and {there:,} are there")
    body.seek(0)
    return np.asarray(npy.read_array(body, allow_pickle=False))


def _line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
