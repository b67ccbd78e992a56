"""Cells of known generators in machine code, and as `explore.generated_cells` has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import product
from weakref import WeakKeyDictionary

import numpy as np
from flint import fmpq_mat, fmpz

from linreg.explore.cells import Cell
from linreg.explore.generated_cells import (
    GENERATORS_FOR_SPLITTING,
    GeneratedCell,
    decided,
    is_for_generators,
    split,
    unseen,
    unseen_of,
    with_generators,
)
from linreg.explore.sink import Sink
from linreg.explore.subdivision import Tally
from linreg.kernel.bridge.word_generators import RowWords, WordGenerators, bits_of, words_of
from linreg.kernel.generators.cutting import DONE, EMPTY, PAUSED, STUCK, cut_up
from linreg.kernel.generators.memory import (
    ABOVE,
    CELLS,
    COUNT,
    COUNTING,
    DEPTH,
    FIRST,
    FIRST_FORM,
    OPEN,
    REGIONS,
    SLOTS,
    SPLITS,
    USED,
    Memory,
    Size,
    memory_for,
)
from linreg.kernel.machine import first_use, is_loaded, is_on_disk
from linreg.polyhedra import IntegerRow
from linreg.problem.problem import Problem
from linreg.problem.stage_on_cell import StageOnCell
from linreg.rational import integer_matrix

MOST_WORDS = 32
"""Words of a vector's entries up to which machine code is faster than python-flint."""

MOST_ROWS = 1024
"""Rows, of all stages, that a generator may have a bit for."""

NO_LIMIT = 2**62
"""More regions than anyone has counted."""

LOAD_AFTER = 16
"""Cells that Python makes, a millisecond or more each, before machine code is loaded."""

COMPILE_AFTER = 4096
"""Cells before it is compiled."""

MEMORIES = 8
"""How many sizes of memory are kept."""


