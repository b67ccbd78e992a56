"""Graphs of regions into files; the suffix decides in which format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from linreg.adjacency import AdjacencyGraph, GraphColumns, LinearRegionGraph
from linreg.errors import UnwritableFile
from linreg.export.dot import dot
from linreg.export.gexf import gexf
from linreg.export.gml import gml
from linreg.export.graphml import graphml
from linreg.export.node_link import node_link
from linreg.export.tables import write_csv, write_matrix, write_parquet
from linreg.files import StrPath, check_writable, format_of, replacing
from linreg.progress import Progress

ROWS_PER_REPORT = 1 << 12
"""Nodes and edges between two reports of progress: a few hundredths of a second."""


@dataclass(frozen=True, slots=True)
class _Format:
    """One format of graphs: a text, in parts of about one node or edge, or a pair of tables.

    Attributes
    ----------
    text : function or None
        From columns to the parts of a text.
    tables : function or None
        Writes columns to two paths, of the graph and of its nodes.
    nodes : str
        The suffix of the second.
    """

    text: Callable[[GraphColumns], Iterator[str]] | None = None
    tables: Callable[[GraphColumns, Path, Path], None] | None = None
    nodes: str = ""


_FORMATS = {
    ".graphml": _Format(graphml),
    ".gexf": _Format(gexf),
    ".gml": _Format(gml),
    ".dot": _Format(dot),
    ".json": _Format(node_link),
    ".csv": _Format(tables=write_csv, nodes=".csv"),
    ".parquet": _Format(tables=write_parquet, nodes=".parquet"),
    ".npz": _Format(tables=write_matrix, nodes=".csv"),
}

SUFFIXES = tuple(_FORMATS)
"""Suffixes of the formats in which graphs are written."""


def write_graph(graph: AdjacencyGraph | LinearRegionGraph, path: StrPath) -> tuple[Path, ...]:
    """Write a graph, with the attributes of `AdjacencyGraph.to_networkx`, to a file.

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
    columns: GraphColumns, path: StrPath, *, progress: Callable[[Progress], None] | None = None
) -> tuple[Path, ...]:
    """Write the columns of a graph to a file; the arguments and errors are those of `write_graph`.

    Parameters
    ----------
    columns : GraphColumns
    path : str or path
    progress : callable, optional
        Called now and then with a `Progress` of nodes and edges. Tables are written in one go.

    Returns
    -------
    tuple of Path
        As for `write_graph`.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from linreg import adjacency_graph, enumerate_regions, mlp
    >>> graph = adjacency_graph(enumerate_regions(mlp([([[1]], [0])])))
    >>> with TemporaryDirectory() as folder:
    ...     files = write_columns(graph.columns(), Path(folder, "graph.dot"))
    ...     [file.name for file in files]
    ['graph.dot']
    """
    files = _files(path)
    format_ = format_of(path, _FORMATS, "graphs", UnwritableFile)
    size = len(columns) + len(columns.edges)
    with replacing(files[0]) as temporary:
        if format_.text is not None:
            _write(format_.text(columns), temporary, size, progress)
        if format_.tables is not None:
            with replacing(files[1]) as nodes:
                format_.tables(columns, temporary, nodes)
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

    Examples
    --------
    >>> check_graph_path("net.png")
    Traceback (most recent call last):
    linreg.errors.UnwritableFile: net.png: ...
    """
    reading = tuple(reading)
    for file in _files(path):
        check_writable(file, reading)


def _files(path: StrPath) -> tuple[Path, ...]:
    """The files that a path means."""
    first = Path(path)
    format_ = format_of(path, _FORMATS, "graphs", UnwritableFile)
    if format_.tables is None:
        return (first,)
    return first, first.with_name(f"{first.stem}-nodes{format_.nodes}")


def _write(
    parts: Iterator[str], path: Path, size: int, progress: Callable[[Progress], None] | None
) -> None:
    """Write the parts of a text, which are about as many as the nodes and edges."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for place, part in enumerate(parts):
            if progress is not None and place % ROWS_PER_REPORT == 0:
                progress(Progress(place, size, "rows of the file written"))
            stream.write(part)
