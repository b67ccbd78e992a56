"""Parts of a tree that stand whole in a piece of a certificate, checked all at once.

It takes what it is sure of and nothing else: of anything that is wrong, or is not as it expects, it
says no more than that, and the walk along the path finds out what it is.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from linreg.checker.float_stages import FloatStage, Reads
from linreg.checker.forms import Form, negated
from linreg.checker.known import Known, known_forms, with_negatives
from linreg.checker.records import BEYOND, CUT, IN_SPAN, MISSES, NO_CUT, REDUNDANT, REGION, SPANNED
from linreg.checker.stages import IntegerStage, StageOnCell
from linreg.checker.whole_claims import Integers, Unsure, WholeClaims
from linreg.checker.windows import Parts

WINDOW = 1 << 18
"""Bytes of records that are looked at together."""

MOST_ROWS = 1 << 24
"""Rows of all cells of the parts, if each took a byte."""

MOST_PLACES = 1 << 23
"""Numbers of the rows of all cells of the parts, where paths are long."""


class Root(NamedTuple):
    """A cell that a part of the tree begins with.

    Attributes
    ----------
    stage, here, sides, left
        As of a `Branch`.
    rows : list of Form
        Positive inside the cell.
    """

    stage: int
    here: StageOnCell
    sides: Sequence[int]
    left: int
    rows: list[Form]


class Growing:
    """Arrays of rows that are appended, and found again by number."""

    def __init__(self) -> None:
        self.size = 0
        self._rows: np.ndarray | None = None

    @property
    def rows(self) -> np.ndarray:
        """All rows."""
        assert self._rows is not None
        return self._rows[: self.size]

    def append(self, rows: np.ndarray) -> None:
        """Append some rows."""
        end = self.size + len(rows)
        if self._rows is None or end > len(self._rows):
            grown = np.empty((max(2 * self.size, end), *rows.shape[1:]), dtype=rows.dtype)
            if self._rows is not None:
                grown[: self.size] = self.rows
            self._rows = grown
        self._rows[self.size : end] = rows
        self.size = end


class Cells:
    """Cells of the parts that have begun one stage, in floats."""

    def __init__(self) -> None:
        self._reads = [Growing() for _ in Reads._fields]
        self.parents = Growing()  # cells of the stage before, -1 for roots
        self.sides = Growing()  # by cell, those of the hyperplanes of the stage before
        self.first = Growing()  # by cell, the number of its first hyperplane among all forms

    @property
    def reads(self) -> Reads:
        """What the stage reads on them."""
        return Reads(*(field.rows for field in self._reads))

    def append(self, reads: Reads, parents: np.ndarray, sides: np.ndarray, first: int) -> None:
        """Append cells whose hyperplanes follow each other from a number on."""
        for field, rows in zip(self._reads, reads, strict=True):
            field.append(rows)
        self.parents.append(parents)
        self.sides.append(sides)
        self.first.append(first + np.cumsum(reads.sizes) - reads.sizes)


class WholeParts:
    """Checks whole parts of the tree of one network.

    Attributes
    ----------
    n_bytes : int
        How much of the records it is good to take at a time.
    """

    def __init__(
        self, stages: Sequence[IntegerStage], n_inputs: int, n_domain_rows: int | None
    ) -> None:
        self._integers = stages
        self._n = n_inputs
        self._n_domain_rows = n_domain_rows
        self.n_bytes = min(WINDOW, MOST_ROWS // max(stage.n_rows for stage in stages))

    @cached_property
    def _stages(self) -> list[FloatStage]:
        return [FloatStage(stage) for stage in self._integers]

    @cached_property
    def _width(self) -> int:
        return max([1, *(stage.n_forms for stage in self._stages)])

    def cells(
        self,
        parts: Parts,
        roots: Sequence[Root],
        is_due: Callable[[int], np.ndarray],
        integers: Integers,
    ) -> list[int] | None:
        """How many cells of each stage are complete in the parts, if all records certainly hold.

        Parameters
        ----------
        parts : Parts
        roots : sequence of Root
            The cell that each begins with.
        is_due : callable
            Given how many proofs there are, which of them are to be checked.
        integers : Integers
        """
        if not all(stage.is_safe for stage in self._stages):
            return None
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                check = _Check(
                    self._integers,
                    self._stages,
                    self._n,
                    self._n_domain_rows,
                    self._width,
                    parts,
                    roots,
                )
                check.follow()
                check.prove(is_due, integers)
        except Unsure:
            return None
        return check.complete


def whole_parts_of(
    stages: Sequence[IntegerStage], n_inputs: int, n_domain_rows: int | None
) -> WholeParts | None:
    """The check of trees of a network with these stages; None where it is not for such networks.

    Each region has facets after it if there is a number of rows of the domain, which have none.
    """
    if not stages or not all(stage.is_plain for stage in stages):
        return None
    return WholeParts(stages, n_inputs, n_domain_rows)


class _Check:
    """The check of some parts.

    A *node* is a cell as it is after a split, with the records up to the next one, or a region.
    """

    def __init__(
        self,
        integers: Sequence[IntegerStage],
        stages: Sequence[FloatStage],
        n: int,
        n_domain_rows: int | None,
        width: int,
        parts: Parts,
        roots: Sequence[Root],
    ) -> None:
        self.complete = [0] * len(stages)
        self._integers = integers
        self._stages = stages
        self._n = n
        self._n_domain_rows = n_domain_rows
        self._parts = parts
        self._roots = roots
        self._kinds = parts.kinds
        self._window = parts.window
        self._starts = parts.starts
        self._cells = [Cells() for _ in stages]
        self._exact: dict[tuple[int, int], StageOnCell] = {}
        self._exact_forms: dict[int, tuple[Form, StageOnCell | None]] = {}
        # All forms: first one that is 1 everywhere, then what may complete a basis, the rows of
        # roots and hyperplanes. A number is that of a form, or -1 less it for the form with the
        # other sign.
        self._values, self._errors = Growing(), Growing()
        self._root_rows: list[Form] = [(0,) * n + (1,), *_generic(n)]
        self._blocks: list[tuple[int, int, int]] = []  # first form, stage, first cell
        self._put_records()
        self._put_nodes(parts.ends)
        self._put_roots(width)

    def _put_records(self) -> None:
        kinds = self._kinds
        self._misses = np.flatnonzero((kinds == MISSES) | (kinds == IN_SPAN))
        self._named = self._window.rows(self._starts[self._misses])
        told = np.flatnonzero(kinds != REGION)
        self._planes = np.zeros(len(kinds), dtype=np.int64)
        self._sides = np.zeros(len(kinds), dtype=np.int8)  # but of cuts
        self._planes[told], is_above = self._window.planes(self._starts[told])
        self._sides[told] = np.where(is_above, 1, -1)
        self._node_of = np.zeros(len(kinds), dtype=np.int64)  # of those without a split
        self._form_of = np.zeros(len(kinds), dtype=np.int64)

    def _put_nodes(self, ends: Sequence[int]) -> None:
        """Find the records, the parent, the side and the depth of each node."""
        self._last = np.flatnonzero((self._kinds == CUT) | (self._kinds == REGION))
        self._at = np.concatenate([[0], self._last[:-1] + 1])
        self._is_cut = self._kinds[self._last] == CUT
        parents: list[int] = []
        sides: list[int] = []
        depths: list[int] = []
        waiting: list[tuple[int, int]] = []  # cuts whose positive part is not told, with depths
        parent, side, depth = -1, -1, 0
        for node, is_cut in enumerate(self._is_cut.tolist()):
            parents.append(parent)
            sides.append(side)
            depths.append(depth)
            if is_cut:
                depth += 1
                waiting.append((node, depth))
                parent, side = node, -1
            elif waiting:
                (parent, depth), side = waiting.pop(), 1
            else:
                parent, side, depth = -1, -1, 0
        self._parents = np.array(parents)
        self._parent_side = np.array(sides, dtype=np.int8)
        self._by_depth = np.argsort(depths, kind="stable")
        self._depths = np.bincount(depths)
        firsts = np.flatnonzero(self._parents < 0)
        assert self._at[firsts].tolist() == [0, *ends[:-1]]

    def _put_roots(self, width: int) -> None:
        n_nodes = len(self._last)
        most = max(len(root.rows) for root in self._roots) + len(self._depths)
        if n_nodes * most > MOST_PLACES:
            raise Unsure
        self._stage = np.zeros(n_nodes, dtype=np.int64)
        self._cell = np.zeros(n_nodes, dtype=np.int64)
        self._left = np.zeros(n_nodes, dtype=np.int64)
        self._on = np.zeros((n_nodes, width), dtype=np.int8)
        self._rows = np.zeros((n_nodes, most), dtype=np.int64)
        self._n_rows = np.zeros(n_nodes, dtype=np.int64)
        numbers: dict[int, int] = {}
        for root in self._roots:
            for form in root.rows:
                if id(form) not in numbers:
                    numbers[id(form)] = len(self._root_rows)
                    self._root_rows.append(form)
        self._put_forms(known_forms(self._root_rows, self._n))
        known: dict[int, int] = {}
        nodes = np.flatnonzero(self._parents < 0)
        for node, root in zip(nodes.tolist(), self._roots, strict=True):
            s, here = root.stage, root.here
            if id(here) not in known:
                known[id(here)] = self._put_exact(s, here)
            self._stage[node], self._cell[node], self._left[node] = s, known[id(here)], root.left
            self._on[node, : len(root.sides)] = root.sides
            self._rows[node, : len(root.rows)] = [numbers[id(form)] for form in root.rows]
            self._n_rows[node] = len(root.rows)

    def _put_forms(self, forms: Known) -> None:
        self._values.append(forms.values)
        self._errors.append(forms.errors)

    def _put_exact(self, s: int, here: StageOnCell) -> int:
        reads, forms = self._stages[s].of_integers(here)
        nothing = np.zeros((1, self._on.shape[1]), dtype=np.int8)
        cell = self._put_cells(s, reads, forms, np.array([-1]), nothing)
        self._exact[s, cell] = here
        return cell

    def _put_cells(
        self, s: int, reads: Reads, forms: Known, parents: np.ndarray, sides: np.ndarray
    ) -> int:
        """Append cells that begin a stage; the number of the first."""
        cells = self._cells[s]
        number = cells.parents.size
        self._blocks.append((self._values.size, s, number))
        cells.append(reads, parents, sides, self._values.size)
        self._put_forms(forms)
        return number

    def follow(self) -> None:
        """Follow all paths, split after split, and see that every stage is complete."""
        end = 0
        for depth, size in enumerate(self._depths.tolist()):
            nodes = self._by_depth[end : end + size]
            end += size
            if depth:
                self._split(nodes)
            for s in range(len(self._stages)):
                self._decide(s, nodes[self._stage[nodes] == s])
            is_region = self._stage[nodes] == len(self._stages)
            if (self._at[nodes] < self._last[nodes]).any():
                raise Unsure
            if (self._is_cut[nodes] == is_region).any():
                raise Unsure

    def _split(self, nodes: np.ndarray) -> None:
        """Have parts begin as what they are parts of ended, with one more side and row."""
        parents, sides = self._parents[nodes], self._parent_side[nodes]
        planes = self._planes[self._last[parents]]
        for field in (self._stage, self._cell, self._on, self._rows):
            field[nodes] = field[parents]
        n_rows = self._n_rows[parents]
        self._n_rows[nodes] = n_rows + 1
        self._left[nodes] = self._left[parents] - 1
        for s in range(len(self._stages)):
            of_stage = self._stage[nodes] == s
            if of_stage.any():
                some = nodes[of_stage]
                forms = self._forms_of(s, self._cell[some], planes[of_stage], sides[of_stage])
                self._rows[some, n_rows[of_stage]] = forms
        self._on[nodes, planes] = sides

    def _forms_of(
        self, s: int, cells: np.ndarray, planes: np.ndarray, sides: np.ndarray
    ) -> np.ndarray:
        """The numbers of forms that are positive on sides of hyperplanes of cells."""
        if (planes >= self._cells[s].reads.sizes[cells]).any():
            raise Unsure
        forms = self._cells[s].first.rows[cells] + planes
        found: np.ndarray = np.where(sides > 0, forms, ~forms)
        return found

    def _decide(self, s: int, nodes: np.ndarray) -> None:
        """Take records of nodes in a stage until it is complete, and begin the next one."""
        if not len(nodes):
            return
        taken = np.minimum(self._left[nodes], self._last[nodes] - self._at[nodes])
        several = np.repeat(nodes, taken)
        within = np.arange(len(several)) - np.repeat(np.cumsum(taken) - taken, taken)
        records = self._at[several] + within
        planes, sides = self._planes[records], self._sides[records]
        self._form_of[records] = self._forms_of(s, self._cell[several], planes, sides)
        self._node_of[records] = several
        self._on[several, planes] = sides
        self._at[nodes] += taken
        self._left[nodes] -= taken
        done = nodes[self._left[nodes] == 0]
        if not len(done):
            return
        # As many sides as hyperplanes were told: if some is missing, one was told twice.
        cells, on = self._cell[done], self._on[done]
        if (np.count_nonzero(on, axis=1) != self._cells[s].reads.sizes[cells]).any():
            raise Unsure
        self.complete[s] += len(done)
        self._stage[done] = s + 1
        if s + 1 == len(self._stages):
            return
        self._cell[done] = self._enter(s, cells, on)
        self._left[done] = self._cells[s + 1].reads.sizes[self._cell[done]]
        self._on[done] = 0

    def _enter(self, s: int, cells: np.ndarray, on: np.ndarray) -> np.ndarray:
        """The cells of the next stage that cells begin which are complete."""
        reads = self._cells[s].reads
        made = self._stages[s].outputs(reads, cells, on)
        found, forms, certain = self._stages[s + 1].read(*made, reads.units[cells])
        entered = np.zeros(len(cells), dtype=np.int64)
        places = np.flatnonzero(certain)
        if len(places):
            some = Reads(*(field[places] for field in found))
            first = self._put_cells(s + 1, some, forms, cells[places], on[places])
            entered[places] = first + np.arange(len(places))
        for place in np.flatnonzero(~certain).tolist():
            here = self._after(s, int(cells[place]), on[place])
            entered[place] = self._put_exact(s + 1, here)
        return entered

    def _after(self, s: int, cell: int, on: np.ndarray) -> StageOnCell:
        """The next stage on a cell that is complete, in integers."""
        here = self._in_integers(s, cell)
        state = here.after(on[: len(here.hyperplanes)].tolist(), [])
        return StageOnCell(self._integers[s + 1], state)

    def _in_integers(self, s: int, cell: int) -> StageOnCell:
        here = self._exact.get((s, cell))
        if here is None:
            cells = self._cells[s]
            parent, on = int(cells.parents.rows[cell]), cells.sides.rows[cell]
            here = self._exact[s, cell] = self._after(s - 1, parent, on)
        return here

    def prove(self, is_due: Callable[[int], np.ndarray], integers: Integers) -> None:
        """Check the proofs that are due, by floats and where these are not sure, by integers."""
        is_proof = np.ones(self._parts.n_records, dtype=bool)
        is_proof[self._parts.numbers[self._kinds == CUT]] = False
        due = np.zeros(len(is_proof), dtype=bool)
        due[is_proof] = is_due(int(np.count_nonzero(is_proof)))
        claims = WholeClaims(
            with_negatives(Known(self._values.rows, self._errors.rows)),
            self._rows,
            self._n_rows,
            self._exact_form,
            self._window,
            integers,
        )
        self._prove_cells(claims, due[self._parts.numbers])
        if self._n_domain_rows is not None:
            self._prove_facets(claims, self._n_domain_rows, due)

    def _prove_cells(self, claims: WholeClaims, due: np.ndarray) -> None:
        if (self._named >= self._n_rows[self._node_of[self._misses], None]).any():
            raise Unsure
        some = np.flatnonzero(due[self._misses])
        records = self._misses[some]
        claims.combinations(self._form_of[records], self._node_of[records], self._named[some])
        for record in np.flatnonzero((self._kinds == NO_CUT) & due).tolist():
            proof = self._window.multipliers(int(self._starts[record]))
            claims.multipliers(int(self._form_of[record]), int(self._node_of[record]), proof)
        regions = np.flatnonzero(~self._is_cut & due[self._last])
        starts = self._starts[self._last[regions]]
        claims.points(starts, regions, np.full(len(regions), -1))

    def _prove_facets(self, claims: WholeClaims, first: int, due: np.ndarray) -> None:
        """Check that each row of a region from one on is a facet, or redundant."""
        kinds, starts, numbers, owners = self._parts.facets
        nodes = np.flatnonzero(~self._is_cut)
        counts = np.bincount(owners, minlength=len(self._kinds))[self._last[nodes]]
        if (counts != self._n_rows[nodes] - first).any():
            raise Unsure
        nodes = np.repeat(nodes, counts)
        places = first + np.arange(len(nodes)) - np.repeat(np.cumsum(counts) - counts, counts)
        forms, is_due = self._rows[nodes, places], due[numbers]
        spanned = np.flatnonzero(kinds == SPANNED)
        named = self._window.named(starts[spanned] + 1)
        if ((named >= self._n_rows[nodes[spanned], None]) | (named == places[spanned, None])).any():
            raise Unsure
        spanned, named = spanned[is_due[spanned]], named[is_due[spanned]]
        claims.combinations(forms[spanned], nodes[spanned], named)
        some = np.flatnonzero((kinds == BEYOND) & is_due)
        claims.points(starts[some], nodes[some], places[some])
        for i in np.flatnonzero((kinds == REDUNDANT) & is_due).tolist():
            proof = self._window.multipliers(int(starts[i]))
            claims.multipliers(int(forms[i]), int(nodes[i]), proof, int(places[i]))

    def _exact_form(self, number: int) -> tuple[Form, StageOnCell | None]:
        """The form of a number in integers, and the stage on the cell whose hyperplane it is."""
        found = self._exact_forms.get(number)
        if found is None:
            found = self._exact_forms[number] = self._found_exactly(number)
        return found

    def _found_exactly(self, number: int) -> tuple[Form, StageOnCell | None]:
        form = number if number >= 0 else ~number
        if form < len(self._root_rows):
            row = self._root_rows[form]
            return (row if number >= 0 else negated(row)), None
        _, s, cell = self._blocks[bisect_right(self._blocks, (form, len(self._stages))) - 1]
        firsts = self._cells[s].first.rows[cell:]
        cell += int(np.searchsorted(firsts, form, side="right")) - 1
        here = self._in_integers(s, cell)
        plane = form - int(self._cells[s].first.rows[cell])
        return (here.hyperplanes if number >= 0 else here.beyond)[plane], here


def _generic(n: int) -> list[Form]:
    """As many forms without a constant as inputs, of which any with others may be a basis."""
    numbers = np.random.default_rng(0).integers(-(1 << 20), 1 << 20, (n, n))
    return [(*map(int, row), 0) for row in numbers]
