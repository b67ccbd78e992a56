"""Networks and tables that are given as files, known by what they hold."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from hashlib import sha256
from math import isfinite
from pathlib import Path

import numpy as np

from linreg.datasets.spec import MOST_NETWORKS, GivenFile
from linreg.domains import Domain, WholeSpace
from linreg.errors import InvalidSpec, UnreadableFile
from linreg.files import read_bytes
from linreg.json_values import nearest, shown
from linreg.network import Network
from linreg.readers import load, load_domain

MOST_CLASSES = 1000
"""Most classes of a target column: more would be numbers and no classes."""


def given_files(patterns: Sequence[str], folder: Path) -> tuple[GivenFile, ...]:
    """The files that patterns name, sorted by name; each once.

    Raises
    ------
    InvalidSpec
        If a pattern names no file, or there are too many.
    """
    found: dict[str, GivenFile] = {}
    for i, pattern in enumerate(patterns):
        try:
            paths = [path for path in _matching(folder, pattern) if path.is_file()]
        # A pattern with a drive and no folder, as Windows has them, is NotImplementedError.
        except (ValueError, NotImplementedError, OSError) as error:
            raise InvalidSpec(f"files[{i}]: {shown(pattern)} is no pattern: {error}") from None
        if not paths:
            raise InvalidSpec(f"files[{i}]: no file matches {shown(pattern)} in {folder}")
        if len(found) + len(paths) > MOST_NETWORKS:
            raise InvalidSpec(f"files[{i}]: at most {MOST_NETWORKS:,} networks were expected")
        for path in paths:
            given = given_file(path, folder)
            found.setdefault(given.name, given)
    return tuple(found[name] for name in sorted(found))


def given_file(path: Path, folder: Path) -> GivenFile:
    """A file, by its name as seen from a folder and by what it holds."""
    digest = sha256(read_bytes(path)).hexdigest()
    name = path.relative_to(folder) if path.is_relative_to(folder) else path
    return GivenFile(str(path.resolve()), name.as_posix(), digest)


def _matching(folder: Path, pattern: str) -> list[Path]:
    whole = Path(pattern)
    if whole.is_absolute():
        anchor = Path(whole.anchor)
        return list(anchor.glob(str(whole.relative_to(anchor))))
    return list(folder.glob(pattern))


def check_unchanged(given: GivenFile) -> bytes:
    """What a file holds, if it is what it held before.

    Raises
    ------
    UnreadableFile
        If it cannot be read, or has changed.
    """
    data = read_bytes(given.path)
    if sha256(data).hexdigest() != given.sha256:
        raise UnreadableFile(
            f"{given.path}: the file was changed since the run began; start again in a new folder"
        )
    return data


def network_in(given: GivenFile) -> Network:
    """The network of a file that has not changed."""
    check_unchanged(given)
    return load(given.path)


def domain_in(given: GivenFile) -> Domain:
    """The domain in a network's file; the whole space if there is none."""
    domain = load_domain(given.path)
    return WholeSpace(load(given.path).input_dim) if domain is None else domain


def points_and_classes(given: GivenFile, target: str) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of a CSV table, and the classes in its target column.

    Returns
    -------
    points : float64 array, shape (rows, other columns)
    classes : array of str, shape (rows,)

    Raises
    ------
    InvalidSpec
        If it is no table of numbers with at least two classes.
    """
    try:
        text = check_unchanged(given).decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidSpec(f"data: {given.name}: not a CSV file: {error}") from None
    if not rows:
        raise InvalidSpec(f"data: {given.name}: the table is empty; a line of names was expected")
    names, rows = rows[0], rows[1:]
    if target not in names:
        raise InvalidSpec(
            f"target: {given.name} has no column {shown(target)}{nearest(target, names)}"
        )
    at = names.index(target)
    numbers = []
    for line, row in enumerate(rows, start=2):
        if len(row) != len(names):
            raise InvalidSpec(
                f"data: {given.name}: row {line} has {len(row)} entries, and {len(names)} were "
                "expected"
            )
        numbers.append(
            [_number(given.name, line, names[i], entry) for i, entry in enumerate(row) if i != at]
        )
    classes = np.array([row[at] for row in rows])
    known = len(set(classes.tolist()))
    if not 2 <= known <= MOST_CLASSES:
        raise InvalidSpec(
            f"target: 2 to {MOST_CLASSES} classes were expected in column {shown(target)}, got "
            f"{known}"
        )
    return np.array(numbers, dtype=np.float64).reshape(len(rows), len(names) - 1), classes


def _number(file: str, line: int, name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise InvalidSpec(
            f"data: {file}: row {line}: a number was expected in column {shown(name)}, got "
            f"{shown(text)}"
        )
    return number
