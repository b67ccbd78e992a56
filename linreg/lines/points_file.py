"""Points in files, read a part at a time: rows of CSV, or of an array that NumPy saved."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from linreg.errors import UnreadableFile
from linreg.files import StrPath, known_suffix
from linreg.rational import fraction
from linreg.wording import counted, expected

SUFFIXES = (".csv", ".npy")
"""What the names of such files end in."""

EXACT_INTEGERS = 2**53
"""Up to this size every integer is a float64."""


class PointsFile:
    """Points in a file: a row for each, with a number for each input.

    In CSV a first row without any number is a heading. A decimal means the nearest float64, unless
    it is to be read as it is written; p/q is exact. Arrays hold float64 or float32.

    Parameters
    ----------
    path : str or path
    dim : int
        How many numbers are in a row.
    decimal : bool
        Whether decimals are read as they are written.

    Raises
    ------
    UnreadableFile
        If there is no such file, or its suffix or shape is another; while reading, also if a number
        is none.
    """

    def __init__(self, path: StrPath, dim: int, *, decimal: bool = False) -> None:
        self._path = Path(path)
        self._dim = dim
        self._decimal = decimal
        self.share = 0.0
        suffix = known_suffix(path, SUFFIXES, "points", UnreadableFile)
        if not self._path.is_file():
            raise UnreadableFile(f"{path}: there is no such file")
        self._array = self._mapped() if suffix == ".npy" else None

    def parts(self, size: int, *, closed: bool = False) -> Iterator[Any]:
        """Lists or arrays of points; each begins with the last point of the one before.

        Parameters
        ----------
        size : int
            Most segments between the points of a part.
        closed : bool
            Whether the first point comes once more, at the end.
        """
        first: Any = None
        last: Any = None
        n_points = 0
        for rows in self.batches(size):
            n_points += len(rows)
            first = rows[:1] if first is None else first
            yield rows if last is None else _joined(last, rows)
            last = rows[-1:]
        if n_points < 2:
            raise UnreadableFile(
                f"{self._path}: two points or more were expected, got {counted(n_points, 'point')}"
            )
        if closed:
            yield _joined(last, first)

    def batches(self, size: int) -> Iterator[Any]:
        """Lists or arrays of so many points, without regard to segments."""
        if self._array is not None:
            for start in range(0, len(self._array), size):
                rows = self._array[start : start + size].astype(np.float64)
                if not np.isfinite(rows).all():
                    bad = start + int(np.flatnonzero(~np.isfinite(rows).all(axis=1))[0])
                    raise UnreadableFile(f"{self._path}, row {bad}: finite numbers were expected")
                self.share = min(1.0, (start + size) / len(self._array))
                yield rows
            return
        try:
            yield from self._csv_batches(size)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise UnreadableFile(f"{self._path}: cannot be read: {error}") from None

    def _csv_batches(self, size: int) -> Iterator[Any]:
        total = max(1, os.path.getsize(self._path))
        batch: list[list[Any]] = []
        passed = 0
        with self._path.open(encoding="utf-8-sig", newline="") as stream:
            for number, texts in enumerate(csv.reader(stream), start=1):
                passed += sum(map(len, texts)) + len(texts)
                if not any(text.strip() for text in texts):
                    continue
                if number == 1 and not any(_is_number(text) for text in texts):
                    continue
                batch.append(self._row(texts, number))
                if len(batch) == size:
                    self.share = min(1.0, passed / total)
                    yield _array(batch)
                    batch = []
        if batch:
            yield _array(batch)

    def _row(self, texts: Sequence[str], number: int) -> list[Any]:
        if len(texts) != self._dim:
            raise UnreadableFile(
                f"{self._path}, line {number}: {expected(self._dim, 'number')}, one for each "
                f"input, got {len(texts)}"
            )
        try:
            return [_number(text, self._decimal) for text in texts]
        except ValueError as error:
            raise UnreadableFile(f"{self._path}, line {number}: {error}") from None

    def _mapped(self) -> np.ndarray:
        try:
            array = np.load(self._path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise UnreadableFile(
                f"{self._path}: damaged, or no array that numpy.save wrote: {error}"
            ) from None
        if not isinstance(array, np.ndarray) or array.dtype not in (np.float32, np.float64):
            raise UnreadableFile(f"{self._path}: an array of float64 or float32 was expected")
        if array.ndim != 2 or array.shape[1] != self._dim:
            raise UnreadableFile(
                f"{self._path}: an array of shape (points, {self._dim}) was expected, got "
                f"{array.shape}"
            )
        return array


def _joined(last: Any, rows: Any) -> Any:
    if isinstance(last, np.ndarray) and isinstance(rows, np.ndarray):
        return np.concatenate([last, rows])
    return [*list(last), *list(rows)]


def _array(batch: list[list[Any]]) -> Any:
    """Rows of floats as an array, others as they are."""
    return np.array(batch) if all(type(x) is float for row in batch for x in row) else batch


def _number(text: str, decimal: bool) -> Any:
    """The number that a text means, in float64 where that is exactly it."""
    text = text.strip()
    exact = fraction(text)
    if decimal or "/" in text or text.lstrip("+-").isdigit():
        small = exact.denominator == 1 and abs(exact.numerator) <= EXACT_INTEGERS
        return float(exact.numerator) if small else exact
    return float(text)


def _is_number(text: str) -> bool:
    try:
        fraction(text)
    except ValueError:
        return False
    return True


def read_points(path: StrPath, dim: int, *, decimal: bool = False) -> np.ndarray:
    """All points of a file at once, in float64.

    Raises
    ------
    UnreadableFile
        As for `PointsFile`.
    """
    return np.concatenate(
        [
            np.asarray(rows, dtype=np.float64)
            for rows in PointsFile(path, dim, decimal=decimal).batches(2**16)
        ]
    )
