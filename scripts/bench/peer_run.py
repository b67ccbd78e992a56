"""One peer on one network, timed; peers.py runs this with an interpreter that has the peer.

    python scripts/bench/peer_run.py PEER NETWORK.npz SECONDS

The last line it prints is a JSON object: the count, the edges where the peer makes a graph, and the
least seconds of its calls, which are repeated until SECONDS are spent; or why the peer refuses.
Seconds are processor time of all its processes, divided by its workers, as if they shared the work
without loss. Importing the peer and reading the network take no part. Nothing of linreg is
imported: the networks are NumPy archives of W1, b1, W2, b2, ...
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import warnings
from collections.abc import Callable
from functools import partial
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch

import numpy as np

Layers = list[tuple[np.ndarray, np.ndarray]]

WORKERS = {"relucent": 2, "affinitree": 1, "parx": 1, "parx-sparse": 1}

SAMPLE = 100_000
"""Points whose regions parx's sparse method finds: normal, of standard deviation 3."""


class Refused(Exception):
    """The peer says that it cannot do this network."""


def relucent(layers: Layers) -> tuple[Callable[[], Any], Callable[[Any], dict[str, Any]]]:
    """Its complete search with two workers, which ends with the graph of the cells it found.

    Every facet is certified during the search. `verify` would check the finished complex once
    more, so it is off: this is the fastest setting that still finds all cells and their graph.
    """
    from relucent import AmbiguousGeometryError, Complex, NonGenericArrangementError
    from relucent import generic_topology_start as start_of
    from relucent.model.model import LinearLayer, ReLULayer, ReLUNetwork

    steps: list[Any] = []
    for weight, bias in layers:
        steps += [LinearLayer(weight, bias[None]), ReLULayer()]
    network = ReLUNetwork(steps[:-1])

    def search() -> Complex:
        cells = Complex(network)
        try:
            cells.bfs(start_of(cells)[None], nworkers=WORKERS["relucent"], verify=False, verbose=0)
        except (AmbiguousGeometryError, NonGenericArrangementError) as error:
            raise Refused(f"{type(error).__name__}: {error}") from error
        return cells

    def figures(cells: Complex) -> dict[str, Any]:
        if not cells.complete:
            raise Refused(f"its search ended incomplete, with {len(cells)} cells")
        return {"regions": len(cells), "edges": cells.dual_graph().number_of_edges()}

    return search, figures


def affinitree(layers: Layers) -> tuple[Callable[[], Any], Callable[[Any], dict[str, Any]]]:
    """The decision tree, infeasible paths removed as it grows; its leaves are the regions."""
    from affinitree import AffFunc, Architecture, builder

    network = Architecture(layers[0][0].shape[1])
    for place, (weight, bias) in enumerate(layers):
        if place:
            network.relu()
        network.linear(AffFunc.from_mats(weight, bias))
    return partial(builder.from_layers, network), lambda tree: {"regions": tree.num_terminals()}


def parx(
    layers: Layers, *, sparse: bool = False
) -> tuple[Callable[[], Any], Callable[[Any], dict[str, Any]]]:
    """The regions that flips across facets lead to from one random point, or those of many points.

    Its faster searches are in Julia; without Julia the same are made in Python.
    """
    import_parx()
    from parx import compute_partition, precompile

    method = "sparse_python" if sparse else "exact_python"
    if shutil.which("julia"):
        precompile()
        method = "sparse_julia" if sparse else "exact_julia_fast"
    network = {}
    for place, (weight, bias) in enumerate(layers):
        network |= {f"{place}.weight": weight, f"{place}.bias": bias}
    size = (SAMPLE if sparse else 1, layers[0][0].shape[1])
    points = 3 * np.random.default_rng(0).normal(size=size)
    search = partial(compute_partition, network, points, method=method)
    return search, lambda found: {"regions": len(found)}


def import_parx() -> None:
    """Import parx, which then asks for Julia; what is in Python does without."""
    which = shutil.which
    with patch("shutil.which", lambda name, *rest: which(name, *rest) or name):
        import parx  # noqa: F401


SEARCHES = {
    "relucent": relucent,
    "affinitree": affinitree,
    "parx": parx,
    "parx-sparse": partial(parx, sparse=True),
}


def main() -> None:
    """Run the peer, and print what came of it."""
    peer, path, seconds = sys.argv[1:]
    warnings.simplefilter("ignore")
    with np.load(path) as arrays:
        count = sum(name.startswith("W") for name in arrays)
        layers = [
            (arrays[f"W{k}"].astype(float), arrays[f"b{k}"].astype(float))
            for k in range(1, count + 1)
        ]
    work, figures = SEARCHES[peer](layers)
    times: list[float] = []
    deadline = perf_counter() + float(seconds)
    try:
        while not times or perf_counter() < deadline:
            started = _processor_time()
            found = work()
            times.append((_processor_time() - started) / WORKERS[peer])
        print(json.dumps(figures(found) | {"seconds": min(times)}))
    except Refused as refusal:
        print(json.dumps({"refused": str(refusal)}))


def _processor_time() -> float:
    """Seconds of this process and of those it has waited for, these in hundredths."""
    return process_time() + sum(os.times()[2:4])


if __name__ == "__main__":
    main()
