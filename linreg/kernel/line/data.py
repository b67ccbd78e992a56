"""What the sweep along segments reads and writes, as flat arrays that machine code takes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

ZERO_AT_CUT = 1
"""Of a piece: the breakpoint above it is exactly 0, and the output is 0 there."""

NO_INTERCEPT = 2
"""Of a piece: the intercept is 0."""

ZERO_PIECE = 4
"""Of a piece: the slope is 0 and the intercept too."""

PLAIN_SLOPE = 8
"""Of a piece: the slope is 0, 1 or -1, so that nothing is rounded by it."""


class LineTables(NamedTuple):
    """A network. Rows, outputs and units are numbered through all stages.

    Attributes
    ----------
    rows, units, outs : int64 array, shape (stages + 1,)
        The first of each stage.
    growth : float64 array, shape (stages,)
        Relative rounding of the sums that are a stage's rows; dimensionless.
    bias : float64 array, shape (rows,)
    plain : int64 array, shape (rows,)
        The output that a row is a multiple of, -1 if it is a sum or has a bias.
    dense : int64 array, shape (stages,)
        Where a stage's columns of weights begin in `weights`; -1 for one that is stored sparsely.
    weights : float64 array
        Columns, one output of the stage before after another.
    starts : int64 array, shape (outs + 1,)
        Where the sparse column of each output begins.
    terms_row : int64 array
    terms_weight : float64 array
    unit_row : int64 array, shape (units,)
        The first row that a unit reads.
    rank : int64 array, shape (units,)
        0 for a scalar unit, else the number of distinct candidates.
    table : int64 array, shape (units + 1,)
        Where a unit's table begins: its pieces, or its candidates.
    cut, slack, slope, intercept : float64 array
        By piece: the breakpoint above it and the bound on its rounding, then what it does.
    zero : uint8 array
        By piece: which of the four flags above it has.
    candidate : int64 array
        By candidate: its index.
    simple : bool array, shape (stages,)
        Whether all units of a stage are scalar with one breakpoint, which is 0.
    """

    rows: np.ndarray
    units: np.ndarray
    outs: np.ndarray
    growth: np.ndarray
    bias: np.ndarray
    plain: np.ndarray
    dense: np.ndarray
    weights: np.ndarray
    starts: np.ndarray
    terms_row: np.ndarray
    terms_weight: np.ndarray
    unit_row: np.ndarray
    rank: np.ndarray
    table: np.ndarray
    cut: np.ndarray
    slack: np.ndarray
    slope: np.ndarray
    intercept: np.ndarray
    zero: np.ndarray
    candidate: np.ndarray
    simple: np.ndarray


class LineWork(NamedTuple):
    """Where the sweep is. A line is `value + u * rise`, known up to `error` on its interval.

    Attributes
    ----------
    value, rise, error : float64 array, shape (rows,)
    out_value, out_rise, out_error : float64 array, shape (outs,)
    out_left, out_right : int64 array, shape (outs,)
        The event at which an output vanishes exactly, to its left and to its right; or -1.
    piece : int64 array, shape (units,)
    ends : float64 array, shape (stages, 4)
        Lower end of the stage's interval and the bound on its error, then the upper end.
    end_events : int64 array, shape (stages, 2)
        The events at the ends.
    event_at, event_error : float64 array
    event_unit, event_piece, event_zero, event_name : int64 array
    event_first, event_count, cursor, age : int64 array, shape (stages + 1,)
        Where a stage's events begin, how many there are, how many are past; and how many columns
        were added to a stage's rows since they were summed.
    quick : float64 array, shape (units,)
        Pieces that were found at once, or -1.
    """

    value: np.ndarray
    rise: np.ndarray
    error: np.ndarray
    out_value: np.ndarray
    out_rise: np.ndarray
    out_error: np.ndarray
    out_left: np.ndarray
    out_right: np.ndarray
    piece: np.ndarray
    ends: np.ndarray
    end_events: np.ndarray
    event_at: np.ndarray
    event_error: np.ndarray
    event_unit: np.ndarray
    event_piece: np.ndarray
    event_zero: np.ndarray
    event_name: np.ndarray
    event_first: np.ndarray
    event_count: np.ndarray
    cursor: np.ndarray
    age: np.ndarray
    quick: np.ndarray


class LineFound(NamedTuple):
    """What was found, segment after segment.

    Attributes
    ----------
    totals : int64 array, shape (4,)
        Breakpoints and switches so far; breakpoints before this segment; events so far.
    at, error : float64 array, shape (breakpoints,)
        Where pieces meet, as a share of the segment, and the bound on its error.
    first_switch : int64 array, shape (breakpoints,)
    unit, piece : int32 array, shape (switches,)
    patterns : uint16 array, shape (segments, units)
        Of the first piece of each segment.
    ends : int64 array, shape (segments, 2)
        Breakpoints and switches up to the segment's end.
    certain : bool array, shape (segments,)
    """

    totals: np.ndarray
    at: np.ndarray
    error: np.ndarray
    first_switch: np.ndarray
    unit: np.ndarray
    piece: np.ndarray
    patterns: np.ndarray
    ends: np.ndarray
    certain: np.ndarray
