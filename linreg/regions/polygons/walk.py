"""All regions as shapes, in floats: the tree of prefixes, unit after unit, in arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Generic

import numpy as np

from linreg.regions.polygons.branches import Branches
from linreg.regions.polygons.clipping import Shapes
from linreg.regions.polygons.stages import FloatStage

THIN = 1e-10
"""Relative to the frame: how near to a line a corner is taken to be on it."""

ROUNDING = 1e-13
"""Relative to the terms of a form: what rounding may have made of its constant."""

MAP_NUMBERS_AT_ONCE = 1 << 22
"""Numbers in the affine maps of one stage that are held at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Coordinates in which the frame is [-1, 1]^dim.

    Attributes
    ----------
    centre, half : float64 arrays, shape (dim,)
    """

    centre: np.ndarray
    half: np.ndarray

    def forms(self, forms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Forms (gradient, constant) in these coordinates, and what counts as zero of each."""
        shifts = forms[:, :-1] * self.centre
        scaled = np.empty_like(forms)
        scaled[:, :-1] = forms[:, :-1] * self.half
        scaled[:, -1] = forms[:, -1] + shifts.sum(axis=1)
        sizes = np.abs(forms[:, -1]) + np.abs(shifts).sum(axis=1)
        return scaled, THIN * np.abs(scaled[:, :-1]).sum(axis=1) + ROUNDING * sizes


@dataclass(frozen=True, slots=True, eq=False)
class WalkedShapes(Generic[Shapes]):
    """Shapes of a range of regions.

    Attributes
    ----------
    regions : int64 array, shape (shapes,)
    shapes : Rings or Bodies
    doubtful : int64 array
        Regions of which floats do not say whether the frame meets them.
    """

    regions: np.ndarray
    shapes: Shapes
    doubtful: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class _Cells(Generic[Shapes]):
    """Cells of prefixes through the stages before `stage`, as many as there are ranges.

    Attributes
    ----------
    starts, ends : int64 arrays, shape (cells,)
        The ranges of regions, increasing.
    parents : int64 array, shape (cells,)
        Their places in `state`.
    state : float64 array, shape (parents, outputs before, dim + 1)
        What the cell's stage before receives, as affine maps of the input.
    shapes : Rings or Bodies
    """

    stage: int
    starts: np.ndarray
    ends: np.ndarray
    parents: np.ndarray
    state: np.ndarray
    shapes: Shapes

    def take(self, chosen: np.ndarray) -> _Cells[Shapes]:
        """Some of the cells."""
        return _Cells(
            self.stage,
            self.starts[chosen],
            self.ends[chosen],
            self.parents[chosen],
            self.state,
            self.shapes.take(chosen),
        )


