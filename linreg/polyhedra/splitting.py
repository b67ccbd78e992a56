"""Generators of a polyhedron in exact arithmetic, and of its parts on either side of a row.

A polyhedron is the section at scale 1 of a cone one dimension higher. Its generators are the
extreme rays of that cone: vertices, and directions where their scale is zero. In few dimensions
there are few of them, and a form cuts the polyhedron if it has both signs at generators: no linear
program.

This is the double description method for a cell that is cut again and again: each generator has
the rows that it is on, and its signs at other forms, as bits. Measured, that takes half the time of
`generators` up to a hundred generators, and two to five times as long for some thousands, which is
why polyhedra of any size are left to that module.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from operator import mul
from typing import NamedTuple

import numpy as np
from flint import fmpq, fmpz

from linreg.polyhedra.generators import first_spanning, simplicial_cone
from linreg.polyhedra.points import IntegerRow, Point
from linreg.rational import nearest_float, primitive


class Generator(NamedTuple):
    """A generator, and where it lies.

    Attributes
    ----------
    vector : list of fmpz, length dim + 1
        Primitive; the last entry is the scale.
    on : int
        A bit for each row of the polyhedron, set where that is zero at the generator.
    above, below : int
        A bit for each form that is asked about, set where that is positive, or negative.
    """

    vector: list[fmpz]
    on: int
    above: int
    below: int


def value(row: Sequence[fmpz], vector: Sequence[fmpz]) -> fmpz:
    """The value of a form at a point, times the point's scale."""
    total: fmpz = sum(map(mul, row, vector), fmpz(0))
    return total


def generators_of(rows: Sequence[IntegerRow], dim: int, most: int | None) -> list[Generator] | None:
    """The generators of {x : rows > 0}; none if it is empty or flat.

    None if they are more than `most` on the way, where that is given, or if the polyhedron holds
    a line.

    Source
    ------
    Motzkin, Raiffa, Thompson and Thrall (1953), "The double description method".

    Examples
    --------
    The quadrant x > 1, y > 0 has a vertex and two directions:

    >>> quadrant = [[fmpz(1), fmpz(0), fmpz(-1)], [fmpz(0), fmpz(1), fmpz(0)]]
    >>> sorted(generator.vector for generator in generators_of(quadrant, 2, 9))
    [[0, 1, 0], [1, 0, 0], [1, 0, 1]]
    >>> generators_of([[fmpz(1), fmpz(0)], [fmpz(-1), fmpz(0)]], 1, 9)
    []
    """
    cone = [[fmpz(0)] * dim + [fmpz(1)], *rows]
    simplicial = simplicial_cone(cone, dim + 1)
    if simplicial is None:
        return None
    every = sum(1 << i for i in simplicial)
    generators = [Generator(ray, every ^ (1 << i), 0, 0) for i, ray in simplicial.items()]
    for i, row in enumerate(cone):
        if i in simplicial:
            continue
        values = [value(row, generator.vector) for generator in generators]
        if max(values) <= 0:
            return []
        if min(values) < 0:
            generators = halves(generators, row, 1 << i, (), 0)[0]
            if most is not None and len(generators) > most:
                return None
    return generators


