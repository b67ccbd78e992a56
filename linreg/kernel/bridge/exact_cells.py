"""Between machine code and exact arithmetic: nodes as cells, and cells as nodes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from flint import fmpz

from linreg.explore.cells import Cell
from linreg.explore.generated_cells import GeneratedCell, is_for_generators, unseen
from linreg.kernel.bridge.word_cells import WordCells
from linreg.kernel.data.outcomes import DONE, PLACE
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import (
    CLAIMS,
    ENTRY,
    HALFSPACES,
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
    Work,
)
from linreg.kernel.plane.polygon_tree import kernel_of
from linreg.polyhedra import Forms, IntegerRow, Multipliers, Point, Solver, decide_interior
from linreg.polyhedra.multipliers import non_negative
from linreg.problem.integer import identity_state
from linreg.problem.problem import Problem
from linreg.problem.stage_on_cell import TIED, KnownPoint, StageOnCell
from linreg.rational import primitive

REMEMBERED = 256
"""Stages on cells seen last that are kept: cells next to each other share theirs."""


class Exactly:
    """What exact arithmetic makes of nodes."""

    def __init__(self, problem: Problem, tables: Tables, words: WordCells | None = None) -> None:
        self._problem = problem
        self.tables = tables
        self.words = WordCells() if words is None else words
        self._unit_of: list[int] = tables.forms["unit"].tolist()
        self._form_of: list[int] = tables.units["form"].tolist()
        self._stage_of: list[int] = tables.rows["stage"][tables.forms["row"]].tolist()
        self._spans: list[tuple[int, int, int]] = [
            (int(a["unit"]), int(a["form"]), int(b["form"])) for a, b in pairwise(tables.stages)
        ]
        self._twins_of: dict[int, list[int]] = {}
        for form, twin in enumerate(tables.forms["twin"].tolist()):
            self._twins_of.setdefault(twin, []).append(form)
        self._on_cells: OrderedDict[tuple[int, ...], StageOnCell] = OrderedDict()

    def cell(self, work: Work, *, at_once: bool) -> Cell | list[GeneratedCell]:
        """The cell of the current node; without points yet.

        By its generators, where it has few: its parts that are not empty; see
        `WordCells.generated`.
        """
        t, tree, dim = self.tables, work.tree, self.tables.dim
        node = tree.node.tolist()
        s = node[STAGE]
        first = t.stages[s]
        pattern = tuple(node[tree.pieces : tree.pieces + int(first["unit"])])
        on_cell = self.on_cell(s, pattern)
        earlier: list[IntegerRow] = []
        here: list[tuple[int, int]] = []
        leads: list[IntegerRow] = []
        for i in range(node[HALFSPACES]):
            row, rival = node[tree.halfspaces + 2 * i], node[tree.halfspaces + 2 * i + 1]
            if rival >= 0:
                target = earlier if t.rows["stage"][row] < s else leads
                target.append(self.lead(pattern, row, rival))
                continue
            stage = int(t.rows["stage"][t.forms["row"][row]])
            plane, above = self._plane(pattern, stage, row)
            if plane is None:
                # Floats took a constant for a form that cuts: one of its sides is empty.
                if (rival == POSITIVE) != (above > 0):
                    return []
                continue
            side = above if rival == POSITIVE else -above
            if stage == s:
                here.append((plane, side))
            else:
                form = self.on_cell(stage, pattern).hyperplanes.rows[plane]
                earlier.append(form if side > 0 else [-entry for entry in form])
        known = list(here)
        for f in range(int(first["form"]), int(t.stages[s + 1]["form"])):
            plane, above = self._plane(pattern, s, f)
            if plane is not None and _bit(tree.mask, t, KNOWN, f - int(first["form"])):
                side = 1 if _bit(tree.mask, t, SIDE, f - int(first["form"])) else -1
                known.append((plane, above * side))
        sides = dict(known)
        if any(sides[plane] != side for plane, side in known):
            return []  # on both sides of one hyperplane, that of several units
        signs = tuple(sides.get(plane, 0) for plane in range(len(on_cell.hyperplanes)))
        cutting = tuple(dict.fromkeys(plane for plane, _ in here))
        share = float(tree.point[0])
        if is_for_generators(on_cell):
            halfspaces = (*self._problem.domain_rows.rows, *earlier)
            unknown = unseen(pattern, s, on_cell, halfspaces, signs, cutting, share)
            parts = self.words.parts_of(unknown, at_once=at_once)
            if parts is not None:
                return parts
        bundles: tuple[Forms, ...] = (self._problem.domain_rows, Forms(earlier, dim))
        if leads:
            rows = on_cell.hyperplanes.rows
            closed = [rows[p] if side > 0 else [-e for e in rows[p]] for p, side in here]
            bundles = (*bundles, Forms(closed + leads, dim))
            cutting = ()
        alive = self._alive(on_cell, node, work, s)
        return Cell(pattern, s, on_cell, bundles, signs, cutting, alive, [], share)

    def see(self, cell: Cell, work: Work, solver: Solver) -> bool:
        """Give the current node's cell the points that are known inside; False if it is empty."""
        tree, dim = work.tree, self.tables.dim
        for i in range(int(tree.node[POINTS])):
            point = Point.of_floats(tree.point[1 + i * dim : 1 + (i + 1) * dim])
            if cell.holds(point):
                cell.known_points.append(cell.on_cell.known_point(point))
        if not cell.known_points:
            found = decide_interior(cell.rows(), dim, solver)
            if isinstance(found, Multipliers):
                return False
            cell.known_points.append(cell.on_cell.known_point(found))
        return True

    def settle(self, work: Work) -> bool:
        """Prove what the current node claims, and fix those sides; whether all of it is true.

        The half-spaces that machine code names for each claim are solved for exactly.
        """
        t, tree = self.tables, work.tree
        s = int(tree.node[STAGE])
        pattern = tuple(tree.node[tree.pieces : tree.pieces + int(t.stages[s]["unit"])].tolist())
        for claim in tree.claims[: tree.counters[CLAIMS]].tolist():
            f, halfspaces = claim[0], claim[2 : 2 + claim[1]]
            first = self._spans[s][1]
            above = self._above(pattern, s, f)
            if not any(above[:-1]):
                # Where a form is zero, so are its multiples, and none of them is positive.
                for g in self._twins_of.get(f, ()):
                    side = 1 if self._above(pattern, s, g)[-1] > 0 else -1
                    _fix(tree.mask, t, g - first, side)
                continue
            seen = 1 if _bit(tree.mask, t, SEEN, f - first) else -1
            form = above if seen > 0 else [-entry for entry in above]
            rows = [self._halfspace(pattern, work, i) for i in halfspaces]
            if not halfspaces or non_negative(form, rows, range(len(halfspaces))) is None:
                return False
            _fix(tree.mask, t, f - first, seen)
        return tree.counters[CLAIMS] > 0

    def _halfspace(self, pattern: Sequence[int], work: Work, i: int) -> IntegerRow:
        """A half-space of the current node."""
        end = work.halfspaces.ends[i]
        row, rival = int(end["row"]), int(end["rival"])
        if rival == OF_DOMAIN:
            return self._problem.domain_rows.rows[i]
        return self.halfspace(pattern, row, rival)

    def halfspace(self, pattern: Sequence[int], row: int, rival: int) -> IntegerRow:
        """A side of a form, or the lead of a candidate if it has a rival."""
        side = self.lead if rival >= 0 else self.side
        return side(pattern, row, rival)

    def side(self, pattern: Sequence[int], f: int, rival: int) -> IntegerRow:
        """A side of a form, where the stages before its own have these pieces and maybe later ones.

        A constant that is positive where the form has no hyperplane.
        """
        above = self._above(pattern, self._stage_of[f], f)
        if not any(above[:-1]):
            return [fmpz(0)] * self.tables.dim + [fmpz(1)]
        return above if rival == POSITIVE else [-entry for entry in above]

    def write(self, cell: Cell, work: Work) -> bool:
        """Write what is decided of a cell into the current node, which is the same cell.

        False if machine code could not go on without asking again: it lacks floats on either side
        of what cuts the cell, or several candidates win.
        """
        tree = work.tree
        known_points = [
            known_point for known_point in cell.known_points if known_point.point.is_float64
        ]
        known_points = _few(cell, known_points, tree.most_points // 2)
        if not _can_split(cell, known_points):
            return False
        self._write_sides(cell, work)
        self._write_known_points(cell, known_points, work)
        return True

    def place(self, cell: Cell, work: Work) -> bool:
        """Make a cell the current node; False if no float is certainly inside it."""
        t, tree = self.tables, work.tree
        known_points = [
            known_point for known_point in cell.known_points if known_point.point.is_float64
        ]
        if not known_points:
            return False
        halfspaces = [
            halfspace for s in range(cell.stage) for halfspace in self._bounds(cell.pattern, s)
        ]
        halfspaces += self._decided(cell)
        tree.node[:] = 0
        tree.node[STAGE], tree.node[HALFSPACES] = cell.stage, len(halfspaces)
        tree.node[SHARED], tree.node[ENTRY], tree.node[OUTSIDE] = 0, -1, -1
        tree.node[tree.pieces : tree.pieces + len(cell.pattern)] = cell.pattern
        flat = np.array(halfspaces, dtype=np.int64).reshape(-1)
        tree.node[tree.halfspaces : tree.halfspaces + len(flat)] = flat
        tree.point[0] = cell.share
        self._write_sides(cell, work)
        self._write_known_points(cell, _few(cell, known_points, tree.most_points // 2), work)
        status, _ = kernel_of(self._problem.network)(t, work, PLACE, 0, False)
        # Lines of the plane are drawn where a path begins, and this one has none yet.
        tree.node[ENTRY], tree.node[SHARED] = -1, 0
        return status == DONE

    def marks(self, stage: int, pattern: Sequence[int]) -> list[tuple[int | None, int]]:
        """For each form of a stage its hyperplane, if it has one, and which side is above."""
        return self.on_cell(stage, pattern).breakpoints

    def on_cell(self, stage: int, pattern: Sequence[int]) -> StageOnCell:
        """A stage on a cell, from the last one before it that is remembered."""
        known: StageOnCell | None = None
        missing = []
        # A loop, since there may be more stages than calls within calls.
        for s in range(stage, -1, -1):
            key = (s, *pattern[: self._spans[s][0]])
            known = self._on_cells.get(key)
            if known is not None:
                self._on_cells.move_to_end(key)
                break
            missing.append(key)
        for key in reversed(missing):
            known = self._on_cells[key] = self._made(key, known)
            if len(self._on_cells) > REMEMBERED:
                self._on_cells.popitem(last=False)
        assert known is not None
        return known

    def _made(self, key: tuple[int, ...], before: StageOnCell | None) -> StageOnCell:
        """A stage on the cells whose pattern begins with the rest of the key."""
        stage, *pieces = key
        if before is None:
            state = identity_state(self._problem.network.input_dim)
        else:
            state = before.outputs(pieces[self._spans[stage - 1][0] :])
        return StageOnCell(self._problem.integer_stages[stage], state)

    def _plane(self, pattern: Sequence[int], stage: int, f: int) -> tuple[int | None, int]:
        """A form's hyperplane, and which of its sides is above the breakpoint."""
        return self.on_cell(stage, pattern).breakpoints[f - self._spans[stage][1]]

    def _above(self, pattern: Sequence[int], stage: int, f: int) -> IntegerRow:
        """A form, positive above the breakpoint; without a table of all those of the stage."""
        u = self._unit_of[f]
        on_cell = self.on_cell(stage, pattern)
        return on_cell.above(u - self._spans[stage][0], f - self._form_of[u])

    def lead(self, pattern: Sequence[int], row: int, rival: int) -> IntegerRow:
        """How far a candidate is ahead of another one, as for `side`."""
        t = self.tables
        stage = int(t.rows["stage"][row])
        on_cell = self.on_cell(stage, pattern)
        u = int(np.searchsorted(t.units["row"], row, side="right")) - 1
        local, start = u - int(t.stages[stage]["unit"]), int(t.units["row"][u])
        ahead = on_cell.candidate(local, row - start)
        behind = on_cell.candidate(local, rival - start)
        return primitive([a - b for a, b in zip(ahead, behind, strict=True)])

    def _alive(
        self, on_cell: StageOnCell, node: list[int], work: Work, s: int
    ) -> tuple[tuple[int, ...], ...]:
        t = self.tables
        alive = []
        for u in range(int(t.stages[s]["unit"]), int(t.stages[s + 1]["unit"])):
            unit = t.units[u]
            if unit["is_max"]:
                _, rivals = on_cell.rivals(u - int(t.stages[s]["unit"]))
                at = work.tree.alive + int(unit["row"]) - int(t.stages[s]["row"])
                running = tuple(i for i, rival in enumerate(rivals) if node[at + rival])
                alive.append(running or tuple(range(len(rivals))))
        return tuple(alive)

    def _bounds(self, pattern: Sequence[int], s: int) -> Iterator[tuple[int, int]]:
        """The half-spaces that the units of a finished stage put up."""
        t = self.tables
        on_cell = self.on_cell(s, pattern)
        first = int(t.stages[s]["unit"])
        for u in range(first, int(t.stages[s + 1]["unit"])):
            unit, piece = t.units[u], pattern[u]
            if unit["is_max"]:
                _, rivals = on_cell.rivals(u - first)
                start = int(unit["row"])
                yield from ((start + piece, start + other) for other in rivals if other != piece)
                continue
            for k, side in ((piece - 1, POSITIVE), (piece, NEGATIVE)):
                if 0 <= k < unit["size"]:
                    f = int(unit["form"]) + k
                    if t.forms["twin"][f] == f and on_cell.breakpoint(u - first, k)[0] is not None:
                        yield f, side

    def _decided(self, cell: Cell) -> Iterator[tuple[int, int]]:
        """The half-spaces that the decided units of a cell's own stage put up."""
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
                contest, rivals = cell.on_cell.rivals(u - int(first["unit"]))
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
                contest, rivals = cell.on_cell.rivals(u - int(first["unit"]))
                at = tree.alive + int(t.units["row"][u]) - int(first["row"])
                for place in cell.alive[contest]:
                    tree.node[at + rivals[place]] = 1

    def _write_known_points(
        self, cell: Cell, known_points: Sequence[KnownPoint], work: Work
    ) -> None:
        t, tree, dim = self.tables, work.tree, self.tables.dim
        first = int(t.stages[cell.stage]["form"])
        tree.node[POINTS] = len(known_points)
        for i, known_point in enumerate(known_points):
            tree.point[1 + i * dim : 1 + (i + 1) * dim] = known_point.point.floats
            tree.mask[(SEEN + i) * t.n_words : (SEEN + i + 1) * t.n_words] = 0
            for f in range(first, int(t.stages[cell.stage + 1]["form"])):
                plane, above = self._plane(cell.pattern, cell.stage, f)
                side = above if plane is None else known_point.signs[plane] * above
                if side > 0:
                    _set_bit(tree.mask, t, SEEN + i, f - first)


def _can_split(cell: Cell, known_points: Sequence[KnownPoint]) -> bool:
    """Whether the points show all hyperplanes that cut the cell, or nothing does."""
    if not known_points:
        return False
    cutting = [plane for plane, sign in enumerate(cell.signs) if sign == 0]
    if not cutting:
        return all(len(alive) == 1 for alive in cell.alive)
    return all(
        {known_point.signs[plane] for known_point in known_points} >= {-1, 1} for plane in cutting
    )


def _few(cell: Cell, known_points: Sequence[KnownPoint], most: int) -> list[KnownPoint]:
    """At most so many points, that show as much as possible."""
    if len(known_points) <= most:
        return list(known_points)
    chosen = [known_points[0]]
    seen: set[tuple[int, int]] = set(enumerate(known_points[0].signs))
    won: set[tuple[int, int]] = set(enumerate(known_points[0].winners))
    for known_point in known_points[1:]:
        shows = {(h, sign) for h, sign in enumerate(known_point.signs) if cell.signs[h] == 0}
        wins = {(c, winner) for c, winner in enumerate(known_point.winners) if winner != TIED}
        if len(chosen) < most and (shows - seen or wins - won):
            chosen.append(known_point)
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
