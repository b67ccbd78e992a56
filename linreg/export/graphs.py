"""Adjacency graphs as GraphML and node-link JSON, by suffix."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from linreg.adjacency import AdjacencyGraph
from linreg.errors import UnwritableFile
from linreg.files import StrPath, check_writable, replacing

if TYPE_CHECKING:
    import networkx


def write_graph(graph: AdjacencyGraph, path: StrPath) -> None:
    """Write a graph, with the attributes of `AdjacencyGraph.to_networkx`, to a file.

    Parameters
    ----------
    graph : AdjacencyGraph
    path : str or path
        The suffix decides: .graphml (GraphML, Brandes et al. 2002) or .json (the node-link form
        of networkx). An existing file is replaced in one step.

    Raises
    ------
    UnwritableFile
        If the suffix is not known or the file cannot be written.
    """
    check_graph_path(path)
    with replacing(path) as temporary:
        _WRITERS[Path(path).suffix.lower()](graph.to_networkx(), temporary)


def check_graph_path(path: StrPath) -> None:
    """Refuse a path that no graph could be written to, before any work is done.

    Raises
    ------
    UnwritableFile
        If the suffix is not known, or the folder is missing or not writable.
    """
    suffix = Path(path).suffix
    if suffix.lower() not in _WRITERS:
        raise UnwritableFile(
            f"{path}: the suffix {suffix or '(none)'} names no format of graphs; known are "
            f"{', '.join(_WRITERS)}"
        )
    check_writable(path)


def _write_graphml(graph: networkx.Graph, path: Path) -> None:
    import networkx

    networkx.write_graphml(graph, path)


def _write_node_link(graph: networkx.Graph, path: Path) -> None:
    import networkx

    document = networkx.node_link_data(graph, edges="edges")
    path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")


_WRITERS: dict[str, Callable[[networkx.Graph, Path], None]] = {
    ".graphml": _write_graphml,
    ".json": _write_node_link,
}
