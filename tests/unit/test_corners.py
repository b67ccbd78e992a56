"""Corners of polyhedra, and of their parts on either side of a row."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from flint import fmpz

from linreg.explore.corners import Corner, corners_of, halves, inner_point, value
from linreg.lp import IntegerRow
from linreg.lp.generators import generators


def rows_of(numbers: np.ndarray | list[list[int]]) -> list[IntegerRow]:
    return [[fmpz(int(entry)) for entry in row] for row in numbers]


def cube(dim: int) -> list[IntegerRow]:
    """-1 < x < 1 in each coordinate."""
    eye = np.eye(dim, dtype=int)
    ones = np.ones((dim, 1), dtype=int)
    return rows_of(np.vstack([np.hstack([eye, ones]), np.hstack([-eye, ones])]))


def vectors(corners: list[Corner] | None) -> list[tuple[int, ...]]:
    assert corners is not None
    return sorted(tuple(int(entry) for entry in corner.vector) for corner in corners)


@pytest.mark.parametrize("dim", [1, 2, 3, 4, 5])
def test_a_cube_has_as_many_corners_as_there_are_signs(dim: int) -> None:
    assert vectors(corners_of(cube(dim), dim, 99)) == sorted(
        (*signs, 1) for signs in product((-1, 1), repeat=dim)
    )


def test_half_of_a_cube_is_a_simplex_or_what_that_leaves() -> None:
    """x + y + z < -1 cuts off the corner (-1, -1, -1) through its three neighbours."""
    corners = corners_of(cube(3), 3, 99)
    assert corners is not None
    (row,) = rows_of([[1, 1, 1, 1]])
    above, below = halves(corners, row, 1 << 7, (), 0)
    assert len(vectors(above)) == 7
    assert vectors(below) == [(-1, -1, -1, 1), (-1, -1, 1, 1), (-1, 1, -1, 1), (1, -1, -1, 1)]


def test_what_has_no_inside_has_no_corners() -> None:
    point = rows_of([[1, 0, 0], [0, 1, 0], [-1, -1, 0]])
    nothing = rows_of([[1, 0, 0], [0, 1, 0], [-1, -1, -1]])
    segment = rows_of([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 1]])
    assert corners_of(point, 2, 9) == corners_of(nothing, 2, 9) == corners_of(segment, 2, 9) == []


def test_what_holds_a_line_or_has_too_many_corners_is_refused() -> None:
    strip = rows_of([[1, 0, 0], [-1, 0, 1]])
    assert corners_of(strip, 2, 9) is None
    assert corners_of(cube(3), 3, 7) is None


@pytest.mark.parametrize("seed", range(20))
def test_corners_are_the_generators_and_signs_at_them_stay_right_when_they_are_cut(
    seed: int,
) -> None:
    """Small integers, so that rows meet in more than one way; generators are found by rank."""
    rng = np.random.default_rng(seed)
    dim = int(rng.integers(1, 5))
    rows = cube(dim)
    corners = corners_of(rows, dim, 999)
    assert corners is not None
    forms = rows_of(rng.integers(-2, 3, (8, dim + 1)))
    asked = (1 << len(forms)) - 1
    for place, corner in enumerate(corners):
        at = [value(form, corner.vector) for form in forms]
        above = sum(1 << i for i, number in enumerate(at) if number > 0)
        below = sum(1 << i for i, number in enumerate(at) if number < 0)
        corners[place] = corner._replace(above=above, below=below)
    for i, form in enumerate(forms):
        values = [value(form, corner.vector) for corner in corners]
        if not min(values) < 0 < max(values):
            continue
        asked &= ~(1 << i)
        side = int(rng.integers(2))
        corners = halves(corners, form, 1 << (len(rows) + 1), forms, asked)[side]
        rows.append([-entry for entry in form] if side else form)
        found = generators(rows, dim)
        assert not found.lines
        assert not found.rays
        expected = [tuple(int(e) for e in point.entries) for point in found.points]
        assert vectors(corners) == sorted(expected) == vectors(corners_of(rows, dim, 999))
        point = inner_point(corners)
        assert all(value(row, point.entries) > 0 for row in rows)
        for corner in corners:
            for j, other in enumerate(forms):
                if asked >> j & 1:
                    at_corner = value(other, corner.vector)
                    assert (corner.above >> j & 1, corner.below >> j & 1) == (
                        at_corner > 0,
                        at_corner < 0,
                    )


def test_the_point_of_an_unbounded_polyhedron_is_inside() -> None:
    """Wherever directions point, and however long their vectors are."""
    rows = rows_of([[10**30, -1, 0], [-1, 10**30, 0], [1, 1, -7]])
    corners = corners_of(rows, 2, 9)
    assert corners is not None
    assert all(value(row, inner_point(corners).entries) > 0 for row in rows)
