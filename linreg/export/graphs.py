"""Graphs of regions into files; the suffix decides in which format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from linreg.adjacency import AdjacencyGraph, GraphColumns, LinearRegionGraph
from linreg.errors import UnwritableFile
from linreg.export.dot import dot
from linreg.export.gexf import gexf
from linreg.export.gml import gml
from linreg.export.graphml import graphml
from linreg.export.node_link import node_link
from linreg.export.tables import write_csv, write_matrix, write_parquet
from linreg.files import StrPath, check_writable, replacing

EVERY = 1 << 12
"""Nodes and edges between two reports of progress: a few hundredths of a second."""

_TEXTS: dict[str, Callable[[GraphColumns], Iterator[str]]] = {
    ".graphml": graphml,
    ".gexf": gexf,
    ".gml": gml,
    ".dot": dot,
    ".json": node_link,
}
"""Formats of one file, in parts of about one node or edge."""

_TABLES: dict[str, tuple[Callable[[GraphColumns, Path, Path], None], str]] = {
    ".csv": (write_csv, ".csv"),
    ".parquet": (write_parquet, ".parquet"),
    ".npz": (write_matrix, ".csv"),
}
"""Formats of two files, and the suffix of the second."""

SUFFIXES = (*_TEXTS, *_TABLES)
"""Suffixes of the formats in which graphs are written."""


def write_graph(graph: AdjacencyGraph | LinearRegionGraph, path: StrPath) -> tuple[Path, ...]:
    """Write a graph, with the attributes of its `to_networkx`, to a file.

    Parameters
    ----------
    graph : AdjacencyGraph or LinearRegionGraph
    path : str or path
        The suffix decides:

        - .graphml, .gexf, .gml, .dot: GraphML, GEXF 1.2, GML, Graphviz;
        - .json: the node-link form of networkx;
        - .csv, .parquet: an edge list with the columns source, target and crossed, and beside
          NAME.csv the nodes in NAME-nodes.csv, or .parquet, with the columns index, pattern,
          witness, margin and bounded;
        - .npz: the symmetric adjacency matrix for `scipy.sparse.load_npz`, and NAME-nodes.csv.

        Existing files are replaced, each in one step.

    Returns
    -------
    tuple of Path
        The files that were written.

    Raises
    ------
    UnwritableFile
        If the suffix is not known or a file cannot be written.

    Notes
    -----
    An infinite margin, of a region without rows, is left out of text formats and `inf` in tables.
    GML knows no booleans: `bounded` is 0 or 1. DOT holds all attributes as text. In a CSV file
    pattern, witness and crossed are text too, which a reader may have to be told.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg import adjacency_graph, enumerate_regions, mlp
    >>> graph = adjacency_graph(enumerate_regions(mlp([([[1], [1]], [0, -1])])))
    >>> with TemporaryDirectory() as folder:
    ...     _ = write_graph(graph, f"{folder}/line.csv")
    ...     print(Path(f"{folder}/line.csv").read_text())
    "source","target","crossed"
    0,1,"0"
    1,2,"1"
    """
    check_graph_path(path)
    return write_columns(graph.columns(), path)


def write_columns(
    columns: GraphColumns, path: StrPath, *, progress: Callable[[int], None] | None = None
) -> tuple[Path, ...]:
    """Write the columns of a graph to a file; the arguments and errors are those of `write_graph`.

    Parameters
    ----------
    columns : GraphColumns
    path : str or path
    progress : callable, optional
        Called now and then with the number of nodes and edges that are written. Tables are
        written in one go.
    """
    files = _files(path)
    suffix = Path(path).suffix.lower()
    with replacing(files[0]) as temporary:
        if suffix in _TEXTS:
            _write(_TEXTS[suffix](columns), temporary, progress)
        else:
            with replacing(files[1]) as nodes:
                _TABLES[suffix][0](columns, temporary, nodes)
    return files


def check_graph_path(path: StrPath, reading: Iterable[StrPath | None] = ()) -> None:
    """Refuse a path that no graph should be written to, before any work is done.

    Parameters
    ----------
    path : str or path
    reading : iterable of str, path or None
        Files that must not be replaced.

    Raises
    ------
    UnwritableFile
        If the suffix is not known, the folder is missing or not writable, or a file is being read.
    """
    reading = tuple(reading)
    for file in _files(path):
        check_writable(file, reading)


def _files(path: StrPath) -> tuple[Path, ...]:
    """The files that a path means."""
    first = Path(path)
    suffix = first.suffix.lower()
    if suffix in _TEXTS:
        return (first,)
    if suffix in _TABLES:
        return first, first.with_name(f"{first.stem}-nodes{_TABLES[suffix][1]}")
    raise UnwritableFile(
        f"{path}: the suffix {first.suffix or '(none)'} names no format of graphs; known are "
        f"{', '.join(SUFFIXES)}"
    )


def _write(parts: Iterator[str], path: Path, progress: Callable[[int], None] | None) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for place, part in enumerate(parts):
            if progress is not None and place % EVERY == 0:
                progress(place)
            stream.write(part)
