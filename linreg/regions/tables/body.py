"""What is read of a table's rows: patterns and witnesses, with the types that they must have."""

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


def line_of(error: BaseException) -> str:
    """The first line of what a library says, for a message of one line."""
    return (str(error) or type(error).__name__).splitlines()[0]