class WordCells:
    """Makes and splits cells of known generators, in machine code where that can be had.

    Its memory is of one thread.
    """

    def __init__(self) -> None:
        self._memories: dict[Size, Memory] = {}
        self._forms: WeakKeyDictionary[StageOnCell, RowWords] = WeakKeyDictionary()

    def generated(self, cell: Cell | GeneratedCell, *, at_once: bool) -> list[GeneratedCell] | None:
        """The parts of a cell that are not empty, by their generators; None if not for this.

        Where machine code is not there yet, it is made at once or when that pays.
        """
        if isinstance(cell, GeneratedCell):
            return [cell]
        if not is_for_generators(cell.on_cell):
            return None
        most = GENERATORS_FOR_SPLITTING if cell.known_points else None
        return self.parts_of(unseen_of(cell), most, at_once=at_once)

    def parts_of(
        self,
        cell: GeneratedCell,
        most: int | None = GENERATORS_FOR_SPLITTING,
        *,
        at_once: bool,
    ) -> list[GeneratedCell] | None:
        """The parts of a cell that is `unseen`, as `generated`; see `generators_of` for `most`."""
        parts = self._made(cell) if is_there(at_once=at_once) else None
        if parts is not None:
            return parts
        known = with_generators(cell, most)
        return None if known is None else [known] if known.generators else []

    def generators_of(
        self, rows: Sequence[IntegerRow], on_cell: StageOnCell
    ) -> list[tuple[Sequence[int], int]] | None:
        """The generators of {x : rows > 0}, and a bit for each row that is zero at one.

        Vectors may have common divisors, and in machine code some may coincide, each with as many
        rows as there are inputs. None if there is a line, or too many; `on_cell` is of any stage.
        """
        if not is_for_generators(on_cell):
            return None
        signs = [1] * len(on_cell.hyperplanes)
        parts = self.parts_of(unseen((), 0, on_cell, tuple(rows), signs, (), 1.0), at_once=True)
        if not parts:
            return None
        generators = parts[0].generators
        if isinstance(generators, WordGenerators):
            some = zip(generators.integers(), map(bits_of, generators.on), strict=True)
            return [(vector, on >> 1) for vector, on in some]
        return [(list(map(int, each.vector)), each.on >> 1) for each in generators]

    def decided(self, cell: GeneratedCell, asked: int) -> GeneratedCell:
        """As `explore.generated_cells.decided`."""
        generators = cell.generators
        if isinstance(generators, WordGenerators):
            rows = RowWords.joined(generators.rows, self._forms_of(cell.on_cell))
            m = self._holding(rows, cell.on_cell)
            if m is not None:
                _put_generators(m, generators)
                _put_cell(m, cell, asked)
                cut_up(m, 0, 0, 0)
                return _cell_of(m, 0, cell, rows)
        return decided(cell, asked)

    def split(
        self,
        problem: Problem,
        cell: GeneratedCell,
        sink: Sink,
        tally: Tally,
        stage_on_cell_of: Callable[[int, Sequence[int]], StageOnCell],
        limit: int | None,
        budget: int,
    ) -> tuple[list[GeneratedCell | Cell], int]:
        """What a cell splits into, as by `explore.generated_cells.split`, and in how many splits.

        In machine code that is as many as the budget says, if there are any.
        """
        most = NO_LIMIT if limit is None else limit - tally.regions
        is_last = cell.stage + 1 >= len(problem.network.stages)
        done = self._parts(cell, tally, budget, most, is_counted=is_last and not sink.wants_rows)
        if done is not None:
            return done
        parts = split(problem, cell, sink, tally, stage_on_cell_of, limit, self.decided, with_point)
        return parts, 1

    def _parts(
        self, cell: GeneratedCell, tally: Tally, budget: int, most: int, *, is_counted: bool
    ) -> tuple[list[GeneratedCell | Cell], int] | None:
        """What is left of a cell after so many splits, first what comes last, and their number.

        Regions that are only counted go to the tally, no more than so many. None if the cell is not
        for machine code, which ends before a part that is not.
        """
        generators = cell.generators
        if not cell.open or not isinstance(generators, WordGenerators):
            return None
        m = self._holding(generators.rows, cell.on_cell)
        if m is None:
            return None
        _put_generators(m, generators)
        _put_cell(m, cell, cell.open)
        _put_mask(m.sides[0, OPEN], cell.open)
        m.counters[COUNTING] = is_counted
        whole: list[GeneratedCell | Cell] = []
        while True:
            status = cut_up(m, -1, budget - int(m.counters[SPLITS]), most)
            if status in (DONE, PAUSED):
                break
            m.counters[CELLS] -= 1
            part = _cell_of(m, int(m.counters[CELLS]), cell, generators.rows)
            if status == STUCK and (whole or m.counters[SPLITS] > 0):
                m.counters[CELLS] += 1  # there may be room for it alone
                break
            if status == STUCK:
                return [_for_python(part)], 1
            whole.append(part)
        tally.regions += int(m.counters[REGIONS])
        tally.cells[cell.stage] += int(m.counters[REGIONS])
        tally.share += float(m.share[0])
        left = [_cell_of(m, c, cell, generators.rows) for c in range(int(m.counters[CELLS]))]
        return [*left, *whole[::-1]], max(1, int(m.counters[SPLITS]))

    def _made(self, cell: GeneratedCell) -> list[GeneratedCell] | None:
        """A cell with its generators, as it is or in parts; None where machine code has none.

        Its open hyperplanes are those that are asked about. A cell that holds lines is divided by
        some of them that are no combinations of its rows, so that each does cut it.
        """
        columns = cell.on_cell.dim + 1
        forms = self._forms_of(cell.on_cell)
        parts = [_infinity(columns), RowWords.of(cell.halfspaces, columns)]
        if cell.cutting:
            parts.append(forms.some(cell.cutting, cell.positive))
        rows = RowWords.joined(*parts, forms)
        m = self._holding(rows, cell.on_cell)
        if m is None:
            return None
        first = int(m.counters[FIRST_FORM])
        asked = [first + plane for plane in _places(cell.open)]
        m.lists[: first + len(asked)] = [*range(first), *asked]
        if cut_up(m, first + len(asked), -1, 0) < columns:
            return None
        chosen = m.order[:columns].tolist()
        cone = [[fmpz(0)] * (columns - 1) + [fmpz(1)], *cell.halfspaces, *cell.bounding_rows]
        cone += cell.on_cell.hyperplanes.rows
        base = integer_matrix([cone[i] for i in chosen], columns)
        # Of the adjugate, each column is the minors of all rows but one, that is positive there.
        numerators, denominator = fmpq_mat(base).inv().numer_denom()
        factor = abs(base.det()) // denominator
        entries = [int(entry) for entry in (numerators * factor).transpose().entries()]
        shape = columns, columns, m.vectors.shape[2]
        rays = words_of(entries, shape[2]).reshape(shape)
        turned = words_of([-entry for entry in entries], shape[2]).reshape(shape)
        for at, i in enumerate(chosen):
            _put_mask(m.on[at], sum(1 << j for j in chosen if j != i))
        others = [i for i in range(first) if i not in chosen]
        planes = [i - first for i in chosen if i >= first]
        cells = []
        for sides in product((1, 0), repeat=len(planes)):
            part = replace(
                cell,
                positive=cell.positive
                | sum(side << plane for plane, side in zip(planes, sides, strict=True)),
                cutting=(*cell.cutting, *planes),
                open=cell.open & ~sum(1 << plane for plane in planes),
                share=cell.share / 2 ** len(planes),
            )
            m.vectors[:columns] = rays
            for at, side in enumerate(sides, columns - len(planes)):
                if not side:
                    m.vectors[at] = turned[at]
            m.order[: len(others)] = others
            m.counters[SLOTS] = columns
            _put_cell(m, part, part.open)
            status = cut_up(m, len(others), 0, 0)
            if status == STUCK:
                return None
            if status != EMPTY:
                cells.append(_cell_of(m, 0, part, rows))
        return cells

    def _forms_of(self, on_cell: StageOnCell) -> RowWords:
        """The hyperplanes of a stage."""
        known = self._forms.get(on_cell)
        if known is None:
            rows = on_cell.hyperplanes.rows
            known = self._forms[on_cell] = RowWords.of(rows, on_cell.dim + 1)
        return known

    def _holding(self, rows: RowWords, on_cell: StageOnCell) -> Memory | None:
        """Memory with these rows, the last ones of which are a stage's; None if it is too large."""
        n, columns, words = rows.sizes.shape
        of_values = rows.words_of_values()
        if of_values > MOST_WORDS or n > MOST_ROWS:
            return None
        forms = len(on_cell.hyperplanes)
        size = Size(columns, of_values, words, _rounded(n), _rounded(forms))
        m = self._memories.get(size)
        if m is None:
            if len(self._memories) == MEMORIES:
                self._memories.clear()
            m = self._memories[size] = memory_for(size)
        m.rows[:n], m.negative[:n], m.lengths[:n] = rows.sizes, rows.negative, rows.lengths
        m.counters[FIRST_FORM] = n - forms
        return m


