"""Polyhedra as regions: the one region of a network that never switches, on a domain."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from linreg import Box, Polytope, Region, WholeSpace, enumerate_regions, mlp
from linreg.domains import Domain
from linreg.rational import Number


def region_of(domain: Domain) -> Region:
    """The interior of a domain, as a region of a network whose unit is always on."""
    (region,) = enumerate_regions(mlp([([[0] * domain.dim], [1])]), domain)
    return region


def polyhedron(A: Sequence[Sequence[Number]], b: Sequence[Number]) -> Region:
    """The interior of {x : A x <= b}."""
    return region_of(Polytope(A, b))


def whole_space(dim: int) -> Region:
    return region_of(WholeSpace(dim))


def cube(dim: int) -> Region:
    """[-1, 1]^dim."""
    return region_of(Box([-1] * dim, [1] * dim))


def simplex(dim: int) -> Region:
    """x >= 0 and the sum of x at most 1."""
    A = [[-int(i == j) for j in range(dim)] for i in range(dim)] + [[1] * dim]
    return polyhedron(A, [0] * dim + [1])


def cross_polytope(dim: int) -> Region:
    """The sum of |x_i| is at most 1."""
    return polyhedron(list(product([-1, 1], repeat=dim)), [1] * 2**dim)


def polar_of_cyclic(points: int, dim: int) -> Region:
    """{y : p @ y <= 1} over points p of the moment curve t -> (t, t^2, ...), less their mean."""
    curve = [[points * t**k for k in range(1, dim + 1)] for t in range(points)]
    total = [sum(column) // points for column in zip(*curve, strict=True)]
    return polyhedron([[x - c for x, c in zip(p, total, strict=True)] for p in curve], [1] * points)
