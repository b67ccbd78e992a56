"""The facets of a polyhedron: which of its rows cannot be left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import fmpq, fmpz_mat

from linreg.polyhedra.decisions import PointedPolyhedron
from linreg.polyhedra.facets import inside_facet
from linreg.polyhedra.highs import Solver
from linreg.polyhedra.multipliers import Multipliers
from linreg.polyhedra.points import Forms, IntegerRow, Point
from linreg.rational import integer_matrix, primitive, rational


def irredundant(rows: Sequence[IntegerRow], inside: Point, solver: Solver) -> dict[int, Point]:
    """The rows that are facets, by place, each with a point inside the facet.

    At that point the row is zero and all others are positive, which proves that it is a facet;
    every other row is a non-negative combination of the facets, which proves that it is not.

    Parameters
    ----------
    rows : sequence of integer rows
        Coprime and distinct, and none of them constant.
    inside : Point
        Where all rows are positive.

    Source
    ------
    Clarkson (1994), "More output-sensitive geometric algorithms": a row is held against the
    facets found so far, and a point that they allow and the row does not leads to a new one.

    Examples
    --------
    Of x > 0, x < 1 and x < 2 the last can be left out:

    >>> from flint import fmpz
    >>> rows = [[fmpz(1), fmpz(0)], [fmpz(-1), fmpz(1)], [fmpz(-1), fmpz(2)]]
    >>> facets = irredundant(rows, Point.of_rationals([fmpq(1, 3)]), Solver())
    >>> {place: point.fractions for place, point in sorted(facets.items())}
    {0: (Fraction(0, 1),), 1: (Fraction(1, 1),)}
    """
    dim = len(inside.entries) - 1
    forms = Forms(rows, dim)
    slacks = forms.floats(forms.at(inside), inside)
    matrix = integer_matrix(rows, dim + 1)
    facets = _shot(matrix, forms.normals, slacks, inside)
    pointed = _seen(rows, facets, inside, solver)
    pending = [place for place in range(len(rows)) if place not in facets]
    # Each round decides a row or finds a new facet: the answer is beyond none that is known.
    while pending:
        place = pending[-1]
        answer = pointed.below(rows[place], forms.normals[place], float(slacks[place]))
        if isinstance(answer, Multipliers):
            pending.pop()
            continue
        hit = first_crossing(matrix, inside, answer)
        if hit is None:
            # Several rows are crossed at once: this row is decided by itself.
            point = inside_facet(rows, place, solver)
            hit = None if point is None else (place, point)
        if hit is None or hit[0] == place:
            pending.pop()
        if hit is not None:
            facets[hit[0]] = hit[1]
            pending = [each for each in pending if each != hit[0]]
        pointed = _seen(rows, facets, inside, solver)
    return facets


def first_crossing(matrix: fmpz_mat, inside: Point, beyond: Point) -> tuple[int, Point] | None:
    """The row through which a segment leaves a polyhedron, and where; None unless it is one row.

    Parameters
    ----------
    matrix : fmpz_mat, shape (rows, dim + 1)
        All rows are positive at `inside`.

    Examples
    --------
    From (1, 1), a segment leaves the quadrant through x = 0, or through its vertex:

    >>> quadrant = fmpz_mat([[1, 0, 0], [0, 1, 0]])
    >>> start, end = Point.of_rationals([fmpq(1)] * 2), Point.of_rationals([fmpq(-1), fmpq(1, 2)])
    >>> place, point = first_crossing(quadrant, start, end)
    >>> place, point.fractions
    (0, (Fraction(0, 1), Fraction(3, 4)))
    >>> first_crossing(quadrant, start, Point.of_rationals([fmpq(-1)] * 2)) is None
    True
    """
    heres, theres = (matrix * inside.column).entries(), (matrix * beyond.column).entries()
    first, first_at, is_alone = -1, fmpq(0), True
    for place, (here, there) in enumerate(zip(heres, theres, strict=True)):
        if there < 0:
            # The value falls from here to there; the shares are alike for all rows of a segment.
            at = fmpq(here, -there)
            if first < 0 or at < first_at:
                first, first_at, is_alone = place, at, True
            elif at == first_at:
                is_alone = False
    if first < 0 or not is_alone:
        return None
    column = heres[first] * beyond.column - theres[first] * inside.column
    entries = primitive(list(column.entries()))
    return first, Point(fmpz_mat(len(entries), 1, entries))


def _shot(
    matrix: fmpz_mat, normals: np.ndarray, slacks: np.ndarray, inside: Point
) -> dict[int, Point]:
    """Facets that are hit straight down a row's gradient: guessed in floats, proved exactly."""
    facets: dict[int, Point] = {}
    if not len(normals):
        return facets
    rates = normals @ normals.T
    with np.errstate(all="ignore"):
        exits = np.where(rates > 0, slacks[:, None] / rates, np.inf)  # (rows, directions)
        first = exits.min(axis=0)
        guesses = exits.argmin(axis=0)
        np.put_along_axis(exits, guesses[None, :], np.inf, axis=0)
        lengths = (first + np.minimum(exits.min(axis=0), 3 * first)) / 2
        steps = -lengths[:, None] * normals
    for guess, step in zip(guesses.tolist(), steps, strict=True):
        if guess in facets or not np.isfinite(step).all():
            continue
        beyond = [x + rational(s) for x, s in zip(inside.rationals, step.tolist(), strict=True)]
        hit = first_crossing(matrix, inside, Point.of_rationals(beyond))
        if hit is not None:
            facets[hit[0]] = hit[1]
    return facets


def _seen(
    rows: Sequence[IntegerRow], places: dict[int, Point], inside: Point, solver: Solver
) -> PointedPolyhedron:
    return PointedPolyhedron.of_rows([rows[place] for place in places], inside, solver)
