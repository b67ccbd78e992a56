"""Peers on the same networks, in one run: relucent's complete search, affinitree and parx.

The peers are installed from the package index into an environment of their own, once; networks
are saved beside it, and each peer reads them in a process of its own with a limit of time. Each is
used at their fastest setting that answers the same question; `peer_run.py` says which. Our own time
is that of a call on a network that is loaded, without the first call, so without compiling.

All times are processor time, the least of a few calls, so that other programs do not stretch them;
that of relucent's workers and its main process together is halved, as if two cores shared it
without loss. On an idle machine of two cores the wall clock says the same within a few per cent.

Where a count differs from ours, ours is certified, and the independent checker reads the proofs.
Networks that are not in general position are also counted by the oracle.

    python scripts/bench/peers.py                    all networks, some minutes
    python scripts/bench/peers.py --quick            the small ones
    python scripts/bench/peers.py --env FOLDER       where the peers and the networks are kept
    python scripts/bench/peers.py --strategy highs   one of our strategies
    python scripts/bench/peers.py --tables parx      one of the tables
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from families import duplicates, ternary, zero_bias
from gaussian import gaussian
from machine import NAMED, best, dashed, described, show
from peer_environment import PEERS, SECONDS, Peers
from rich.console import Console
from rich.table import Table

import linreg
from linreg import zoo
from linreg.adjacency.compiled_edges import joined
from linreg.oracle import brute_force_patterns

SEARCHED = [(2, 10, 10, 1), (3, 10, 10, 1), (4, 10, 10, 1), (5, 16, 1), (2, 50, 50, 1)]
"""Networks for relucent, all on the whole space."""
GRAPH_GOAL, SEARCH_GOAL = 300, 1000
"""Times as fast as relucent: for a count with its graph, and for the count alone."""

TREES = [(2, 50, 50, 1), (5, 10, 10, 1), (6, 10, 10, 1), (4, 16, 16, 1), (10, 14, 1)]
"""Networks for affinitree, all on the whole space."""
TREE_GOAL = 20
"""Times as fast as affinitree."""

PARTITIONED = [(2, 10, 10, 1), (2, 16, 16, 1), (3, 10, 10, 1)]
"""Networks for parx, all on the whole space."""

QUICK = {(2, 10, 10, 1), (3, 10, 10, 1), (2, 50, 50, 1), (5, 10, 10, 1)}

TABLES = (*PEERS, "degenerate")

WIDTH = 130
"""Columns of text that the tables need."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared, and what is to be said below the tables.

    Attributes
    ----------
    peers : Peers
    strategies : sequence of str
        Ours.
    say : callable
        Told what is being run.
    notes : list of str
        Differences and refusals, in the order in which they are met.
    """

    peers: Peers
    strategies: Sequence[str]
    say: Callable[[str], None]
    notes: list[str]

    def relucent(self, shapes: Sequence[Sequence[int]]) -> Table:
        """Counts and graphs against relucent's complete search."""
        table = _table(
            "relucent, complete search with 2 workers, against linreg in one process",
            ["network", "regions", "relucent", "strategy", "with graph", "ratio", "count", "ratio"],
            f"Regions a second. Goals: {GRAPH_GOAL} with the graph, {SEARCH_GOAL:,} for the count.",
        )
        if "compiled" in self.strategies:
            _compile_graphs()
        for sizes in shapes:
            net, theirs = self._run("relucent", dashed(sizes), gaussian(sizes))
            for strategy in self.strategies:
                count, seconds = best(partial(linreg.count, net, strategy=strategy))
                graph, longer = best(partial(_graph, net, strategy))
                self._compare(f"relucent on {dashed(sizes)}", net, count, theirs)
                self._compare_edges(f"relucent on {dashed(sizes)}", graph, theirs)
                table.add_row(
                    dashed(sizes),
                    f"{count.regions:,}",
                    _speed(theirs),
                    strategy,
                    f"{count.regions / longer:,.0f}",
                    _ratio(theirs, longer),
                    f"{count.regions / seconds:,.0f}",
                    _ratio(theirs, seconds),
                )
        return table

    def affinitree(self, shapes: Sequence[Sequence[int]]) -> Table:
        """Counts against affinitree's decision tree."""
        table = _table(
            "affinitree against linreg, both in one process",
            ["network", "regions", "affinitree", "strategy", "count", "ratio"],
            f"Regions a second. Goal: a ratio of {TREE_GOAL}.",
        )
        for sizes in shapes:
            net, theirs = self._run("affinitree", dashed(sizes), gaussian(sizes))
            for strategy in self.strategies:
                count, seconds = best(partial(linreg.count, net, strategy=strategy))
                self._compare(f"affinitree on {dashed(sizes)}", net, count, theirs)
                table.add_row(
                    dashed(sizes),
                    f"{count.regions:,}",
                    _speed(theirs),
                    strategy,
                    f"{count.regions / seconds:,.0f}",
                    _ratio(theirs, seconds),
                )
        return table

    def parx(self, shapes: Sequence[Sequence[int]]) -> Table:
        """Counts against parx's search by flips, and what it finds by points."""
        table = _table(
            "parx against linreg, both in one process",
            ["network", "regions", "found by points", "parx", "strategy", "count", "ratio"],
            "Regions a second, and regions that parx finds by 100,000 points.",
        )
        for sizes in shapes:
            net, theirs = self._run("parx", dashed(sizes), gaussian(sizes))
            _, found = self._run("parx-sparse", dashed(sizes), net, seconds=0)
            for strategy in self.strategies:
                count, seconds = best(partial(linreg.count, net, strategy=strategy))
                self._compare(f"parx on {dashed(sizes)}", net, count, theirs)
                table.add_row(
                    dashed(sizes),
                    f"{count.regions:,}",
                    _said(found),
                    _speed(theirs),
                    strategy,
                    f"{count.regions / seconds:,.0f}",
                    _ratio(theirs, seconds),
                )
        return table

    def degenerate(self) -> Table:
        """What each says of networks that are not in general position."""
        asked = (*PEERS, "parx-sparse")
        table = _table(
            "counts of degenerate networks",
            ["network", "known", *self.strategies, "checked", "oracle", *asked],
            "known: by a theorem. checked: from proofs, by the independent checker.",
        )
        for name, net, known in _degenerate():
            row = [name, f"{known:,}" if known else ""]
            row += [f"{linreg.count(net, strategy=s).regions:,}" for s in self.strategies]
            row += [f"{_certified(net):,}", f"{len(brute_force_patterns(net)):,}"]
            for peer in asked:
                _, theirs = self._run(peer, name, net, seconds=0)
                self._refusal(f"{peer} on {name}", theirs)
                row.append(_said(theirs))
            table.add_row(*row)
        return table

    def _run(
        self, peer: str, name: str, net: linreg.Network, seconds: float = SECONDS
    ) -> tuple[linreg.Network, dict[str, Any]]:
        """The network as it is on disk, and what a peer says of it."""
        self.say(f"{peer} on {name}")
        path = self.peers.save(name, net)
        theirs = self.peers.run("peer_run.py", peer, path, seconds)
        self.say(f"linreg on {name}")
        return linreg.load(path), theirs

    def _refusal(self, who: str, theirs: dict[str, Any]) -> None:
        if "refused" in theirs:
            self.notes.append(f"{who}: {theirs['refused'].split('. ')[0]}")

    def _compare(
        self, who: str, net: linreg.Network, count: linreg.Count, theirs: dict[str, Any]
    ) -> None:
        """Say why there is no count to compare with, or which of two counts is right."""
        self._refusal(who, theirs)
        if theirs.get("regions", count.regions) != count.regions:
            self.notes.append(
                f"{who}: it counts {theirs['regions']:,} regions, {count.strategy} counts "
                f"{count.regions:,}; the independent checker accepts proofs of {_certified(net):,}"
            )

    def _compare_edges(
        self, who: str, graph: linreg.AdjacencyGraph, theirs: dict[str, Any]
    ) -> None:
        """Say where graphs differ: regions that differ in one unit need not touch."""
        edges = len(graph.edges)
        if theirs.get("edges", edges) != edges:
            pairs = _pairs_that_differ_in_one_unit(graph.regions.patterns)
            self.notes.append(
                f"{who}: its graph has {theirs['edges']:,} edges, ours has {edges:,}, each through "
                f"a proved facet; {pairs:,} pairs of regions differ in one unit, not all touch"
            )


