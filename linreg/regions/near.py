"""The regions that meet a ball, and how many there are near many points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from linreg.arguments import point, points
from linreg.domains import Ball
from linreg.errors import BrokenInvariant
from linreg.explore.sink import Sink
from linreg.polyhedra import IntegerRow
from linreg.problem import Problem, problem_of
from linreg.problem.region_rows import Boundaries
from linreg.progress import Progress
from linreg.rational import Number, fraction, nearest_float, rational
from linreg.readers.accepted import NetworkLike, as_staged
from linreg.regions.enumeration import Enumeration, enumerate_regions, regions_of
from linreg.regions.region import Region
from linreg.run import Options, run
from linreg.showing import in_short
from linreg.strategies.auto import for_one_of_many
from linreg.wording import counted

EXCHANGES = 50
"""Rows that are exchanged before all choices of rows are gone through."""


@dataclass(frozen=True, slots=True, eq=False)
class NearRegions:
    """The regions that meet an open ball.

    Attributes
    ----------
    ball : Ball
    inside : Enumeration
        The regions of the ball's own polyhedron, or of the box around a Euclidean ball.
    indices : tuple of int
        Those of them that meet the ball.

    Examples
    --------
    The disc of radius 1 around (1, 1) meets no axis, and the square around it does not either:

    >>> from linreg import mlp, regions_near
    >>> near = regions_near(mlp([([[1, 0], [0, 1]], [0, 0])]), [1, 1], 1, "l2")
    >>> len(near), near[0].pattern.tolist()
    (1, [1, 1])
    """

    ball: Ball
    inside: Enumeration
    indices: tuple[int, ...]

    def __repr__(self) -> str:
        ball = f"{in_short(self.ball.radius)} of {in_short(self.ball.centre)}, {self.ball.norm}"
        return f"<NearRegions: {counted(len(self), 'region')} within {ball}>"

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> Region:
        return self.inside[self.indices[index]]

    @property
    def patterns(self) -> np.ndarray:
        """The pattern of each region; shape (regions, units)."""
        return self.inside.patterns[list(self.indices)]


def regions_near(
    net: NetworkLike, x: Any, radius: Number, norm: str = "linf", *, strategy: str = "auto"
) -> NearRegions:
    """The activation regions that meet the open ball around a point.

    Balls of linf and l1 are polyhedra. For a Euclidean one the regions of the box around it are
    found, and of each the distance from the point, whose square is a fraction.

    Parameters
    ----------
    net : Network
    x : array-like of numbers, shape (inputs,)
        The ball's centre.
    radius : number
        In input units; positive.
    norm : {"linf", "l1", "l2"}
    strategy : str
        As for `linreg.count`.

    Returns
    -------
    NearRegions

    Raises
    ------
    ValueError, TypeError
        If the point is of another dimension.
    InvalidDomain
        If the radius is not positive, or there is no such norm.

    Examples
    --------
    The line x + y = 1 is nearer to the origin than 3/4 but for the l1 norm, where it is at 1:

    >>> from linreg import mlp
    >>> net = mlp([([[1, 1]], [-1])])
    >>> [len(regions_near(net, [0, 0], "3/4", norm)) for norm in ("linf", "l2", "l1")]
    [2, 2, 1]
    >>> len(regions_near(net, [0, 0], "7/10", "l2"))
    1
    """
    network = as_staged(net)
    centre = point(x, network.input_dim)
    ball = Ball([fraction(entry) for entry in centre], radius, norm)
    if norm != "l2":
        inside = enumerate_regions(network, ball.domain, strategy=strategy)
        return NearRegions(ball, inside, tuple(range(len(inside))))
    inside = enumerate_regions(network, ball.box, strategy=strategy)
    return NearRegions(ball, inside, _meeting(inside, ball))


def count_near(
    net: NetworkLike,
    X: Any,
    radius: Number,
    norm: str = "linf",
    *,
    strategy: str = "auto",
    progress: Callable[[Progress], None] | None = None,
) -> np.ndarray:
    """Number of activation regions that meet the ball around each of many points.

    Parameters
    ----------
    net : Network
    X : array-like of numbers, shape (points, inputs)
        Centres, in float64.
    radius : number
        In input units; positive.
    norm : {"linf", "l1", "l2"}
    strategy : str
        As for `linreg.count`.
    progress : callable, optional
        Called with a `Progress` of points.

    Returns
    -------
    int64 array, shape (points,)

    Raises
    ------
    ValueError, TypeError, InvalidDomain
        As for `regions_near`.

    Examples
    --------
    >>> from linreg import mlp
    >>> net = mlp([([[1, 0], [0, 1]], [0, 0])])
    >>> count_near(net, [[0, 0], [2, 0], [2, 2]], 1).tolist()
    [4, 2, 1]
    """
    network = as_staged(net)
    centres = np.atleast_2d(points(X, network.input_dim, "X"))
    counts = np.empty(len(centres), dtype=np.int64)
    problem: Problem | None = None
    for i, centre in enumerate(centres.tolist()):
        ball = Ball(centre, radius, norm)
        where = ball.box if norm == "l2" else ball.domain
        problem = problem_of(network, where) if problem is None else problem.on(where)
        chosen = for_one_of_many(problem, i) if strategy == "auto" else strategy
        if norm == "l2":
            inside = regions_of(problem, Options(chosen))
            counts[i] = len(_meeting(inside, ball))
        else:
            counts[i] = run(problem, Sink(), Options(chosen)).regions
        if progress is not None:
            progress(Progress(i + 1, len(centres), "points"))
    return counts


def _meeting(inside: Enumeration, ball: Ball) -> tuple[int, ...]:
    """The regions of the box around a Euclidean ball that meet the ball."""
    boundaries = Boundaries(inside.problem)
    centre = [rational(entry) for entry in ball.centre]
    limit = ball.radius**2
    return tuple(
        i
        for i, pattern in enumerate(inside.patterns.tolist())
        if squared_distance(boundaries.of(pattern).rows, centre) < limit
    )


def squared_distance(rows: Sequence[IntegerRow], x: Sequence[fmpq]) -> Fraction:
    """Square of the Euclidean distance from a point to the closed polyhedron of some rows.

    The nearest point is x plus a non-negative combination of the normals of rows that are zero
    there (Karush, Kuhn and Tucker). Floats guess these rows; the conditions are checked exactly.

    Parameters
    ----------
    rows : sequence of integer rows
        Positive inside; the polyhedron is not empty.
    x : sequence of fmpq, length inputs

    Returns
    -------
    Fraction
        In input units, squared.

    Examples
    --------
    From the origin to x >= 1, y >= 1:

    >>> from flint import fmpz
    >>> corner = [[fmpz(1), fmpz(0), fmpz(-1)], [fmpz(0), fmpz(1), fmpz(-1)]]
    >>> squared_distance(corner, [fmpq(0), fmpq(0)])
    Fraction(2, 1)
    """
    dim = len(x)
    normals = [[fmpq(entry) for entry in row[:-1]] for row in rows]
    needed = [
        -sum((by * at for by, at in zip(normal, x, strict=True)), fmpq(row[-1]))
        for normal, row in zip(normals, rows, strict=True)
    ]
    if all(need <= 0 for need in needed):
        return Fraction(0)
    active = _guess(normals, needed)
    tried: set[tuple[int, ...]] = set()
    for _ in range(EXCHANGES):
        if tuple(active) in tried:
            break
        tried.add(tuple(active))
        moved, weights = _to_rows(normals, needed, active, dim)
        if moved is None:
            break
        if min(weights, default=fmpq(0)) < 0:
            active = [i for i, by in zip(active, weights, strict=True) if by > 0]
            continue
        worst = _most_violated(normals, needed, moved)
        if worst is None:
            return _square(moved)
        active = sorted({*active, worst})
    for size in range(1, dim + 1):
        for chosen in combinations(range(len(rows)), size):
            moved, weights = _to_rows(normals, needed, chosen, dim)
            if moved is None or min(weights) < 0:
                continue
            if _most_violated(normals, needed, moved) is None:
                return _square(moved)
    raise BrokenInvariant("a region has no nearest point; please report this network")


def _guess(normals: Sequence[Sequence[fmpq]], needed: Sequence[fmpq]) -> list[int]:
    """Rows that are zero at the nearest point, as floats have it (Lawson and Hanson, 1974)."""
    from scipy.optimize import nnls

    # Rows of a region are not constant, so that no size is zero.
    sizes = [max(map(abs, normal)) for normal in normals]
    columns = [
        [_near(entry / size) for entry in (*normal, need)]
        for normal, need, size in zip(normals, needed, sizes, strict=True)
    ]
    target = np.zeros(len(columns[0]))
    target[-1] = 1.0
    try:
        weights = nnls(np.array(columns).T, target)[0]
    except (RuntimeError, ValueError):
        return [max(range(len(needed)), key=lambda i: needed[i])]
    return [int(i) for i in np.flatnonzero(weights > 1e-12 * weights.max(initial=0.0))]


def _to_rows(
    normals: Sequence[Sequence[fmpq]], needed: Sequence[fmpq], active: Sequence[int], dim: int
) -> tuple[list[fmpq] | None, list[fmpq]]:
    """The shortest step onto the active rows, and the normals' weights in it; None if dependent."""
    n = len(active)
    if n == 0:
        return [fmpq(0)] * dim, []
    matrix = fmpq_mat(n, dim, [entry for i in active for entry in normals[i]])
    gram = matrix * matrix.transpose()
    if gram.rank() < n:
        return None, []
    weights = gram.solve(fmpq_mat(n, 1, [needed[i] for i in active]))
    return (matrix.transpose() * weights).entries(), weights.entries()


def _most_violated(
    normals: Sequence[Sequence[fmpq]], needed: Sequence[fmpq], moved: Sequence[fmpq]
) -> int | None:
    """The row that a step leaves most negative; None if there is none."""
    lacks = [
        need - sum((by * at for by, at in zip(normal, moved, strict=True)), fmpq(0))
        for normal, need in zip(normals, needed, strict=True)
    ]
    worst = max(range(len(lacks)), key=lambda i: lacks[i])
    return worst if lacks[worst] > 0 else None


def _square(step: Sequence[fmpq]) -> Fraction:
    return fraction(sum((entry * entry for entry in step), fmpq(0)))


def _near(number: fmpq) -> float:
    return nearest_float(int(number.p), int(number.q))
