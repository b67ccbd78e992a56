"""What commands answer, as JSON."""

from __future__ import annotations

from dataclasses import fields

import linreg
from linreg.adjacency import GraphStatistics, RegionCounts
from linreg.domains import Domain
from linreg.network import Network
from linreg.readers import domain_to_json
from linreg.run import Count


def nothing_yet(network: Network, strategy: str) -> Count:
    """The count of a run before its first report: no region."""
    return Count(0, False, "exact", (0,) * len(network.staged.stages), 0, 0, strategy, 0.0)


def count_json(network: Network, domain: Domain, found: Count) -> dict[str, object]:
    """The answer of `count`, which those of other commands contain."""
    staged = network.staged
    return {
        "activation_regions": found.regions,
        "complete": found.complete,
        "evidence": found.evidence,
        "regions_per_stage": list(found.regions_per_stage),
        "units": len(staged.units),
        "input_dim": staged.input_dim,
        "stages": len(staged.stages),
        "domain": domain_to_json(domain),
        "strategy": found.strategy,
        "lps": found.lps,
        "exact_decisions": found.exact_decisions,
        "seconds": found.seconds,
        "fingerprint": network.fingerprint,
        "version": linreg.__version__,
    }


def definitions_json(counts: RegionCounts | None) -> dict[str, object]:
    """The counts by other definitions than that of activation regions; null if not known."""
    names = [field.name for field in fields(RegionCounts) if field.name != "activation_regions"]
    return {name: None if counts is None else getattr(counts, name) for name in names}


def statistics_json(statistics: GraphStatistics) -> dict[str, object]:
    """The numbers that describe a graph; entry d of the histogram counts nodes of degree d."""
    return {
        "nodes": statistics.nodes,
        "edges": statistics.edges,
        "degrees": {
            "min": statistics.smallest_degree,
            "mean": statistics.mean_degree,
            "max": statistics.largest_degree,
            "histogram": list(statistics.degrees),
        },
        "components": statistics.components,
        "diameter": statistics.diameter,
        "diameter_at_least": statistics.diameter_at_least,
        "bipartite": statistics.is_bipartite,
        "odd_cycle": _list(statistics.odd_cycle),
        "even_edge": _list(statistics.even_edge),
        "spectral_gap": statistics.spectral_gap,
    }


def _list(values: tuple[int, ...] | None) -> list[int] | None:
    return None if values is None else list(values)
