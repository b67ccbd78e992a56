"""Unions of activation regions that are convex, within one linear region."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from linreg.polyhedra import Forms, IntegerRow, Multipliers, Point, Solver
from linreg.polyhedra.decisions import PointedPolyhedron
from linreg.regions import Region


@dataclass(frozen=True, slots=True)
class FacetRow:
    """A facet of an activation region, with another one beyond it.

    Attributes
    ----------
    row : tuple of integers
        Positive inside.
    point : Point
        Inside the facet.
    beyond : int
        The region on the other side.
    agree : int
        The regions of the same linear region that lie on the inner side, as bits.
    """

    row: tuple[object, ...]
    point: Point
    beyond: int
    agree: int


@dataclass(frozen=True, slots=True)
class ConvexUnion:
    """A convex union of activation regions of one linear region.

    Attributes
    ----------
    members : int
        As bits.
    beyond : tuple of int
        The regions beyond each of its facets, as bits.
    """

    members: int
    beyond: tuple[int, ...]


class Unions:
    """The convex unions of the regions of one linear region.

    A union is convex if and only if the row at each facet to a region outside holds on all of it:
    otherwise some segment of the union passes that facet.

    Parameters
    ----------
    regions : sequence of Region
        All activation regions.
    neighbours : sequence of sequences of int
        The regions that share a facet with each region.
    members : sequence of int
        The regions of the linear region.
    spend : callable
        Called for each linear program and each union; may raise to stop the work.
    """

    def __init__(
        self,
        regions: Sequence[Region],
        neighbours: Sequence[Sequence[int]],
        members: Sequence[int],
        spend: Callable[[], None],
    ) -> None:
        self.members = members
        self.everything = sum(1 << i for i in members)
        self._regions = regions
        self._neighbours = neighbours
        self._spend = spend
        self._solver = Solver()
        self.facet_rows = {i: list(self._facet_rows_of(i)) for i in members}

    def _facet_rows_of(self, i: int) -> Iterator[FacetRow]:
        polyhedron = self._regions[i].polyhedron
        for place, point in polyhedron.facets.items():
            row = polyhedron.rows[place]
            for j in self._neighbours[i]:
                rows = self._regions[j].boundary.rows
                if all(value >= 0 for value in Forms(rows, len(row) - 1).at(point)):
                    agree = sum(1 << k for k in self.members if self._holds(row, k))
                    yield FacetRow(tuple(row), point, j, agree)
                    break

    def _holds(self, row: IntegerRow, k: int) -> bool:
        """Whether a row is nowhere negative on a region; decided exactly."""
        self._spend()
        inside, form = self._regions[k].polyhedron.inside, Forms([row], len(row) - 1)
        [value] = form.at(inside)
        if value <= 0:
            return False
        pointed = PointedPolyhedron.of_rows(self._regions[k].boundary.rows, inside, self._solver)
        [height] = form.floats([value], inside).tolist()
        return isinstance(pointed.below(row, form.normals[0], height), Multipliers)

    def is_convex(self) -> bool:
        """Whether the linear region is convex."""
        return self._closure(self.everything) is not None

    def pieces(self) -> list[ConvexUnion]:
        """All convex unions: each is reached from a member by taking one neighbour in at a time."""
        found = dict.fromkeys(1 << i for i in self.members)
        pending = list(found)
        while pending:
            union = pending.pop()
            for j in {facet.beyond for i in bits(union) for facet in self.facet_rows[i]}:
                if self.everything >> j & 1 and not union >> j & 1:
                    self._spend()
                    larger = self._closure(union | 1 << j)
                    if larger is not None and larger not in found:
                        found[larger] = None
                        pending.append(larger)
        return [self._piece(union) for union in found]

    def _closure(self, union: int) -> int | None:
        """The smallest convex union that holds this one; None if there is none."""
        while True:
            missing = 0
            for i in bits(union):
                for facet in self.facet_rows[i]:
                    if not union >> facet.beyond & 1 and union & ~facet.agree:
                        missing |= 1 << facet.beyond
            if not missing:
                return union
            if missing & ~self.everything:
                return None
            self._spend()
            union |= missing

    def _piece(self, union: int) -> ConvexUnion:
        beyond: dict[tuple[object, ...], int] = {}
        for i in bits(union):
            for facet in self.facet_rows[i]:
                if not union >> facet.beyond & 1:
                    beyond[facet.row] = beyond.get(facet.row, 0) | 1 << facet.beyond
        return ConvexUnion(union, tuple(beyond.values()))


def bits(union: int) -> Iterator[int]:
    """The members of a union, increasing."""
    while union:
        lowest = union & -union
        yield lowest.bit_length() - 1
        union ^= lowest
