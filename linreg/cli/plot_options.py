"""How the options of `plot` are read, and the points in its CSV files."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import numpy as np
import typer

from linreg.cli.plot_kinds import KINDS
from linreg.errors import UnreadableFile
from linreg.files import read_bytes
from linreg.json_values import nearest, shown
from linreg.pictures.fills import NAMES
from linreg.pictures.films import LONGEST, SHORTEST
from linreg.wording import expected

LARGEST_SIDE, MOST_DPI = 100.0, 2400.0


def kind_of(text: str) -> str:
    """What is drawn."""
    if text not in KINDS:
        raise typer.BadParameter(f"{shown(text)} is not known{nearest(text, KINDS)}")
    return text


def color_of(text: str) -> str:
    """What regions are coloured by."""
    if text not in (*NAMES[:-1], "none") and not re.fullmatch(r"output:\d+", text):
        raise typer.BadParameter(f"{shown(text)} is not known{nearest(text, (*NAMES, 'none'))}")
    return text


def boundary_of(text: str) -> Any:
    """The largest output, one output, or a pair."""
    if text == "class":
        return True
    if not re.fullmatch(r"\d{1,9}(,\d{1,9})?", text):
        raise typer.BadParameter(
            f"class, the number of an output K or a pair I,J was expected, got {shown(text)}"
        )
    numbers = tuple(int(part) for part in text.split(","))
    return numbers[0] if len(numbers) == 1 else numbers


def size_of(text: str) -> tuple[float, float]:
    """Width and height in inches."""
    parts = re.split("[x,]", text)
    try:
        width, height = (float(part) for part in parts)
    except ValueError:
        width = height = 0.0
    if not (0.5 <= width <= LARGEST_SIDE and 0.5 <= height <= LARGEST_SIDE):
        raise typer.BadParameter(
            f"width and height in inches, as in 6x4, were expected, got {shown(text)}"
        )
    return width, height


def dots(text: str | float) -> float:
    """Dots per inch."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 10.0 <= number <= MOST_DPI:
        raise typer.BadParameter(
            f"a number from 10 to {MOST_DPI:g} was expected, got {shown(text)}"
        )
    return number


def seconds_of(text: str | float) -> float:
    """How long a film shows each network."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not SHORTEST <= number <= LONGEST:
        raise typer.BadParameter(
            f"a number from {SHORTEST:g} to {LONGEST:g} was expected, got {shown(text)}"
        )
    return number


def read_points(
    path: Path, dim: int, labels: str | None
) -> tuple[np.ndarray, np.ndarray | None] | np.ndarray:
    """The points in a CSV file, and their labels if a column is named.

    Raises
    ------
    UnreadableFile
        If the file is missing, or a line has not a number for each input.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableFile(f"{path}: no text in UTF-8") from None
    rows = [row for row in csv.reader(text.splitlines()) if any(cell.strip() for cell in row)]
    if not rows:
        raise UnreadableFile(f"{path}: no points in it")
    header = None if all(_is_number(cell) for cell in rows[0]) else [c.strip() for c in rows[0]]
    label_at = None
    if labels is not None:
        if header is None or labels not in header:
            known = "no line of names" if header is None else f"columns {', '.join(header)}"
            raise UnreadableFile(f"{path}: no column {labels!r}: it has {known}")
        label_at = header.index(labels)
    points, found = [], []
    for number, row in enumerate(rows[1 if header else 0 :], start=2 if header else 1):
        cells = [cell for k, cell in enumerate(row) if k != label_at]
        if len(cells) != dim or not all(_is_number(cell) for cell in cells):
            raise UnreadableFile(
                f"{path}: row {number}: {expected(dim, 'number')}, one for each input, got "
                f"{shown(','.join(row))}"
            )
        points.append([float(cell) for cell in cells])
        if label_at is not None:
            found.append(row[label_at].strip() if label_at < len(row) else "")
    places = np.array(points, dtype=np.float64).reshape(-1, dim)
    return (places, np.array(found)) if label_at is not None else places


def _is_number(cell: str) -> bool:
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False
