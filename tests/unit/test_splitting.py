"""Generators of polyhedra, and of their parts on either side of a row."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from flint import fmpz

from linreg.polyhedra import IntegerRow
from linreg.polyhedra.generators import generators as double_description
from linreg.polyhedra.splitting import Generator, generators_of, halves, inner_point, value


def rows_of(numbers: np.ndarray | list[list[int]]) -> list[IntegerRow]:
    return [[fmpz(int(entry)) for entry in row] for row in numbers]


def cube(dim: int) -> list[IntegerRow]:
    """-1 < x < 1 in each coordinate."""
    eye = np.eye(dim, dtype=int)
    ones = np.ones((dim, 1), dtype=int)
    return rows_of(np.vstack([np.hstack([eye, ones]), np.hstack([-eye, ones])]))


def vectors(generators: list[Generator] | None) -> list[tuple[int, ...]]:
    assert generators is not None
    return sorted(tuple(int(entry) for entry in generator.vector) for generator in generators)


@pytest.mark.parametrize("dim", [1, 2, 3, 4, 5])
def test_a_cube_has_as_many_vertices_as_there_are_signs(dim: int) -> None:
    assert vectors(generators_of(cube(dim), dim, 99)) == sorted(
        (*signs, 1) for signs in product((-1, 1), repeat=dim)
    )


def test_half_of_a_cube_is_a_simplex_or_what_that_leaves() -> None:
    """x + y + z < -1 cuts off the generator (-1, -1, -1) through its three neighbours."""
    generators = generators_of(cube(3), 3, 99)
    assert generators is not None
    (row,) = rows_of([[1, 1, 1, 1]])
    above, below = halves(generators, row, 1 << 7, (), 0)
    assert len(vectors(above)) == 7
    assert vectors(below) == [(-1, -1, -1, 1), (-1, -1, 1, 1), (-1, 1, -1, 1), (1, -1, -1, 1)]


def test_what_has_no_inside_has_no_generators() -> None:
    point = rows_of([[1, 0, 0], [0, 1, 0], [-1, -1, 0]])
    nothing = rows_of([[1, 0, 0], [0, 1, 0], [-1, -1, -1]])
    segment = rows_of([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 1]])
    assert (
        generators_of(point, 2, 9)
        == generators_of(nothing, 2, 9)
        == generators_of(segment, 2, 9)
        == []
    )


def test_what_holds_a_line_or_has_too_many_generators_is_refused() -> None:
    strip = rows_of([[1, 0, 0], [-1, 0, 1]])
    assert generators_of(strip, 2, 9) is None
    assert generators_of(cube(3), 3, 7) is None


@pytest.mark.parametrize("seed", range(20))
def test_generators_and_signs_at_them_stay_right_when_they_are_cut(
    seed: int,
) -> None:
    """Small integers, so that rows meet in more than one way; generators are found by rank."""
    rng = np.random.default_rng(seed)
    dim = int(rng.integers(1, 5))
    rows = cube(dim)
    generators = generators_of(rows, dim, 999)
    assert generators is not None
    forms = rows_of(rng.integers(-2, 3, (8, dim + 1)))
    asked = (1 << len(forms)) - 1
    for place, generator in enumerate(generators):
        at = [value(form, generator.vector) for form in forms]
        above = sum(1 << i for i, number in enumerate(at) if number > 0)
        below = sum(1 << i for i, number in enumerate(at) if number < 0)
        generators[place] = generator._replace(above=above, below=below)
    for i, form in enumerate(forms):
        values = [value(form, generator.vector) for generator in generators]
        if not min(values) < 0 < max(values):
            continue
        asked &= ~(1 << i)
        side = int(rng.integers(2))
        generators = halves(generators, form, 1 << (len(rows) + 1), forms, asked)[side]
        rows.append([-entry for entry in form] if side else form)
        found = double_description(rows, dim)
        assert not found.lines
        assert not found.rays
        expected = [tuple(int(e) for e in point.entries) for point in found.points]
        assert vectors(generators) == sorted(expected) == vectors(generators_of(rows, dim, 999))
        point = inner_point(generators)
        assert all(value(row, point.entries) > 0 for row in rows)
        for generator in generators:
            for j, other in enumerate(forms):
                if asked >> j & 1:
                    at_generator = value(other, generator.vector)
                    assert (generator.above >> j & 1, generator.below >> j & 1) == (
                        at_generator > 0,
                        at_generator < 0,
                    )


def test_the_point_of_an_unbounded_polyhedron_is_inside() -> None:
    """Wherever directions point, and however long their vectors are."""
    rows = rows_of([[10**30, -1, 0], [-1, 10**30, 0], [1, 1, -7]])
    generators = generators_of(rows, 2, 9)
    assert generators is not None
    assert all(value(row, inner_point(generators).entries) > 0 for row in rows)
