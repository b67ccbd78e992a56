"""Machine code: the rows of a leaf program, in floats, as sparse rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from linreg.kernel.bounds.tables import Bounds, BoundTables
from linreg.kernel.bounds.units import POINT
from linreg.kernel.bounds.walk import FREE, OFF
from linreg.kernel.machine import compiled, entry, first_use

_UNIT = 2.0**-POINT


class LeafRows(NamedTuple):
    """The rows of a leaf program, those that are asked last; the last column is that of t.

    Attributes
    ----------
    starts, columns, values : arrays
        Of the rows, sparse.
    sides : float64 array
        What each row is at least.
    tops : float64 array, shape (free,)
        The greatest output of each free unit that is not split.
    free_units : int64 array, shape (free, 2)
        The stage and the row of each of these units.
    free_rows : int64 array, shape (free,)
        The first of its two rows in the program.
    split_rows : int64 array, shape (splits, 3)
        Of each split unit the stage, the row, and its row in the program.
    """

    starts: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    sides: np.ndarray
    tops: np.ndarray
    free_units: np.ndarray
    free_rows: np.ndarray
    split_rows: np.ndarray


def rows_of_leaf(
    tables: BoundTables,
    bounds: Bounds,
    splits: Mapping[tuple[int, int], bool],
    n_inputs: int,
    asked: Sequence[int],
    offsets: Sequence[float],
) -> LeafRows:
    """The rows of the program on a box with these bounds, whose free units may be split.

    `splits` says which of them are taken to be on, and which off; `asked` are the forms that are to
    be non-negative, each less its offset.
    """
    split = np.zeros(bounds.codes.shape, dtype=np.int8)
    for unit, on in splits.items():
        split[unit] = 1 if on else 2
    free = int((bounds.codes == FREE).sum()) - len(splits)
    width = n_inputs + free + 1
    size = 2 * free + len(splits) + len(asked)
    state = np.empty((max(tables.W.shape[1:]), width))
    most = bounds.upper * _UNIT
    free_units = np.empty((free, 2), dtype=np.int64)
    free_rows = np.empty(free, dtype=np.int64)
    split_rows = np.empty((len(splits), 3), dtype=np.int64)
    starts = np.empty(size + 1, dtype=np.int32)
    index, value = np.empty(size * width, dtype=np.int32), np.empty(size * width)
    sides = np.empty(size)
    with first_use(write_rows):
        write_rows(
            tables.F,
            tables.f,
            tables.rows,
            tables.units,
            bounds.codes,
            bounds.lower * _UNIT,
            most,
            split,
            np.array(asked, dtype=np.int64),
            np.array(offsets, dtype=np.float64),
            n_inputs,
            state,
            np.empty_like(state),
            free_units,
            free_rows,
            split_rows,
            starts,
            index,
            value,
            sides,
        )
    last = starts[-1]
    tops = most[free_units[:, 0], free_units[:, 1]]
    return LeafRows(
        starts, index[:last], value[:last], sides, tops, free_units, free_rows, split_rows
    )


@compiled
def _write(
    form: np.ndarray,
    columns: int,
    sign: float,
    own: int,
    by: float,
    fall: float,
    starts: np.ndarray,
    index: np.ndarray,
    value: np.ndarray,
    row: int,
) -> None:
    """Append the row sign * form + by * own + fall * t."""
    at = starts[row]
    for k in range(columns):
        entry_ = sign * form[k]
        if k == own:
            entry_ += by
        if entry_ != 0.0:
            index[at] = k
            value[at] = entry_
            at += 1
    if fall != 0.0:
        index[at] = columns
        value[at] = fall
        at += 1
    starts[row + 1] = at


@entry
def write_rows(
    weights: np.ndarray,
    biases: np.ndarray,
    rows: np.ndarray,
    units: np.ndarray,
    codes: np.ndarray,
    least: np.ndarray,
    most: np.ndarray,
    splits: np.ndarray,
    asked: np.ndarray,
    offsets: np.ndarray,
    inputs: int,
    state: np.ndarray,
    z: np.ndarray,
    free_units: np.ndarray,
    free_rows: np.ndarray,
    split_rows: np.ndarray,
    starts: np.ndarray,
    index: np.ndarray,
    value: np.ndarray,
    sides: np.ndarray,
) -> int:
    """Write the rows of a leaf program, each at least its side; returns how many there are.

    Columns are the inputs, the outputs of free units that are not split, in order, and t last.
    `splits` is 1 where a unit is taken to be on, and 2 where off. Rows that are asked come last.
    """
    last = rows.shape[0] - 1
    columns = inputs + free_units.shape[0]
    starts[0] = 0
    for i in range(inputs):
        for k in range(columns + 1):
            state[i, k] = 0.0
        state[i, i] = 1.0
    below = inputs
    row, free, split = 0, 0, 0
    for s in range(last + 1):
        size = rows[s]
        for i in range(size):
            for k in range(columns + 1):
                z[i, k] = 0.0
            z[i, columns] = biases[s, i]
            for j in range(below):
                by = weights[s, i, j]
                if by != 0.0:
                    for k in range(columns + 1):
                        z[i, k] += by * state[j, k]
        if s == last:
            break
        for i in range(size):
            # What the stage makes of its pre-activation, in the place of the stage before.
            for k in range(columns + 1):
                state[i, k] = z[i, k]
            if i >= units[s]:
                continue
            code = codes[s, i]
            if code == OFF or splits[s, i] == 2:
                for k in range(columns + 1):
                    state[i, k] = 0.0
            if code != FREE:
                continue
            constant = z[i, columns]
            if splits[s, i] != 0:
                sign = 1.0 if splits[s, i] == 1 else -1.0
                _write(z[i], columns, sign, -1, 0.0, -1.0, starts, index, value, row)
                sides[row] = -sign * constant
                split_rows[split, 0], split_rows[split, 1], split_rows[split, 2] = s, i, row
                split += 1
                row += 1
                continue
            own = inputs + free
            slope = most[s, i] / (most[s, i] - least[s, i])
            _write(z[i], columns, -1.0, own, 1.0, 0.0, starts, index, value, row)
            sides[row] = constant
            _write(z[i], columns, slope, own, -1.0, 0.0, starts, index, value, row + 1)
            sides[row + 1] = -slope * (constant - least[s, i])
            free_units[free, 0], free_units[free, 1], free_rows[free] = s, i, row
            row += 2
            free += 1
            for k in range(columns + 1):
                state[i, k] = 0.0
            state[i, own] = 1.0
        below = size
    for j in range(asked.shape[0]):
        i = asked[j]
        _write(z[i], columns, -1.0, -1, 0.0, -1.0, starts, index, value, row)
        sides[row] = z[i, columns] + offsets[j]
        row += 1
    return row