def halves(
    generators: Sequence[Generator],
    row: IntegerRow,
    bit: int,
    forms: Sequence[IntegerRow],
    asked: int,
) -> tuple[list[Generator], list[Generator]]:
    """The generators of the parts of a polyhedron where a row is positive, and negative.

    Parameters
    ----------
    generators : sequence of Generator
    row : integer row
    bit : int
        What stands for the row in `Generator.on`.
    forms : sequence of integer rows
        What `Generator.above` and `below` are about.
    asked : int
        A bit for each of them that is still of interest.

    Source
    ------
    Two extreme rays span a face if no third one has all rows zero that both have: Fukuda and
    Prodon (1996), "Double description method revisited", Proposition 7. Where one of them is on as
    many rows as there are dimensions, these are independent, and all but one of them make an edge.
    """
    up, down, shared = [], [], []
    for generator in generators:
        at = value(row, generator.vector)
        if at > 0:
            up.append((generator, at))
        elif at < 0:
            down.append((generator, at))
        else:
            shared.append(generator._replace(on=generator.on | bit))
    least = len(row) - 2
    rows_below = [b.on for b, _ in down]
    for a, above in up:
        mine = a.on
        is_simple = mine.bit_count() == least + 1
        near = [j for j, on in enumerate(rows_below) if (mine & on).bit_count() >= least]
        for b, below in (down[j] for j in near):
            on = mine & b.on
            if not is_simple and any(
                on & c.on == on and c is not a and c is not b for c in generators
            ):
                continue
            vector = primitive(
                [above * y - below * x for x, y in zip(a.vector, b.vector, strict=True)]
            )
            positive, negative = a.above | b.above, a.below | b.below
            opposed = positive & negative & asked
            positive, negative = positive & ~negative, negative & ~positive
            while opposed:
                form = opposed & -opposed
                opposed ^= form
                at = value(forms[form.bit_length() - 1], vector)
                if at > 0:
                    positive |= form
                elif at < 0:
                    negative |= form
            shared.append(Generator(vector, on | bit, positive, negative))
    return [generator for generator, _ in up] + shared, [
        generator for generator, _ in down
    ] + shared


def rounded_point(vectors: Iterable[Sequence[int]]) -> Point | None:
    """A point that is likely inside: the mean of rounded vertices, and a step along all directions.

    It depends on the rays alone, and neither on their order nor on the lengths of their vectors.
    None if a vertex is beyond all floats.

    Examples
    --------
    >>> rounded_point([[0, 1, 0], [2, 0, 0], [4, 0, 4]]).fractions
    (Fraction(2, 1), Fraction(1, 1))
    """
    vertices: set[tuple[float, ...]] = set()
    steps: set[tuple[float, ...]] = set()
    for vector in vectors:
        *entries, scale = vector
        if scale:
            vertices.add(tuple(nearest_float(entry, scale) for entry in entries))
        else:
            longest = max(map(abs, entries))
            steps.add(tuple(entry / longest for entry in entries))
    try:
        middle = [math.fsum(column) / len(vertices) for column in zip(*vertices, strict=True)]
        along = [math.fsum(column) for column in zip(*steps, strict=True)] or [0.0] * len(middle)
    except (OverflowError, ValueError):  # beyond all floats, in both directions maybe
        return None
    floats = np.add(middle, along)
    return Point.of_floats(floats) if np.isfinite(floats).all() else None


def inner_point(generators: Iterable[Generator]) -> Point:
    """A point strictly inside: the mean of some vertices, and a step along some directions.

    They are as many as span the cone, the first ones in the order of their vectors.

    Examples
    --------
    >>> triangle = [[fmpz(1), fmpz(0), fmpz(0)], [fmpz(0), fmpz(1), fmpz(0)],
    ...             [fmpz(-1), fmpz(-1), fmpz(3)]]
    >>> inner_point(generators_of(triangle, 2, 9)).fractions
    (Fraction(1, 1), Fraction(1, 1))
    """
    every = sorted(
        (generator.vector for generator in generators),
        key=lambda vector: (vector[-1] == 0, vector),
    )
    rays = [every[i] for i in first_spanning(every, len(every[0]))]
    vertices = [ray for ray in rays if ray[-1] != 0]
    parts = [[fmpq(entry, vertex[-1] * len(vertices)) for entry in vertex] for vertex in vertices]
    for ray in rays:
        if ray[-1] == 0:
            longest = max(abs(entry) for entry in ray)
            parts.append([fmpq(entry, longest) for entry in ray])
    sums = [sum(column, fmpq(0)) for column in zip(*parts, strict=True)]
    return Point.of_rationals(sums[:-1])
