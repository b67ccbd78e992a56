"""Images of cells under affine maps: which of them are the same set."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from flint import fmpz, fmpz_mat

from linreg.errors import IncompleteError
from linreg.polyhedra import IntegerRow, Multipliers, Solver, decide_interior
from linreg.polyhedra.generators import generators
from linreg.polyhedra.irredundant import irredundant
from linreg.polyhedra.optimum import least_values
from linreg.polyhedra.polyhedron import FLAT_DIM, Polyhedron
from linreg.rational import common_denominator, integer_matrix, primitive

GENERATORS_OF_IMAGE = 2_000
"""Most vertices and rays of a cell, some seconds of work, if its image has a lower dimension."""


class Hull:
    """The smallest affine space that holds the image of a cell, and coordinates on it.

    Parameters
    ----------
    rows : sequence of integer rows, shape (outputs, inputs + 1)
        The map: affine forms of the input.
    dim : int
        Number of inputs.

    Attributes
    ----------
    rank : int
        The dimension.
    key : hashable
        Equal for equal spaces.
    forms : fmpz_mat, shape (rank + 1, inputs + 1)
        The rows that tell points of the space apart, and last the constant 1.

    Examples
    --------
    (x + y, 2 x + 2 y + 1) and (3 x, 6 x + 1) have images on the same line:

    >>> maps = [[[1, 1, 0], [2, 2, 1]], [[3, 0, 0], [6, 0, 1]]]
    >>> first, second = [Hull([[fmpz(x) for x in row] for row in rows], 2) for rows in maps]
    >>> first.rank, first.key == second.key
    (1, True)
    """

    def __init__(self, rows: Sequence[IntegerRow], dim: int) -> None:
        directions = integer_matrix([row[:-1] for row in rows], dim).transpose()
        reduced, denominator, self.rank = directions.rref()
        basis = reduced.table()[: self.rank]
        places = [next(j for j, entry in enumerate(row) if entry != 0) for row in basis]
        # The point of the space where the chosen coordinates are 0, times the denominator.
        origin = [denominator * row[-1] for row in rows]
        for row, j in zip(basis, places, strict=True):
            origin = [x - rows[j][-1] * entry for x, entry in zip(origin, row, strict=True)]
        sign = -1 if denominator < 0 else 1
        whole = [[sign * denominator, *(sign * x for x in origin)]]
        whole += [[sign * entry for entry in row] for row in basis]
        self.key: Hashable = tuple(tuple(primitive(row)) for row in whole)
        one = [fmpz(0)] * dim + [fmpz(1)]
        self.forms = integer_matrix([*(rows[j] for j in places), one], dim + 1)


def image_key(cell: Polyhedron, hull: Hull, *, limit: int = GENERATORS_OF_IMAGE) -> Hashable:
    """A value that is the same for two cells with images in the same hull iff these are equal.

    Where the map is injective, the image is described by its facets; on a line, by its ends;
    otherwise by the extreme rays of the cone over it, made of the images of the cell's vertices,
    rays and lines. Each description is unique, and exact.

    Parameters
    ----------
    cell : Polyhedron
    hull : Hull
        That of the map on the cell.
    limit : int
        Most vertices and rays of the cell.

    Raises
    ------
    IncompleteError
        If the image has fewer dimensions than the cell, but at least 2, and the cell has too many
        vertices for the limit.

    Notes
    -----
    The image of an open convex set is open in its hull, so that images are equal if and only if
    their closures are.

    Examples
    --------
    The squares (0, 1) x (0, 1) and (0, 1) x (3, 4) have the same shadow on the first axis:

    >>> from linreg import Box
    >>> from linreg.problem import Problem
    >>> from linreg.network import StagedNetwork
    >>> from linreg.affine import ExactAffineMap
    >>> shadow = Hull([[fmpz(1), fmpz(0), fmpz(0)]], 2)
    >>> flat = StagedNetwork(2, (), ExactAffineMap.identity(2))
    >>> problems = [Problem(flat, Box([0, low], [1, low + 1])) for low in (0, 3)]
    >>> cells = [Polyhedron(p.domain_rows.rows, p.start) for p in problems]
    >>> first, second = [image_key(cell, shadow) for cell in cells]
    >>> first == second
    True
    """
    if hull.rank == 0:
        return ()
    if hull.rank == cell.dim:
        return _facets(cell, hull)
    if hull.rank == 1:
        return _ends(cell, hull)
    return _cone(_generated(cell, hull, limit))


def _facets(cell: Polyhedron, hull: Hull) -> Hashable:
    """The facets of the image of an injective map, as rows in the coordinates of the hull."""
    # A form g of x is the form g @ forms^-1 of the coordinates.
    inverse = hull.forms.inv().table()
    scale = common_denominator(entry for row in inverse for entry in row)
    whole = integer_matrix([[(entry * scale).p for entry in row] for row in inverse], cell.dim + 1)
    rows = integer_matrix([cell.rows[place] for place in cell.facets], cell.dim + 1) * whole
    return tuple(sorted(tuple(primitive(row)) for row in rows.table()))


def _ends(cell: Polyhedron, hull: Hull) -> Hashable:
    """The ends of an image on a line; None where it has none."""
    up = hull.forms.table()[0]
    down = [-entry for entry in up]
    low, high = least_values(cell.rows, [up, down], cell.inside, Solver())
    return (low and low.value, high and high.value)


def _generated(cell: Polyhedron, hull: Hull, limit: int) -> list[IntegerRow]:
    """Vectors that generate the cone over the closed image: (points, 1) and (directions, 0)."""
    try:
        order = None if cell.dim <= FLAT_DIM else list(cell.facets)
        found = generators(cell.rows, cell.dim, order, limit=limit)
    except IncompleteError:
        raise IncompleteError(
            f"the image of a cell of dimension {cell.dim} has dimension {hull.rank}, and to "
            f"compare it with others takes the cell's vertices, of which there are too many: more "
            f"than {limit:,} on the way"
        ) from None
    directions = [*found.rays, *found.lines, *([-x for x in line] for line in found.lines)]
    columns = [point.entries for point in found.points] + [[*d, 0] for d in directions]
    size = cell.dim + 1
    stacked = fmpz_mat(len(columns), size, [x for column in columns for x in column])
    return [row for row in (stacked * hull.forms.transpose()).table() if any(row)]


def _cone(vectors: Sequence[IntegerRow]) -> Hashable:
    """The lines and the extreme rays of the cone that vectors generate; equal for equal cones."""
    dim, solver = len(vectors[0]), Solver()
    lines: list[IntegerRow] = []
    while True:
        basis, rays = _modulo(lines, vectors, dim)
        rows = [[*ray, fmpz(0)] for ray in rays]
        answer = decide_interior(rows, dim, solver)
        if not isinstance(answer, Multipliers):
            break
        # Multipliers that add up to nothing: minus each of these vectors is in the cone too.
        lines = [*basis, *(rays[place] for place in answer.numerators)]
    extreme = irredundant(rows, answer, solver) if rows else {}
    return tuple(map(tuple, basis)), tuple(sorted(tuple(rays[place]) for place in extreme))


def _modulo(
    lines: Sequence[IntegerRow], vectors: Sequence[IntegerRow], dim: int
) -> tuple[list[IntegerRow], list[IntegerRow]]:
    """A unique basis of the span of the lines, and the vectors modulo it, primitive, once each."""
    reduced, denominator, rank = integer_matrix(lines, dim).rref()
    basis = []
    left = integer_matrix(vectors, dim).table()
    for row in reduced.table()[:rank]:
        line = primitive([entry if denominator > 0 else -entry for entry in row])
        pivot = next(j for j, entry in enumerate(line) if entry != 0)
        basis.append(line)
        left = [
            [line[pivot] * x - vector[pivot] * y for x, y in zip(vector, line, strict=True)]
            for vector in left
        ]
    distinct = dict.fromkeys(tuple(primitive(vector)) for vector in left if any(vector))
    return basis, [list(vector) for vector in distinct]
