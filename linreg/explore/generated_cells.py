"""Cells that know their generators: split exactly, without a linear program.

Only cells of few inputs, with no contest at their stage, and only where they are not too many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from linreg.explore.cells import Cell
from linreg.explore.sink import Sink
from linreg.explore.subdivision import Tally
from linreg.polyhedra import Forms, IntegerRow, Point, shortened
from linreg.polyhedra.splitting import (
    Generator,
    generators_of,
    halves,
    inner_point,
    rounded_point,
    value,
)
from linreg.problem.problem import Problem
from linreg.problem.stage_on_cell import StageOnCell

INPUTS_FOR_GENERATORS = 8
"""Inputs up to which cells have few generators."""

GENERATORS_FOR_SPLITTING = 256
"""Generators from which on linear programs are faster: pairs of generators are held against all."""


@dataclass(frozen=True, slots=True, eq=False)
class GeneratedCell:
    """A cell of a partly decided stage, by its generators.

    Attributes
    ----------
    pattern : tuple of int
        Pieces of all units of the stages before.
    stage : int
    on_cell : StageOnCell
    halfspaces : tuple of integer rows
        Rows of the domain and of finished stages, positive inside.
    positive : int
        A bit for each hyperplane of the stage that the cell is decided to be above.
    cutting : tuple of int
        The decided hyperplanes that bound the cell.
    open : int
        A bit for each hyperplane that cuts the cell.
    generators : sequence of Generator
        Their signs are those at the hyperplanes of the stage.
    n_rows : int
        Bits in use in `Generator.on`.
    share : float
    """

    pattern: tuple[int, ...]
    stage: int
    on_cell: StageOnCell
    halfspaces: tuple[IntegerRow, ...]
    positive: int
    cutting: tuple[int, ...]
    open: int
    generators: Sequence[Generator]
    n_rows: int
    share: float

    def parts(self) -> Iterator[GeneratedCell]:
        """The two parts of the cell on either side of a hyperplane that cuts it."""
        form = self.open & -self.open
        plane = form.bit_length() - 1
        rows = self.on_cell.hyperplanes.rows
        still = self.open ^ form
        both = halves(self.generators, rows[plane], 1 << self.n_rows, rows, still)
        for generators, side in zip(both, (form, 0), strict=True):
            yield _decided(
                replace(
                    self,
                    positive=self.positive | side,
                    cutting=(*self.cutting, plane),
                    generators=generators,
                    n_rows=self.n_rows + 1,
                    share=self.share / 2,
                ),
                still,
            )

    @property
    def n_regions(self) -> int:
        """Into how many parts the hyperplanes of the stage cut the cell, if that is seen at once.

        0 if it is not. Two hyperplanes make four parts if there are generators in all of them.
        """
        if self.n_open != 2:
            return 2 if self.n_open == 1 else 0
        first = self.open & -self.open
        second = self.open ^ first
        up = [generator for generator in self.generators if generator.above & first]
        down = [generator for generator in self.generators if generator.below & first]
        crossed = all(
            any(g.above & second for g in part) and any(g.below & second for g in part)
            for part in (up, down)
        )
        return 4 if crossed else 0

    @property
    def n_open(self) -> int:
        """How many hyperplanes of the stage cut the cell."""
        return self.open.bit_count()

    @property
    def signs(self) -> tuple[int, ...]:
        """The side of each hyperplane of the stage; 0 where it cuts the cell."""
        return tuple(
            0 if self.open >> plane & 1 else 1 if self.positive >> plane & 1 else -1
            for plane in range(len(self.on_cell.hyperplanes))
        )

    @property
    def bounding_rows(self) -> list[IntegerRow]:
        """The stage's rows that bound the cell, positive inside."""
        rows = self.on_cell.hyperplanes.rows
        return [
            rows[plane] if self.positive >> plane & 1 else [-entry for entry in rows[plane]]
            for plane in self.cutting
        ]

    def cell(self, vectors: Iterable[Sequence[int]] | None = None) -> Cell:
        """The same cell, with a point strictly inside, which depends on its vertices alone.

        Where vectors of the generators are at hand, of any lengths, others need not be made.
        """
        rows = (*self.halfspaces, *self.bounding_rows)

        def holds(point: Point) -> bool:
            return all(value(row, point.entries) > 0 for row in rows)

        if vectors is None:
            vectors = [list(map(int, generator.vector)) for generator in self.generators]
        point = rounded_point(vectors)
        if point is None or not holds(point):
            point = shortened(inner_point(self.generators), holds)
        return replace(self.pointless(), known_points=[self.on_cell.known_point(point)])

    def pointless(self) -> Cell:
        """The same cell without a point, from which it can be made again, however large."""
        halfspaces = (Forms(self.halfspaces, self.on_cell.dim),)
        return Cell(
            self.pattern,
            self.stage,
            self.on_cell,
            halfspaces,
            self.signs,
            self.cutting,
            (),
            [],
            self.share,
        )


