"""Persistent homology of the sublevel and superlevel sets of an output, exactly."""

from __future__ import annotations

import reprlib
from math import inf

import numpy as np

from linreg.complex import CellComplex
from linreg.topology.chains import dual_chains, dual_order, flag_chains
from linreg.topology.elimination import check_field, pairs
from linreg.topology.order_complex import check_gudhi_field, simplex_tree
from linreg.topology.values import Value, output_values

Bar = tuple[int, Value, Value]
"""A dimension, a birth and a death."""

METHODS = ("cells", "order", "gudhi")
"""Ways to the bars; they find the same."""


def persistence(
    cells: CellComplex,
    output: int,
    *,
    superlevel: bool = False,
    field: int = 2,
    method: str = "cells",
) -> list[Bar]:
    """The bars of the sublevel sets {f <= t} of an output, without those of length zero.

    A cell enters at the infimum of the output on it, and then all cells around it are there: what
    has entered has the homotopy type of the sublevel set, on unbounded domains too.
    """
    field = check_field(field)
    if method not in METHODS:
        raise ValueError(
            f"method: {reprlib.repr(method)} is not known; known are {', '.join(METHODS)}"
        )
    found = output_values(cells, output)
    values = found.negated if superlevel else found
    levels = sorted(set(values.lowest))
    rank_of = {level: rank for rank, level in enumerate(levels)}
    ranks = np.array([rank_of[low] for low in values.lowest], dtype=np.int64)
    everything = np.ones(len(cells), dtype=bool)
    if method == "gudhi":
        check_gudhi_field(field)
        tree = simplex_tree(cells, everything, ranks)
        found_bars = tree.persistence(homology_coeff_field=field, persistence_dim_max=True)
        bars = [
            (dim, levels[int(birth)], inf if death == inf else levels[int(death)])
            for dim, (birth, death) in found_bars
        ]
        return _sorted(bars, superlevel)
    if method == "order":
        chains, entering = flag_chains(cells, everything, ranks)
    else:
        chains = dual_chains(cells, everything, signed=field != 2, ranks=ranks)
        entering = dual_order(cells, everything, ranks).tolist()
    matched = pairs(chains, field)
    bars = [
        (chains.degrees[i], values.lowest[entering[i]], values.lowest[entering[j]])
        for i, j in matched.ended
    ]
    bars += [(chains.degrees[i], values.lowest[entering[i]], inf) for i in matched.endless]
    return _sorted([bar for bar in bars if bar[1] != bar[2]], superlevel)


def _sorted(bars: list[Bar], superlevel: bool) -> list[Bar]:
    """Bars by dimension, birth and death; of the output itself where its negative was filtered."""
    bars.sort()
    return [(dim, -birth, -death) for dim, birth, death in bars] if superlevel else bars


def diagram(bars: list[Bar], dim: int) -> np.ndarray:
    """The persistence diagram of a dimension, as persim and gudhi take it.

    Parameters
    ----------
    bars : list of (int, Fraction or infinity, Fraction or infinity)
        As `PolyhedralComplex.persistence` returns them.
    dim : int
        The dimension of homology.

    Returns
    -------
    float64 array, shape (bars, 2)
        Births and deaths, each rounded to nearest.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from math import inf
    >>> diagram([(0, Fraction(1, 2), inf), (1, Fraction(2), Fraction(3))], 0).tolist()
    [[0.5, inf]]
    """
    rows = [(float(birth), float(death)) for degree, birth, death in bars if degree == dim]
    return np.array(rows, dtype=np.float64).reshape(len(rows), 2)