class Asked:
    """What this process has asked for while there was no machine code for it."""

    cells = 0


def prepare() -> None:
    """Compile, or load what is on disk."""
    with first_use(cut_up):
        cut_up(memory_for(Size(2, 1, 1, 64, 64)), -1, 0, 0)


def is_there(*, at_once: bool) -> bool:
    """Whether there is machine code, which is loaded or compiled at once or where that pays."""
    if at_once and not is_loaded(cut_up):
        prepare()
    if is_loaded(cut_up):
        return True
    Asked.cells += 1
    if Asked.cells % LOAD_AFTER == 0 and (Asked.cells >= COMPILE_AFTER or is_on_disk(cut_up)):
        prepare()
        return True
    return False


def with_point(cell: GeneratedCell) -> Cell:
    """As `GeneratedCell.cell`, without making generators where their vectors are enough."""
    generators = cell.generators
    return cell.cell(generators.integers() if isinstance(generators, WordGenerators) else None)


def _for_python(cell: GeneratedCell) -> GeneratedCell | Cell:
    """A cell that machine code cannot split."""
    if len(cell.generators) > GENERATORS_FOR_SPLITTING:
        return with_point(cell)
    return replace(cell, generators=[*cell.generators])


def _rounded(n: int) -> int:
    return -(-n // 64) * 64


def _put_generators(m: Memory, generators: WordGenerators) -> None:
    """Write generators into the first places."""
    n, _, words = generators.vectors.shape
    m.vectors[:n, :, :words] = generators.vectors
    if words < m.vectors.shape[2]:
        m.vectors[:n, :, words:] = -(generators.vectors[:, :, -1:] >> np.uint64(63))
    m.on[:n] = 0
    m.on[:n, : generators.on.shape[1]] = generators.on
    if generators.above.shape[1] == m.above.shape[1]:
        m.above[:n], m.below[:n] = generators.above, generators.below
    m.counters[SLOTS] = n


def _put_cell(m: Memory, cell: GeneratedCell, asked: int) -> None:
    """Write a cell of all generators, as the only one."""
    n = int(m.counters[SLOTS])
    m.lists[:n] = np.arange(n)
    m.cells[0, FIRST], m.cells[0, COUNT], m.cells[0, USED], m.cells[0, DEPTH] = 0, n, n, 0
    _put_mask(m.sides[0, ABOVE], cell.positive)
    _put_mask(m.asked, asked)
    m.shares[0], m.share[0] = cell.share, 0
    m.counters[CELLS], m.counters[REGIONS], m.counters[SPLITS], m.counters[COUNTING] = 1, 0, 0, 0


def _cell_of(m: Memory, c: int, cell: GeneratedCell, rows: RowWords) -> GeneratedCell:
    """A part of a cell, from the stack."""
    first, count, _, depth = m.cells[c].tolist()
    which = m.lists[first : first + count]
    before = cell.generators
    known = before.known if isinstance(before, WordGenerators) else {}
    return replace(
        cell,
        positive=bits_of(m.sides[c, ABOVE]),
        cutting=(*cell.cutting, *m.cuts[c, :depth].tolist()),
        open=bits_of(m.sides[c, OPEN]),
        generators=WordGenerators(
            rows, m.vectors[which], m.on[which], m.above[which], m.below[which], known
        ),
        n_rows=len(rows.bits),
        share=float(m.shares[c]),
    )


@cache
def _infinity(columns: int) -> RowWords:
    """The row that is positive at points, and zero at directions."""
    return RowWords.of([[fmpz(0)] * (columns - 1) + [fmpz(1)]], columns)


def _places(mask: int) -> list[int]:
    """Which bits are set."""
    return [i for i in range(mask.bit_length()) if mask >> i & 1]


def _put_mask(to: np.ndarray, mask: int) -> None:
    to[:] = np.frombuffer(mask.to_bytes(8 * len(to), "little"), dtype="<u8")
