"""Writing a graph of a million edges: seconds and size for each format.

The graph is that of the 2^n orthants of R^n, which n ReLUs on the coordinates make: n 2^(n - 1)
edges. Each witness is a generator of the cube [-1, 1]^n, so margins are 1 and no region is bounded.
What is written, and by which code, is what `linreg graph` writes.

    python scripts/bench/export.py              n = 17: 131,072 regions and 1,114,112 edges
    python scripts/bench/export.py --dim 12     any other n
"""

from __future__ import annotations

import argparse
import resource
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from rich.console import Console
from rich.table import Table

import linreg
from linreg.adjacency import GraphColumns
from linreg.export import SUFFIXES, write_columns
from linreg.problem import problem_of
from linreg.regions import Enumeration
from linreg.regions.sources import InMemory
from linreg.run import Count

SECONDS = 60
"""What a million edges may take in any format."""


def orthants(dim: int) -> linreg.AdjacencyGraph:
    """The graph of the orthants, without exploring anything."""
    eye = np.eye(dim, dtype=int).tolist()
    problem = problem_of(linreg.mlp([(eye, [0] * dim)]), None)
    places = np.arange(1 << dim)
    patterns = (places[:, None] >> np.arange(dim)[::-1] & 1).astype(np.uint8)
    counted = Count(len(places), True, "exact", (len(places),), 0, 0, "none", 0.0)
    regions = Enumeration(problem, InMemory(patterns, 2.0 * patterns - 1, {}), counted)
    reach = regions._reach
    reach.margins, reach.bounded = np.ones(len(places)), np.zeros(len(places), dtype=bool)
    edges = [
        np.stack([lower, lower | bit], axis=1)
        for bit in (1 << np.arange(dim)).tolist()
        for lower in [places[places & bit == 0]]
    ]
    together = np.concatenate(edges)
    return linreg.AdjacencyGraph(regions, together[np.lexsort(together.T[::-1])])


def timed_columns(graph: linreg.AdjacencyGraph) -> tuple[GraphColumns, float]:
    """The columns of a graph, and the seconds that making them took."""
    started = perf_counter()
    return graph.columns(), perf_counter() - started


def main() -> None:
    """Write the graph in every format and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dim", type=int, default=17, help="number n of coordinates")
    graph = orthants(parser.parse_args().dim)
    columns, seconds = timed_columns(graph)
    table = Table(title=f"{len(graph):,} regions, {len(graph.edges):,} edges")
    for heading in ("format", "seconds", "MB", "peak MB"):
        table.add_column(heading, justify="right")
    table.add_row("columns", f"{seconds:.1f}", "", _peak())
    for suffix in SUFFIXES:
        with TemporaryDirectory() as folder:
            started = perf_counter()
            files = write_columns(columns, Path(folder) / f"graph{suffix}")
            seconds = perf_counter() - started
            size = sum(file.stat().st_size for file in files) / 1e6
        table.add_row(suffix, f"{seconds:.1f}", f"{size:.0f}", _peak())
    started = perf_counter()
    graph.to_networkx()
    table.add_row("networkx", f"{perf_counter() - started:.1f}", "", _peak())
    Console().print(table)
    Console().print(
        f"seconds: at most {SECONDS} for any format. columns: the attributes as text, made\n"
        "once for all formats. networkx: to_networkx, columns included. peak MB: the\n"
        "most memory that the process has used until then."
    )


def _peak() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}"


if __name__ == "__main__":
    main()