def walk(tree: Branches, scale: Scale, root: Shapes) -> Iterator[WalkedShapes[Shapes]]:
    """The shapes of all regions in coordinates of the frame, range by range.

    Parameters
    ----------
    tree : Branches
    scale : Scale
    root : Rings or Bodies
        The frame, or what the domain leaves of it: one shape.
    """
    stages = [FloatStage.of(stage) for stage in tree.network.stages]
    dim = tree.network.input_dim
    one = np.zeros(1, dtype=np.int64)
    waiting = [
        _Cells(0, one, one + len(tree), one, np.eye(dim, len(scale.half) + 1)[np.newaxis], root)
    ]
    while waiting:
        cells = waiting.pop()
        if cells.stage == len(stages):
            yield WalkedShapes(cells.starts, cells.shapes, cells.starts[:0])
            continue
        with np.errstate(all="ignore"):  # what is no number becomes a doubt
            cells, doubtful = _through(tree, scale, stages, cells)
        if len(doubtful):
            none = doubtful[:0]
            yield WalkedShapes(none, cells.shapes.take(none), doubtful)
        width = stages[cells.stage - 1].n_outputs * (len(scale.half) + 1)
        step = max(1, MAP_NUMBERS_AT_ONCE // max(width, 1))
        firsts = range(0, len(cells.starts), step)
        waiting += [cells.take(np.arange(i, min(i + step, len(cells.starts)))) for i in firsts]


def _through(
    tree: Branches, scale: Scale, stages: list[FloatStage], cells: _Cells[Shapes]
) -> tuple[_Cells[Shapes], np.ndarray]:
    """The cells of prefixes through the next stage, and the regions that are in doubt."""
    stage, first_unit = stages[cells.stage], tree.first_units[cells.stage]
    state = cells.state
    if cells.stage > 0:
        before = stages[cells.stage - 1]
        units = slice(tree.first_units[cells.stage - 1], first_unit)
        state = before.outputs(state[cells.parents], tree.patterns[cells.starts, units])
    cells = replace(cells, parents=np.arange(len(cells.starts)), state=state)
    doubtful = [np.zeros(0, dtype=np.int64)]
    for place in range(len(stage.units)):
        if not len(cells.starts):
            break
        unit = first_unit + place
        cuts = tree.at(unit)
        of = np.searchsorted(cells.starts, cuts, side="right") - 1
        is_ours = (of >= 0) & (cuts < cells.ends[of])
        cuts, of = cuts[is_ours], of[is_ours]
        splitting = np.unique(of) if tree.is_complete else np.arange(len(cells.starts))
        if not len(splitting):
            continue
        children, forsaken = _split(tree, scale, stage, place, unit, cells.take(splitting), cuts)
        doubtful += forsaken
        kept = np.ones(len(cells.starts), dtype=bool)
        kept[splitting] = False
        cells = _merged(cells.take(np.flatnonzero(kept)), children)
    return replace(cells, stage=cells.stage + 1), np.concatenate(doubtful)


def _split(
    tree: Branches,
    scale: Scale,
    stage: FloatStage,
    place: int,
    unit: int,
    cells: _Cells[Shapes],
    cuts: np.ndarray,
) -> tuple[_Cells[Shapes], list[np.ndarray]]:
    """The parts of cells on the pieces of a unit, and the regions that are in doubt."""
    starts = np.sort(np.concatenate([cells.starts, cuts + 1]))
    ends = np.sort(np.concatenate([cuts + 1, cells.ends]))
    of = np.searchsorted(cells.starts, starts, side="right") - 1
    parts = replace(cells.take(of), starts=starts, ends=ends)
    rows = stage.rows(place, cells.state, cells.parents)[of]
    doubtful = []
    for turn in range(stage.turns(place)):
        pieces = tree.patterns[parts.starts, unit].astype(np.int64)
        bounds, forms = stage.forms(place, turn, pieces, rows)
        bounds &= (forms != 0).any(axis=1)  # a form that is zero throughout says nothing
        which = np.flatnonzero(bounds)
        if not len(which):
            continue
        scaled, tol = scale.forms(forms[which])
        clipped, outcome = parts.shapes.take(which).clip(scaled, tol, unit)
        doubtful += [
            np.arange(parts.starts[i], parts.ends[i]) for i in which[outcome.doubtful].tolist()
        ]
        rest = np.flatnonzero(~bounds)
        places = np.concatenate([rest, which[outcome.left]])
        order = np.argsort(places, kind="stable")
        shapes = type(clipped).joined([parts.shapes.take(rest), clipped]).take(order)
        parts = replace(parts.take(places[order]), shapes=shapes)
        rows = rows[places[order]]
    return parts, doubtful


def _merged(some: _Cells[Shapes], others: _Cells[Shapes]) -> _Cells[Shapes]:
    """The cells of both, in order."""
    starts = np.concatenate([some.starts, others.starts])
    order = np.argsort(starts, kind="stable")
    return _Cells(
        some.stage,
        starts[order],
        np.concatenate([some.ends, others.ends])[order],
        np.concatenate([some.parents, others.parents])[order],
        some.state,
        type(some.shapes).joined([some.shapes, others.shapes]).take(order),
    )
