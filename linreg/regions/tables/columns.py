"""The columns of a table of regions, a few thousand regions at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from math import prod

import numpy as np

from linreg.errors import UnwritableFile
from linreg.rational import MAX_TEXT, nearest_floats, rational
from linreg.regions.enumeration import Enumeration

COLUMNS = ("pattern", "witness", "exact_witness", "margin", "bounded", "affine_map")
"""Everything that a table can hold."""

DEFAULT_COLUMNS = COLUMNS[:3]
"""What a table holds unless other columns are asked for: enough to read the regions back."""

NUMBERS_AT_ONCE = 1 << 22
"""Numbers that are written at a time, so that memory does not grow with the number of regions."""

MOST_ROWS = 1 << 16
"""Most regions that are written at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A column of numbers.

    Attributes
    ----------
    name : str
    dtype : numpy dtype
    shape : tuple of int
        Of one region's entry; () for a single number.
    values : function
        From a range of regions to an array, shape (regions, *shape).
    joined_by : str or None
        What stands between the numbers where an entry is one text, which it is in CSV for
        patterns: nothing, or commas if some unit has more than 10 pieces.
    """

    name: str
    dtype: np.dtype
    shape: tuple[int, ...]
    values: Callable[[range], np.ndarray]
    joined_by: str | None = None

    @property
    def size(self) -> int:
        """How many numbers one region's entry holds."""
        return prod(self.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """The column of exact witnesses: a text such as "1/3" for each coordinate.

    Attributes
    ----------
    name : str
    size : int
        Number of coordinates.
    differing : sequence of int
        The regions whose float64 witness is not the exact one, in order.
    values : function
        From a region's index to its texts.
    """

    name: str
    size: int
    differing: Sequence[int]
    values: Callable[[int], tuple[str, ...]]


Column = Numbers | Texts


def check_columns(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns in the order of a table, each at most once.

    Raises
    ------
    ValueError
        If there are none, one is not known, or one is named twice.
    """
    if isinstance(columns, str):
        raise ValueError(f"columns: a list of names was expected, got {columns!r}")
    for name in columns:
        if name not in COLUMNS:
            near = get_close_matches(str(name), COLUMNS, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            raise ValueError(f"unknown column {name!r}{hint} Known: {', '.join(COLUMNS)}")
    if not columns or len(set(columns)) < len(columns):
        raise ValueError(f"columns: each is named once, and at least one: got {list(columns)}")
    return tuple(name for name in COLUMNS if name in columns)


def columns_of(regions: Enumeration, names: Sequence[str]) -> list[Column]:
    """The columns with these names."""
    makers: dict[str, Callable[[Enumeration], Column]] = {
        "pattern": _patterns,
        "witness": lambda r: _array("witness", r.witnesses),
        "exact_witness": _exact_witnesses,
        "margin": lambda r: _array("margin", r.margins),
        "bounded": lambda r: _array("bounded", r.bounded),
        "affine_map": _affine_maps,
    }
    return [makers[name](regions) for name in names]


def batches(rows: int, columns: Sequence[Column]) -> Iterator[range]:
    """All regions, so many at a time that the columns' parts fit into memory."""
    step = max(1, min(MOST_ROWS, NUMBERS_AT_ONCE // (1 + sum(column.size for column in columns))))
    for start in range(0, rows, step):
        yield range(start, min(start + step, rows))


def _array(name: str, array: np.ndarray, joined_by: str | None = None) -> Numbers:
    def values(part: range) -> np.ndarray:
        return array[part.start : part.stop]

    return Numbers(name, array.dtype, array.shape[1:], values, joined_by)


def _patterns(regions: Enumeration) -> Numbers:
    units = regions.problem.network.units
    comma = "," if any(unit.n_pieces > 10 for unit in units) else ""
    return _array("pattern", regions.patterns, comma)


def _exact_witnesses(regions: Enumeration) -> Texts:
    def texts(index: int) -> tuple[str, ...]:
        # python-flint's text, since Python refuses to spell integers of more than 4300 digits.
        entries = tuple(str(rational(entry)) for entry in regions.exact_witness(index))
        longest = max(map(len, entries))
        if longest > MAX_TEXT:
            raise UnwritableFile(
                f"region {index}: an exact witness of {longest} digits cannot be written; at most "
                f"{MAX_TEXT} are read"
            )
        return entries

    dim = regions.problem.network.input_dim
    return Texts("exact_witness", dim, sorted(regions.exact), texts)


def _affine_maps(regions: Enumeration) -> Numbers:
    network = regions.problem.network
    shape = (network.readout.n_outputs, network.input_dim + 1)

    def values(part: range) -> np.ndarray:
        maps = np.empty((len(part), *shape))
        for place, index in enumerate(part):
            maps[place] = nearest_floats(regions[index].exact_affine_map.rows)
        return maps

    return Numbers("affine_map", np.dtype(np.float64), shape, values)
