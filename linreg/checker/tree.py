"""The tree of a certificate, walked once, holding one path at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import lcm

import numpy as np
from flint import fmpq, fmpq_mat

from linreg.checker.beaten import Beaten
from linreg.checker.branches import (
    IS_FACET,
    IS_INSIDE,
    IS_MISSED,
    IS_REDUNDANT,
    About,
    Branch,
    Path,
    false_claim,
)
from linreg.checker.claims import (
    FalseClaim,
    Multipliers,
    are_never_positive,
    is_in_facet,
    is_inside,
    is_non_negative,
)
from linreg.checker.combinations import is_combination
from linreg.checker.forms import Form, coprime
from linreg.checker.inside import Inside, Point
from linreg.checker.records import (
    BEATEN,
    BEYOND,
    CUT,
    FACET,
    IN_SPAN,
    LOSES,
    MISSES,
    NO_CUT,
    REDUNDANT,
    REGION,
    SPANNED,
    WON,
    Records,
)
from linreg.checker.stages import IntegerStage, StageOnCell, State
from linreg.checker.texts import check_claim, check_header
from linreg.checker.whole_parts import Root, WholeParts, whole_parts_of
from linreg.checker.windows import Window
from linreg.domains import Domain
from linreg.errors import UnreadableFile
from linreg.network import StagedNetwork
from linreg.progress import Progress
from linreg.rational import rational
from linreg.wording import counted

FEW = 64
"""Regions up to which it does not pay to take parts of the tree whole."""

CHECKED_PER_REPORT = 64
"""Regions between two reports of progress."""


@dataclass(frozen=True, slots=True)
class Part:
    """Every `of`-th proof of a certificate, from the one that has this number on."""

    number: int
    of: int


class Tree:
    """One pass over a certificate, which checks its structure and one part of its proofs.

    Parameters
    ----------
    seen : callable, optional
        Given the outputs of the last stage on each region, as forms of the input.

    Attributes
    ----------
    regions : int
        Regions that were proved.
    cells : list of int
        Cells of each stage that were completed.
    edges : int or None
    """

    def __init__(
        self,
        records: Records,
        network: StagedNetwork,
        domain: Domain,
        progress: Callable[[Progress], None] | None,
        part: Part,
        seen: Callable[[fmpq_mat], None] | None = None,
    ) -> None:
        self.regions = 0
        self.cells = [0] * len(network.stages)
        self.edges: int | None = None
        self._records = records
        self._network = network
        self._domain = domain
        self._progress = progress
        self._part = part
        self._seen = seen
        self._turn = 0
        self._cell: Inside[About] = Inside(())
        self._beaten: Beaten[tuple[int, Path, int, int]] = Beaten(network.input_dim)
        self._stages = [IntegerStage(stage) for stage in network.stages]
        self._n_domain_rows = 0
        self._facets: int | None = None
        self._whole: WholeParts | None = None
        self._window: Window | None = None
        self._next_look = 0  # the place in the window before which it is of no use to look

    def check(self) -> None:
        """Check that the tree is complete, and that every proof of the part holds.

        Raises
        ------
        FalseClaim
            At the first that does not hold.
        UnreadableFile
            If the records end too early.
        """
        self._begin()
        try:
            self._walk()
        except (FalseClaim, UnreadableFile):
            self._look_inside()  # a claim that came before
            raise
        self._look_inside()
        self._check_claim()

    def _walk(self) -> None:
        n = self._network.input_dim
        identity = State([[int(i == j) for j in range(n + 1)] for i in range(n)], 1)
        n_rows = len(self._cell.rows)
        branch = Branch((), n_rows=n_rows, rows=(), path=("", "the domain, stage ", 1))
        self._enter(branch, 0, identity)
        pending = [branch]
        while pending:
            branch = pending.pop()
            self._cell.move(branch.n_rows, branch.rows)
            if not self._take_whole(branch, pending):
                self._follow(branch, pending)

    def _follow(self, branch: Branch, pending: list[Branch]) -> None:
        """Take what is said of a cell and then of its first part, up to a region; others wait."""
        while True:
            while branch.here is not None and not branch.left:
                self._complete(branch, branch.here)
            here = branch.here
            kind = self._records.byte()
            if here is None:
                if kind != REGION:
                    raise false_claim(branch.path, f"a region was due, record {kind} came")
                self._check_region(branch)
                return
            if kind in (MISSES, IN_SPAN):
                self._check_misses(branch, here, kind)
            elif kind == CUT:
                pending.append(self._cut(branch, here))
                if self._take_whole(branch, pending):
                    return
            elif kind == NO_CUT:
                self._check_no_cut(branch, here)
            elif kind == BEATEN:
                self._check_beaten(branch, here)
            elif kind == LOSES:
                self._check_loses(branch, here)
            elif kind == WON:
                pending += self._won(branch, here)
                return
            else:
                raise false_claim(branch.path, f"undecided units are left, but record {kind} came")

    def _take_whole(self, branch: Branch, pending: list[Branch]) -> bool:
        """Take all records of a cell, and of those that wait, as far as they stand in a window.

        False if there are few, or if it is not sure that all hold.
        """
        whole = self._whole
        if whole is None:
            return False
        data, place = self._records.window(whole.n_bytes)
        if self._window is None or self._window.data is not data:
            self._window, self._next_look = (
                Window(data, self._network.input_dim, self._facets is not None),
                place,
            )
        if place < self._next_look:
            return False
        parts = self._window.parts(place, 1 + len(pending))
        if parts is None:
            return False
        self._next_look = place + parts.n_bytes
        if parts.n_regions < FEW:
            return False
        if parts.n_multipliers > parts.n_records // 2:
            self._whole = None  # the walk is as fast where most proofs are multipliers
            return False
        first = len(pending) + 1 - len(parts.ends)
        rows = self._cell.rows.copy()
        roots = [_root(branch, rows)]
        for waiting in reversed(pending[first:]):
            rows = [*rows[: waiting.n_rows], *waiting.rows]
            roots.append(_root(waiting, rows))
        complete = whole.cells(parts, roots, self._are_due, self._short_point)
        if complete is None:
            return False
        del pending[first:]
        self._records.skip(parts.n_bytes)
        self.cells = [a + b for a, b in zip(self.cells, complete, strict=True)]
        self.regions += parts.n_regions
        if self._facets is not None:
            self._facets += parts.n_facets
        self._turn += parts.n_proofs
        if self._progress is not None:
            self._progress(Progress(self._records.share, 1, counted(self.regions, "region")))
        return True

    def _are_due(self, n_proofs: int) -> np.ndarray:
        """Which of the next proofs this pass has to check."""
        turns = self._turn + 1 + np.arange(n_proofs)
        due: np.ndarray = turns % self._part.of == self._part.number
        return due

    def _short_point(self, data: bytes) -> list[int] | None:
        """A point of short integers; None if it is none."""
        try:
            denominator, *numerators = self._records.integers_of(data, 1 + self._network.input_dim)
        except UnreadableFile:
            return None
        return [*numerators, denominator] if denominator > 0 else None

    def _enter(self, branch: Branch, stage: int, state: State | None) -> None:
        """Have a cell begin a stage, or be a region after the last one."""
        branch.stage = stage
        if stage == len(self._stages):
            branch.here, branch.state = None, state
            return
        assert state is not None
        branch.here = here = StageOnCell(self._stages[stage], state)
        branch.alive = branch.rivals = tuple(tuple(range(len(forms))) for forms in here.contests)
        branch.sides = [0] * len(here.hyperplanes)
        branch.left = len(branch.sides) + sum(len(left) != 1 for left in branch.alive)

    def _complete(self, branch: Branch, here: StageOnCell) -> None:
        """Have a cell all of whose stage is decided begin the next one."""
        self.cells[branch.stage] += 1
        stage = branch.stage + 1
        state = None
        if stage < len(self._stages) or self._seen is not None:
            state = here.after(branch.sides, [winner for (winner,) in branch.alive])
        branch.path = (branch.path, "; stage ", stage + 1)
        self._enter(branch, stage, state)

    def _check_no_cut(self, branch: Branch, here: StageOnCell) -> None:
        plane = self._undecided(branch, self._records.unsigned())
        side = 1 if self._records.byte() else -1
        rows = self._cell.rows
        proof = self._multipliers(branch, len(rows))
        if self._is_due():
            form = (here.hyperplanes if side > 0 else here.beyond)[plane]
            if not is_non_negative(form, rows, proof):
                raise false_claim(
                    branch.path,
                    f"its multipliers do not prove that hyperplane {plane} misses the cell",
                )
        branch.sides[plane] = side
        branch.left -= 1

    def _check_misses(self, branch: Branch, here: StageOnCell, kind: int) -> None:
        records, own, n = self._records, self._cell.rows, self._network.input_dim
        plane, is_above, rows = (
            records.miss(n) if kind == MISSES else records.miss_in_span(len(own))
        )
        self._undecided(branch, plane)
        self._named(branch, rows)
        branch.sides[plane] = 1 if is_above else -1
        branch.left -= 1
        if self._is_due():
            form = (here.hyperplanes if is_above else here.beyond)[plane]
            about = self.regions, branch.path, IS_MISSED, plane, here
            if kind == IN_SPAN and not is_combination(form, [own[row] for row in rows]):
                raise false_claim(branch.path, IS_MISSED.format(plane))
            if kind == MISSES and self._cell.claim_combination(form, rows, about):
                self._look_inside()

    def _cut(self, branch: Branch, here: StageOnCell) -> Branch:
        """Go on with the part of a cell below a hyperplane, and return the part above it."""
        plane = self._undecided(branch, self._records.unsigned())
        branch.left -= 1
        n_rows, path = len(self._cell.rows), branch.path
        above = branch.part(n_rows, (here.hyperplanes[plane],), (path, ", +", plane))
        above.sides[plane], branch.sides[plane] = 1, -1
        branch.rivals = branch.alive
        branch.path = (path, ", -", plane)
        self._cell.move(n_rows, (here.beyond[plane],))
        return above

    def _check_loses(self, branch: Branch, here: StageOnCell) -> None:
        contest, candidate = self._records.unsigned(), self._records.unsigned()
        rivals = branch.others(contest, candidate)
        rows = self._cell.rows
        proof = self._multipliers(branch, len(rows) + len(rivals))
        if self._is_due():
            leads = [here.lead(contest, candidate, rival) for rival in rivals]
            if not are_never_positive(leads, rows, proof):
                raise false_claim(
                    branch.path,
                    f"its multipliers do not prove that candidate {candidate} of contest {contest} "
                    "wins nowhere in the cell",
                )
        branch.lose(contest, candidate)

    def _check_beaten(self, branch: Branch, here: StageOnCell) -> None:
        contest, candidate = self._records.unsigned(), self._records.unsigned()
        rivals = branch.others(contest, candidate)
        names = self._records.numbers(1 + self._network.input_dim)
        rows = self._cell.rows
        first, there = len(rows), len(rows) + len(rivals)
        if max(names) >= there:
            raise false_claim(branch.path, f"a proof names rows up to {max(names)} of {there}")
        if self._is_due():
            named = [rows[name] for name in names if name < first]
            leads = [
                here.lead(contest, candidate, rivals[name - first])
                for name in names
                if name >= first
            ]
            about = self.regions, branch.path, contest, candidate
            if self._beaten.claim(named, leads, about):
                self._look_inside()
        branch.lose(contest, candidate)

    def _won(self, branch: Branch, here: StageOnCell) -> list[Branch]:
        contest = self._records.unsigned()
        candidates = branch.contest(contest)
        n_rows = len(self._cell.rows)
        branch.left -= 1
        parts = []
        for winner in candidates:
            rows = tuple(
                here.lead(contest, winner, rival) for rival in candidates if rival != winner
            )
            path = (branch.path, f", contest {contest} won by ", winner)
            part = branch.part(n_rows, rows, path)
            part.leave(contest, (winner,))
            part.rivals = part.alive
            parts.append(part)
        return parts

    def _check_region(self, branch: Branch) -> None:
        point = self._records.integers(1 + self._network.input_dim)
        if self._is_due():
            about = self.regions, branch.path, IS_INSIDE, 0, None
            if self._cell.claim(point, about):
                self._look_inside()
        if self._facets is not None:
            for place in range(self._n_domain_rows, len(self._cell.rows)):
                self._facets += self._check_facet(branch, place)
        self.regions += 1
        if self._seen is not None:
            assert branch.state is not None
            self._seen(branch.state.rationals)
        if self._progress is not None and self.regions % CHECKED_PER_REPORT == 0:
            self._progress(Progress(self._records.share, 1, counted(self.regions, "region")))

    def _look_inside(self) -> None:
        """Check the claims that were put off."""
        beaten = self._beaten.first_false()
        for point, rows, likely, is_sure, about in self._cell.doubtful():
            number, path, says, place, here = about
            if beaten is not None and beaten[0] <= number:
                break
            proved, self.regions = self.regions, number
            if point is None:
                form, *basis = rows
                is_plain = is_sure and here is not None and here.is_spanned(likely)
                if not (is_plain or is_combination(form, likely) or is_combination(form, basis)):
                    raise false_claim(path, says.format(place))
            elif not is_inside(self._exact(point, path), rows):
                raise false_claim(path, says.format(place))
            self.regions = proved
        if beaten is not None:
            self.regions, path, contest, candidate = beaten
            raise false_claim(
                path,
                f"its rows do not prove that candidate {candidate} of contest {contest} wins "
                "nowhere in the cell",
            )

    def _check_facet(self, branch: Branch, place: int) -> bool:
        """Whether a row of a region is a facet, which is proved either way."""
        rows = self._cell.rows
        kind = self._records.byte()
        if kind == BEYOND:
            point = self._records.integers(1 + self._network.input_dim)
            if self._is_due():
                about = self.regions, branch.path, IS_FACET, place, None
                if self._cell.claim_beyond(point, place, about):
                    self._look_inside()
            return True
        if kind == FACET:
            point = self._exact(self._records.integers(1 + self._network.input_dim), branch.path)
            if self._is_due() and not is_in_facet(point, place, rows):
                raise false_claim(branch.path, IS_FACET.format(place))
            return True
        if kind == SPANNED:
            named = self._named(branch, self._records.numbers(self._network.input_dim))
            if place in named:
                raise false_claim(
                    branch.path, f"row {place} is named to prove that it is redundant"
                )
            if self._is_due():
                about = self.regions, branch.path, IS_REDUNDANT, place, None
                if self._cell.claim_combination(rows[place], named, about):
                    self._look_inside()
            return False
        if kind != REDUNDANT:
            raise false_claim(branch.path, f"row {place} is not said to be a facet or redundant")
        others = rows[:place] + rows[place + 1 :]
        proof = self._multipliers(branch, len(others))
        if self._is_due() and not is_non_negative(rows[place], others, proof):
            raise false_claim(
                branch.path, f"its multipliers do not prove that row {place} is redundant"
            )
        return False

    def _is_due(self) -> bool:
        """Whether the next proof is one of those that this pass has to check."""
        if self._part.of == 1:
            return True
        self._turn += 1
        return self._turn % self._part.of == self._part.number

    def _named(self, branch: Branch, rows: Sequence[int]) -> Sequence[int]:
        """Rows that a proof names, all of which the cell has."""
        there = len(self._cell.rows)
        if len(rows) > there or max(rows, default=0) >= there:
            raise false_claim(branch.path, f"a proof names rows up to {max(rows)} of {there}")
        return rows

    def _undecided(self, branch: Branch, plane: int) -> int:
        if plane >= len(branch.sides) or branch.sides[plane]:
            raise false_claim(branch.path, f"hyperplane {plane} is not one that is left to decide")
        return plane

    def _multipliers(self, branch: Branch, n_rows: int) -> Multipliers:
        denominator, size, numerators = self._records.multipliers(n_rows)
        if size > n_rows:
            has, rows = counted(size, "multiplier"), counted(n_rows, "row")
            raise false_claim(branch.path, f"a proof has {has} for {rows}")
        if len(numerators) < size:
            raise false_claim(branch.path, "a proof has two multipliers for one row")
        if numerators and max(numerators) >= n_rows:
            row = max(numerators)
            raise false_claim(branch.path, f"a proof has a multiplier for row {row} of {n_rows}")
        return denominator, numerators

    def _exact(self, point: Point, path: Path) -> list[int]:
        """Numerators, then the denominator."""
        if isinstance(point, bytes):
            point = self._records.integers_of(point, 1 + self._network.input_dim)
        denominator, *numerators = point
        if denominator <= 0:
            raise false_claim(path, "a point has a denominator that is not positive")
        return [*numerators, denominator]

    def _begin(self) -> None:
        """Check the first text, and have the root's rows be those of the domain."""
        facets = check_header(self._records, self._network, self._domain)
        exact = [_coprime([rational(entry) for entry in row]) for row in self._domain.rows()]
        self._cell = Inside([form for form in exact if any(form[:-1]) or form[-1] < 0])
        self._n_domain_rows = len(self._cell.rows)
        self._facets = 0 if facets else None
        if self._seen is None:
            first = self._n_domain_rows if facets else None
            self._whole = whole_parts_of(self._stages, self._network.input_dim, first)

    def _check_claim(self) -> None:
        if self._facets is not None:
            self.edges = self._facets // 2
        check_claim(self._records, self.regions, self.cells, self.edges)


def _root(branch: Branch, rows: list[Form]) -> Root:
    assert branch.here is not None
    return Root(branch.stage, branch.here, branch.sides, branch.left, rows)


def _coprime(row: Sequence[fmpq]) -> Form:
    denominator = lcm(*(int(entry.q) for entry in row))
    return coprime([int(entry.p) * (denominator // int(entry.q)) for entry in row])
