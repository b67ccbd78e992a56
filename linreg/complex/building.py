"""Cells as they are found, put together to a complex."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterable, Sequence
from math import gcd, inf

import numpy as np

from linreg.complex.cell_complex import CellComplex
from linreg.complex.forms import Vector
from linreg.complex.from_regions import leaves_of_regions
from linreg.complex.levels import Levels
from linreg.complex.signs import SignLayout
from linreg.complex.tree import Leaf, Line, Tree
from linreg.errors import BrokenInvariant, UnknownStrategy
from linreg.problem import Problem
from linreg.progress import Progress
from linreg.rational import integer_matrix


def layout_of(problem: Problem) -> SignLayout:
    """The bits of the sign vectors of a problem."""
    return SignLayout(len(problem.domain_rows), problem.network.units)


CELLS_PER_REPORT = 1 << 12
"""Cells between two reports of progress: a fraction of a second."""

STRATEGIES = ("tree", "regions")
"""Ways to find the cells; they find the same."""


def cell_complex(
    problem: Problem,
    levels: Levels,
    *,
    strategy: str = "tree",
    limit: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> CellComplex:
    """All cells of a problem whose last stage is that of the levels.

    Parameters
    ----------
    problem : Problem
    levels : Levels
    strategy : str
        "tree" splits cells in three, at every breakpoint that cuts them; "regions" puts the faces
        of all regions together, up to 6 inputs, and is slow.
    limit : int, optional
        Most cells.
    progress : callable, optional
        Called now and then with a `Progress` of cells, in all unknown.

    Returns
    -------
    CellComplex

    Raises
    ------
    UnknownStrategy
        If there is no such strategy.
    IncompleteError
        If there are more cells than the limit.

    Examples
    --------
    Two lines that cross make a vertex, four half-lines and four quadrants:

    >>> from linreg import mlp
    >>> from linreg.problem import problem_of
    >>> problem = problem_of(mlp([([[1, 0], [0, 1]], [0, 0])]), None)
    >>> cell_complex(problem, Levels((), ())).f_vector
    [1, 4, 4]
    """
    layout = layout_of(problem)
    if strategy == "tree":
        tree = Tree(problem, layout, limit)
        leaves = []
        for leaf in tree.leaves():
            leaves.append(leaf)
            if progress is not None and len(leaves) % CELLS_PER_REPORT == 0:
                progress(Progress(len(leaves), inf, "cells"))
        return assembled(problem, levels, leaves, tree.vectors)
    if strategy == "regions":
        return assembled(problem, levels, *leaves_of_regions(problem, layout, limit))
    raise UnknownStrategy(
        f"strategy: {reprlib.repr(strategy)} is not known; known are {', '.join(STRATEGIES)}"
    )


def assembled(
    problem: Problem,
    levels: Levels,
    leaves: Sequence[Leaf],
    vectors: Sequence[Vector],
) -> CellComplex:
    """The complex of cells that were found, each once.

    Raises
    ------
    BrokenInvariant
        If the cells do not have the same lines, or two have the same sign vector.
    """
    from scipy.sparse import csr_array

    layout = layout_of(problem)
    lines = _common_lines(leaves, problem.network.input_dim + 1)
    if lines:
        vectors = [_reduced(vector, lines) for vector in vectors]
    leaves = sorted(leaves, key=lambda leaf: (leaf.dim, leaf.signs))
    if len({leaf.signs for leaf in leaves}) < len(leaves):
        raise BrokenInvariant("two cells have one sign vector; please report this network")
    # Vertices are the cells of the lowest dimension: each has one generator.
    smallest = (vectors[leaf.ids[0]] for leaf in leaves if leaf.dim == len(lines))
    places = {vector: place for place, vector in enumerate(smallest)}
    n_vertices = len(places)
    used = {vectors[i] for leaf in leaves for i in leaf.ids}
    for vector in sorted(used - places.keys()):
        places[vector] = len(places)
    if any(vector[-1] for vector in list(places)[n_vertices:]):
        raise BrokenInvariant("a vertex is no cell; please report this network")
    columns = [places.get(vector, -1) for vector in vectors]  # -1: only of a cell on the way
    starts = np.cumsum([0, *(len(leaf.ids) for leaf in leaves)])
    indices = np.array([columns[i] for leaf in leaves for i in leaf.ids], dtype=np.int32)
    incidence = csr_array(
        (np.ones(len(indices), dtype=np.int32), indices, starts), shape=(len(leaves), len(places))
    )
    incidence.sort_indices()
    data = b"".join(leaf.signs.to_bytes(layout.n_bytes, "little") for leaf in leaves)
    signs = np.frombuffer(data, dtype=np.uint8).reshape(len(leaves), layout.n_bytes)
    dims = np.array([leaf.dim for leaf in leaves], dtype=np.uint8)
    return CellComplex(
        problem, levels, layout, signs, dims, lines, tuple(places), n_vertices, incidence
    )


def _common_lines(leaves: Iterable[Leaf], width: int) -> tuple[Vector, ...]:
    """The reduced basis of the lines that all cells have."""
    seen: dict[tuple[Line, ...], tuple[Vector, ...]] = {}
    for leaf in leaves:
        if leaf.lines not in seen:
            seen[leaf.lines] = _basis([line.vector for line in leaf.lines], width)
    bases = set(seen.values())
    if len(bases) != 1:
        raise BrokenInvariant("cells have different lines; please report this network")
    return bases.pop()


def _basis(vectors: Sequence[Vector], width: int) -> tuple[Vector, ...]:
    """A reduced basis of the span, each vector primitive and its first entry positive."""
    reduced, _, rank = integer_matrix(vectors, width).rref()
    basis = []
    for row in reduced.table()[:rank]:
        entries = [int(entry) for entry in row]
        divisor = gcd(*entries) * (1 if next(e for e in entries if e) > 0 else -1)
        basis.append(tuple(entry // divisor for entry in entries))
    return tuple(basis)


def _reduced(vector: Vector, lines: Sequence[Vector]) -> Vector:
    """The vector of a class modulo lines that is zero where each of them begins."""
    for line in lines:
        axis = next(axis for axis, entry in enumerate(line) if entry)
        if vector[axis]:
            by, value = line[axis], vector[axis]
            vector = tuple(by * x - value * y for x, y in zip(vector, line, strict=True))
    divisor = gcd(*vector)
    return tuple(entry // divisor for entry in vector) if divisor else vector
