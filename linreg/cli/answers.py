"""What commands answer, as JSON."""

from __future__ import annotations

import linreg
from linreg.domains import Domain
from linreg.network import Network
from linreg.readers import domain_to_json
from linreg.run import Count


def nothing_yet(network: Network, strategy: str) -> Count:
    """What is known before the first report."""
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
