"""The different linear maps that one unit has over a data set or a domain."""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from flint import fmpq, fmpz

from linreg.affine import ExactAffineMap
from linreg.arguments import how_many, integer, numbered, points
from linreg.domains import Ball, Domain
from linreg.errors import InvalidNetwork, MissingPackage
from linreg.network import StagedNetwork
from linreg.network.enclosure import growth_of
from linreg.network.gradients import exact_row
from linreg.problem import problem_of
from linreg.rational import common_denominator, nearest_float, primitive, rational_matrix
from linreg.readers.accepted import NetworkLike, as_domain, as_staged
from linreg.run import Columns, Options, run
from linreg.unit_maps.float_maps import FloatMaps, distinct, float_maps, pieces_at
from linreg.unit_maps.unit_map import Place, unit_place
from linreg.wording import counted

MAPS_COMPARED = 2000
"""Maps that are compared two by two."""


@dataclass(frozen=True, slots=True, eq=False)
class Representatives:
    """A few directions that stand for all linear responses of a unit.

    Attributes
    ----------
    weights : float64 array, shape (clusters, inputs)
        Means of normalised weights, the largest cluster first; dimensionless.
    sizes : int64 array, shape (clusters,)
        Rows of the data set in each cluster.
    differences : float64 array, shape (clusters, inputs)
        Of each representative from the mean over all rows.

    Examples
    --------
    A unit that reads |x| has the weight -1 at one of three rows, and 1 at two; their mean is 1/3:

    >>> from linreg import absolute, mlp
    >>> net = mlp([([[1]], [0]), ([[1]], [0])], activation=absolute())
    >>> found = unit_responses(net, [[-1.0], [2.0], [3.0]], stage=2, unit=0)
    >>> few = found.representatives(2)
    >>> few.weights.tolist(), few.sizes.tolist(), few.differences.round(3).tolist()
    ([[1.0], [-1.0]], [2, 1], [[0.667], [-1.333]])
    """

    weights: np.ndarray
    sizes: np.ndarray
    differences: np.ndarray

    def __repr__(self) -> str:
        rows = counted(int(self.sizes.sum()), "row")
        return f"<Representatives: {counted(len(self.sizes), 'direction')} for {rows}>"


