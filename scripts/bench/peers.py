"""Peers on the same networks, in one run: relucent's complete search, and affinitree.

The peers are installed from the package index into an environment of their own, once; networks
are saved beside it, and each peer reads them in a process of its own with a limit of time. Both are
used at their fastest setting that answers the same question; `peer_run.py` says which. Our own time
is that of a call on a network that is loaded, without the first call, so without compiling.

All times are processor time, the least of a few calls, so that other programs do not stretch them;
that of relucent's workers and its main process together is halved, as if two cores shared it
without loss. On an idle machine of two cores the wall clock says the same within a few per cent.

Where a count differs from ours, ours is certified, and the independent checker reads the proofs.

    python scripts/bench/peers.py                    all networks, some minutes
    python scripts/bench/peers.py --quick            the small ones
    python scripts/bench/peers.py --env FOLDER       where the peers and the networks are kept
    python scripts/bench/peers.py --strategy highs   one of our strategies
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from families import duplicates, ternary, zero_bias
from gaussian import gaussian
from machine import NAMED, best, dashed, described
from peer_environment import PEERS, Peers
from rich.console import Console
from rich.table import Table

import linreg
from linreg import zoo

SEARCHED = [(2, 10, 10, 1), (3, 10, 10, 1), (4, 10, 10, 1), (5, 16, 1), (2, 50, 50, 1)]
"""Networks for relucent, all on the whole space."""
GRAPH_GOAL, SEARCH_GOAL = 300, 1000
"""Times as fast as relucent: for a count with its graph, and for the count alone."""

TREES = [(2, 50, 50, 1), (5, 10, 10, 1), (6, 10, 10, 1), (4, 16, 16, 1), (10, 14, 1)]
"""Networks for affinitree, all on the whole space."""
TREE_GOAL = 20
"""Times as fast as affinitree."""

QUICK = {(2, 10, 10, 1), (3, 10, 10, 1), (2, 50, 50, 1), (5, 10, 10, 1)}

WIDTH = 100
"""Columns of text that the tables need."""


@dataclass(frozen=True, slots=True)
class Ours:
    """What linreg found with one strategy, and the seconds it took.

    Attributes
    ----------
    strategy : str
    regions : int
    seconds : float
        Of `linreg.count`.
    """

    strategy: str
    regions: int
    seconds: float


def main() -> None:
    """Run peers and ourselves, and print tables."""
    options = _options()
    console = Console(width=max(Console().width, WIDTH))
    peers = Peers(options.env, options.limit)
    with console.status("installing the peers, if they are not there"):
        versions = peers.install()
    console.print(f"{described()}; {versions}", highlight=False, soft_wrap=True)
    notes: list[str] = []
    with console.status("running relucent"):
        table = relucent(peers, _chosen(SEARCHED, options.quick), options.strategy, notes)
    console.print(table)
    with console.status("running affinitree"):
        table = affinitree(peers, _chosen(TREES, options.quick), options.strategy, notes)
    console.print(table)
    with console.status("running both on degenerate networks"):
        table = degenerate(peers, options.strategy, notes)
    console.print(table)
    for note in dict.fromkeys(notes):
        console.print(f"- {note}", highlight=False, soft_wrap=True)
    console.print(described(), highlight=False, soft_wrap=True)


def relucent(
    peers: Peers, shapes: Sequence[Sequence[int]], strategies: Sequence[str], notes: list[str]
) -> Table:
    """Counts and graphs against relucent's complete search."""
    table = _table(
        "relucent, complete search with 2 workers, against linreg in one process",
        ["network", "regions", "relucent", "strategy", "with graph", "ratio", "count", "ratio"],
        f"Regions a second. Goals: {GRAPH_GOAL} with the graph, {SEARCH_GOAL:,} for the count.",
    )
    for sizes in shapes:
        path = peers.save(dashed(sizes), gaussian(sizes))
        theirs = peers.run("relucent", path)
        net = linreg.load(path)
        for ours in _measured(net, strategies):
            graph, seconds = best(partial(_graph, net, ours.strategy))
            notes += _difference(f"relucent on {dashed(sizes)}", net, ours.regions, theirs)
            notes += _difference_of_edges(dashed(sizes), graph, theirs)
            table.add_row(
                dashed(sizes),
                f"{ours.regions:,}",
                _speed(theirs),
                ours.strategy,
                f"{ours.regions / seconds:,.0f}",
                _ratio(theirs, seconds),
                f"{ours.regions / ours.seconds:,.0f}",
                _ratio(theirs, ours.seconds),
            )
    return table


def affinitree(
    peers: Peers, shapes: Sequence[Sequence[int]], strategies: Sequence[str], notes: list[str]
) -> Table:
    """Counts against affinitree's decision tree."""
    table = _table(
        "affinitree against linreg, both in one process",
        ["network", "regions", "affinitree", "strategy", "count", "ratio"],
        f"Regions a second. Goal: a ratio of {TREE_GOAL}.",
    )
    for sizes in shapes:
        path = peers.save(dashed(sizes), gaussian(sizes))
        theirs = peers.run("affinitree", path)
        net = linreg.load(path)
        for ours in _measured(net, strategies):
            notes += _difference(f"affinitree on {dashed(sizes)}", net, ours.regions, theirs)
            table.add_row(
                dashed(sizes),
                f"{ours.regions:,}",
                _speed(theirs),
                ours.strategy,
                f"{ours.regions / ours.seconds:,.0f}",
                _ratio(theirs, ours.seconds),
            )
    return table


