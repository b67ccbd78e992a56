"""The recursive explorer: cells split stage by stage and unit by unit until every piece is fixed.

Every unit of a stage is tested once on a cell. What is proved not to cut the cell leaves the whole
subtree below it; points found on the other side of a unit are kept, and where two kept points of a
child lie on different sides of a unit, the unit cuts the child and needs no test. The tree is
walked with a list, so depth has no limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from flint import fmpq

from linreg.explore.cells import Cell, first_cell
from linreg.explore.sink import Sink
from linreg.polyhedra import Multipliers, Point, PointedPolyhedron, Solver, enclosing_box
from linreg.problem.problem import Problem
from linreg.problem.stage_on_cell import TIED, KnownPoint

FORMS_FOR_BOX = 4
"""Forms to test, for each dimension, from which on the cell's bounding box is found first.

The box takes two linear programs a dimension and settles many of the forms without another."""


@dataclass(slots=True)
class Tally:
    """What an exploration has found and done so far.

    Attributes
    ----------
    regions : int
    cells : list of int, length stages
        Full-dimensional cells of prefixes through each stage.
    share : float
        The part of the tree that is finished, from 0 to 1.
    """

    regions: int = 0
    cells: list[int] = field(default_factory=list)
    share: float = 0.0


def explore(
    problem: Problem,
    cells: list[Cell],
    sink: Sink,
    tally: Tally,
    solver: Solver,
    *,
    budget: int,
    limit: int | None = None,
) -> list[Cell]:
    """Split cells until the budget is spent, and return those that are left.

    Parameters
    ----------
    problem : Problem
    cells : list of Cell
        Taken from the end; consumed.
    sink : Sink
    tally : Tally
        Added to.
    solver : Solver
    budget : int
        How many cells to take at most.
    limit : int, optional
        Stop when the tally has this many regions.
    """
    pending = cells
    while pending and budget > 0 and (limit is None or tally.regions < limit):
        budget -= 1
        pending += split(problem, pending.pop(), sink, tally, solver)
    return pending


def begin(problem: Problem, tally: Tally) -> list[Cell]:
    """The cells to start from: the whole interior of the domain."""
    tally.cells = [0] * len(problem.network.stages)
    return [first_cell(problem)]


def split(problem: Problem, cell: Cell, sink: Sink, tally: Tally, solver: Solver) -> list[Cell]:
    """The cells that a cell splits into; none if it is a region, which goes to the sink."""
    cell, plane = decide_hyperplanes(cell, sink, solver)
    if plane is not None:
        sink.cut(plane)
        return [cell.beyond(plane, side, cell.share / 2) for side in (1, -1)]
    cell, contest = decide_contests(cell, sink, solver)
    if contest is not None:
        alive = cell.alive[contest]
        sink.won(contest, alive)
        return [cell.won_by(contest, winner, cell.share / len(alive)) for winner in alive]
    pieces = cell.on_cell.pieces(cell.signs, [winner for (winner,) in cell.alive])
    if problem.integer_stages:
        tally.cells[cell.stage] += 1
    if cell.stage + 1 < len(problem.network.stages):
        return [cell.next_stage(problem, pieces)]
    tally.regions += 1
    tally.share += cell.share
    sink.region((*cell.pattern, *pieces), cell)
    return []


def decide_hyperplanes(cell: Cell, sink: Sink, solver: Solver) -> tuple[Cell, int | None]:
    """The cell with every hyperplane decided that does not cut it, and one that does."""
    if not cell.signs:
        return cell, None
    undecided = np.array(cell.signs) == 0
    sides = np.array([known_point.signs for known_point in cell.known_points])
    lowest, highest = sides.min(axis=0), sides.max(axis=0)
    unknown = np.flatnonzero(undecided & ((lowest >= 0) | (highest <= 0)))
    if unknown.size == 0:
        return cell, _most_even(undecided, sides)
    planes = cell.on_cell.hyperplanes
    signs, known_points = list(cell.signs), list(cell.known_points)
    first = known_points[0]
    pointed = cell.pointed(solver)

    def saw(point: Point) -> None:
        known_point = cell.on_cell.known_point(point)
        known_points.append(known_point)
        np.minimum(lowest, known_point.signs, out=lowest)
        np.maximum(highest, known_point.signs, out=highest)

    if unknown.size > FORMS_FOR_BOX * len(first.point.floats):
        box = enclosing_box(pointed)
        for h in unknown.tolist():
            side = box.side(planes.rows[h])
            if side != 0:
                signs[h] = side
                form = planes.rows[h] if side > 0 else [-entry for entry in planes.rows[h]]
                sink.no_cut(h, side, box.proof(form))
        unknown = unknown[[signs[h] == 0 for h in unknown]]
    shots = pointed.shots(planes.normals[unknown], first.floats[unknown])
    for h, shot in zip(unknown.tolist(), shots, strict=True):
        if lowest[h] < 0 < highest[h]:
            continue
        side, row = first.signs[h], planes.rows[h]
        if side == 0:
            for point in pointed.step_from(planes.normals[h], row):
                saw(point)
            continue
        form = row if side > 0 else [-entry for entry in row]
        answer: Point | Multipliers | None = None
        if shot is not None:
            answer = pointed.confirm(shot, [[-entry for entry in form]])
        if answer is None:
            answer = pointed.below(form, side * planes.normals[h], side * float(first.floats[h]))
        if isinstance(answer, Point):
            saw(answer)
        else:
            signs[h] = side
            sink.no_cut(h, side, answer)
    tested = replace(cell, signs=tuple(signs), known_points=known_points)
    return tested, _most_even(np.array(signs) == 0, np.array([s.signs for s in known_points]))


def _most_even(undecided: np.ndarray, sides: np.ndarray) -> int | None:
    """The undecided hyperplane whose sides share the points most evenly, so that both know most."""
    if not undecided.any():
        return None
    fewest = np.minimum((sides > 0).sum(axis=0), (sides < 0).sum(axis=0))
    return int(np.argmax(np.where(undecided, fewest, -1)))


def decide_contests(cell: Cell, sink: Sink, solver: Solver) -> tuple[Cell, int | None]:
    """The cell without the candidates that win nowhere in it, and a contest that is still open."""
    open_contests = [c for c, candidates in enumerate(cell.alive) if len(candidates) > 1]
    if not open_contests:
        return cell, None
    alive, known_points = list(cell.alive), list(cell.known_points)
    pointed = cell.pointed(solver)
    losing = _lose_on_box(cell, open_contests, pointed)
    for contest in open_contests:
        winning = []
        for candidate in cell.alive[contest]:
            if not _wins_somewhere(known_points, contest, candidate):
                leads = cell.leads(contest, candidate)
                answer = losing.get((contest, candidate)) or pointed.meet(leads)
                if isinstance(answer, Multipliers):
                    sink.loses(contest, candidate, answer)
                    continue
                known_points.append(cell.on_cell.known_point(answer))
            winning.append(candidate)
        alive[contest] = tuple(winning)
    tested = replace(cell, alive=tuple(alive), known_points=known_points)
    return tested, next((c for c, candidates in enumerate(alive) if len(candidates) > 1), None)


def _lose_on_box(
    cell: Cell, open_contests: Sequence[int], pointed: PointedPolyhedron
) -> dict[tuple[int, int], Multipliers]:
    """The (contest, candidate) that stay behind the winner at the first point, with the proof.

    Only where there are enough of them for the cell's bounding box to pay.
    """
    first = cell.known_points[0]
    behind = [
        (contest, candidate)
        for contest in open_contests
        for candidate in cell.alive[contest]
        if first.winners[contest] not in (candidate, TIED)
    ]
    if len(behind) <= FORMS_FOR_BOX * len(first.point.floats):
        return {}
    box = enclosing_box(pointed)
    losing = {}
    for contest, candidate in behind:
        rivals = [rival for rival in cell.alive[contest] if rival != candidate]
        place = rivals.index(first.winners[contest])
        lead = cell.leads(contest, candidate)[place]
        if box.side(lead) < 0:
            # The lead and the rows that prove its negative add up to a constant <= 0.
            proof = box.proof([-entry for entry in lead])
            one = {len(pointed.rows) + place: fmpq(1)}
            losing[contest, candidate] = Multipliers.of_rationals(proof.by_row | one)
    return losing


def _wins_somewhere(known_points: Sequence[KnownPoint], contest: int, candidate: int) -> bool:
    return any(known_point.winners[contest] == candidate for known_point in known_points)