def main() -> None:
    """Run peers and ourselves, and print tables."""
    options = _options()
    console = Console(width=max(Console().width, WIDTH))
    peers = Peers(options.env, options.limit)
    with console.status("installing the peers, if they are not there") as status:
        versions = peers.install()
        console.print(f"{described()}; {versions}", highlight=False, soft_wrap=True)
        compared = Comparison(peers, options.strategy, status.update, [])
        tables: dict[str, Callable[[], Table]] = {
            "relucent": partial(compared.relucent, _chosen(SEARCHED, options.quick)),
            "affinitree": partial(compared.affinitree, _chosen(TREES, options.quick)),
            "parx": partial(compared.parx, _chosen(PARTITIONED, options.quick)),
            "degenerate": compared.degenerate,
        }
        for name in options.tables:
            show(console, tables[name](), markdown=options.markdown)
    for note in dict.fromkeys(compared.notes):
        console.print(f"- {note}", highlight=False, soft_wrap=True)
    console.print(described(), highlight=False, soft_wrap=True)


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


def _graph(net: linreg.Network, strategy: str) -> linreg.AdjacencyGraph:
    """All regions, and the graph of those that share a facet."""
    return linreg.adjacency_graph(linreg.enumerate_regions(net, strategy=strategy))


def _compile_graphs() -> None:
    """Make the machine code of graphs, which for so few regions is not made."""
    for dim in (2, 3):
        joined(linreg.enumerate_regions(gaussian((dim, 10, 10, 1)), strategy="compiled"), None)


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


def _said(theirs: dict[str, Any]) -> str:
    return "refuses" if "refused" in theirs else f"{theirs['regions']:,}"


def _speed(theirs: dict[str, Any]) -> str:
    return "" if "refused" in theirs else f"{theirs['regions'] / theirs['seconds']:,.0f}"


def _ratio(theirs: dict[str, Any], seconds: float) -> str:
    """How many times as long the peer takes, for the whole network."""
    return "" if "refused" in theirs else f"{theirs['seconds'] / seconds:,.1f}"


def _chosen(shapes: Sequence[tuple[int, ...]], quick: bool) -> list[tuple[int, ...]]:
    return [sizes for sizes in shapes if not quick or sizes in QUICK]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "linreg-peers"
    parser.add_argument("--env", type=Path, default=cache, help=f"by default {cache}")
    parser.add_argument(
        "--tables", nargs="+", choices=TABLES, default=TABLES, help="by default all"
    )
    parser.add_argument("--quick", action="store_true", help="small networks only")
    parser.add_argument("--markdown", action="store_true", help="tables for a document")
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
