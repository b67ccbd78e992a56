"""The graphs of a dataset for libraries that learn on graphs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from linreg.datasets.writing import table_path
from linreg.errors import LinregError, UnreadableFile
from linreg.files import StrPath

_COLUMNS = ("witness", "margin", "bounded")


@dataclass(frozen=True, slots=True, eq=False)
class LearningGraph:
    """The adjacency graph of one network, as arrays.

    Attributes
    ----------
    network : str
        Its id.
    nodes : float64 array, shape (regions, inputs + 2)
        Witness, margin (Euclidean, in input units), and 1 where the region is bounded.
    edges : int64 array, shape (2, 2 * shared facets)
        Each pair in both directions.
    regions : int
        The label: how many regions the network has.

    Examples
    --------
    One line makes two regions that share a facet:

    >>> graph = LearningGraph("line", np.zeros((2, 4)), np.array([[0, 1], [1, 0]]), 2)
    >>> graph.regions, graph.edges.shape
    (2, (2, 2))
    """

    network: str
    nodes: np.ndarray
    edges: np.ndarray
    regions: int


def graphs_of(folder: StrPath, split: str = "train") -> Iterator[LearningGraph]:
    """The graphs of a dataset with the tables `regions` and `edges`, network after network.

    Parameters
    ----------
    folder : str or path
        Of a finished dataset.
    split : str

    Yields
    ------
    LearningGraph
        Of each network whose regions are in the tables.

    Raises
    ------
    UnreadableFile
        If a table is missing: regions and edges have to be asked for under [truth].

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg.datasets import generate, spec_of
    >>> spec = spec_of('''
    ... name = "lines"
    ... seed = 0
    ... [truth]
    ... regions = true
    ... edges = true
    ... [[drawn]]
    ... name = "two"
    ... inputs = 2
    ... widths = [2]
    ... init = "he"
    ... ''')
    >>> with TemporaryDirectory() as folder:
    ...     _ = generate(spec, folder)
    ...     [graph] = graphs_of(folder)
    >>> graph.nodes.shape, graph.edges.shape, graph.regions
    ((4, 4), (2, 8), 4)
    """
    regions = _rows(folder, "regions", split, ("network", *_COLUMNS))
    edges = _rows(folder, "edges", split, ("network", "source", "target"))
    pairs: dict[str, list[tuple[int, int]]] = {}
    for row in edges:
        pairs.setdefault(row["network"], []).append((row["source"], row["target"]))
    nodes: dict[str, list[list[float]]] = {}
    for row in regions:
        features = [*row["witness"], row["margin"], float(row["bounded"])]
        nodes.setdefault(row["network"], []).append(features)
    for network, rows in nodes.items():
        one_way = np.array(pairs.get(network, []), dtype=np.int64).reshape(-1, 2).T
        both = np.ascontiguousarray(np.concatenate([one_way, one_way[::-1]], axis=1))
        yield LearningGraph(network, np.array(rows, dtype=np.float64), both, len(rows))


def to_pyg(folder: StrPath, split: str = "train") -> list[Any]:
    """The graphs of a dataset for PyTorch Geometric.

    Parameters
    ----------
    folder : str or path
        Of a finished dataset with the tables `regions` and `edges`.
    split : str

    Returns
    -------
    list of torch_geometric.data.Data
        With `x`, float64 of shape (regions, inputs + 2): witness, margin, whether bounded;
        `edge_index`, int64 of shape (2, 2 * shared facets); `y`, the number of regions; and
        `network`, the id.

    Raises
    ------
    LinregError
        If torch_geometric is not installed.
    UnreadableFile
        If a table is missing.

    Examples
    --------
    >>> to_pyg("lines")[0]  # doctest: +SKIP
    Data(x=[4, 4], edge_index=[2, 8], y=[1], network='0b6bb6c4b8f3d0a5')
    """
    torch, data = _needed("torch", "to_pyg"), _needed("torch_geometric.data", "to_pyg")
    return [
        data.Data(
            x=torch.from_numpy(graph.nodes),
            edge_index=torch.from_numpy(graph.edges),
            y=torch.tensor([graph.regions]),
            network=graph.network,
        )
        for graph in graphs_of(folder, split)
    ]


def to_dgl(folder: StrPath, split: str = "train") -> list[tuple[Any, int]]:
    """The graphs of a dataset for DGL, each with the number of its regions.

    Parameters
    ----------
    folder : str or path
        Of a finished dataset with the tables `regions` and `edges`.
    split : str

    Returns
    -------
    list of (dgl.DGLGraph, int)
        Nodes have `x` of shape (regions, inputs + 2): witness, margin, whether bounded; edges lead
        both ways.

    Raises
    ------
    LinregError
        If dgl is not installed.
    UnreadableFile
        If a table is missing.

    Examples
    --------
    >>> graph, regions = to_dgl("lines")[0]  # doctest: +SKIP
    >>> graph.num_nodes(), graph.num_edges(), regions  # doctest: +SKIP
    (4, 8, 4)
    """
    torch, dgl = _needed("torch", "to_dgl"), _needed("dgl", "to_dgl")
    made = []
    for graph in graphs_of(folder, split):
        sources, targets = (torch.from_numpy(row.copy()) for row in graph.edges)
        one = dgl.graph((sources, targets), num_nodes=graph.regions)
        one.ndata["x"] = torch.from_numpy(graph.nodes)
        made.append((one, graph.regions))
    return made


def _rows(
    folder: StrPath, table: str, split: str, columns: tuple[str, ...]
) -> list[dict[str, Any]]:
    from pyarrow import ArrowException, parquet

    path = Path(folder) / table_path(table, split)
    if not path.is_file():
        raise UnreadableFile(
            f"{path}: there is no such table; put {table} = true under [truth], and name a split "
            "that there is"
        )
    try:
        rows: list[dict[str, Any]] = parquet.read_table(path, columns=list(columns)).to_pylist()
    except (ArrowException, OSError) as error:
        raise UnreadableFile(f"{path}: not a table of a dataset: {error}") from None
    return rows


def _needed(module: str, function: str) -> Any:
    """A module that is not among our extras, or an error that says what to install."""
    try:
        return import_module(module)
    except ImportError as error:
        name = module.partition(".")[0]
        raise LinregError(
            f"linreg.datasets.{function} needs {name}: pip install {name} ({error})"
        ) from None
