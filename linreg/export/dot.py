"""DOT, the language of Graphviz: plain lines, so that nothing but text is needed to write it."""

from __future__ import annotations

from collections.abc import Iterator

from linreg.adjacency import GraphColumns
from linreg.export.graphml import xml


def dot(columns: GraphColumns) -> Iterator[str]:
    """The file in parts: a head, each node, each edge, an end."""
    # Nodes are points: Graphviz would take `margin` for inches around a label.
    yield "graph {\n  node [shape=point];\n"
    for index, row in columns.rows():
        values = ", ".join(f'{name}="{xml(value)}"' for name, value in row.items())
        yield f"  {index} [{values}];\n"
    for i, j, crossed in columns.links():
        yield f'  {i} -- {j} [crossed="{crossed}"];\n'
    yield "}\n"
