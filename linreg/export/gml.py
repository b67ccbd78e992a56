"""GML (Himsolt 1996), as networkx writes it: it has no booleans, so these are 0 and 1."""

from __future__ import annotations

from collections.abc import Iterator

from linreg.adjacency import GraphColumns

_END = "  ]"
"""The last line of a node or an edge."""


def gml(columns: GraphColumns) -> Iterator[str]:
    """The file in parts: each node, each edge, an end."""
    import networkx

    part = []
    for line in networkx.generate_gml(columns.to_networkx()):
        part.append(line + "\n")
        if line == _END:
            yield "".join(part)
            part.clear()
    yield "".join(part)