def degenerate(peers: Peers, strategies: Sequence[str], notes: list[str]) -> Table:
    """What each says of networks that are not in general position."""
    table = _table(
        "counts of degenerate networks",
        ["network", "known", *strategies, "checked", *PEERS],
        "known: by a theorem. checked: from proofs, by the independent checker.",
    )
    for name, net, known in _degenerate():
        path = peers.save(name.replace(" ", "-"), net)
        row = [name, f"{known:,}" if known else ""]
        row += [f"{linreg.count(net, strategy=strategy).regions:,}" for strategy in strategies]
        row.append(f"{_certified(net):,}")
        for peer in PEERS:
            theirs = peers.run(peer, path, seconds=1e-9)
            if "refused" in theirs:
                notes.append(f"{peer} on {name}: {_short(theirs['refused'])}")
            row.append("refuses" if "refused" in theirs else f"{theirs['regions']:,}")
        table.add_row(*row)
    return table


def _degenerate() -> Iterator[tuple[str, linreg.Network, int | None]]:
    """Small networks that are not in general position, with their counts where theorems say."""
    yield "relu(x) and relu(-x)", _with_readout(linreg.mlp([([[1], [-1]], [0, 0])])), 2
    for name, n in (("braid", 4), ("shi", 4), ("resonance", 4)):
        made = zoo.make(name, n)
        yield f"{name} {n}", _with_readout(made.network), made.regions
    yield "ternary 3-6-6-1", ternary((3, 6, 6, 1)), None
    yield "no biases 3-6-6-1", zero_bias((3, 6, 6, 1)), None
    yield "every unit twice 2-8-8-1", duplicates((2, 8, 8, 1)), None
    yield "twice, one ulp off 2-8-8-1", duplicates((2, 8, 8, 1), 1), None


def _with_readout(net: linreg.Network) -> linreg.Network:
    """One layer with a readout that sums its units, which the peers want."""
    map_ = net.staged.stages[0].rounded
    pair = (map_.matrix, map_.shift)
    return linreg.mlp([pair], readout=(np.ones((1, len(map_.shift))), np.zeros(1)))


def _measured(net: linreg.Network, strategies: Sequence[str]) -> Iterator[Ours]:
    """What linreg counts with each strategy."""
    for strategy in strategies:
        count, seconds = best(lambda strategy=strategy: linreg.count(net, strategy=strategy))
        yield Ours(strategy, count.regions, seconds)


def _graph(net: linreg.Network, strategy: str) -> linreg.AdjacencyGraph:
    """All regions, and the graph of those that share a facet."""
    return linreg.adjacency_graph(linreg.enumerate_regions(net, strategy=strategy))


def _difference(
    who: str, net: linreg.Network, regions: int, theirs: dict[str, Any]
) -> Iterator[str]:
    """Why there is no count to compare with, or which of two counts is right."""
    if "refused" in theirs:
        yield f"{who}: {_short(theirs['refused'])}"
    elif theirs["regions"] != regions:
        checked = _certified(net)
        yield (
            f"{who}: it counts {theirs['regions']:,} regions, we count {regions:,}; the proofs "
            f"of {checked:,} pass the independent checker"
        )


def _difference_of_edges(
    name: str, graph: linreg.AdjacencyGraph, theirs: dict[str, Any]
) -> Iterator[str]:
    """Where the graphs differ: regions that differ in one unit need not touch."""
    edges = len(graph.edges)
    if theirs.get("edges", edges) != edges:
        pairs = _pairs_that_differ_in_one_unit(graph.regions.patterns)
        yield (
            f"relucent on {name}: its graph has {theirs['edges']:,} edges, ours has {edges:,}, "
            f"each through a proved facet; {pairs:,} pairs of regions differ in one unit, and not "
            "all of them touch"
        )


def _pairs_that_differ_in_one_unit(patterns: np.ndarray) -> int:
    """Pairs of rows that differ in one place, all entries being 0 or 1."""
    rows = {row.tobytes() for row in patterns}
    found = 0
    for unit in range(patterns.shape[1]):
        off = patterns[patterns[:, unit] == 0].copy()
        off[:, unit] = 1
        found += sum(row.tobytes() in rows for row in off)
    return found


def _certified(net: linreg.Network) -> int:
    """The count whose proofs the independent checker accepted."""
    with TemporaryDirectory() as folder:
        linreg.certify(net, Path(folder) / "proof")
        verdict = linreg.check(Path(folder) / "proof", net)
    assert verdict.accepted
    return verdict.regions


def _table(title: str, headings: Sequence[str], caption: str) -> Table:
    table = Table(title=title, caption=caption)
    for heading in headings:
        left = heading in ("network", "strategy")
        table.add_column(heading, justify="left" if left else "right", no_wrap=True)
    return table


def _speed(theirs: dict[str, Any]) -> str:
    return "" if "refused" in theirs else f"{theirs['regions'] / theirs['seconds']:,.0f}"


def _ratio(theirs: dict[str, Any], seconds: float) -> str:
    """How many times as long the peer takes, for the whole network."""
    return "" if "refused" in theirs else f"{theirs['seconds'] / seconds:,.1f}"


def _short(text: str) -> str:
    """The first sentence."""
    return text.split(". ")[0]


def _chosen(shapes: Sequence[tuple[int, ...]], quick: bool) -> list[tuple[int, ...]]:
    return [sizes for sizes in shapes if not quick or sizes in QUICK]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "linreg-peers"
    parser.add_argument("--env", type=Path, default=cache, help=f"by default {cache}")
    parser.add_argument("--quick", action="store_true", help="small networks only")
    parser.add_argument(
        "--limit", type=float, default=600, help="seconds that a peer may take for a network"
    )
    parser.add_argument(
        "--strategy",
        nargs="+",
        choices=NAMED,
        default=NAMED,
        help="ours to measure; by default all",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
