"""The tree of a certificate, walked once, holding one path at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace

from flint import fmpq_mat

from linreg.affine import ExactAffineMap
from linreg.checker.claims import (
    Multipliers,
    are_never_positive,
    is_in_facet,
    is_inside,
    is_non_negative,
)
from linreg.checker.domains import spelled_domain
from linreg.checker.forms import Form, StageOnCell, coprime, negated
from linreg.checker.records import Records
from linreg.domains import Domain
from linreg.network import StagedNetwork
from linreg.progress import Progress
from linreg.rational import rational
from linreg.wording import counted

END, NO_CUT, CUT, LOSES, WON, REGION, FACET, REDUNDANT = range(8)

SLACK = 1 << 16
"""Bytes of a text besides what its length depends on."""

CHECKED_PER_REPORT = 64
"""Regions between two reports of progress."""


class FalseClaim(Exception):
    """A claim of the certificate that does not hold, with its place in the tree."""


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """A cell of the tree.

    Attributes
    ----------
    stage : int
        The stage whose units are being decided; the number of stages at a region.
    here : StageOnCell or None
        That stage on the cell; None at a region.
    sides : tuple of int
        The side of each hyperplane that the cell is on; 0 where that is not decided.
    rivals, alive : tuple of tuples of int
        The candidates of each contest that were left when the cell was made, and that still are.
    n_rows : int
        How many rows of the path its parent has.
    rows : tuple of Form
        The rows that are its own.
    path : str
        The splits that lead to it, for messages.
    """

    stage: int
    here: StageOnCell | None
    sides: tuple[int, ...]
    rivals: tuple[tuple[int, ...], ...]
    alive: tuple[tuple[int, ...], ...]
    n_rows: int
    rows: tuple[Form, ...]
    path: str


@dataclass(frozen=True, slots=True)
class Part:
    """Every `of`-th proof of a certificate, from the one that has this number on."""

    number: int
    of: int


class Tree:
    """One pass over a certificate, which checks its structure and one part of its proofs.

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
    ) -> None:
        self.regions = 0
        self.cells = [0] * len(network.stages)
        self.edges: int | None = None
        self._records = records
        self._network = network
        self._domain = domain
        self._progress = progress
        self._part = part
        self._turn = 0
        self._rows: list[Form] = []
        self._n_domain_rows = 0
        self._facets: int | None = None

    def check(self) -> None:
        """Check that the tree is complete, and that every proof of the part holds.

        Raises
        ------
        FalseClaim
            At the first that does not hold.
        UnreadableFile
            If the records end too early.
        """
        self._check_header()
        identity = ExactAffineMap.identity(self._network.input_dim).rows
        pending = [self._at_stage(0, identity, len(self._rows), (), "the domain, stage 1")]
        while pending:
            branch = pending.pop()
            del self._rows[branch.n_rows :]
            self._rows += branch.rows
            pending += self._follow(branch)
        self._check_claim()

    def _follow(self, branch: Branch) -> list[Branch]:
        """Take what is said of a cell, up to its split or to its end, and return its parts."""
        while True:
            branch = self._completed(branch)
            here = branch.here
            kind = self._records.byte()
            if here is None:
                if kind != REGION:
                    raise self._false(branch, f"a region was due, record {kind} came")
                self._check_region(branch)
                return []
            if kind == NO_CUT:
                branch = self._check_no_cut(branch, here)
            elif kind == LOSES:
                branch = self._check_loses(branch, here)
            elif kind == CUT:
                return self._cut(branch, here)
            elif kind == WON:
                return self._won(branch, here)
            else:
                raise self._false(branch, f"undecided units are left, but record {kind} came")

    def _at_stage(
        self, stage: int, state: fmpq_mat, n_rows: int, rows: tuple[Form, ...], path: str
    ) -> Branch:
        """A cell at the beginning of a stage."""
        if stage == len(self._network.stages):
            return Branch(stage, None, (), (), (), n_rows, rows, path)
        here = StageOnCell(self._network.stages[stage], state)
        alive = tuple(tuple(range(len(forms))) for forms in here.contests)
        sides = (0,) * len(here.hyperplanes)
        return Branch(stage, here, sides, alive, alive, n_rows, rows, path)

    def _completed(self, branch: Branch) -> Branch:
        """The cell at the first stage of which something is not decided."""
        while branch.here is not None and all(branch.sides):
            if any(len(candidates) != 1 for candidates in branch.alive):
                break
            self.cells[branch.stage] += 1
            state = branch.here.after(branch.sides, [winner for (winner,) in branch.alive])
            path = f"{branch.path}; stage {branch.stage + 2}"
            branch = self._at_stage(branch.stage + 1, state, branch.n_rows, branch.rows, path)
        return branch

    def _check_no_cut(self, branch: Branch, here: StageOnCell) -> Branch:
        plane = self._undecided(branch)
        side = 1 if self._records.byte() else -1
        proof = self._multipliers(branch, len(self._rows))
        form = here.hyperplanes[plane]
        claim = form if side > 0 else negated(form)
        if self._is_due() and not is_non_negative(claim, self._rows, proof):
            raise self._false(
                branch, f"its multipliers do not prove that hyperplane {plane} misses the cell"
            )
        sides = (*branch.sides[:plane], side, *branch.sides[plane + 1 :])
        return replace(branch, sides=sides)

    def _cut(self, branch: Branch, here: StageOnCell) -> list[Branch]:
        plane = self._undecided(branch)
        parts = []
        for side in (1, -1):
            form = here.hyperplanes[plane]
            parts.append(
                replace(
                    branch,
                    sides=(*branch.sides[:plane], side, *branch.sides[plane + 1 :]),
                    rivals=branch.alive,
                    n_rows=len(self._rows),
                    rows=(form if side > 0 else negated(form),),
                    path=f"{branch.path}, {'+' if side > 0 else '-'}{plane}",
                )
            )
        return parts

    def _check_loses(self, branch: Branch, here: StageOnCell) -> Branch:
        contest, candidates = self._contest(branch)
        candidate = self._records.unsigned()
        if candidate not in candidates:
            raise self._false(branch, f"candidate {candidate} of contest {contest} is not left")
        rivals = [rival for rival in branch.rivals[contest] if rival != candidate]
        leads = [here.lead(contest, candidate, rival) for rival in rivals]
        proof = self._multipliers(branch, len(self._rows) + len(leads))
        if self._is_due() and not are_never_positive(leads, self._rows, proof):
            raise self._false(
                branch,
                f"its multipliers do not prove that candidate {candidate} of contest {contest} "
                "wins nowhere in the cell",
            )
        left = tuple(other for other in candidates if other != candidate)
        return replace(branch, alive=_with(branch.alive, contest, left))

    def _won(self, branch: Branch, here: StageOnCell) -> list[Branch]:
        contest, candidates = self._contest(branch)
        parts = []
        for winner in candidates:
            alive = _with(branch.alive, contest, (winner,))
            rows = tuple(
                here.lead(contest, winner, rival) for rival in candidates if rival != winner
            )
            parts.append(
                replace(
                    branch,
                    alive=alive,
                    rivals=alive,
                    n_rows=len(self._rows),
                    rows=rows,
                    path=f"{branch.path}, contest {contest} won by {winner}",
                )
            )
        return parts

    def _check_region(self, branch: Branch) -> None:
        point = self._point(branch)
        if self._is_due() and not is_inside(point, self._rows):
            raise self._false(branch, "the point of the region does not lie strictly inside it")
        if self._facets is not None:
            for place in range(self._n_domain_rows, len(self._rows)):
                self._facets += self._check_facet(branch, place)
        self.regions += 1
        if self._progress is not None and self.regions % CHECKED_PER_REPORT == 0:
            self._progress(Progress(self._records.share, 1, counted(self.regions, "region")))

    def _check_facet(self, branch: Branch, place: int) -> bool:
        """Whether a row of a region is a facet, which is proved either way."""
        kind = self._records.byte()
        if kind == FACET:
            point = self._point(branch)
            if self._is_due() and not is_in_facet(point, place, self._rows):
                raise self._false(branch, f"its point does not show that row {place} is a facet")
            return True
        if kind != REDUNDANT:
            raise self._false(branch, f"row {place} is not said to be a facet or redundant")
        others = self._rows[:place] + self._rows[place + 1 :]
        proof = self._multipliers(branch, len(others))
        if self._is_due() and not is_non_negative(self._rows[place], others, proof):
            raise self._false(branch, f"its multipliers do not prove that row {place} is redundant")
        return False

    def _is_due(self) -> bool:
        """Whether the next proof is one of those that this pass has to check."""
        self._turn += 1
        return self._turn % self._part.of == self._part.number

    def _undecided(self, branch: Branch) -> int:
        plane = self._records.unsigned()
        if plane >= len(branch.sides) or branch.sides[plane]:
            raise self._false(branch, f"hyperplane {plane} is not one that is left to decide")
        return plane

    def _contest(self, branch: Branch) -> tuple[int, tuple[int, ...]]:
        contest = self._records.unsigned()
        if contest >= len(branch.alive) or len(branch.alive[contest]) == 1:
            raise self._false(branch, f"contest {contest} is not one that is left to decide")
        return contest, branch.alive[contest]

    def _multipliers(self, branch: Branch, n_rows: int) -> Multipliers:
        denominator, size = self._records.integer(), self._records.unsigned()
        if size > n_rows:
            has, rows = counted(size, "multiplier"), counted(n_rows, "row")
            raise self._false(branch, f"a proof has {has} for {rows}")
        numerators: dict[int, int] = {}
        for _ in range(size):
            row, numerator = self._records.unsigned(), self._records.integer()
            if row >= n_rows or row in numerators:
                raise self._false(branch, f"a proof has a multiplier for row {row} of {n_rows}")
            numerators[row] = numerator
        return denominator, numerators

    def _point(self, branch: Branch) -> tuple[int, ...]:
        denominator = self._records.integer()
        if denominator <= 0:
            raise self._false(branch, "a point has a denominator that is not positive")
        numerators = (self._records.integer() for _ in range(self._network.input_dim))
        return (*numerators, denominator)

    def _check_header(self) -> None:
        rows = [list(row) for row in self._domain.rows()]
        domain = [[str(entry) for entry in row] for row in rows]
        header = self._records.text(SLACK + sum(len(text) + 4 for row in domain for text in row))
        _check_keys("header", header, {"fingerprint", "domain", "input_dim", "facets"})
        if header["fingerprint"] != self._network.fingerprint:
            raise FalseClaim(
                f"it is about another network, with fingerprint {header['fingerprint']!s:.80}"
            )
        if header["domain"] != domain:
            claimed, asked = spelled_domain(header["domain"]), spelled_domain(domain)
            raise FalseClaim(
                f"it is about another domain: {claimed}, and the one asked about is {asked}; say "
                "the certificate's with --domain"
            )
        if not _is_exactly(header["input_dim"], self._network.input_dim):
            raise FalseClaim(
                f"it says input_dim = {header['input_dim']!s:.80}, but the network has "
                f"{self._network.input_dim}"
            )
        if not isinstance(header["facets"], bool):
            raise FalseClaim(
                f"it says facets = {header['facets']!s:.80}, which is not true or false"
            )
        exact = [coprime([rational(entry) for entry in row]) for row in rows]
        self._rows = [form for form in exact if any(form[:-1]) or form[-1] < 0]
        self._n_domain_rows = len(self._rows)
        self._facets = 0 if header["facets"] else None

    def _check_claim(self) -> None:
        if self._records.byte() != END:
            raise FalseClaim("the tree is complete, but more records follow")
        claim = self._records.text(SLACK + 32 * len(self.cells))
        if self._facets is not None:
            self.edges = self._facets // 2
        found: dict[str, object] = {
            "activation_regions": self.regions,
            "regions_per_stage": self.cells,
            "edges": self.edges,
        }
        _check_keys("claim", claim, found.keys())
        for name, value in found.items():
            if not _is_exactly(claim[name], value):
                raise FalseClaim(f"it claims {name} = {claim[name]!s:.80}, but it proves {value}")
        if not self._records.at_end():
            raise FalseClaim("more follows after the claim")

    @staticmethod
    def _false(branch: Branch, why: str) -> FalseClaim:
        return FalseClaim(f"{why}; at {branch.path}")


def _check_keys(what: str, document: Mapping[str, object], expected: Set[str]) -> None:
    if wrong := sorted(expected ^ document.keys()):
        is_there = wrong[0] in document
        raise FalseClaim(
            f"its {what} {'has a key' if is_there else 'lacks the key'} {wrong[0]!r:.80}"
        )


def _is_exactly(value: object, expected: object) -> bool:
    """Whether two values of JSON are the same, and not merely equal: 12.0 is no integer."""
    if type(value) is not type(expected):
        return False
    if isinstance(value, list) and isinstance(expected, list):
        return len(value) == len(expected) and all(map(_is_exactly, value, expected))
    return value == expected


def _with(
    alive: tuple[tuple[int, ...], ...], contest: int, candidates: tuple[int, ...]
) -> tuple[tuple[int, ...], ...]:
    return (*alive[:contest], candidates, *alive[contest + 1 :])
