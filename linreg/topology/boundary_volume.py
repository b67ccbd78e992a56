"""How much boundary there is between regions: lengths and areas, and their expectation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, fsum, gamma, pi, prod, sqrt

import numpy as np

from linreg.arguments import how_many, integer
from linreg.complex.forms import Vector
from linreg.domains import Ball, Box
from linreg.errors import InvalidDomain
from linreg.problem import problem_of
from linreg.progress import Progress
from linreg.readers import DomainLike, NetworkLike, as_domain
from linreg.topology.inside_ball import size_in_ball
from linreg.topology.pieces import Piece, outline
from linreg.topology.polyhedral_complex import polyhedral_complex
from linreg.wording import counted


@dataclass(frozen=True, slots=True)
class BoundaryVolume:
    """The boundaries between activation regions in a bounded domain.

    Attributes
    ----------
    facets : int
        Cells of dimension n - 1 inside the domain: each is part of one or more units' boundaries.
    volume : float
        Their number for one input, length for two, area for three; in input units.
    squares : tuple of Fraction
        The square of each facet's size, exactly; sorted. None in a Euclidean ball, whose edge cuts
        facets off at irrational points.

    Examples
    --------
    >>> from linreg import boundary_volume, mlp
    >>> boundary_volume(mlp([([[1, 0]], [0])]), "box:-1,1").volume
    2.0
    """

    facets: int
    volume: float
    squares: tuple[Fraction, ...]


def boundary_volume(
    net: NetworkLike,
    domain: DomainLike = None,
    *,
    limit: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> BoundaryVolume:
    """The (n - 1)-dimensional volume of the boundaries of regions in a bounded domain.

    Facets where several units switch count once.

    Parameters
    ----------
    net : Network, or what `as_network` accepts
        Of one, two or three inputs.
    domain : Domain, Ball, or what `as_domain` accepts, optional
        Bounded; by default the domain in the network's file. A ball of any norm.
    limit : int, optional
        Most cells of the whole complex.
    progress : callable, optional
        Called now and then with a `Progress` of cells, in all unknown.

    Returns
    -------
    BoundaryVolume

    Raises
    ------
    ValueError
        If the network has more than three inputs.
    InvalidDomain
        If the domain is not bounded, does not fit, or has no interior.
    IncompleteError
        If there are more cells than the limit.

    Source
    ------
    Hanin and Rolnick (2019a) bound the expectation of this volume over random networks.

    Examples
    --------
    The sides of |x| + |y| = 1 and the axes, in a square of side 4, have lengths sqrt(2) and 4:

    >>> from linreg import absolute, mlp
    >>> net = mlp([([[1, 0], [0, 1]], [0, 0]), ([[1, 1]], [-1])], activation=absolute())
    >>> found = boundary_volume(net, "box:-2,2")
    >>> found.facets, round(found.volume, 6), [str(square) for square in found.squares[-4:]]
    (12, 13.656854, ['2', '2', '2', '2'])
    """
    ball = domain if isinstance(domain, Ball) and domain.norm == "l2" else None
    problem = problem_of(net, domain if ball is None else ball.box)
    dim = problem.network.input_dim
    if dim > 3:
        raise ValueError(
            f"the network has {counted(dim, 'input')}, and sizes of facets are known for 1 "
            "to 3: ask on a slice, net.on_slice(...)"
        )
    cells = polyhedral_complex(problem.network, problem.domain, limit=limit, progress=progress)
    if not cells.bounded.all():
        raise InvalidDomain("boundaries are endless on an unbounded domain: give a bounded one")
    inside = np.flatnonzero((cells.dims == cells.dim - 1) & ~cells.on_edge)
    facets = map(cells.cell, inside.tolist())
    if ball is not None:
        sizes = [size_in_ball(_corners(outline(cells, cell)), ball) for cell in facets]
        met = [size for size in sizes if size is not None]
        return BoundaryVolume(len(met), fsum(met), ())
    squares = []
    for cell in facets:
        size = Piece(cell, 0, outline(cells, cell), ()).squared_size if cell.dim else Fraction(1)
        squares.append(size or Fraction(0))
    return BoundaryVolume(len(squares), fsum(map(sqrt, squares)), tuple(sorted(squares)))


def _corners(outlined: Sequence[Vector]) -> list[list[Fraction]]:
    return [[Fraction(x, vector[-1]) for x in vector[:-1]] for vector in outlined]


@dataclass(frozen=True, slots=True)
class ExpectedVolume:
    """An estimate of the expected volume of boundaries over random networks.

    Attributes
    ----------
    mean : float
        In input units to the power n - 1.
    standard_error : float
        Of the mean.
    of_stage : tuple of float
        The share of each layer's units; they add up to the mean.

    Examples
    --------
    >>> from linreg import expected_boundary_volume
    >>> found = expected_boundary_volume(2, [4, 4], "box:-1,1", samples=200)
    >>> abs(sum(found.of_stage) - found.mean) < 1e-9
    True
    """

    mean: float
    standard_error: float
    of_stage: tuple[float, ...]


def expected_boundary_volume(
    inputs: int,
    widths: Sequence[int],
    domain: DomainLike,
    *,
    gain: float = 2.0,
    bias: float = 1.0,
    samples: int = 10_000,
    seed: int = 0,
) -> ExpectedVolume:
    """The expected volume of the boundaries of random rectifier networks in a box or ball.

    Weights are normal with variance `gain` over the number of a unit's inputs, biases normal with
    standard deviation `bias`, all independent. For a unit with pre-activation z(x) + b, where its
    bias b is independent of z and has density p, the coarea formula says

        E vol {x in K : z(x) + b = 0} = integral over K of E[ |grad z(x)| p(-z(x)) ] dx,

    and the right side is averaged over random points and networks, without any regions.

    Parameters
    ----------
    inputs : int
    widths : sequence of int
        Units of each layer.
    domain : Box, Ball, "box:LO,HI" or [[lo, hi], ...]
    gain, bias : float
        Dimensionless, and in units of pre-activations.
    samples : int
        Pairs of a network and a point, at least 2.
    seed : int

    Returns
    -------
    ExpectedVolume

    Raises
    ------
    InvalidDomain
        If the domain is no box or ball, or has another dimension.
    ValueError, TypeError
        If a number is out of range.

    Source
    ------
    Federer (1959), coarea formula. Hanin and Rolnick (2019a) use it for one unit and several, leave
    units out from which no active path leads to the output, and bound the expectation.

    Examples
    --------
    Units of the first layer are independent, so that eight have eight times as much as one:

    >>> one, eight = (
    ...     expected_boundary_volume(2, [n], "box:-1,1", samples=4000).mean for n in (1, 8)
    ... )
    >>> 7.5 < eight / one < 8.5
    True
    """
    inputs = how_many(inputs, "inputs")
    sizes = [how_many(width, f"widths[{k}]") for k, width in enumerate(widths)]
    samples = how_many(samples, "samples", 2)
    for name, value in (("gain", gain), ("bias", bias)):
        if not value > 0:
            raise ValueError(f"{name}: a positive number was expected, got {value}")
    rng = np.random.default_rng(integer(seed, "seed"))
    points, volume = _uniform(domain, inputs, samples, rng)
    found = np.zeros((samples, len(sizes)))
    for k, x in enumerate(points):
        gradient = np.eye(inputs)
        for layer, width in enumerate(sizes):
            weight = rng.normal(0, sqrt(gain / len(x)), (width, len(x)))
            z, gradient = weight @ x, weight @ gradient
            densities = np.exp(-((z / bias) ** 2) / 2) / (bias * sqrt(2 * pi))
            found[k, layer] = np.linalg.norm(gradient, axis=1) @ densities
            z += rng.normal(0, bias, width)
            x, gradient = np.maximum(z, 0), gradient * (z > 0)[:, np.newaxis]
    found *= volume
    totals = found.sum(axis=1)
    return ExpectedVolume(
        float(totals.mean()),
        float(totals.std(ddof=1) / sqrt(samples)),
        tuple(found.mean(axis=0).tolist()),
    )


def _uniform(
    domain: DomainLike | Ball, dim: int, samples: int, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """Points drawn uniformly from a box or ball, shape (samples, dim), and its volume."""
    if isinstance(domain, Ball) and domain.norm != "linf":
        if domain.dim != dim:
            raise InvalidDomain(
                f"domain: a ball of {counted(dim, 'dimension')} was expected, got {domain.dim}"
            )
        radius = float(domain.radius)
        if domain.norm == "l2":
            directions = rng.normal(size=(samples, dim))
            norms = np.linalg.norm(directions, axis=1)
            volume = pi ** (dim / 2) / gamma(dim / 2 + 1)
        else:
            directions = rng.laplace(size=(samples, dim))
            norms = np.abs(directions).sum(axis=1)
            volume = 2.0**dim / factorial(dim)
        lengths = radius * rng.uniform(size=samples) ** (1 / dim) / norms
        centre = np.array([float(x) for x in domain.centre])
        return centre + directions * lengths[:, np.newaxis], volume * radius**dim
    box = as_domain(domain.box if isinstance(domain, Ball) else domain, dim)
    if not isinstance(box, Box):
        raise InvalidDomain(f"domain: a box or ball was expected, got {type(box).__name__}")
    lower, upper = (np.array(ends, dtype=np.float64) for ends in (box.lower, box.upper))
    return rng.uniform(lower, upper, (samples, dim)), float(prod(upper - lower))