@dataclass(frozen=True, eq=False)
class Responses:
    """The linear maps of one unit at the rows of a data set, or on all regions of a domain.

    Three numbers are exact: different maps, different weights, and different directions of weights,
    where a direction is a weight up to a positive factor, and zero has one of its own.

    Attributes
    ----------
    weights, biases : float64 arrays, shapes (maps, inputs) and (maps,)
        Of each different map, in the order of first rows.
    counts : int64 array, shape (maps,)
        Rows, or regions, that have each map.
    map_of_row : int64 array, shape (rows,)
        Which of the maps each row, or region, has.
    values : float64 array, shape (rows,)
        The pre-activation at each row; empty for a domain.
    n_maps, n_weights, n_directions : int

    Examples
    --------
    A unit that reads |x| has the map -x at one of three rows, and x at two:

    >>> from linreg import absolute, mlp
    >>> net = mlp([([[1]], [0]), ([[1]], [0])], activation=absolute())
    >>> found = unit_responses(net, [[-1.0], [2.0], [3.0]], stage=2, unit=0)
    >>> found.n_maps, found.weights.tolist(), found.counts.tolist(), found.values.tolist()
    (2, [[-1.0], [1.0]], [1, 2], [1.0, 2.0, 3.0])
    """

    weights: np.ndarray
    biases: np.ndarray
    counts: np.ndarray
    map_of_row: np.ndarray
    values: np.ndarray
    n_maps: int
    n_weights: int
    n_directions: int
    _network: StagedNetwork = field(repr=False)
    _patterns: np.ndarray = field(repr=False)
    _rows: np.ndarray = field(repr=False)

    def __repr__(self) -> str:
        where = counted(len(self.map_of_row), "row" if len(self.values) else "region")
        said = f"{counted(self.n_maps, 'map')}, {counted(self.n_weights, 'weight')}"
        return f"<Responses: {said}, {counted(self.n_directions, 'direction')} on {where}>"

    def exact_map(self, index: int) -> ExactAffineMap:
        """One of the maps, exactly.

        Parameters
        ----------
        index : int
            Of the map, in the order of `weights`.

        Returns
        -------
        ExactAffineMap
            With one output.

        Raises
        ------
        NoSuchIndex, TypeError
            If there is no map of that number.

        Examples
        --------
        A unit that reads |x| has the map -x at the first row:

        >>> from linreg import absolute, mlp
        >>> net = mlp([([[1]], [0]), ([[1]], [0])], activation=absolute())
        >>> found = unit_responses(net, [[-1.0], [2.0], [3.0]], stage=2, unit=0)
        >>> found.exact_map(0)([5])
        [Fraction(-5, 1)]
        """
        index = numbered(index, self.n_maps, "index", "maps")
        stages = len(self._network.stages)
        pattern = self._patterns[index].tolist()
        weight, bias = exact_row(self._network, pattern, stages, int(self._rows[index]))
        return ExactAffineMap(rational_matrix([[*weight, bias]], len(weight) + 1))

    @cached_property
    def normalised(self) -> np.ndarray:
        """Weights divided by their Euclidean lengths; zero stays zero."""
        return _normalised(self.weights)

    def representatives(self, n: int = 5, seed: int = 0) -> Representatives:
        """Means of clusters of the normalised weights at the rows where the unit is positive.

        Parameters
        ----------
        n : int
            Most clusters; there are no more than different weights.
        seed : int
            Of scikit-learn's k-means.

        Returns
        -------
        Representatives

        Raises
        ------
        ValueError
            If there are no rows, or `n` is less than 1.
        MissingPackage
            If scikit-learn is not installed.

        Examples
        --------
        A unit that reads |x| responds in two directions, however many are asked for:

        >>> from linreg import absolute, mlp
        >>> net = mlp([([[1]], [0]), ([[1]], [0])], activation=absolute())
        >>> found = unit_responses(net, [[-1.0], [2.0], [3.0]], stage=2, unit=0)
        >>> found.representatives(5).sizes.tolist()
        [2, 1]
        """
        n = how_many(n, "n")
        chosen = self.map_of_row[self.values > 0]
        if not len(chosen):
            raise ValueError("there is no row at which the unit's pre-activation is positive")
        try:
            from sklearn.cluster import KMeans
        except ImportError:
            raise MissingPackage(
                "representatives need the extra sklearn: pip install 'linreg-exact[sklearn]'"
            ) from None
        maps, counts = np.unique(chosen, return_counts=True)
        rows = self.normalised[maps]
        clusters = min(n, len(np.unique(rows, axis=0)))
        fitted = KMeans(clusters, random_state=integer(seed, "seed"), n_init=4).fit(
            rows, sample_weight=counts
        )
        sizes = np.bincount(fitted.labels_, weights=counts, minlength=clusters).astype(np.int64)
        order = np.argsort(-sizes, kind="stable")
        weights = np.asarray(fitted.cluster_centers_)[order]
        mean = counts @ rows / counts.sum()
        return Representatives(weights, sizes[order], weights - mean)

    def spread(self, most: int = MAPS_COMPARED) -> float:
        """The largest distance between two of the normalised weights; dimensionless, at most 2.

        Of more than `most` maps only so many are compared, and the distance is a lower bound.

        Parameters
        ----------
        most : int
            At least 1.

        Returns
        -------
        float

        Examples
        --------
        A unit that reads |x| has weights of opposite directions:

        >>> from linreg import absolute, mlp
        >>> net = mlp([([[1]], [0]), ([[1]], [0])], activation=absolute())
        >>> found = unit_responses(net, [[-1.0], [2.0], [3.0]], stage=2, unit=0)
        >>> found.spread()
        2.0
        """
        return _spread(self.normalised, how_many(most, "most"))


def unit_responses(net: NetworkLike, X: Any, stage: int, unit: int) -> Responses:
    """The different linear maps of a unit over a data set, or over a domain.

    Over a domain they are the maps of all regions: an upper limit on what any data set shows.

    Parameters
    ----------
    net : Network
    X : array-like of numbers, shape (rows, inputs), or a domain
        Rows in float64; a domain, or its text or mapping, as `as_domain` accepts them.
    stage : int
        From 1, as `linreg info` shows them; one more than there are means the network's outputs.
    unit : int
        From 0, in its stage.

    Returns
    -------
    Responses

    Raises
    ------
    NoSuchIndex, TypeError, ValueError
        If there is no such unit, or the rows are of another dimension.
    InvalidDomain
        If the domain is of another dimension, empty or flat.

    Source
    ------
    Montufar, Pascanu, Cho, Bengio (2014), section 5 and supplement.

    Examples
    --------
    A unit that reads |x| has two maps, of two directions:

    >>> from linreg import absolute, mlp, Box
    >>> net = mlp([([[1]], [0]), ([[2]], [-1])], activation=absolute())
    >>> found = unit_responses(net, [[-1.0], [2.0], [3.0]], stage=2, unit=0)
    >>> found.n_maps, found.n_directions, found.counts.tolist(), found.weights.tolist()
    (2, 2, [1, 2], [[-2.0], [2.0]])
    >>> unit_responses(net, Box([-1], [1]), 2, 0).n_maps
    2
    """
    return _responses(*_asked(as_staged(net), X, stage, unit))


