"""Tables of regions as CSV: a column for each number, and the header in a comment above."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import numpy as np

from linreg.errors import UnreadableFile
from linreg.progress import Progress
from linreg.regions.tables.body import Body, Texts, check_rows, line_of
from linreg.regions.tables.columns import Column, Numbers, batches
from linreg.regions.tables.header import Header
from linreg.wording import expected

COMMENT = "# "
"""What the line with the header starts with."""

MOST_DIGITS = 9
"""Longest piece index that is read; no pattern holds one of more than 5 digits."""


def write_csv(
    path: Path, header: Header, columns: Sequence[Column], progress: Callable[[Progress], None]
) -> None:
    """Write a table, part by part."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(f"{COMMENT}{header.to_json()}\n")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(name for column in columns for name in _names(column))
        for part in batches(header.activation_regions, columns):
            cells = [_cells(column, part) for column in columns]
            writer.writerows([c for row in rows for c in row] for rows in zip(*cells, strict=True))
            progress(Progress(part.stop, header.activation_regions, "regions written"))


def csv_header(data: bytes) -> str:
    """The text of a table's header."""
    line = _text(data).partition("\n")[0]
    if not line.startswith(COMMENT):
        raise UnreadableFile(
            f"not a table of regions that linreg wrote: its first line does not start with "
            f"{COMMENT!r}"
        )
    return line.removeprefix(COMMENT)


def csv_body(data: bytes, header: Header, pattern_dtype: np.dtype) -> Body:
    """The rows of a table with this header."""
    rows = csv.reader(io.StringIO(_text(data).partition("\n")[2], newline=""), strict=True)
    try:
        table = list(rows)
    except csv.Error as error:
        raise UnreadableFile(f"line {rows.line_num + 1}: {line_of(error)}") from None
    names = table.pop(0) if table else []
    check_rows(len(table), header)
    for k, row in enumerate(table):
        if len(row) != len(names):
            raise UnreadableFile(f"row {k}: {expected(len(names), 'cell')}, got {len(row)}")
    places = {name: k for k, name in enumerate(names)}

    def cells(wanted: Sequence[str]) -> list[list[str]]:
        missing = [name for name in wanted if name not in places]
        if missing:
            raise UnreadableFile(f"column {missing[0]!r} is missing")
        return [[row[places[name]] for name in wanted] for row in table]

    width = range(header.input_dim)
    exact: Texts = {}
    if "exact_witness" in header.columns:
        exact = dict(enumerate(map(tuple, cells([f"exact_witness_{i}" for i in width]))))
    return Body(
        _patterns([text for (text,) in cells(["pattern"])], header.units, pattern_dtype),
        _numbers(cells([f"witness_{i}" for i in width])).reshape(len(table), header.input_dim),
        exact,
    )


def _names(column: Column) -> list[str]:
    """The names of the columns that an entry is spread over."""
    if not isinstance(column, Numbers):
        return [f"{column.name}_{i}" for i in range(column.size)]
    if column.joined_by is not None:
        return [column.name]
    places = product(*(range(length) for length in column.shape))
    return ["_".join([column.name, *map(str, place)]) for place in places]


def _cells(column: Column, part: range) -> list[tuple[str, ...]]:
    """The cells of each region's entry."""
    if not isinstance(column, Numbers):
        return [column.values(i) for i in part]
    rows = column.values(part).reshape(len(part), column.size).tolist()
    if column.joined_by is not None:
        return [(column.joined_by.join(map(str, row)),) for row in rows]
    # The shortest text from which a float64 is read again; true and false as in JSON.
    return [tuple(map(str.lower, map(repr, row))) for row in rows]


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"not UTF-8 text (byte {error.start}), so not a CSV file") from None


def _patterns(texts: Sequence[str], units: int, dtype: np.dtype) -> np.ndarray:
    """The piece indices that texts spell, shape (rows, units)."""
    patterns = np.empty((len(texts), units), dtype=dtype)
    most = np.iinfo(dtype).max
    for k, text in enumerate(texts):
        pieces = [text] if units == 1 else text.split(",") if "," in text else list(text)
        if len(pieces) != units or not all(p.isascii() and p.isdigit() for p in pieces):
            raise UnreadableFile(f"row {k}: pattern: {units} piece indices were expected")
        row = [int(piece[:MOST_DIGITS]) for piece in pieces]
        if max(row, default=0) > most:
            raise UnreadableFile(f"row {k}: pattern: piece indices are at most {most}")
        patterns[k] = row
    return patterns


def _numbers(rows: Sequence[Sequence[str]]) -> np.ndarray:
    """The float64 numbers that texts spell."""
    try:
        return np.array([[float(cell) for cell in row] for row in rows], dtype=np.float64)
    except ValueError as error:
        raise UnreadableFile(f"witness: {line_of(error)}") from None
