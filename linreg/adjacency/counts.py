"""How many regions there are, by each definition."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

from linreg.adjacency.graph import AdjacencyGraph, adjacency_graph
from linreg.adjacency.maps import linear_regions_of_maps, output_maps
from linreg.progress import Progress
from linreg.readers import DomainLike, NetworkLike
from linreg.regions import enumerated
from linreg.regions.outlines import are_bounded
from linreg.run import CountProgress, Options
from linreg.showing import table_html


@dataclass(frozen=True, slots=True)
class RegionCounts:
    """The numbers that papers call the number of regions.

    Attributes
    ----------
    activation_regions : int
        Patterns whose open region is not empty.
    linear_regions : int
        Maximal connected open sets on which the network is affine.
    affine_maps : int
        Distinct affine maps that the network is on some open set.
    dual_edges : int
        Pairs of activation regions that share a facet.
    bounded_regions : int
        Bounded activation regions.

    Examples
    --------
    relu(x) - relu(-x) is x:

    >>> from linreg import mlp
    >>> found = region_counts(mlp([([[1], [-1]], [0, 0])], readout=([[1, -1]], [0])))
    >>> found.activation_regions, found.linear_regions, found.affine_maps
    (2, 1, 1)
    """

    activation_regions: int
    linear_regions: int
    affine_maps: int
    dual_edges: int
    bounded_regions: int

    def _repr_html_(self) -> str:
        names = ("activation_regions", "linear_regions", "affine_maps", "bounded_regions")
        rows: list[tuple[str, object]] = [(n.replace("_", " "), getattr(self, n)) for n in names]
        return table_html("Region counts", [*rows, ("pairs that share a facet", self.dual_edges)])


def region_counts(
    net: NetworkLike,
    domain: DomainLike = None,
    *,
    strategy: str = "auto",
    workers: int = 1,
    executor: Executor | None = None,
    progress: Callable[[CountProgress], None] | None = None,
) -> RegionCounts:
    """Number of regions of a network on the interior of a domain, by each definition.

    All regions are held in memory.

    Parameters
    ----------
    net, domain, strategy, workers, executor, progress
        As for `linreg.count`; `progress` is called while regions are found, and not while they are
        compared.

    Returns
    -------
    RegionCounts
        Five exact numbers.

    Raises
    ------
    InvalidDomain, UnknownStrategy, ValueError, KeyboardInterrupt
        As for `linreg.count`.

    Source
    ------
    Stargalla, Hertrich, Reichman (2025): definitions R2, R4 and R6.

    Examples
    --------
    relu(x) - relu(-x) + relu(x - 1) has a kink at 1, and at 0, where two units switch, none:

    >>> from linreg import mlp
    >>> net = mlp([([[1], [-1], [1]], [0, 0, -1])], readout=([[1, -1, 1]], [0]))
    >>> region_counts(net)
    RegionCounts(activation_regions=3, linear_regions=2, affine_maps=2, dual_edges=2,
                 bounded_regions=1)
    """
    regions = enumerated(net, domain, Options(strategy, workers, executor, progress=progress))
    return counts_of_graph(adjacency_graph(regions))


def counts_of_graph(
    graph: AdjacencyGraph, *, progress: Callable[[Progress], None] | None = None
) -> RegionCounts:
    """The counts that follow from an adjacency graph.

    Parameters
    ----------
    graph : AdjacencyGraph
    progress : callable, optional
        Called now and then with a `Progress` of regions.

    Returns
    -------
    RegionCounts

    Examples
    --------
    relu(x) + relu(-x) has two linear regions, which share a point and are unbounded:

    >>> from linreg import adjacency_graph, enumerate_regions, mlp
    >>> net = mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0]))
    >>> found = counts_of_graph(adjacency_graph(enumerate_regions(net)))
    >>> found.linear_regions, found.dual_edges, found.bounded_regions
    (2, 1, 0)
    """
    regions = graph.regions

    def tell(half: int, now: Progress) -> None:
        if progress is not None:
            progress(now.within(half, 2, "regions compared"))

    maps = output_maps(regions, progress=partial(tell, 0))
    bounded = are_bounded(regions, partial(tell, 1))
    return RegionCounts(
        len(regions),
        int(linear_regions_of_maps(graph, maps).max()) + 1,
        int(maps.max()) + 1,
        len(graph.edges),
        int(bounded.sum()),
    )
