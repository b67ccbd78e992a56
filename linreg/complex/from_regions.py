"""All cells of a complex from its regions: the faces of each, told apart by their sign vectors.

It shares nothing with the tree but the layout of sign vectors: regions come from the explorer,
vertices from the double description of each, signs from the network's values at a point inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flint import fmpq, fmpq_mat

from linreg.complex.forms import Vector
from linreg.complex.gathering import CellTally
from linreg.complex.signs import SignLayout
from linreg.complex.tree import Leaf, Line
from linreg.network.stages import piece_at, table
from linreg.polyhedra import IntegerRow
from linreg.polyhedra.generators import Generators
from linreg.polyhedra.polyhedron import Polyhedron
from linreg.problem import Problem
from linreg.problem.region_rows import Boundaries
from linreg.rational import integer_matrix
from linreg.regions import enumerate_regions
from linreg.units import MaxUnit


def leaves_of_regions(
    problem: Problem, layout: SignLayout, limit: int | None = None
) -> tuple[list[Leaf], list[Vector]]:
    """The cells in the closures of all regions, and the generators that their ids number.

    Raises
    ------
    ValueError
        If there are more inputs than `linreg.polyhedra.polyhedron.LARGEST_DIM`.
    IncompleteError
        If there are more cells than the limit.
    """
    ids: dict[Vector, int] = {}
    leaves: dict[int, Leaf] = {}
    boundaries, tally = Boundaries(problem), CellTally(problem.network.input_dim, limit)
    regions = enumerate_regions(problem.network, problem.domain)
    for index, pattern in enumerate(regions.patterns.tolist()):
        rows = boundaries.of(pattern).rows
        found = Polyhedron(rows, regions.point(index)).generators
        lines = tuple(Line((*line, 0), 0, 0) for line in found.lines)
        vectors = [tuple(int(entry) for entry in point.entries) for point in found.points]
        vectors += [(*ray, 0) for ray in found.rays]
        for face in _faces(rows, vectors, len(found.points)):
            held = [vectors[k] for k in sorted(face)]
            signs = signs_at(problem, layout, _inside(held))
            if signs not in leaves:
                dim = _rank(held, found)
                places = tuple(ids.setdefault(vector, len(ids)) for vector in held)
                leaves[signs] = Leaf(dim, signs, places, lines)
                tally.add(dim)
    return list(leaves.values()), list(ids)


def signs_at(problem: Problem, layout: SignLayout, x: Sequence[fmpq]) -> int:
    """The sign vector of a point of the domain, from the network's exact values there."""
    network = problem.network
    state = fmpq_mat(network.input_dim, 1, list(x))
    positions: list[int | frozenset[int]] = []
    for stage in network.stages:
        z = stage.map.apply(state)
        values = z.entries()
        pieces = []
        for unit, start in zip(stage.units, stage.starts, strict=False):
            read = values[start : start + unit.n_inputs]
            pieces.append(piece_at(unit, read))
            if isinstance(unit, MaxUnit):
                best = max(read)
                positions.append(frozenset(i for i, value in enumerate(read) if value == best))
            else:
                # A point on a breakpoint belongs to the lower piece.
                met = any(read[0] == cut for cut in table(unit)[0])
                positions.append(2 * pieces[-1] + met)
        state = stage.select(z, pieces)
    tight = []
    for place, row in enumerate(problem.domain_rows.rows):
        value = sum((a * b for a, b in zip(row, x, strict=False)), fmpq(row[-1]))
        if value == 0:
            tight.append(place)
    return layout.of_positions(tight, positions)


def _faces(
    rows: Sequence[IntegerRow], vectors: Sequence[Vector], n_points: int
) -> Iterator[frozenset[int]]:
    """The faces of a polyhedron as sets of generators: what facets have in common, with a point."""
    points = frozenset(range(n_points))
    values = (
        integer_matrix(rows, len(vectors[0])) * integer_matrix(vectors, len(vectors[0])).transpose()
    )
    facets = [frozenset(k for k, value in enumerate(row) if value == 0) for row in values.table()]
    everything = frozenset(range(len(vectors)))
    seen, pending = {everything}, [everything]
    while pending:
        face = pending.pop()
        yield face
        for facet in facets:
            common = face & facet
            if common & points and common not in seen:
                seen.add(common)
                pending.append(common)


def _inside(vectors: Sequence[Vector]) -> list[fmpq]:
    """A point inside the face of these generators."""
    points = [[fmpq(entry, v[-1]) for entry in v[:-1]] for v in vectors if v[-1]]
    mean = [sum(column, fmpq(0)) / len(points) for column in zip(*points, strict=True)]
    for vector in vectors:
        if vector[-1] == 0:
            mean = [x + step for x, step in zip(mean, vector, strict=False)]
    return mean


def _rank(vectors: Sequence[Vector], found: Generators) -> int:
    """The dimension of the face of these generators: it lies at scale 1 of its cone."""
    spanning = [*vectors, *((*line, 0) for line in found.lines)]
    return int(integer_matrix(spanning, len(spanning[0])).rank()) - 1
