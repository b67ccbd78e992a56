"""Random points of a region, each proved to lie strictly inside."""

from __future__ import annotations

import numpy as np

from linreg.arguments import how_many
from linreg.errors import UnsolvedError
from linreg.polyhedra import Forms, Point
from linreg.polyhedra.measures import chebyshev_ball, extent_of
from linreg.polyhedra.polyhedron import LARGEST_DIM, Polyhedron
from linreg.rational import nearest_float

WALK_STEPS = 10
"""Steps of a random walk, times the square of the dimension."""

LEAST_BATCH = 100
"""Least number of uniform points that are drawn at once."""

EMPTY_BATCHES = 10
"""Batches without a point inside after which the region is taken to hold no float64 points."""

Seed = int | np.random.SeedSequence | np.random.Generator | None


def sample(polyhedron: Polyhedron, n: int, seed: Seed = None) -> np.ndarray:
    """Random float64 points of a bounded polyhedron, each strictly inside; see `Region.sample`."""
    n = how_many(n, "n", least=0)
    if not polyhedron.is_bounded:
        raise ValueError(
            "the region is unbounded, so no distribution on it is uniform; intersect it with a "
            "box: ask for the regions on a box domain"
        )
    rng = np.random.default_rng(seed)
    draw = _uniform if polyhedron.dim <= LARGEST_DIM else _walked
    found: list[np.ndarray] = []
    missing, failures = n, 0
    while missing > 0:
        points = draw(polyhedron, missing, rng)
        points = points[np.isfinite(points).all(axis=1)]
        inside = points[polyhedron.holds(points)][:missing]
        failures = failures + 1 if not len(inside) else 0
        if failures == EMPTY_BATCHES:
            raise UnsolvedError(
                "random points of the region, rounded to float64, all lie outside or on its edge: "
                "it is about as thin as the float grid; region.exact_witness is a rational point "
                "strictly inside"
            )
        found.append(inside)
        missing -= len(inside)
    return np.concatenate(found) if found else np.empty((0, polyhedron.dim))


def _uniform(polyhedron: Polyhedron, n: int, rng: np.random.Generator) -> np.ndarray:
    """A simplex by its share of the volume, then uniform weights of its vertices; then rounded.

    At least `LEAST_BATCH` points, since few may survive the rounding.
    """
    n = max(n, LEAST_BATCH)
    largest = max(polyhedron.volumes)
    ratios = [volume / largest for volume in polyhedron.volumes]
    shares = np.array([nearest_float(int(ratio.p), int(ratio.q)) for ratio in ratios])
    chosen = rng.choice(len(shares), size=n, p=shares / shares.sum())
    vertices = np.array([point.floats for point in polyhedron.generators.points])
    chosen_vertices = vertices[np.array(polyhedron.simplices)[chosen]]  # (n, dim + 1, dim)
    weights = rng.dirichlet(np.ones(polyhedron.dim + 1), size=n)
    return np.asarray(np.einsum("ni,nij->nj", weights, chosen_vertices))


def _walked(polyhedron: Polyhedron, n: int, rng: np.random.Generator) -> np.ndarray:
    """The ends of independent walks from the centre of a largest ball; then rounded.

    Each step goes to a uniform point of the line through the last one in a random direction
    (Smith, 1984), Gaussian in coordinates in which the bounding box is a cube.
    """
    dim = polyhedron.dim
    centre, _ = chebyshev_ball(polyhedron)
    lower, upper = extent_of(polyhedron)
    forms = Forms(polyhedron.rows, dim)
    point = Point.of_floats(centre)
    away = np.zeros((n, dim))
    slacks = np.tile(forms.floats(forms.at(point), point), (n, 1))
    if (slacks <= 0).any():
        return centre + away  # rounding took the centre out of the region: there is no room
    for _ in range(WALK_STEPS * dim):
        directions = rng.standard_normal((dim, n, dim)) * (upper - lower)
        for direction, rates in zip(directions, directions @ forms.normals.T, strict=True):
            with np.errstate(all="ignore"):
                exits = slacks / -rates
            ahead = np.where(rates < 0, exits, np.inf).min(axis=1)
            behind = np.where(rates > 0, exits, -np.inf).max(axis=1)
            step = (behind + rng.random(n) * (ahead - behind))[:, None]
            moved = slacks + step * rates
            stays = (moved > 0).all(axis=1, keepdims=True)
            slacks = np.where(stays, moved, slacks)
            away = np.where(stays, away + step * direction, away)
    return np.asarray(centre + away)
