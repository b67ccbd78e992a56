"""Variables of .mat files of version 5 to 7: full matrices, text, and cells of these."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Literal

import numpy as np

from linreg.errors import UnreadableFile
from linreg.readers.arrays import ALWAYS_UNPACKED, EXPANSION

_HEADER = 128
_NUMBERS = {
    1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8",
    16: "u1", 17: "u2", 18: "u4",
}  # fmt: skip
"""Types of the numbers of an element, by its number; texts are their codes."""

_CLASSES = {
    6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8",
}  # fmt: skip
_CELL, _TEXT, _SPARSE = 1, 4, 5
_MATRIX, _PACKED = 14, 15
_COMPLEX = 0x08
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Other:
    """A variable that is not read, and what it is."""

    kind: str


Variable = np.ndarray | list["Variable"] | str | Other


def variables(data: bytes) -> dict[str, Variable]:
    """The variables in the bytes of a file, by name; a cell is a list.

    Raises
    ------
    UnreadableFile
        If the bytes are damaged, or unpack to far more than they are.

    Source
    ------
    MathWorks, MAT-File Format (2024), the level 5 format.
    """
    mark = data[126:128]
    if mark not in (b"IM", b"MI"):
        raise UnreadableFile("not a .mat file of version 5 to 7, or cut short")
    order: Literal["little", "big"] = "little" if mark == b"IM" else "big"
    reader = _Reader(order, max(ALWAYS_UNPACKED, EXPANSION * len(data)))
    found = {}
    for kind, content in reader.elements(data[_HEADER:]):
        if kind == _PACKED:
            inner = next(reader.elements(reader.unpacked(content)), (0, b""))
            kind, content = inner
        if kind == _MATRIX:
            name, value = reader.matrix(content, 0)
            found[name] = value
    return found


class _Reader:
    """Elements of a file: numbers with their type and their length before them."""

    def __init__(self, order: Literal["little", "big"], most: int) -> None:
        self._order = order
        self._mark = "<" if order == "little" else ">"
        self._left = self._most = most

    def unpacked(self, data: bytes) -> bytes:
        """What zlib has packed, bounded."""
        stream = zlib.decompressobj()
        try:
            content = stream.decompress(data, self._left + 1)
        except zlib.error as error:
            raise UnreadableFile(f"damaged: {error}") from None
        self._left -= len(content)
        if self._left < 0:
            raise UnreadableFile(
                f'it unpacks to more than {self._most:,} bytes; save it by "-v6", which does not '
                "pack"
            )
        return content

    def _whole(self, data: bytes) -> int:
        return int.from_bytes(data, self._order)

    def elements(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """The elements one after another: type and content."""
        at = 0
        while at + 8 <= len(data):
            tag = self._whole(data[at : at + 4])
            if tag >> 16:
                kind, length, start = tag & 0xFFFF, tag >> 16, at + 4
                step = 8
                if length > 4:
                    raise UnreadableFile("damaged: a short element is too long")
            else:
                kind, length, start = tag, self._whole(data[at + 4 : at + 8]), at + 8
                step = 8 + (length if kind == _PACKED else -(-length // 8) * 8)
            if start + length > len(data):
                raise UnreadableFile("cut short: an element is longer than what is there")
            yield kind, data[start : start + length]
            at += step

    def _numbers(self, element: tuple[int, bytes]) -> np.ndarray:
        kind, content = element
        if kind not in _NUMBERS or len(content) % np.dtype(_NUMBERS[kind]).itemsize:
            raise UnreadableFile(f"damaged: numbers were expected, got an element of type {kind}")
        return np.frombuffer(content, self._mark + _NUMBERS[kind])

    def matrix(self, data: bytes, depth: int) -> tuple[str, Variable]:
        """A variable and its name."""
        if depth > _DEEPEST:
            raise UnreadableFile(f"cells stand in cells, more than {_DEEPEST} deep")
        parts = list(self.elements(data))
        if len(parts) < 3:
            raise UnreadableFile("damaged: a variable has no header")
        flags, dims = self._numbers(parts[0]), self._numbers(parts[1])
        name = bytes(parts[2][1]).decode("ascii", errors="replace")
        if not len(flags) or dims.dtype.kind not in "iu" or (dims < 0).any():
            raise UnreadableFile("damaged: a variable has no shape")
        class_, shape = int(flags[0]) & 0xFF, tuple(int(n) for n in dims)
        if int(flags[0]) >> 8 & _COMPLEX:
            return name, Other("complex")
        if class_ == _CELL:
            entries = [self.matrix(content, depth + 1)[1] for _, content in parts[3:]]
            return name, entries
        if class_ in _CLASSES or class_ == _TEXT:
            array = self._numbers(parts[3]) if len(parts) > 3 else np.zeros(0)
            if array.size != prod(shape):
                raise UnreadableFile(f"damaged: shape {shape} does not fit {array.size} numbers")
            if class_ == _TEXT:
                return name, "".join(chr(code) for code in map(int, array) if 0 <= code < 0x110000)
            return name, array.astype(_CLASSES[class_]).reshape(shape, order="F")
        return name, Other("sparse" if class_ == _SPARSE else "struct or object")
