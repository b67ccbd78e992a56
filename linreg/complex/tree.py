"""All cells of a complex, by a tree that splits each cell in three: above, on, and below.

A cell is known by its generators: its vertices, its extreme directions, and lines. A breakpoint
cuts it if it has both signs at generators, and each cell is found once, as one leaf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import islice
from math import gcd
from operator import and_, mul
from typing import NamedTuple

from linreg.complex.around import NearSet
from linreg.complex.forms import Contest, PrefixStage, StageForms, Vector, domain_forms, input_rows
from linreg.complex.gathering import CellTally
from linreg.complex.signs import SignLayout
from linreg.errors import IncompleteError
from linreg.polyhedra import IntegerRow
from linreg.problem import Problem

GENERATORS_OF_CELL = 1 << 13
"""Vertices and directions of one cell; pairs of them are held against each other."""


FEW, STEP = 6, 4
"""Bounds are asked for where at least so many breakpoints are undecided, a multiple of the step:
each time they cost as much as ten splits."""


class Line(NamedTuple):
    """A direction that can be followed both ways, with the bits of either way."""

    vector: Vector
    forward: int
    backward: int

    @property
    def reversed(self) -> Line:
        """The same line, the other way."""
        return Line(tuple(-entry for entry in self.vector), self.backward, self.forward)


class Generated(NamedTuple):
    """A relatively open cell by its generators.

    Attributes
    ----------
    dim : int
    ids : tuple of int
        Its vertices and extreme directions, modulo its lines.
    bits : tuple of int
        The sign vector of each, as far as it is decided.
    lines : tuple of Line
    """

    dim: int
    ids: tuple[int, ...]
    bits: tuple[int, ...]
    lines: tuple[Line, ...]

    @property
    def signs(self) -> int:
        """The sign vector: what holds weakly at all generators, as far as that decides."""
        common = reduce(and_, self.bits)
        for line in self.lines:
            common &= line.forward & line.backward
        return common


class Leaf(NamedTuple):
    """A cell of the complex."""

    dim: int
    signs: int
    ids: tuple[int, ...]
    lines: tuple[Line, ...]


class Tree:
    """The search for all cells.

    Attributes
    ----------
    layout : SignLayout
    vectors : list of Vector
        The generators that the ids number.
    """

    def __init__(
        self,
        problem: Problem,
        layout: SignLayout,
        limit: int | None = None,
        around: NearSet | None = None,
    ) -> None:
        self.layout = layout
        self._around = around
        self.vectors: list[Vector] = []
        self._problem = problem
        self._limit = limit
        self._ids: dict[Vector, int] = {}
        # What is known of points, whose signs do not depend on the cell they are seen from.
        self._of_points: list[dict[int, int]] = [{} for _ in range(len(problem.integer_stages) + 1)]
        self._crossings: dict[tuple[int, int, int], tuple[int, int]] = {}
        self._at_infinity = 1 << layout.n_bits
        self._visible = self._at_infinity - 1
        self._decided = self._visible | self._at_infinity

    def leaves(self) -> Iterator[Leaf]:
        """All cells, in no particular order.

        Raises
        ------
        IncompleteError
            If there are more than the limit, or one has more than `GENERATORS_OF_CELL` vertices and
            directions.
        """
        dim = self._problem.network.input_dim
        forms = domain_forms(self.layout, self._problem.domain_rows, dim)
        axes = [tuple(int(i == j) for j in range(dim + 1)) for i in range(dim)]
        lines = tuple(self._line(forms, 0, axis) for axis in axes)
        origin = self._id((0,) * dim + (1,))
        bits = self._at(0, forms, origin)
        everything = [Generated(dim, (origin,), (bits,), lines)]
        cells = [cell for cell, _ in self._split_all(0, forms, everything)]
        tally = CellTally(dim, self._limit)
        for leaf in self._below(0, 0, input_rows(self._problem), cells):
            tally.add(leaf.dim)
            yield leaf

    def _below(
        self, depth: int, first_unit: int, rows: Sequence[IntegerRow], cells: list[Generated]
    ) -> Iterator[Leaf]:
        """The leaves in cells that have one affine map up to a stage."""
        if not self._problem.integer_stages:
            for cell in cells:
                yield Leaf(cell.dim, cell.signs & self._visible, cell.ids, cell.lines)
            return
        prefix = PrefixStage(self.layout, self._problem, depth, first_unit, rows)
        entered = [self._entered(depth + 1, prefix.forms, cell) for cell in cells]
        parts = self._split_all(depth + 1, prefix.forms, entered, self._watch(depth, prefix))
        if depth + 1 == len(self._problem.integer_stages):
            for cell, signs in parts:
                if self._around is None or self._around.is_met(cell.bits, self._at_infinity):
                    yield Leaf(cell.dim, signs & self._visible, cell.ids, cell.lines)
            return
        # Two cells have the same map if the same breakpoints are above them.
        groups: dict[int, list[Generated]] = {}
        for cell, signs in parts:
            groups.setdefault(signs & prefix.forms.telling, []).append(cell)
        for signs, group in groups.items():
            yield from self._below(depth + 1, prefix.last_unit, prefix.handed_on(signs), group)

    def _watch(self, depth: int, prefix: PrefixStage) -> Callable[[Generated], bool] | None:
        """What says of a cell of a prefix whether it may be around the set that is asked for."""
        around = self._around
        if around is None:
            return None
        rows = around.rows_of(depth, prefix)
        return lambda cell: around.may_meet(depth, rows, cell.ids, self.vectors)

    def _entered(self, stage: int, forms: StageForms, cell: Generated) -> Generated:
        """A cell whose generators know their signs at the next stage."""
        bits = tuple(
            known | self._at(stage, forms, place)
            for place, known in zip(cell.ids, cell.bits, strict=True)
        )
        lines = tuple(
            self._line(forms, line.forward & line.backward, line.vector) for line in cell.lines
        )
        return Generated(cell.dim, cell.ids, bits, lines)

    def _split_all(
        self,
        stage: int,
        forms: StageForms,
        cells: list[Generated],
        watch: Callable[[Generated], bool] | None = None,
    ) -> Iterator[tuple[Generated, int]]:
        """The parts of cells on which a stage is decided, with their sign vectors."""
        shift, pairs, contests = self.layout.n_pairs, forms.pairs, forms.contests
        inside = forms.pairs if stage == 0 else 0
        pending, tally = cells, CellTally(self._problem.network.input_dim, self._limit)
        while pending:
            cell = pending.pop()
            signs = cell.signs
            if inside & ~signs & signs >> shift:
                continue  # beyond a row of the domain
            undecided = pairs & ~(signs | signs >> shift)
            if (
                watch is not None
                and (left := undecided.bit_count()) >= FEW
                and left % STEP == 0
                and not cell.lines
                and not watch(cell)
            ):
                continue
            open_contests = [contest for contest in contests if not signs & contest.mask]
            valid = self._decided & ~(undecided | undecided << shift)
            for contest in open_contests:
                valid &= ~contest.mask
            if undecided:
                pair = (undecided & -undecided).bit_length() - 1
                pending += self._three(stage, forms, cell, pair, valid)
            elif open_contests:
                pending += self._by_winner(stage, forms, cell, open_contests[0], valid)
            else:
                # Each part has a cell of its dimension in it in the end.
                tally.add(cell.dim)
                yield cell, signs

    def _three(
        self, stage: int, forms: StageForms, cell: Generated, pair: int, valid: int
    ) -> Iterator[Generated]:
        """The parts of a cell above, on and below a breakpoint that cuts it."""
        above, below = 1 << pair, 1 << pair + self.layout.n_pairs
        row = forms.row(pair)
        if any(line.forward & line.backward & above == 0 for line in cell.lines):
            parts = self._along_line(stage, forms, cell, row, valid)
        else:
            sides = [(not bits & below) - (not bits & above) for bits in cell.bits]
            parts = self._halves(stage, forms, cell, row, sides, valid, pair)
        for part, _ in parts:
            yield part

    def _by_winner(
        self, stage: int, forms: StageForms, cell: Generated, contest: Contest, valid: int
    ) -> Iterator[Generated]:
        """The parts of a cell on which the same candidates attain a maximum.

        Each part is found from the lowest of them, i: it is strictly above those before it, and
        at or above those after it. Only differences with i cut, so nothing is cut twice.
        """
        for i, winner in enumerate(contest.rows):
            parts = [(cell, valid)]
            for j, rival in enumerate(contest.rows):
                if j == i:
                    continue
                ahead = [a - b for a, b in zip(winner, rival, strict=True)]
                tight = 1 << self.layout.n_bits + 1 + j
                kept: list[tuple[Generated, int]] = []
                for part, known in parts:
                    for side, sign in self._sides(stage, forms, part, ahead, known, tight):
                        if sign > 0 or (sign == 0 and j > i):
                            kept.append((side, known | tight))
                parts = kept
            for part, _ in parts:
                yield part._replace(bits=tuple(bits & self._decided for bits in part.bits))

    def _sides(
        self,
        stage: int,
        forms: StageForms,
        cell: Generated,
        row: Sequence[int],
        valid: int,
        tight: int,
    ) -> Iterator[tuple[Generated, int]]:
        """The parts of a cell where a form is positive, zero and negative, with that sign.

        `tight` is the bit for generators on which the form is zero.
        """
        if any(sum(map(mul, row, line.vector)) for line in cell.lines):
            for part, sign in self._along_line(stage, forms, cell, row, valid):
                yield self._marked(part, row, tight), sign
            return
        values = [sum(map(mul, row, self.vectors[place])) for place in cell.ids]
        sides = [(value > 0) - (value < 0) for value in values]
        low, high = min(sides), max(sides)
        if low < 0 < high:
            parts = self._halves(stage, forms, cell, row, sides, valid, None)
        else:
            parts = iter([(cell, low + high)])
        for part, sign in parts:
            yield self._marked(part, row, tight), sign

    def _marked(self, cell: Generated, row: Sequence[int], tight: int) -> Generated:
        """A cell, with a bit for the generators where a form is zero."""
        bits = tuple(
            known | (tight if sum(map(mul, row, self.vectors[place])) == 0 else 0)
            for place, known in zip(cell.ids, cell.bits, strict=True)
        )
        return cell._replace(bits=bits)

    def _halves(
        self,
        stage: int,
        forms: StageForms,
        cell: Generated,
        row: Sequence[int],
        sides: Sequence[int],
        valid: int,
        pair: int | None,
    ) -> Iterator[tuple[Generated, int]]:
        """The parts of a cell where a form is positive, zero and negative, with that sign.

        Two generators span a face if no third has all inequalities tight that both have, among
        those that hold on the whole cell: Fukuda and Prodon (1996), Proposition 7.
        """
        dim, ids, all_bits, lines = cell
        if len(ids) > GENERATORS_OF_CELL:
            raise IncompleteError(
                f"a cell has more than {GENERATORS_OF_CELL:,} vertices and directions; ask on a "
                'slice, or take the strategy "programs" of polyhedral_complex, faces or topology, '
                "which leaves the domain's own faces out"
            )
        # Those that span a face have at least so many inequalities tight, which others have not.
        tight, least = valid & ~cell.signs, dim - len(lines) - 1
        up: list[tuple[int, int]] = []
        on: list[tuple[int, int]] = []
        down: list[tuple[int, int]] = []
        for place, bits, side in zip(ids, all_bits, sides, strict=True):
            (up if side > 0 else down if side < 0 else on).append((place, bits))
        for a in up:
            for b in down:
                if len(ids) > 2:
                    both = a[1] & b[1] & tight
                    if both.bit_count() < least:
                        continue
                    have_both = (bits for bits in all_bits if bits & both == both)
                    if next(islice(have_both, 2, None), None) is not None:  # a third one
                        continue
                on.append(self._crossing(stage, forms, row, a, b, pair))
        yield _generated(dim - 1, on, lines), 0
        yield _generated(dim, up + on, lines), 1
        yield _generated(dim, down + on, lines), -1

    def _crossing(
        self,
        stage: int,
        forms: StageForms,
        row: Sequence[int],
        a: tuple[int, int],
        b: tuple[int, int],
        pair: int | None,
    ) -> tuple[int, int]:
        """Where a form, positive at one generator and negative at another, is zero between them.

        The generator comes with its bits.
        """
        (i, bits_i), (j, bits_j) = a, b
        key = (-1 if pair is None else pair, min(i, j), max(i, j))
        known = self._crossings.get(key)
        if known is not None:
            return known
        p, q = self.vectors[i], self.vectors[j]
        up, down = sum(map(mul, row, p)), -sum(map(mul, row, q))
        vector = [up * y + down * x for x, y in zip(p, q, strict=True)]
        divisor = gcd(*vector)
        place = self._id(tuple(entry // divisor for entry in vector))
        # Where either end tells which side a form has, so does the crossing.
        bits = bits_i & bits_j
        shift = self.layout.n_pairs
        missing = forms.pairs & ~(bits | bits >> shift)
        while missing:
            lowest = missing & -missing
            bits |= forms.sign(lowest.bit_length() - 1, self.vectors[place])
            missing ^= lowest
        for contest in forms.contests:
            if not bits & contest.mask:
                bits |= forms.winners(contest, self.vectors[place])
        if pair is not None and vector[-1] != 0:
            # Of a point all cells that hold it see the same; of a direction they may not.
            self._crossings[key] = place, bits
        return place, bits

    def _along_line(
        self, stage: int, forms: StageForms, cell: Generated, row: Sequence[int], valid: int
    ) -> Iterator[tuple[Generated, int]]:
        """The parts of a cell where a form is positive, zero and negative, if it is not on a line.

        All other generators slide along that line until the form is zero.
        """
        values = [sum(map(mul, row, line.vector)) for line in cell.lines]
        chosen = next(k for k, value in enumerate(values) if value)
        line, by = cell.lines[chosen], values[chosen]
        if by < 0:
            line, by = line.reversed, -by

        def slid(vector: Vector) -> Vector:
            value = sum(map(mul, row, vector))
            moved = [by * x - value * y for x, y in zip(vector, line.vector, strict=True)]
            divisor = gcd(*moved)
            return tuple(entry // divisor for entry in moved)

        lines = tuple(
            self._line(forms, other.forward & other.backward & valid, slid(other.vector))
            for k, other in enumerate(cell.lines)
            if k != chosen
        )
        on = []
        for i, bits in zip(cell.ids, cell.bits, strict=True):
            place = self._id(slid(self.vectors[i]))
            on.append((place, bits & valid | self._at(stage, forms, place)))
        yield _generated(cell.dim - 1, on, lines), 0
        for vector, bits, sign in (
            (line.vector, line.forward, 1),
            (line.reversed.vector, line.backward, -1),
        ):
            end = (self._id(vector), bits | self._at_infinity)
            yield _generated(cell.dim, [*on, end], lines), sign

    def _id(self, vector: Vector) -> int:
        """The number of a generator."""
        place = self._ids.setdefault(vector, len(self.vectors))
        if place == len(self.vectors):
            self.vectors.append(vector)
        return place

    def _at(self, stage: int, forms: StageForms, place: int) -> int:
        """The bits of a stage at a generator."""
        vector = self.vectors[place]
        if vector[-1] == 0:
            return forms.at(vector) | self._at_infinity
        known = self._of_points[stage].get(place)
        if known is None:
            known = self._of_points[stage][place] = forms.at(vector)
        return known

    def _line(self, forms: StageForms, known: int, vector: Vector) -> Line:
        """A line that knows its signs at a stage."""
        opposite = tuple(-entry for entry in vector)
        return Line(vector, known | forms.at(vector), known | forms.at(opposite))


def _generated(
    dim: int, generators: Sequence[tuple[int, int]], lines: tuple[Line, ...]
) -> Generated:
    return Generated(
        dim,
        tuple(place for place, _ in generators),
        tuple(bits for _, bits in generators),
        lines,
    )
