"""Machine code: from one region to the next, along the tree of prefixes of sorted patterns.

All regions are known, so a unit on which all regions with a prefix agree does not cut the cell of
that prefix. What cuts is a unit at which the prefix branches, and of the rows of a stage only those
of such units are worked out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from linreg.kernel.data.frames import as_frame
from linreg.kernel.data.polygons import Plane
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import Maps
from linreg.kernel.machine import NONE, compiled
from linreg.kernel.maps.composing import compose, select, sum_row
from linreg.kernel.outlines.lookup import Lookup, piece_of
from linreg.kernel.plane.lines import draw, draw_form, relate, trace_outputs

UNIT, FIRST, HEAD, AT, NODE = range(5)
"""Places in a node: its unit, its first region, the last region of its first part, and that before
its current part, or -1 in the first one."""

DEPTH, WHOLE, SELECTED, PLACES = range(4)
"""Places in the state: how many nodes there are on the path; how many stages have all of their rows
in place; the last stage whose inputs are selected."""


@as_frame
class Path(NamedTuple):
    """The nodes above a region, and the maps that go with its pattern."""

    splits: np.ndarray  # (regions - 1,) the first unit that differs between a region and the next
    after: np.ndarray  # (regions - 1,) the next place whose unit is not above this one's
    pieces: np.ndarray  # (units,)
    nodes: np.ndarray  # (units + 1, NODE)
    chain: np.ndarray  # (units + 1,) the first nodes' heads, while a region is looked up
    state: np.ndarray  # (PLACES,)
    stamps: np.ndarray  # (stages,) which entry of each stage this is
    row_stamps: np.ndarray  # (rows,) for which entry a row was worked out by itself
    widths: np.ndarray  # (stages,) as `trace_outputs` found them


def path_for(t: Tables, splits: np.ndarray) -> Path:
    """Memory for regions that differ first in these units; int64, shape (regions - 1,)."""

    def ints(*shape: int) -> np.ndarray:
        return np.zeros(shape, dtype=np.int64)

    units = len(t.units)
    return Path(
        np.ascontiguousarray(splits, dtype=np.int64),
        ints(len(splits)),
        ints(units),
        ints(units + 1, NODE),
        ints(units + 1),
        ints(PLACES),
        ints(t.n_stages),
        ints(len(t.rows)),
        ints(t.n_stages),
    )


@compiled
def turn_to(t: Tables, path: Path, lookup: Lookup, i: int) -> int:
    """Put a region's pieces in place of those before: the first unit that differs, -1 at first."""
    state = path.state
    if i == 0:
        _find_after(path)
        state[WHOLE] = 0
        state[SELECTED] = 0
    split = path.splits[i - 1] if i > 0 else NONE
    first = max(split, 0)
    for u in range(first, len(t.units)):
        path.pieces[u] = piece_of(lookup, i, u)
    s = t.rows[t.units[first].row].stage if len(t.units) > 0 else 0
    state[WHOLE] = min(state[WHOLE], s + 1)
    state[SELECTED] = min(state[SELECTED], s)
    for later in range(s + 1, t.n_stages):
        path.stamps[later] += 1
    return split


@compiled
def _find_after(path: Path) -> None:
    """Find, for each place, the next one whose unit is not above its own."""
    size = len(path.splits)
    for k in range(size - 1, -1, -1):
        j = k + 1
        while j < size and path.splits[j] > path.splits[k]:
            j = path.after[j]
        path.after[k] = j


@compiled
def has_more(path: Path, k: int) -> bool:
    """Whether the part behind place k is followed by another one of the same node."""
    j = path.after[k]
    return j < len(path.splits) and path.splits[j] == path.splits[k]


@compiled
def begin_nodes(path: Path, i: int, split: int) -> int:
    """Write the heads of nodes below `split` whose first region this is, innermost first."""
    size = len(path.splits)
    m, k = 0, i
    while k < size and path.splits[k] > split:
        path.chain[m] = k
        m += 1
        while has_more(path, k):
            k = path.after[k]
        k = path.after[k]
    return m


@compiled
def push(path: Path, i: int, head: int) -> int:
    """Put a node on the path, with its first part: its number."""
    d = path.state[DEPTH]
    node = path.nodes[d]
    node[UNIT] = path.splits[head]
    node[FIRST] = i
    node[HEAD] = head
    node[AT] = -1
    path.state[DEPTH] = d + 1
    return d


@compiled
def pop_to(path: Path, i: int, split: int) -> int:
    """Leave the nodes below `split`; the number of the one whose next part this region begins."""
    d = path.state[DEPTH]
    while path.nodes[d - 1, UNIT] > split:
        d -= 1
    path.state[DEPTH] = d
    path.nodes[d - 1, AT] = i - 1
    return d - 1


@compiled
def put_unit(t: Tables, maps: Maps, plane: Plane, path: Path, u: int) -> None:
    """Put the rows of a unit in place, and in the plane their lines."""
    unit = t.units[u]
    s = t.rows[unit.row].stage
    state = path.state
    for q in range(state[WHOLE], max(s, 1)):
        compose(t, maps, q, path.pieces)
        if t.dim <= 2:
            draw(t, maps, plane, q, path.pieces)
        state[WHOLE] = q + 1
        state[SELECTED] = max(state[SELECTED], q)
    if s < state[WHOLE]:
        return
    if state[SELECTED] < s:
        select(t, maps, s - 1, path.pieces)
        maps.made[s] = 0  # not all rows will be added up that read what has changed
        if t.dim <= 2:
            path.widths[s] = trace_outputs(t, maps, plane, s, path.pieces)
        state[SELECTED] = s
    last = unit.row + (unit.size if unit.is_max else 1)
    if path.row_stamps[unit.row] == path.stamps[s]:
        return
    for r in range(unit.row, last):
        sum_row(t, maps, s, r)
        if t.dim <= 2:
            relate(t, plane, s, r, path.widths[s])
        path.row_stamps[r] = path.stamps[s]
    if t.dim <= 2 and not unit.is_max:
        for f in range(unit.form, unit.form + unit.size):
            draw_form(t, maps, plane, s, f)
