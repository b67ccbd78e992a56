"""Certificates: what they cost beside a plain count, how fast they are checked, and their size.

python scripts/bench/certificates.py [--quick] [--graph] [--maxout]

Times are processor time of one process, the least of several. Goals: at most 2 times a count by
strategy "highs", at most 10 times one by strategy "compiled", and 50,000 regions a second checked.
With --graph it is adjacency graphs that are certified, beside graphs of regions: at most 10 times.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import TypeVar

from gaussian import gaussian, gaussian_maxout
from rich.console import Console
from rich.table import Table

import linreg

QUICK = [(3, 10, 10, 1), (5, 10, 10, 1)]
NETWORKS = [*QUICK, (6, 10, 10, 1), (4, 16, 16, 1), (3, 32, 32, 1)]
MAXOUT = [((2, 6, 1), 3), ((3, 8, 8, 1), 2), ((3, 6, 6, 1), 3), ((5, 6, 6, 1), 2), ((4, 12, 1), 3)]
"""Sizes, and the rank of max units."""

MOST_BY_HIGHS = 20_000
"""Regions up to which strategy "highs" is measured too, which takes about a minute then."""

Answer = TypeVar("Answer")


def timed(work: Callable[[], Answer], times: int = 1) -> tuple[Answer, float]:
    """What a piece of work returns, and the least seconds that it takes."""
    least = float("inf")
    for _ in range(times):
        started = process_time()
        answer = work()
        least = min(least, process_time() - started)
    return answer, least


def main() -> None:
    """Certify and check networks, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="only the small networks")
    parser.add_argument("--graph", action="store_true", help="certificates of adjacency graphs")
    parser.add_argument("--maxout", action="store_true", help="networks of max units")
    asked = parser.parse_args()
    nets = networks(quick=asked.quick, with_max_units=asked.maxout)
    Console().print(of_graphs(nets) if asked.graph else of_counts(nets))


def of_graphs(nets: Iterable[tuple[str, linreg.Network]]) -> Table:
    """Graphs of the networks, certified and checked."""
    table = Table(title="certificates of adjacency graphs, one process")
    for heading in (
        "network",
        "regions",
        "edges",
        "certify / graph",
        "us a region",
        "checked per s",
        "bytes each",
    ):
        table.add_column(heading, justify="right")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "proof"
        small = linreg.mlp([([[1, 0, 0]], [0])])
        linreg.certify(small, path, strategy="compiled", graph=True)
        for name, net in nets:
            graph_of(net)
            graph, joining = timed(lambda net=net: graph_of(net), 3)
            certified, certifying = timed(
                lambda net=net: linreg.certify(net, path, strategy="compiled", graph=True), 2
            )
            verdict, checking = timed(lambda net=net: linreg.check(path, net), 2)
            assert verdict.accepted
            assert verdict.edges == len(graph.edges)
            table.add_row(
                name,
                f"{verdict.regions:,}",
                f"{verdict.edges:,}",
                f"{certifying / joining:.1f}",
                f"{certifying / verdict.regions * 1e6:.0f}",
                f"{verdict.regions / checking:,.0f}",
                f"{certified.n_bytes / verdict.regions:.0f}",
            )
    return table


def graph_of(net: linreg.Network) -> linreg.AdjacencyGraph:
    """The regions of a network, and which are neighbours."""
    return linreg.adjacency_graph(linreg.enumerate_regions(net, strategy="compiled"))


def of_counts(nets: Iterable[tuple[str, linreg.Network]]) -> Table:
    """Counts of the networks, certified and checked."""
    table = Table(title="certificates, one process")
    for heading in (
        "network",
        "regions",
        "certify / count, highs",
        "certify / count, compiled",
        "us a region",
        "check / count",
        "checked per s",
        "bytes each",
    ):
        table.add_column(heading, justify="right")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "proof"
        small = linreg.mlp([([[1, 0, 0]], [0])])
        linreg.certify(small, path, strategy="compiled")  # so that no time goes to compiling
        for name, net in nets:
            linreg.count(net, strategy="compiled")
            count, counting = timed(lambda net=net: linreg.count(net, strategy="compiled"), 3)
            certified, certifying = timed(
                lambda net=net: linreg.certify(net, path, strategy="compiled"), 2
            )
            verdict, checking = timed(lambda net=net: linreg.check(path, net), 3)
            assert verdict.accepted
            assert verdict.regions == count.regions
            table.add_row(
                name,
                f"{count.regions:,}",
                by_highs(net, path) if count.regions <= MOST_BY_HIGHS else "",
                f"{certifying / counting:.1f}",
                f"{certifying / count.regions * 1e6:.0f}",
                f"{checking / counting:.1f}",
                f"{count.regions / checking:,.0f}",
                f"{certified.n_bytes / count.regions:.0f}",
            )
    return table


def networks(*, quick: bool, with_max_units: bool) -> Iterator[tuple[str, linreg.Network]]:
    """Networks by name; 3-8x2-1 has 8 max units of rank 2."""
    if not with_max_units:
        for sizes in QUICK if quick else NETWORKS:
            yield "-".join(map(str, sizes)), gaussian(sizes)
        return
    for sizes, rank in MAXOUT[:2] if quick else MAXOUT:
        first, *hidden, last = sizes
        name = "-".join(map(str, (first, *(f"{n}x{rank}" for n in hidden), last)))
        yield name, gaussian_maxout(sizes, rank)


def by_highs(net: linreg.Network, path: Path) -> str:
    """How many times a count a certificate takes where both are made by strategy "highs"."""
    _, counting = timed(lambda: linreg.count(net, strategy="highs"))
    _, certifying = timed(lambda: linreg.certify(net, path, strategy="highs"))
    return f"{certifying / counting:.2f}"


if __name__ == "__main__":
    main()
