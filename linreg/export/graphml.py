"""GraphML (Brandes, Eiglsperger, Herman, Himsolt, Marshall 2002), one element after another.

networkx writes the same, but as one document in memory and without a sign of life: 2 GB and 40
seconds for a million edges.
"""

from __future__ import annotations

from collections.abc import Iterator

from linreg.adjacency import GraphColumns

_HEAD = """<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns \
http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
"""

_TYPES = {str: "string", float: "double", bool: "boolean", int: "int"}


def graphml(columns: GraphColumns) -> Iterator[str]:
    """The file in parts: a head, each node, each edge, an end."""
    keys = [(name, "node", type(values[0])) for name, values in columns.nodes.items()]
    yield (
        _HEAD
        + "".join(
            f'  <key id="{name}" for="{where}" attr.name="{name}" attr.type="{_TYPES[kind]}"/>\n'
            for name, where, kind in (*keys, ("crossed", "edge", str))
        )
        + '  <graph edgedefault="undirected">\n'
    )
    for index, row in columns.rows():
        data = "".join(f'<data key="{name}">{xml(value)}</data>' for name, value in row.items())
        yield f'    <node id="{index}">{data}</node>\n'
    for i, j, crossed in columns.links():
        data = f'<data key="crossed">{crossed}</data>'
        yield f'    <edge source="{i}" target="{j}">{data}</edge>\n'
    yield "  </graph>\n</graphml>\n"


def xml(value: object) -> str:
    """A scalar as XML Schema spells it; the strings of a graph of regions need no escapes."""
    return str(value).lower() if isinstance(value, bool) else str(value)
