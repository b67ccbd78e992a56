"""Cells that know their corners: split exactly, without a linear program.

Only cells of few inputs, with no contest at their stage, and only where they are not too many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from linreg.explore.cells import Cell
from linreg.explore.corners import Corner, corners_of, halves, inner_point, value
from linreg.explore.level import Level
from linreg.explore.problem import Problem
from linreg.explore.sink import Sink
from linreg.explore.subdivision import Tally
from linreg.lp import Forms, IntegerRow, Point, shortened

MOST_INPUTS = 6
"""Inputs up to which cells have few corners."""

MOST_CORNERS = 128
"""Corners from which on linear programs are faster: pairs of corners are held against all."""


@dataclass(frozen=True, slots=True, eq=False)
class Cornered:
    """A cell of a partly decided stage, by its corners.

    Attributes
    ----------
    pattern : tuple of int
        Pieces of all units of the stages before.
    stage : int
    level : Level
    walls : tuple of integer rows
        Rows of the domain and of finished stages, positive inside.
    positive : int
        A bit for each hyperplane of the level that the cell is decided to be above.
    cutting : tuple of int
        The decided hyperplanes that bound the cell.
    open : int
        A bit for each hyperplane that cuts the cell.
    corners : list of Corner
        Their signs are those at the hyperplanes of the level.
    n_rows : int
        Bits in use in `Corner.on`.
    share : float
    """

    pattern: tuple[int, ...]
    stage: int
    level: Level
    walls: tuple[IntegerRow, ...]
    positive: int
    cutting: tuple[int, ...]
    open: int
    corners: list[Corner]
    n_rows: int
    share: float

    def parts(self) -> Iterator[Cornered]:
        """The two parts of the cell on either side of a hyperplane that cuts it."""
        form = self.open & -self.open
        plane = form.bit_length() - 1
        rows = self.level.hyperplanes.rows
        still = self.open ^ form
        both = halves(self.corners, rows[plane], 1 << self.n_rows, rows, still)
        for corners, side in zip(both, (form, 0), strict=True):
            yield _decided(
                replace(
                    self,
                    positive=self.positive | side,
                    cutting=(*self.cutting, plane),
                    corners=corners,
                    n_rows=self.n_rows + 1,
                    share=self.share / 2,
                ),
                still,
            )

    @property
    def n_open(self) -> int:
        """How many hyperplanes of the level cut the cell."""
        return self.open.bit_count()

    @property
    def signs(self) -> tuple[int, ...]:
        """The side of each hyperplane of the level; 0 where it cuts the cell."""
        return tuple(
            0 if self.open >> plane & 1 else 1 if self.positive >> plane & 1 else -1
            for plane in range(len(self.level.hyperplanes))
        )

    @property
    def bounding_rows(self) -> list[IntegerRow]:
        """The level's rows that bound the cell, positive inside."""
        rows = self.level.hyperplanes.rows
        return [
            rows[plane] if self.positive >> plane & 1 else [-entry for entry in rows[plane]]
            for plane in self.cutting
        ]

    def cell(self) -> Cell:
        """The same cell, with a point strictly inside."""
        rows = (*self.walls, *self.bounding_rows)

        def holds(point: Point) -> bool:
            return all(value(row, point.entries) > 0 for row in rows)

        point = shortened(inner_point(self.corners), holds)
        return replace(self.pointless(), sights=[self.level.sight(point)])

    def pointless(self) -> Cell:
        """The same cell without a point: `cornered` gives this one again, however many corners."""
        walls = (Forms(self.walls, self.level.dim),)
        return Cell(
            self.pattern,
            self.stage,
            self.level,
            walls,
            self.signs,
            self.cutting,
            (),
            [],
            self.share,
        )


def cornered(cell: Cell) -> Cornered | None:
    """A cell by its corners, none of which is none if it is empty; None if it is not for this."""
    if not is_for_corners(cell.level):
        return None
    walls = tuple(row for wall in cell.walls for row in wall.rows)
    return with_corners(
        cell.pattern,
        cell.stage,
        cell.level,
        walls,
        cell.signs,
        cell.cutting,
        cell.share,
        most=MOST_CORNERS if cell.sights else None,
    )


def is_for_corners(level: Level) -> bool:
    """Whether cells of a level can be told by their corners."""
    return level.dim <= MOST_INPUTS and not level.contests


def with_corners(
    pattern: tuple[int, ...],
    stage: int,
    level: Level,
    walls: tuple[IntegerRow, ...],
    signs: Sequence[int],
    cutting: tuple[int, ...],
    share: float,
    most: int | None = MOST_CORNERS,
) -> Cornered | None:
    """A cell whose fields are those of `Cell`; see `cornered`, and `corners_of` for `most`."""
    positive = sum(1 << plane for plane, sign in enumerate(signs) if sign > 0)
    asked = sum(1 << plane for plane, sign in enumerate(signs) if sign == 0)
    cell = Cornered(pattern, stage, level, walls, positive, cutting, asked, [], 0, share)
    rows = [*walls, *cell.bounding_rows]
    corners = corners_of(rows, level.dim, most)
    if corners is None:
        return None
    seen = [_seen(corner, level, asked) for corner in corners]
    return _decided(replace(cell, corners=seen, n_rows=len(rows) + 1), asked)


def split(
    problem: Problem,
    cell: Cornered,
    sink: Sink,
    tally: Tally,
    level_of: Callable[[int, Sequence[int]], Level],
) -> list[Cornered | Cell]:
    """The cells that a cell splits into; none if it is a region, which goes to the sink."""
    if cell.open:
        return [part if len(part.corners) <= MOST_CORNERS else part.cell() for part in cell.parts()]
    pieces = cell.level.pieces(cell.signs, ())
    pattern = (*cell.pattern, *pieces)
    tally.cells[cell.stage] += 1
    if cell.stage + 1 < len(problem.stages):
        level = level_of(cell.stage + 1, pattern)
        if not is_for_corners(level):
            return [cell.cell().next_level(problem, pieces)]
        walls = (*cell.walls, *cell.bounding_rows)
        asked = (1 << len(level.hyperplanes)) - 1
        seen = [_seen(corner, level, asked) for corner in cell.corners]
        fresh = Cornered(
            pattern, cell.stage + 1, level, walls, 0, (), asked, seen, cell.n_rows, cell.share
        )
        return [_decided(fresh, asked)]
    tally.regions += 1
    tally.share += cell.share
    if sink.wants_rows:
        sink.region(pattern, cell.cell())
    return []


def _seen(corner: Corner, level: Level, asked: int) -> Corner:
    """A corner and its signs at the hyperplanes of a level that are asked about."""
    above, below, form = 0, 0, 1
    for row in level.hyperplanes.rows:
        if asked & form:
            at = value(row, corner.vector)
            if at > 0:
                above |= form
            elif at < 0:
                below |= form
        form <<= 1
    return corner._replace(above=above, below=below)


def _decided(cell: Cornered, asked: int) -> Cornered:
    """A cell, of whose hyperplanes those are decided that have no two signs at its corners."""
    above, below = 0, 0
    for corner in cell.corners:
        above |= corner.above
        below |= corner.below
    return replace(
        cell, positive=cell.positive | (above & ~below & asked), open=above & below & asked
    )
