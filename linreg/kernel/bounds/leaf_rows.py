"""Machine code: the rows of a leaf program, in floats, as sparse rows."""

from __future__ import annotations

import numpy as np

from linreg.kernel.bounds.walk import FREE, OFF
from linreg.kernel.machine import compiled, entry


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
def leaf_rows(
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
    `splits` is 1 where a unit is taken to be on, and 2 where off. Of each free unit `free_units`
    holds the stage and the row, and `free_rows` the first of its two rows in the program; of each
    split unit `split_rows` holds the stage, the row, and its row in the program. Rows that are
    asked come last.
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
