"""Edge lists and matrices, which hold structure, with a table of the nodes beside them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from linreg.adjacency import GraphColumns, adjacency_matrix

if TYPE_CHECKING:
    import pyarrow


def write_csv(columns: GraphColumns, path: Path, nodes: Path) -> None:
    """Edges as CSV with a header: source, target, crossed."""
    from pyarrow import csv

    csv.write_csv(_edges(columns), path)
    csv.write_csv(_nodes(columns), nodes)


def write_parquet(columns: GraphColumns, path: Path, nodes: Path) -> None:
    """Edges as Parquet: source, target, crossed."""
    from pyarrow import parquet

    parquet.write_table(_edges(columns), path)
    parquet.write_table(_nodes(columns), nodes)


def write_matrix(columns: GraphColumns, path: Path, nodes: Path) -> None:
    """The symmetric adjacency matrix as SciPy stores sparse matrices: int8 ones, CSR."""
    from pyarrow import csv
    from scipy.sparse import save_npz

    # A stream, since to a name that does not end in .npz exactly SciPy would add that.
    with path.open("wb") as stream:
        save_npz(stream, adjacency_matrix(len(columns), columns.edges))
    csv.write_csv(_nodes(columns), nodes)


def _edges(columns: GraphColumns) -> pyarrow.Table:
    import pyarrow

    source, target = columns.edges.T
    crossed = pyarrow.array(columns.crossed, pyarrow.string())
    return pyarrow.table({"source": source, "target": target, "crossed": crossed})


def _nodes(columns: GraphColumns) -> pyarrow.Table:
    import pyarrow

    return pyarrow.table({"index": np.arange(len(columns)), **columns.nodes})
