"""Convex pieces: the fewest cells of a polyhedral complex on which a function is affine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from flint import fmpq

from linreg.adjacency import AdjacencyGraph
from linreg.definitions.convex_unions import ConvexUnion, Unions, bits
from linreg.errors import IncompleteError
from linreg.polyhedra import Forms, Point

POINTS_COMPARED = 40
"""Points of one linear region that are held against each other for the lower bound."""


def convex_pieces(graph: AdjacencyGraph, labels: Sequence[int], budget: int) -> tuple[int, int]:
    """Bounds on the fewest cells of a polyhedral complex on which a network is affine.

    Parameters
    ----------
    graph : AdjacencyGraph
    labels : sequence of int
        The linear region of each activation region.
    budget : int
        Most steps: linear programs, unions, choices.

    Returns
    -------
    (int, int)
        The second number is that of a complex made of activation regions joined together. The
        first adds up, over linear regions, points of which no two can be in one convex piece,
        because the segment between them leaves the linear region, or because different linear
        regions lie beyond one facet. Equal numbers are the answer.

    Raises
    ------
    IncompleteError
        If the budget does not suffice.

    Notes
    -----
    Convex cells that fill a convex set facet to facet form a complex.

    Source
    ------
    Definition R3 of Stargalla, Hertrich, Reichman (2025); Gruber, Ryshkov (1989): facet to facet
    implies face to face.

    Examples
    --------
    min(relu(x), relu(y)) is 0 on three quadrants, x and y on the halves of the fourth. Two convex
    pieces do not make up three quadrants here, because the half-plane x < 0 would touch both the
    third quadrant and half of the first along one facet. (A cut where the network has none, down
    the diagonal, does it: see `linreg.definitions.facet_extensions`.)

    >>> from linreg import adjacency_graph, enumerate_regions, mlp
    >>> from linreg.adjacency import linear_regions
    >>> net = mlp([([[1, 0], [0, 1]], [0, 0]), ([[1, 0], [1, -1]], [0, 0])],
    ...           readout=([[1, -1]], [0]))
    >>> graph = adjacency_graph(enumerate_regions(net))
    >>> labels = linear_regions(graph).tolist()
    >>> len(labels), len(set(labels)), convex_pieces(graph, labels, 1000)
    (5, 3, (4, 5))
    """
    search = _Search(graph, labels, budget)
    return search.at_least, search.fewest()


class _Search:
    """The linear regions that consist of several regions, and their pieces."""

    def __init__(self, graph: AdjacencyGraph, labels: Sequence[int], budget: int) -> None:
        self._regions = list(graph.regions)  # each keeps its rows and facets
        self._labels = labels
        self._left = budget
        members: dict[int, list[int]] = {}
        for region, label in enumerate(labels):
            members.setdefault(label, []).append(region)
        self._alone = sum(len(each) == 1 for each in members.values())
        neighbours: list[list[int]] = [[] for _ in labels]
        for i, j in graph.edges.tolist():
            neighbours[i].append(j)
            neighbours[j].append(i)
        self._unions = {
            label: Unions(self._regions, neighbours, each, self._spend)
            for label, each in members.items()
            if len(each) > 1
        }
        self._needed = {label: self._apart(each) for label, each in self._unions.items()}

    @property
    def at_least(self) -> int:
        """The sum of what each linear region needs."""
        return self._alone + sum(self._needed.values())

    def fewest(self) -> int:
        """The fewest pieces that fill the domain facet to facet."""
        return self._alone + sum(self._fewest_of(group) for group in self._touching())

    def _spend(self, steps: int = 1) -> None:
        self._left -= steps
        if self._left < 0:
            raise IncompleteError("more steps are needed than the budget allows")

    def _apart(self, unions: Unions) -> int:
        """Most points of a linear region, as far as tried, of which no two are in one piece.

        The points lie on its outer facets. What holds for them holds for inner points next to them.
        Two of them are not in one piece if the segment between them leaves the linear region, or
        if they lie in one hyperplane and different linear regions are beyond: a facet of a cell of
        a complex has one cell beyond.
        """
        import networkx

        facet_rows = [facet for each in unions.facet_rows.values() for facet in each]
        outer = [facet for facet in facet_rows if not unions.everything >> facet.beyond & 1][
            :POINTS_COMPARED
        ]
        conflicts = networkx.Graph()
        conflicts.add_nodes_from(range(len(outer)))
        conflicts.add_edges_from(
            (a, b)
            for (a, one), (b, other) in combinations(enumerate(outer), 2)
            if one.row == other.row and self._labels[one.beyond] != self._labels[other.beyond]
        )
        if not unions.is_convex():
            conflicts.add_edges_from(self._out_of_sight(unions, [facet.point for facet in outer]))
        clique, _ = networkx.max_weight_clique(conflicts, weight=None)
        return max(1, len(clique))

    def _out_of_sight(self, unions: Unions, points: Sequence[Point]) -> Iterator[tuple[int, int]]:
        """Pairs of points such that the segment between them leaves the linear region."""
        self._spend(len(self._regions))
        others = [
            Forms(region.boundary.rows, region.problem.network.input_dim)
            for k, region in enumerate(self._regions)
            if not unions.everything >> k & 1
        ]
        values = [[[fmpq(v, p.entries[-1]) for v in f.at(p)] for f in others] for p in points]
        for a, b in combinations(range(len(points)), 2):
            self._spend()
            if any(_crosses(here, there) for here, there in zip(values[a], values[b], strict=True)):
                yield a, b

    def _touching(self) -> list[list[int]]:
        """Groups of linear regions whose pieces may have to fit each other."""
        import networkx

        touching = networkx.Graph()
        touching.add_nodes_from(self._unions)
        for label, unions in self._unions.items():
            beyond = (
                facet.beyond for facet_rows in unions.facet_rows.values() for facet in facet_rows
            )
            others = {self._labels[j] for j in beyond}
            touching.add_edges_from((label, other) for other in others if other in self._unions)
        return [sorted(group) for group in networkx.connected_components(touching)]

    def _fewest_of(self, group: Sequence[int]) -> int:
        """The fewest pieces that fill some linear regions: branch and bound."""
        order = [i for label in group for i in self._unions[label].members]
        at_least, best = sum(self._needed[label] for label in group), len(order)
        pieces = {i: list[ConvexUnion]() for i in order}
        for label in group:
            # Large pieces come last: the search takes the last first, and so starts with few.
            found = sorted(self._unions[label].pieces(), key=lambda p: p.members.bit_count())
            for piece in found:
                # Beyond a facet there is to be one piece, and so one linear region.
                if all(len({self._labels[j] for j in bits(b)}) == 1 for b in piece.beyond):
                    for i in bits(piece.members):
                        pieces[i].append(piece)
        stack: list[tuple[int, tuple[ConvexUnion, ...]]] = [(sum(1 << i for i in order), ())]
        while stack and best > at_least:
            free, chosen = stack.pop()
            if len(chosen) + self._still(group, free, chosen) >= best:
                continue
            if not free:
                best = len(chosen)
                continue
            first = next(i for i in order if free >> i & 1)
            for piece in pieces[first]:
                if not piece.members & ~free and all(_fit(piece, other) for other in chosen):
                    self._spend()
                    stack.append((free & ~piece.members, (*chosen, piece)))
        return best

    def _still(self, group: Sequence[int], free: int, chosen: Sequence[ConvexUnion]) -> int:
        """How many more pieces it takes at least."""
        still = 0
        for label in group:
            everything = self._unions[label].everything
            used = sum(bool(piece.members & everything) for piece in chosen)
            still += max(self._needed[label] - used, int(bool(free & everything)))
        return still


def _fit(one: ConvexUnion, other: ConvexUnion) -> bool:
    """Whether what lies beyond a facet of one piece is all in the other, or nothing of it."""
    return all(
        not beyond & b.members or not beyond & ~b.members
        for a, b in ((one, other), (other, one))
        for beyond in a.beyond
    )


def _crosses(here: Sequence[fmpq], there: Sequence[fmpq]) -> bool:
    """Whether a segment meets an open polyhedron, given its rows' values at the two ends."""
    low, high = fmpq(0), fmpq(1)
    for a, b in zip(here, there, strict=True):
        if a <= 0 and b <= 0:
            return False
        if a <= 0:
            low = max(low, -a / (b - a))
        elif b <= 0:
            high = min(high, a / (a - b))
    return low < high
