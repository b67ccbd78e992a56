"""GEXF 1.2, the format of Gephi, one element after another.

networkx writes the same, but as one document in memory and without a sign of life, and adds the
day, so that the same graph would not give the same file.
"""

from __future__ import annotations

from collections.abc import Iterator

from linreg.adjacency import GraphColumns
from linreg.export.graphml import xml

_TYPES = {str: "string", float: "double", bool: "boolean", int: "integer"}


def gexf(columns: GraphColumns) -> Iterator[str]:
    """The file in parts: a head, each node, each edge, an end."""
    ids = {name: str(place) for place, name in enumerate(columns.nodes)}
    yield (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">\n'
        '  <graph mode="static" defaultedgetype="undirected">\n'
        '    <attributes class="node" mode="static">\n'
    )
    for name, values in columns.nodes.items():
        kind = _TYPES[type(values[0])]
        yield f'      <attribute id="{ids[name]}" title="{name}" type="{kind}"/>\n'
    yield (
        '    </attributes>\n    <attributes class="edge" mode="static">\n'
        '      <attribute id="0" title="crossed" type="string"/>\n    </attributes>\n    <nodes>\n'
    )
    for index, row in columns.rows():
        data = "".join(
            f'<attvalue for="{ids[name]}" value="{xml(value)}"/>' for name, value in row.items()
        )
        yield f'      <node id="{index}" label="{index}"><attvalues>{data}</attvalues></node>\n'
    yield "    </nodes>\n    <edges>\n"
    for place, (i, j, crossed) in enumerate(columns.links()):
        data = f'<attvalues><attvalue for="0" value="{crossed}"/></attvalues>'
        yield f'      <edge id="{place}" source="{i}" target="{j}">{data}</edge>\n'
    yield "    </edges>\n  </graph>\n</gexf>\n"
