"""The non-zero coefficients of affine maps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from flint import fmpq

from linreg.rational import nearest_float, rational

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Terms = tuple[tuple[int, fmpq], ...]
"""The non-zero coefficients of one output: (input, coefficient) by increasing input."""


def collected(group: Iterable[tuple[int, object]]) -> Terms:
    """Coefficients by increasing input, added up, without zeros."""
    total: dict[int, fmpq] = {}
    for i, coefficient in group:
        exact = coefficient if isinstance(coefficient, fmpq) else rational(coefficient)
        total[i] = total[i] + exact if i in total else exact
    return tuple((i, total[i]) for i in sorted(total) if total[i] != 0)


def csr_of(terms: Sequence[Terms], n_inputs: int) -> csr_array:
    """The nearest float64 matrix, entry by entry, as a sparse one."""
    from scipy.sparse import csr_array

    starts = np.cumsum([0, *map(len, terms)])
    columns = [i for group in terms for i, _ in group]
    values = [nearest_float(int(c.p), int(c.q)) for group in terms for _, c in group]
    return csr_array((values, columns, starts), shape=(len(terms), n_inputs))
