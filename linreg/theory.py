"""What theory says about the number of regions of a network."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from linreg.formulas import layerwise_bound, pattern_bound
from linreg.network import Network, StagedNetwork


@dataclass(frozen=True, slots=True)
class Bound:
    """A number that theory gives for the regions of networks of one architecture.

    Attributes
    ----------
    name : str
    value : int
    kind : str
        "upper": no weights make more regions than that, on any convex domain.
    source : str
        Author, year, theorem.
    """

    name: str
    value: int
    kind: str
    source: str


def report(net: Network | StagedNetwork) -> tuple[Bound, ...]:
    """Every bound that applies to a network's architecture, with its source.

    Parameters
    ----------
    net : Network or StagedNetwork

    Examples
    --------
    >>> from linreg import mlp
    >>> net = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
    >>> [(bound.name, bound.value) for bound in report(net)]
    [('product of pieces', 8), ('Zaslavsky', 7)]
    """
    staged = net.staged if isinstance(net, Network) else net
    layers = [[unit.n_pieces for unit in stage.units] for stage in staged.stages]
    pieces = [unit.n_pieces for unit in staged.units]
    widths = [staged.input_dim, *(stage.n_outputs for stage in staged.stages)]
    dims = list(accumulate(widths, min))[:-1]
    bounds = [Bound("product of pieces", pattern_bound(pieces), "upper", "one pattern, one region")]
    if layers:
        two_pieces = max(pieces) <= 2
        if two_pieces and len(layers) == 1:
            name, source = "Zaslavsky", "Zaslavsky (1975), Theorem A"
        elif two_pieces:
            name, source = "Montufar 2017", "Montufar (2017)"
        else:
            name, source = "layer by layer", "Goujon, Etemadi, Unser (2022); Montufar (2017)"
        bounds.append(Bound(name, layerwise_bound(layers, dims), "upper", source))
    return tuple(bounds)
