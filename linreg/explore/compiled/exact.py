"""Between machine code and exact arithmetic: nodes as cells, and cells as nodes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from flint import fmpz

from linreg.explore.cells import Cell
from linreg.explore.compiled.kernel import place
from linreg.explore.compiled.tables import Tables
from linreg.explore.compiled.work import (
    CLAIMS,
    ENTRY,
    KNOWN,
    NEGATIVE,
    OF_DOMAIN,
    OUTSIDE,
    POINTS,
    POSITIVE,
    SEEN,
    SHARED,
    SIDE,
    STAGE,
    WALLS,
    Work,
)
from linreg.explore.cornered import Cornered, is_for_corners, with_corners
from linreg.explore.integer import identity_state
from linreg.explore.level import TIED, Level, Sight
from linreg.explore.problem import Problem
from linreg.lp import Forms, IntegerRow, Multipliers, Point, Solver, decide_interior
from linreg.lp.proof import non_negative
from linreg.rational import primitive

REMEMBERED = 256
"""Levels of cells seen last that are kept: cells next to each other share theirs."""


class _Known(NamedTuple):
    """A level, and for each form its hyperplane and which of its sides is above."""

    level: Level
    marks: list[tuple[int | None, int]]


class Exactly:
    """What exact arithmetic makes of nodes."""

    def __init__(self, problem: Problem, tables: Tables) -> None:
        self._problem = problem
        self.tables = tables
        self._unit_of: list[int] = tables.forms["unit"].tolist()
        self._form_of: list[int] = tables.units["form"].tolist()
        self._spans: list[tuple[int, int, int]] = [
            (int(a["unit"]), int(a["form"]), int(b["form"])) for a, b in pairwise(tables.stages)
        ]
        self._levels: OrderedDict[tuple[int, ...], _Known] = OrderedDict()

    def cell(self, work: Work) -> Cell | Cornered | None:
        """The cell of the current node, or None if it is empty; without points yet.

        By its corners, where it has few.
        """
        t, tree, dim = self.tables, work.tree, self.tables.dim
        node = tree.node.tolist()
        s = node[STAGE]
        first = t.stages[s]
        pattern = tuple(node[tree.pieces : tree.pieces + int(first["unit"])])
        level = self.level(s, pattern)
        earlier: list[IntegerRow] = []
        here: list[tuple[int, int]] = []
        leads: list[IntegerRow] = []
        for i in range(node[WALLS]):
            row, rival = node[tree.walls + 2 * i], node[tree.walls + 2 * i + 1]
            if rival >= 0:
                target = earlier if t.rows["stage"][row] < s else leads
                target += self._leads(pattern, row, [rival])
                continue
            stage = int(t.rows["stage"][t.forms["row"][row]])
            plane, above = self._plane(pattern, stage, row)
            if plane is None:
                # Floats took a constant for a form that cuts: one of its sides is empty.
                if (rival == POSITIVE) != (above > 0):
                    return None
                continue
            side = above if rival == POSITIVE else -above
            if stage == s:
                here.append((plane, side))
            else:
                form = self.level(stage, pattern).hyperplanes.rows[plane]
                earlier.append(form if side > 0 else [-entry for entry in form])
        known = list(here)
        for f in range(int(first["form"]), int(t.stages[s + 1]["form"])):
            plane, above = self._plane(pattern, s, f)
            if plane is not None and _bit(tree.mask, t, KNOWN, f - int(first["form"])):
                side = 1 if _bit(tree.mask, t, SIDE, f - int(first["form"])) else -1
                known.append((plane, above * side))
        sides = dict(known)
        if any(sides[plane] != side for plane, side in known):
            return None  # on both sides of one hyperplane, that of several units
        signs = tuple(sides.get(plane, 0) for plane in range(len(level.hyperplanes)))
        cutting = tuple(dict.fromkeys(plane for plane, _ in here))
        share = float(tree.point[0])
        if is_for_corners(level):
            walls = (*self._problem.walls.rows, *earlier)
            cell = with_corners(pattern, s, level, walls, signs, cutting, share)
            if cell is not None:
                return cell if cell.corners else None
        bundles: tuple[Forms, ...] = (self._problem.walls, Forms(earlier, dim))
        if leads:
            rows = level.hyperplanes.rows
            closed = [rows[p] if side > 0 else [-e for e in rows[p]] for p, side in here]
            bundles = (*bundles, Forms(closed + leads, dim))
            cutting = ()
        alive = self._alive(level, node, work, s)
        return Cell(pattern, s, level, bundles, signs, cutting, alive, [], share)

    def see(self, cell: Cell, work: Work, solver: Solver) -> bool:
        """Give the current node's cell the points that are known inside; False if it is empty."""
        tree, dim = work.tree, self.tables.dim
        for i in range(int(tree.node[POINTS])):
            point = Point.of_floats(tree.point[1 + i * dim : 1 + (i + 1) * dim])
            if cell.holds(point):
                cell.sights.append(cell.level.sight(point))
        if not cell.sights:
            found = decide_interior(cell.rows(), dim, solver)
            if isinstance(found, Multipliers):
                return False
            cell.sights.append(cell.level.sight(found))
        return True

    def settle(self, work: Work) -> bool:
        """Prove what the current node claims, and fix those sides; whether all of it is true.

        The walls that machine code names for each claim are solved for exactly.
        """
        t, tree = self.tables, work.tree
        s = int(tree.node[STAGE])
        pattern = tuple(tree.node[tree.pieces : tree.pieces + int(t.stages[s]["unit"])].tolist())
        level = self.level(s, pattern)
        for claim in tree.claims[: tree.counters[CLAIMS]].tolist():
            f, walls = claim[0], claim[2 : 2 + claim[1]]
            local = f - int(t.stages[s]["form"])
            plane, above = self._plane(pattern, s, f)
            if plane is None:
                # Where a form is zero, so are its multiples, and none of them is positive.
                for g in np.flatnonzero(t.forms["twin"] == f).tolist():
                    side = self._plane(pattern, s, g)[1]
                    _fix(tree.mask, t, g - int(t.stages[s]["form"]), side)
                continue
            seen = 1 if _bit(tree.mask, t, SEEN, local) else -1
            row = level.hyperplanes.rows[plane]
            form = row if above * seen > 0 else [-entry for entry in row]
            rows = [self._wall(pattern, work, i) for i in walls]
            if not walls or non_negative(form, rows, range(len(walls))) is None:
                return False
            _fix(tree.mask, t, local, seen)
        return tree.counters[CLAIMS] > 0

    def _wall(self, pattern: Sequence[int], work: Work, i: int) -> IntegerRow:
        """A wall of the current node."""
        end = work.walls.ends[i]
        row, rival = int(end["row"]), int(end["rival"])
        if rival == OF_DOMAIN:
            return self._problem.walls.rows[i]
        if rival >= 0:
            return next(self._leads(pattern, row, [rival]))
        stage = int(self.tables.rows["stage"][self.tables.forms["row"][row]])
        plane, above = self._plane(pattern, stage, row)
        if plane is None:
            return [fmpz(0)] * self.tables.dim + [fmpz(1)]
        form = self.level(stage, pattern).hyperplanes.rows[plane]
        return form if (above > 0) == (rival == POSITIVE) else [-entry for entry in form]

    def write(self, cell: Cell, work: Work) -> bool:
        """Write what is decided of a cell into the current node, which is the same cell.

        False if machine code could not go on without asking again: it lacks floats on either side
        of what cuts the cell, or several candidates win.
        """
        tree = work.tree
        sights = [sight for sight in cell.sights if sight.point.is_float64]
        sights = _few(cell, sights, tree.most_points // 2)
        if not _can_split(cell, sights):
            return False
        self._write_sides(cell, work)
        self._write_sights(cell, sights, work)
        return True

    def place(self, cell: Cell, work: Work) -> bool:
        """Make a cell the current node; False if no float is certainly inside it."""
        t, tree = self.tables, work.tree
        sights = [sight for sight in cell.sights if sight.point.is_float64]
        if not sights:
            return False
        walls = [wall for s in range(cell.stage) for wall in self._bounds(cell.pattern, s)]
        walls += self._decided(cell)
        tree.node[:] = 0
        tree.node[STAGE], tree.node[WALLS] = cell.stage, len(walls)
        tree.node[SHARED], tree.node[ENTRY], tree.node[OUTSIDE] = 0, -1, -1
        tree.node[tree.pieces : tree.pieces + len(cell.pattern)] = cell.pattern
        flat = np.array(walls, dtype=np.int64).reshape(-1)
        tree.node[tree.walls : tree.walls + len(flat)] = flat
        tree.point[0] = cell.share
        self._write_sides(cell, work)
        self._write_sights(cell, _few(cell, sights, tree.most_points // 2), work)
        is_inside = place(t, work)
        # Lines of the plane are drawn where a path begins, and this one has none yet.
        tree.node[ENTRY], tree.node[SHARED] = -1, 0
        return bool(is_inside)

    def level(self, stage: int, pattern: Sequence[int]) -> Level:
        """A stage on the cells whose pattern begins with these pieces."""
        return self._known(stage, pattern).level

    def _known(self, stage: int, pattern: Sequence[int]) -> _Known:
        """What is known of a stage, from the last one before it that is remembered."""
        known: _Known | None = None
        missing = []
        # A loop, since there may be more stages than calls within calls.
        for s in range(stage, -1, -1):
            key = (s, *pattern[: self._spans[s][0]])
            known = self._levels.get(key)
            if known is not None:
                self._levels.move_to_end(key)
                break
            missing.append(key)
        for key in reversed(missing):
            known = self._levels[key] = self._made(key, known)
            if len(self._levels) > REMEMBERED:
                self._levels.popitem(last=False)
        assert known is not None
        return known

    def _made(self, key: tuple[int, ...], before: _Known | None) -> _Known:
        """A stage on the cells whose pattern begins with the rest of the key."""
        stage, *pieces = key
        units, first, last = self._spans[stage]
        if before is None:
            state = identity_state(self._problem.network.input_dim)
        else:
            state = before.level.outputs(pieces[self._spans[stage - 1][0] :])
        level = Level(self._problem.stages[stage], state)
        marks = [
            level.breakpoint(u - units, f - self._form_of[u])
            for f, u in enumerate(self._unit_of[first:last], first)
        ]
        return _Known(level, marks)

    def _plane(self, pattern: Sequence[int], stage: int, f: int) -> tuple[int | None, int]:
        """A form's hyperplane, and which of its sides is above the breakpoint."""
        return self._known(stage, pattern).marks[f - self._spans[stage][1]]

    def _leads(
        self, pattern: Sequence[int], row: int, rivals: Sequence[int]
    ) -> Iterator[IntegerRow]:
        t = self.tables
        stage = int(t.rows["stage"][row])
        level = self.level(stage, pattern)
        u = int(np.searchsorted(t.units["row"], row, side="right")) - 1
        local, start = u - int(t.stages[stage]["unit"]), int(t.units["row"][u])
        ahead = level.candidate(local, row - start)
        for rival in rivals:
            behind = level.candidate(local, rival - start)
            yield primitive([a - b for a, b in zip(ahead, behind, strict=True)])

    def _alive(
        self, level: Level, node: list[int], work: Work, s: int
    ) -> tuple[tuple[int, ...], ...]:
        t = self.tables
        alive = []
        for u in range(int(t.stages[s]["unit"]), int(t.stages[s + 1]["unit"])):
            unit = t.units[u]
            if unit["is_max"]:
                _, rivals = level.rivals(u - int(t.stages[s]["unit"]))
                at = work.tree.alive + int(unit["row"]) - int(t.stages[s]["row"])
                running = tuple(i for i, rival in enumerate(rivals) if node[at + rival])
                alive.append(running or tuple(range(len(rivals))))
        return tuple(alive)

    def _bounds(self, pattern: Sequence[int], s: int) -> Iterator[tuple[int, int]]:
        """The walls that the units of a finished stage put up."""
        t = self.tables
        level = self.level(s, pattern)
        first = int(t.stages[s]["unit"])
        for u in range(first, int(t.stages[s + 1]["unit"])):
            unit, piece = t.units[u], pattern[u]
            if unit["is_max"]:
                _, rivals = level.rivals(u - first)
                start = int(unit["row"])
                yield from ((start + piece, start + other) for other in rivals if other != piece)
                continue
            for k, side in ((piece - 1, POSITIVE), (piece, NEGATIVE)):
                if 0 <= k < unit["size"]:
                    f = int(unit["form"]) + k
                    if t.forms["twin"][f] == f and level.breakpoint(u - first, k)[0] is not None:
                        yield f, side

    def _decided(self, cell: Cell) -> Iterator[tuple[int, int]]:
        """The walls that the decided units of a cell's own stage put up."""
        t = self.tables
        first, last = t.stages[cell.stage], t.stages[cell.stage + 1]
        won = any(len(alive) == 1 for alive in cell.alive)
        for f in range(int(first["form"]), int(last["form"])):
            plane, above = self._plane(cell.pattern, cell.stage, f)
            if t.forms["twin"][f] != f or plane is None or cell.signs[plane] == 0:
                continue
            if won or plane in cell.cutting:
                yield f, POSITIVE if cell.signs[plane] == above else NEGATIVE
        for u in range(int(first["unit"]), int(last["unit"])):
            if t.units["is_max"][u]:
                contest, rivals = cell.level.rivals(u - int(first["unit"]))
                alive, start = cell.alive[contest], int(t.units["row"][u])
                if len(alive) == 1:
                    winner = rivals[alive[0]]
                    yield from ((start + winner, start + i) for i in rivals if i != winner)

    def _write_sides(self, cell: Cell, work: Work) -> None:
        t, tree = self.tables, work.tree
        first, last = t.stages[cell.stage], t.stages[cell.stage + 1]
        tree.mask[: SEEN * t.n_words] = 0
        for f in range(int(first["form"]), int(last["form"])):
            plane, above = self._plane(cell.pattern, cell.stage, f)
            side = above if plane is None else cell.signs[plane] * above
            if side != 0:
                _fix(tree.mask, t, f - int(first["form"]), side)
        tree.node[tree.alive :] = 0
        for u in range(int(first["unit"]), int(last["unit"])):
            if t.units["is_max"][u]:
                contest, rivals = cell.level.rivals(u - int(first["unit"]))
                at = tree.alive + int(t.units["row"][u]) - int(first["row"])
                for place in cell.alive[contest]:
                    tree.node[at + rivals[place]] = 1

    def _write_sights(self, cell: Cell, sights: Sequence[Sight], work: Work) -> None:
        t, tree, dim = self.tables, work.tree, self.tables.dim
        first = int(t.stages[cell.stage]["form"])
        tree.node[POINTS] = len(sights)
        for i, sight in enumerate(sights):
            tree.point[1 + i * dim : 1 + (i + 1) * dim] = sight.point.floats
            tree.mask[(SEEN + i) * t.n_words : (SEEN + i + 1) * t.n_words] = 0
            for f in range(first, int(t.stages[cell.stage + 1]["form"])):
                plane, above = self._plane(cell.pattern, cell.stage, f)
                side = above if plane is None else sight.signs[plane] * above
                if side > 0:
                    _set_bit(tree.mask, t, SEEN + i, f - first)


def _can_split(cell: Cell, sights: Sequence[Sight]) -> bool:
    """Whether the points show all hyperplanes that cut the cell, or nothing does."""
    if not sights:
        return False
    cutting = [plane for plane, sign in enumerate(cell.signs) if sign == 0]
    if not cutting:
        return all(len(alive) == 1 for alive in cell.alive)
    return all({sight.signs[plane] for sight in sights} >= {-1, 1} for plane in cutting)


def _few(cell: Cell, sights: Sequence[Sight], most: int) -> list[Sight]:
    """At most so many points, that show as much as possible."""
    if len(sights) <= most:
        return list(sights)
    chosen = [sights[0]]
    seen: set[tuple[int, int]] = set(enumerate(sights[0].signs))
    won: set[tuple[int, int]] = set(enumerate(sights[0].winners))
    for sight in sights[1:]:
        shows = {(h, sign) for h, sign in enumerate(sight.signs) if cell.signs[h] == 0}
        wins = {(c, winner) for c, winner in enumerate(sight.winners) if winner != TIED}
        if len(chosen) < most and (shows - seen or wins - won):
            chosen.append(sight)
            seen |= shows
            won |= wins
    return chosen


def _bit(mask: np.ndarray, t: Tables, what: int, local: int) -> bool:
    return bool(int(mask[what * t.n_words + (local >> 6)]) >> (local & 63) & 1)


def _fix(mask: np.ndarray, t: Tables, local: int, side: int) -> None:
    _set_bit(mask, t, KNOWN, local)
    if side > 0:
        _set_bit(mask, t, SIDE, local)


def _set_bit(mask: np.ndarray, t: Tables, what: int, local: int) -> None:
    mask[what * t.n_words + (local >> 6)] |= np.uint64(1 << (local & 63))
