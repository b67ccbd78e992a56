"""JSON in the node-link form of networkx."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from linreg.adjacency import GraphColumns


def node_link(columns: GraphColumns) -> Iterator[str]:
    """The file in parts: a head, each node, each edge, an end."""
    graph = columns.to_networkx()
    # What node_link_data(graph, edges="edges") returns; networkx before 3.4 calls them links.
    document: dict[str, Any] = {
        "directed": False,
        "multigraph": False,
        "graph": graph.graph,
        "nodes": [{**data, "id": node} for node, data in graph.nodes(data=True)],
        "edges": [{**data, "source": u, "target": v} for u, v, data in graph.edges(data=True)],
    }
    lists = {name: document.pop(name) for name in ("nodes", "edges")}
    yield json.dumps(document).removesuffix("}")
    for name, elements in lists.items():
        yield f',\n"{name}": ['
        separator = "\n"
        for element in elements:
            yield separator + json.dumps(element, allow_nan=False)
            separator = ",\n"
        yield "\n]"
    yield "}\n"
