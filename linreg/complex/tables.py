"""Complexes as tables of pyarrow."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from linreg.complex.forms import Vector
from linreg.rational import nearest_float

if TYPE_CHECKING:
    import pyarrow
    from scipy.sparse import csr_array


def cell_table(
    dims: np.ndarray,
    bounded: np.ndarray,
    on_edge: np.ndarray,
    signs: np.ndarray,
    incidence: csr_array,
) -> pyarrow.Table:
    """One row for each cell.

    `signs` is the sign vector, and `vectors` numbers the vertices and directions.
    """
    import pyarrow

    held = pyarrow.ListArray.from_arrays(
        pyarrow.array(incidence.indptr.astype(np.int32)),
        pyarrow.array(incidence.indices.astype(np.int32)),
    )
    return _table(dims, bounded, on_edge, signs).append_column("vectors", held)


def strata_table(
    dims: np.ndarray,
    bounded: np.ndarray,
    on_edge: np.ndarray,
    signs: np.ndarray,
    points: Sequence[Sequence[Fraction]],
) -> pyarrow.Table:
    """One row for each cell without the domain's faces: `point` is one inside, exactly as text."""
    import pyarrow

    exact = pyarrow.array([" ".join(map(str, point)) for point in points], pyarrow.string())
    return _table(dims, bounded, on_edge, signs).append_column("point", exact)


def _table(
    dims: np.ndarray, bounded: np.ndarray, on_edge: np.ndarray, signs: np.ndarray
) -> pyarrow.Table:
    import pyarrow

    width = signs.shape[1]
    data = pyarrow.py_buffer(np.ascontiguousarray(signs).tobytes())
    return pyarrow.table(
        {
            "index": np.arange(len(dims)),
            "dim": dims.astype(np.int64 if dims.max(initial=0) > 255 else np.uint8),
            "bounded": bounded,
            "on_domain_boundary": on_edge,
            "signs": pyarrow.Array.from_buffers(pyarrow.binary(width), len(dims), [None, data]),
        }
    )


def vector_table(vectors: Sequence[Vector], dim: int) -> pyarrow.Table:
    """One row for each vertex and direction: exactly as text, and each coordinate in float64."""
    import pyarrow

    exact = [" ".join(str(Fraction(x, vector[-1] or 1)) for x in vector[:-1]) for vector in vectors]
    columns = {
        f"x{axis + 1}": pyarrow.array(
            [nearest_float(vector[axis], vector[-1] or 1) for vector in vectors], pyarrow.float64()
        )
        for axis in range(dim)
    }
    return pyarrow.table(
        {
            "index": np.arange(len(vectors)),
            "is_direction": pyarrow.array([vector[-1] == 0 for vector in vectors], pyarrow.bool_()),
            "exact": pyarrow.array(exact, pyarrow.string()),
            **columns,
        }
    )
