"""Points from data files, and tables of radii."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from linreg.errors import UnreadableFile, UnwritableFile
from linreg.files import StrPath, format_of, known_suffix, read_bytes, replacing
from linreg.json_values import located
from linreg.questions.distances import Distance, Robustness
from linreg.rational import fraction
from linreg.readers.arrays import one_array
from linreg.readers.parquet_pages import pages_of
from linreg.wording import counted

SUFFIXES = (".csv", ".parquet")
"""Tables that are written."""


def read_points(path: StrPath, dim: int) -> list[list[Fraction]]:
    """The points in a data file, one in each row.

    A `.csv` file may have a first row of names; its decimals are read as they are written. `.npy`,
    `.npz` (its first array) and `.parquet` files hold floats, which mean the floats that they are.
    Columns after the first `dim` are left out, such as a label.

    Raises
    ------
    UnreadableFile
        If the file is missing or damaged, would unpack to far more bytes than it has, or a row has
        too few numbers; the message says where.
    """
    readers: dict[str, Callable[[StrPath, int], Sequence[Sequence[Any]]]] = {
        ".csv": _csv_rows,
        ".npy": _array_rows,
        ".npz": _array_rows,
        ".parquet": _parquet_rows,
    }
    rows = format_of(path, readers, "points", UnreadableFile)(path, dim)
    if not len(rows):
        raise UnreadableFile(f"{path}: there are no points in it")
    points = []
    for k, row in enumerate(rows, start=1):
        if len(row) < dim:
            raise UnreadableFile(
                f"{path}: row {k} has {counted(len(row), 'number')}, but the network has "
                f"{counted(dim, 'input')}"
            )
        try:
            points.append([fraction(entry) for entry in row[:dim]])
        except (TypeError, ValueError) as error:
            raise UnreadableFile(f"{path}: row {k}: {error}") from None
    return points


def _csv_rows(path: StrPath, dim: int) -> list[list[str]]:
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{path}: not UTF-8 text (byte {error.start})") from None
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    except csv.Error as error:
        raise UnreadableFile(f"{path}: not a CSV table: {error}") from None
    if rows and not all(_is_number(entry) for entry in rows[0]):
        if any(_is_number(entry) for entry in rows[0]) and len(rows) == 1:
            raise UnreadableFile(f"{path}: row 1: numbers were expected, got {rows[0][:4]}")
        rows = rows[1:]
    return rows


def _is_number(text: str) -> bool:
    try:
        fraction(text)
    except ValueError:
        return False
    return True


def _array_rows(path: StrPath, dim: int) -> Sequence[Sequence[Any]]:
    data = read_bytes(path)
    with located(str(path)):
        array = one_array(data)
    if array.ndim < 2 or array.dtype.kind not in "fiu":
        raise UnreadableFile(
            f"{path}: an array of numbers with a row for each point was expected, got shape "
            f"{array.shape} of {array.dtype}"
        )
    rows: list[list[Any]] = array.reshape(len(array), -1).tolist()
    return rows


def _parquet_rows(path: StrPath, dim: int) -> Sequence[Sequence[Any]]:
    import pyarrow
    from pyarrow import parquet, types

    data = read_bytes(path)
    with located(str(path)):
        try:
            file = parquet.ParquetFile(pyarrow.BufferReader(data))
            fields = list(file.schema_arrow)[:dim]
            for field in fields:
                if not any(
                    holds(field.type)
                    for holds in (types.is_integer, types.is_floating, types.is_decimal)
                ):
                    raise UnreadableFile(
                        f"column {field.name!r}: numbers were expected, got {field.type}"
                    )
            names = [field.name for field in fields]
            pages_of(data, file.metadata, names).check(len(data))
            columns = [column.to_pylist() for column in file.read(columns=names).columns]
        except (pyarrow.ArrowException, OSError) as error:
            raise UnreadableFile(f"not a Parquet table: {error}") from None
    return list(zip(*columns, strict=True))


def check_radii_path(path: StrPath) -> None:
    """Refuse a path that no table of radii can be written to.

    Raises
    ------
    UnwritableFile
    """
    known_suffix(path, SUFFIXES, "radii", UnwritableFile)


def write_radii(path: StrPath, found: Sequence[Robustness]) -> None:
    """Write a table with one row for each point: exact numbers as text, floats beside them.

    Raises
    ------
    UnwritableFile
        If the suffix names no table or the path cannot be written.
    """
    check_radii_path(path)
    columns: dict[str, list[Any]] = {
        "point": list(range(len(found))),
        "label": [each.label for each in found],
        "norm": [each.norm for each in found],
        "complete": [each.complete for each in found],
        "lower_bound": [_text(each.lower_bound) for each in found],
    }
    for name in ("tie", "flip"):
        distances: list[Distance | None] = [getattr(each, name) for each in found]
        columns[f"{name}_exact"] = [None if d is None else _text(d.exact) for d in distances]
        columns[f"{name}_squared"] = [None if d is None else _text(d.squared) for d in distances]
        columns[f"{name}_float"] = [None if d is None else d.value for d in distances]
        columns[f"{name}_label"] = [None if d is None else d.label for d in distances]
        columns[f"{name}_point"] = [
            None if d is None else " ".join(str(x) for x in d.point) for d in distances
        ]
    with replacing(path) as temporary:
        if Path(path).suffix.lower() == ".csv":
            with temporary.open("w", newline="", encoding="utf-8") as stream:
                writer = csv.writer(stream, lineterminator="\n")
                writer.writerow(columns)
                writer.writerows(zip(*columns.values(), strict=True))
            return
        import pyarrow
        import pyarrow.parquet

        types = {
            "point": pyarrow.int64(),
            "label": pyarrow.int64(),
            "complete": pyarrow.bool_(),
            "tie_float": pyarrow.float64(),
            "flip_float": pyarrow.float64(),
            "tie_label": pyarrow.int64(),
            "flip_label": pyarrow.int64(),
        }
        table = pyarrow.table(
            {
                name: pyarrow.array(values, type=types.get(name, pyarrow.string()))
                for name, values in columns.items()
            }
        )
        pyarrow.parquet.write_table(table, temporary)


def _text(number: Fraction | None) -> str | None:
    return None if number is None else str(number)
