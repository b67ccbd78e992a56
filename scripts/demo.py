"""A trained network, all its regions, and how they touch."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console

import linreg
from linreg import report
from linreg.adjacency import graph_statistics
from linreg.export import write_graph

EXAMPLE = Path("examples/iris-4d.json")


def main() -> None:
    """Count the regions of one example, print what was found, and write the graph."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLE
    target = Path(f"{path.stem}.graphml")
    show = Console(highlight=False, soft_wrap=True).print
    network = linreg.load(path)
    domain = linreg.load_domain(path) or linreg.WholeSpace(network.input_dim)
    show(report.network_table(network, domain))
    regions = linreg.enumerate_regions(network, domain)
    show(report.count_table(regions.counted, domain, linreg.theory.ceilings(network)))
    graph = linreg.adjacency_graph(regions)
    show(report.graph_table(graph_statistics(graph)))
    write_graph(graph, target)
    show(f"\nThe graph is in {target}: networkx, Gephi and yEd open it.")


if __name__ == "__main__":
    main()