def rank_units(net: NetworkLike, X: Any, stage: int) -> list[tuple[int, float]]:
    """The units of a stage by how far their linear responses differ, the farthest first.

    Parameters
    ----------
    net : Network
    X : array-like of numbers, shape (rows, inputs), or a domain
    stage : int
        From 1; one more than there are means the network's outputs.

    Returns
    -------
    list of (unit, distance)
        The largest Euclidean distance between two normalised weights, at most 2;
        of more than 2000 maps only so many are compared, and it is a lower bound.

    Raises
    ------
    NoSuchIndex, TypeError, ValueError, InvalidDomain
        As for `unit_responses`.

    Examples
    --------
    In the second stage the first unit reads x itself, the second one |x|:

    >>> from linreg import mlp
    >>> net = mlp([([[1], [-1]], [0, 0]), ([[1, -1], [1, 1]], [0, 0])])
    >>> [unit for unit, _ in rank_units(net, [[-1], [1]], stage=2)]
    [1, 0]
    """
    network = as_staged(net)
    unit_place(network, stage, 0)
    last = stage == len(network.stages) + 1
    n_units = network.readout.n_outputs if last else len(network.stages[stage - 1].units)
    spreads = []
    kinds: np.ndarray | None = None
    for unit in range(n_units):
        place = unit_place(network, stage, unit)
        if kinds is None or place.rank > 1:
            ending, patterns, place, _ = _asked(network, X, stage, unit)
            kinds = np.unique(patterns, axis=0)
        # Scalar units of a stage have the stages before in common, and their patterns. Maps that
        # are equal need not be told from others to find two that are far apart.
        rows = np.full(len(kinds), 0 if place.rank > 1 else place.first)
        weights = float_maps(ending, kinds, rows).weights
        spreads.append((unit, _spread(_normalised(weights), MAPS_COMPARED)))
        if place.rank > 1:
            kinds = None
    return sorted(spreads, key=lambda pair: (-pair[1], pair[0]))


def _asked(
    network: StagedNetwork, X: Any, stage: int, unit: int
) -> tuple[StagedNetwork, np.ndarray, Place, np.ndarray | None]:
    """The network that ends in a unit, its patterns at the rows or in the domain, and the rows."""
    place = unit_place(network, stage, unit)
    ending = network_to(network, place)
    if isinstance(X, str | os.PathLike | Mapping | Domain | Ball):
        return ending, _patterns_in(ending, as_domain(X, network.input_dim, "X")), place, None
    x = points(X, network.input_dim, "X")
    if x.ndim != 2 or not len(x):
        raise ValueError(
            f"X: an array of shape (rows, {network.input_dim}) with one row or more was expected, "
            f"got shape {x.shape}"
        )
    return ending, pieces_at(ending, x), place, x


