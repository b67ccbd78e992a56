"""JSON in the node-link form of networkx."""

from __future__ import annotations

import json
from collections.abc import Iterator

from linreg.adjacency import GraphColumns


def node_link(columns: GraphColumns) -> Iterator[str]:
    """The file in parts: a head, each node, each edge, an end."""
    import networkx

    document = networkx.node_link_data(columns.to_networkx(), edges="edges")
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
