"""The rows of a table as read: patterns and witnesses, with the types that they must have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linreg.errors import UnreadableFile
from linreg.regions.tables.header import Header
from linreg.wording import counted

Texts = dict[int, tuple[str, ...]]
"""Exact witnesses by the index of their region."""


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """The rows of a table, before they are checked against a network.

    Attributes
    ----------
    patterns : integer array, shape (regions, units)
    witnesses : float64 array, shape (regions, inputs)
    exact : dict
        Texts of the exact witnesses that the table spells out, by index.
    """

    patterns: np.ndarray  # (regions, units)
    witnesses: np.ndarray  # (regions, inputs)
    exact: Texts


def check_rows(found: int, header: Header) -> None:
    """Refuse a table that has another number of rows than it says.

    Raises
    ------
    UnreadableFile
    """
    if found != header.activation_regions:
        raise UnreadableFile(
            f"it says that it has {counted(header.activation_regions, 'row')}, and has {found:,}; "
            "the file may have been cut short"
        )


def first_changes(patterns: np.ndarray, start: int = 0) -> np.ndarray:
    """The first unit in which each pattern differs from the one before it, which is smaller there.

    Raises
    ------
    UnreadableFile
        If one does not come after the one before; the message names its row, counted from `start`.
    """
    differs = patterns[1:] != patterns[:-1]
    # 0 where none does.
    first = differs.argmax(axis=1) if patterns.shape[1] else np.zeros(len(differs), dtype=int)
    rows = np.arange(len(first))
    if patterns.shape[1]:
        rises = patterns[1:][rows, first] > patterns[:-1][rows, first]
    else:
        rises = np.zeros(len(first), dtype=bool)
    if not rises.all():
        k = start + int(np.flatnonzero(~rises)[0]) + 1
        raise UnreadableFile(
            f"row {k}: patterns must come sorted and each once, and this one does not come after "
            "the one before"
        )
    return first


def line_of(error: BaseException) -> str:
    """The first line of what a library says, for a message of one line."""
    return (str(error) or type(error).__name__).splitlines()[0]
