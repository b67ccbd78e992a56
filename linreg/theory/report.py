"""The bounds that apply to a given network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate

from linreg.domains import Domain
from linreg.formulas import Layer, layerwise_bound, narrowing_bound
from linreg.network import Stage, StagedNetwork
from linreg.progress import Progress
from linreg.readers import DomainLike, NetworkLike, as_network, as_staged, asked
from linreg.theory.bound import (
    UPPER,
    Bound,
    maxout_bounds,
    pieces_bounds,
    product_of_pieces,
    relu_bounds,
    two_piece_bounds,
)
from linreg.theory.stable import is_rectifier, serra_ramalingam_2020
from linreg.units import MaxUnit

CONNECTED = "for fully connected layers; shared weights may make fewer"
"""What lower bounds and exact maxima are about where the network has convolutions."""

OF_WEIGHTS = (
    "serra_ramalingam_2020",
    UPPER,
    "after Serra, Ramalingam (2020)",
    "stable units",
)
"""Name, side, source and title of the bound for given weights."""


def report(
    net: NetworkLike,
    domain: DomainLike = None,
    *,
    quick: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> tuple[Bound, ...]:
    """Every bound that applies to a network, with its source.

    Lower bounds and exact maxima are about all fully connected networks of these widths, not
    about the one given, which may have far fewer regions; with convolutions even the maximum over
    their weights may be below them (`conv_bounds`), which notes say. They hold on every domain
    with an inner point: all regions of a network on the whole space meet some ball, and the first
    layer can bring that ball into the domain.

    Parameters
    ----------
    net : Network, or what `as_network` accepts
    domain : Domain, optional
        The whole space unless given; only the bound from stable units depends on it.
    quick : bool
        Whether to leave that bound out, which alone takes time.
    progress : callable, optional
        As that of `serra_ramalingam_2020`.

    Returns
    -------
    tuple of Bound
        Lower bounds, exact maxima, upper bounds; the last of them, unless `quick`, is for the given
        weights.

    Examples
    --------
    >>> from linreg import mlp
    >>> net = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
    >>> [(bound.name, bound.value) for bound in report(net) if bound.side == "max_exactly"]
    [('zaslavsky', 7)]
    """
    staged, domain = asked(net, domain)
    if not staged.units:
        return (product_of_pieces([]),)
    found = _of_architecture(staged)
    layers = () if isinstance(net, StagedNetwork) else as_network(net).layers
    if any("conv" in layer.kind.lower() for layer in layers):
        found = tuple(
            bound if bound.side == UPPER else replace(bound, note=CONNECTED) for bound in found
        )
    return found if quick else (*found, _of_weights(staged, domain, progress))


def ceilings(net: NetworkLike) -> tuple[Bound, ...]:
    """The product of pieces and the sharpest upper bound on all networks of an architecture.

    Of bounds that are equal the oldest is given.

    Parameters
    ----------
    net : Network or StagedNetwork

    Returns
    -------
    tuple of Bound
        Two upper bounds, or one.

    Raises
    ------
    TypeError
        If it is no network.

    Examples
    --------
    >>> from linreg import mlp
    >>> net = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
    >>> [(bound.title, bound.value) for bound in ceilings(net)]
    [('product of pieces', 8), ('Zaslavsky', 7)]
    """
    staged = as_staged(net)
    if not staged.units:
        return (product_of_pieces([]),)
    above = [bound for bound in _of_architecture(staged) if bound.side != "max_at_least"]
    product = next(bound for bound in above if bound.name == "trivial")
    others = [bound for bound in above if bound is not product]
    return product, min(others, key=lambda bound: (bound.value, _year(bound)))


def _of_architecture(staged: StagedNetwork) -> tuple[Bound, ...]:
    """The bounds that know widths and kinds of units."""
    widths = [len(stage.units) for stage in staged.stages]
    units = staged.units
    if any(stage.n_outputs > len(stage.units) for stage in staged.stages):
        return _with_skips(staged)
    if all(is_rectifier(unit) for unit in units):
        return relu_bounds(staged.input_dim, widths)
    if all(isinstance(unit, MaxUnit) for unit in units):
        ranks = [[unit.n_pieces for unit in stage.units] for stage in staged.stages]
        return maxout_bounds(staged.input_dim, widths, ranks)
    if all(unit.n_pieces == 2 for unit in units):
        return two_piece_bounds(staged.input_dim, widths)
    return pieces_bounds(staged.input_dim, _pieces(staged))


def _with_skips(staged: StagedNetwork) -> tuple[Bound, ...]:
    """Upper bounds where coordinates pass through layers, counted among the widths."""
    pieces = _pieces(staged)
    dims = list(accumulate([staged.input_dim, *(s.n_outputs for s in staged.stages)], min))[:-1]
    if all(unit.n_pieces == 2 for unit in staged.units):
        name, title, source = "montufar_2017", "Montufar 2017", "Montufar (2017)"
    else:
        name, title = "goujon_2022", "layer by layer"
        source = "Goujon, Etemadi, Unser (2022); Montufar (2017)"
    note = "skips count as width"
    bounds = [
        product_of_pieces(pieces),
        Bound(name, UPPER, layerwise_bound(pieces, dims), source, title, note),
    ]
    if any(is_rectifier(unit) for unit in staged.units):
        layers = [layer_of(stage) for stage in staged.stages]
        value = narrowing_bound(staged.input_dim, layers)
        source = "Serra et al. (2018), Theorem 1"
        bounds.append(Bound("serra_2018_upper", UPPER, value, source, "Serra 2018", note))
    return tuple(bounds)


def layer_of(stage: Stage) -> Layer:
    """What the outputs of a stage can do, for `linreg.formulas.narrowing_bound`."""
    rectified = sum(is_rectifier(unit) for unit in stage.units)
    others = tuple(unit.n_pieces for unit in stage.units if not is_rectifier(unit))
    return Layer(stage.n_outputs - len(stage.units), rectified, others)


def _of_weights(
    staged: StagedNetwork, domain: Domain | None, progress: Callable[[Progress], None] | None
) -> Bound:
    value = serra_ramalingam_2020(staged, domain, progress=progress)
    name, side, source, title = OF_WEIGHTS
    return Bound(name, side, value, source, title, "for these weights and this domain")


def _pieces(staged: StagedNetwork) -> list[list[int]]:
    return [[unit.n_pieces for unit in stage.units] for stage in staged.stages]


def _year(bound: Bound) -> int:
    """The year in a bound's name; the classical ones have none."""
    digits = bound.name.removesuffix("_upper")[-4:]
    return int(digits) if digits.isdigit() else 0