def unseen_of(cell: Cell) -> GeneratedCell:
    """The same cell, before its generators are known; see `unseen`."""
    halfspaces = tuple(row for halfspace in cell.halfspaces for row in halfspace.rows)
    return unseen(
        cell.pattern,
        cell.stage,
        cell.on_cell,
        halfspaces,
        cell.signs,
        cell.cutting,
        cell.share,
    )


def is_for_generators(on_cell: StageOnCell) -> bool:
    """Whether cells of a stage can be split by their generators."""
    return on_cell.dim <= INPUTS_FOR_GENERATORS and not on_cell.contests


def unseen(
    pattern: tuple[int, ...],
    stage: int,
    on_cell: StageOnCell,
    halfspaces: tuple[IntegerRow, ...],
    signs: Sequence[int],
    cutting: tuple[int, ...],
    share: float,
) -> GeneratedCell:
    """A cell whose fields are those of `Cell`, before its generators are known.

    All hyperplanes that are not decided are open.
    """
    positive = sum(1 << plane for plane, sign in enumerate(signs) if sign > 0)
    asked = sum(1 << plane for plane, sign in enumerate(signs) if sign == 0)
    return GeneratedCell(
        pattern, stage, on_cell, halfspaces, positive, cutting, asked, [], 0, share
    )


def with_generators(
    cell: GeneratedCell, most: int | None = GENERATORS_FOR_SPLITTING
) -> GeneratedCell | None:
    """A cell that is `unseen`, with its generators; none if it is empty. See `generators_of`."""
    rows = [*cell.halfspaces, *cell.bounding_rows]
    generators = generators_of(rows, cell.on_cell.dim, most)
    if generators is None:
        return None
    return decided(replace(cell, generators=generators, n_rows=len(rows) + 1), cell.open)


def split(
    problem: Problem,
    cell: GeneratedCell,
    sink: Sink,
    tally: Tally,
    stage_on_cell_of: Callable[[int, Sequence[int]], StageOnCell],
    limit: int | None,
    seen: Callable[[GeneratedCell, int], GeneratedCell],
    with_point: Callable[[GeneratedCell], Cell],
) -> list[GeneratedCell | Cell]:
    """The cells that a cell splits into; none if it is a region, which goes to the sink.

    Nor are there any if it is regions that are only counted, and no more than the limit allows.
    Hyperplanes of the next stage are decided by `decided`, or by what does the same, and cells get
    points by `GeneratedCell.cell`, or by what does the same.
    """
    if cell.open:
        found = (
            0 if sink.wants_rows or cell.stage + 1 < len(problem.network.stages) else cell.n_regions
        )
        if found and (limit is None or tally.regions + found <= limit):
            tally.cells[cell.stage] += found
            tally.regions += found
            tally.share += cell.share
            return []
        return [
            part if len(part.generators) <= GENERATORS_FOR_SPLITTING else with_point(part)
            for part in cell.parts()
        ]
    pieces = cell.on_cell.pieces(cell.signs, ())
    pattern = (*cell.pattern, *pieces)
    if problem.network.stages:
        tally.cells[cell.stage] += 1
    if cell.stage + 1 < len(problem.network.stages):
        on_cell = stage_on_cell_of(cell.stage + 1, pattern)
        if not is_for_generators(on_cell):
            return [with_point(cell).next_stage(problem, pieces)]
        halfspaces = (*cell.halfspaces, *cell.bounding_rows)
        asked = (1 << len(on_cell.hyperplanes)) - 1
        fresh = GeneratedCell(
            pattern,
            cell.stage + 1,
            on_cell,
            halfspaces,
            0,
            (),
            asked,
            cell.generators,
            cell.n_rows,
            cell.share,
        )
        return [seen(fresh, asked)]
    tally.regions += 1
    tally.share += cell.share
    if sink.wants_rows:
        sink.region(pattern, with_point(cell))
    return []


def decided(cell: GeneratedCell, asked: int) -> GeneratedCell:
    """A cell whose generators are seen from the hyperplanes that are asked about."""
    seen = [_seen(generator, cell.on_cell, asked) for generator in cell.generators]
    return _decided(replace(cell, generators=seen), asked)


def _seen(generator: Generator, on_cell: StageOnCell, asked: int) -> Generator:
    """A generator and its signs at the hyperplanes of a stage that are asked about."""
    above, below, form = 0, 0, 1
    for row in on_cell.hyperplanes.rows:
        if asked & form:
            at = value(row, generator.vector)
            if at > 0:
                above |= form
            elif at < 0:
                below |= form
        form <<= 1
    return generator._replace(above=above, below=below)


def _decided(cell: GeneratedCell, asked: int) -> GeneratedCell:
    """A cell, of whose hyperplanes those are decided that have no two signs at its generators."""
    above, below = 0, 0
    for generator in cell.generators:
        above |= generator.above
        below |= generator.below
    return replace(
        cell, positive=cell.positive | (above & ~below & asked), open=above & below & asked
    )