def _normalised(weights: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(weights, axis=1, keepdims=True)
    return np.asarray(weights / np.where(lengths > 0, lengths, 1.0))


def _spread(normalised: np.ndarray, most: int) -> float:
    """The largest distance between two of so many different rows of length 1 or 0."""
    rows = np.unique(normalised, axis=0)[:most]
    squares = 2 - 2 * np.clip(rows @ rows.T, -1, 1)
    present = (rows**2).sum(axis=1) > 0
    # A zero weight is at distance 1 from any direction.
    squares[~present, :] = squares[:, ~present] = 1.0
    np.fill_diagonal(squares, 0.0)
    return float(np.sqrt(squares.max(initial=0.0)))


def network_to(network: StagedNetwork, place: Place) -> StagedNetwork:
    """The network whose output are the rows that one unit reads.

    Of a max unit the stage is there too, with that unit alone, so that a pattern names its winner.
    """
    stages = network.stages[: place.stage]
    if place.stage == len(network.stages):
        return StagedNetwork(network.input_dim, stages, network.readout)
    own = network.stages[place.stage]
    if place.rank == 1:
        return StagedNetwork(network.input_dim, stages, own.map)
    rows = range(place.first, place.first + place.rank)
    kept = ExactAffineMap.of_terms(
        [own.map.terms[i] for i in rows], [own.map.shifts[i] for i in rows], own.map.n_inputs
    )
    alone = replace(own, map=kept, units=(own.units[place.index],))
    readout = ExactAffineMap.identity(1)
    return StagedNetwork(network.input_dim, (*stages, alone), readout)


def _patterns_in(network: StagedNetwork, domain: Domain) -> np.ndarray:
    """The patterns of all regions of a domain."""
    problem = problem_of(network, domain)
    if not network.stages:
        return np.empty((1, 0), dtype=network.pattern_dtype)
    sink = Columns(network.pattern_dtype.str)
    run(problem, sink, Options())
    found = np.frombuffer(sink.patterns, dtype=network.pattern_dtype)
    return np.unique(found.reshape(sink.n_regions, len(network.units)), axis=0)


def _responses(
    network: StagedNetwork, patterns: np.ndarray, place: Place, x: np.ndarray | None
) -> Responses:
    kinds, inverse = np.unique(patterns, axis=0, return_inverse=True)
    inverse = inverse.reshape(len(patterns))
    # In the order of first rows, so that nothing depends on how patterns are sorted.
    first = np.full(len(kinds), len(patterns))
    np.minimum.at(first, inverse, np.arange(len(patterns)))
    order = np.argsort(first, kind="stable")
    kinds, inverse = kinds[order], np.argsort(order, kind="stable")[inverse]
    row = 0 if place.rank > 1 else place.first
    rows = np.full(len(kinds), row)
    floats = float_maps(network, kinds, rows)
    known: dict[int, tuple[tuple[fmpq, ...], fmpq]] = {}

    def exactly(i: int) -> tuple[tuple[fmpq, ...], fmpq]:
        if i not in known:
            known[i] = exact_row(network, kinds[i].tolist(), len(network.stages), row)
        return known[i]

    labels, n_weights, n_directions = _three_numbers(floats, exactly)
    n_maps = int(labels.max()) + 1
    map_of_row = labels[inverse]
    kept = np.unique(labels, return_index=True)[1]
    if not np.isfinite(floats.weights[kept]).all():
        raise InvalidNetwork("a unit's weights overflow float64; unit_map gives them exactly")
    values = np.empty(0)
    if x is not None:
        values = np.einsum("ij,ij->i", floats.weights[kept][map_of_row], x)
        values += floats.biases[kept][map_of_row]
    return Responses(
        weights=floats.weights[kept],
        biases=floats.biases[kept],
        counts=np.bincount(map_of_row, minlength=n_maps),
        map_of_row=map_of_row,
        values=values,
        n_maps=n_maps,
        n_weights=n_weights,
        n_directions=n_directions,
        _network=network,
        _patterns=kinds[kept],
        _rows=rows[kept],
    )


def _three_numbers(floats: FloatMaps, exactly: Any) -> tuple[np.ndarray, int, int]:
    """Labels of maps, and how many weights and directions there are."""
    maps = np.column_stack([floats.weights, floats.biases])
    errors = np.column_stack([floats.weight_errors, floats.bias_errors])
    labels = distinct(maps, errors, exactly)
    kept = np.unique(labels, return_index=True)[1]
    weights, doubt = floats.weights[kept], floats.weight_errors[kept]
    of_weights = distinct(weights, doubt, lambda i: exactly(int(kept[i]))[0])
    lengths = np.linalg.norm(weights, axis=1, keepdims=True)
    off = np.linalg.norm(doubt, axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        # |w/|w| - v/|v|| <= 2 |w - v| / |v|: both the entries and the length are in doubt.
        near = np.where(lengths > 2 * off, 4 * off / lengths, np.inf)
        directions = np.where(np.isfinite(near), weights / lengths, 0.0)
    # One weight whose direction floats leave open would be compared with all others.
    for i in np.flatnonzero(~np.isfinite(near[:, 0])).tolist():
        directions[i] = _unit_vector(exactly(int(kept[i]))[0])
        near[i] = 0.0
    rounding = 2 * growth_of(weights.shape[1])
    spread = np.broadcast_to(near + rounding, directions.shape)
    of_directions = distinct(directions, spread, lambda i: _direction(exactly(int(kept[i]))[0]))
    return labels, int(of_weights.max()) + 1, int(of_directions.max()) + 1


def _unit_vector(weight: tuple[fmpq, ...]) -> np.ndarray:
    """A weight divided by its length, to a few units in the last place; zero stays zero."""
    largest = max(abs(entry) for entry in weight)
    if largest == 0:
        return np.zeros(len(weight))
    shares = [entry / largest for entry in weight]
    floats = np.array([nearest_float(int(share.p), int(share.q)) for share in shares])
    return np.asarray(floats / np.linalg.norm(floats))


def _direction(weight: tuple[fmpq, ...]) -> Hashable:
    """The shortest integer vector in the same direction."""
    by: fmpz = common_denominator(weight)
    return tuple(primitive([(entry * by).p for entry in weight]))
