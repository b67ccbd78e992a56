"""Critical vertices of an output: where its sublevel sets change."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from linreg.complex import CellComplex
from linreg.errors import HypothesisError
from linreg.topology.chains import flag_chains
from linreg.topology.elimination import betti_numbers
from linreg.topology.values import output_values
from linreg.wording import counted


@dataclass(frozen=True, slots=True)
class CriticalVertex:
    """A vertex at which the homology of sublevel sets changes.

    Attributes
    ----------
    cell : int
        Its number among all cells.
    point : tuple of Fraction
    value : Fraction
        The output there.
    ranks : tuple of int
        Rank k is that of the relative homology of {f <= value} and the same without the vertex, in
        degree k, modulo 2: (1, 0, ...) at a local minimum.

    Examples
    --------
    |x| - |y| has a saddle at the origin: what is below 0 comes together there.

    >>> from linreg import absolute, mlp, polyhedral_complex
    >>> net = mlp([([[1, 0], [0, 1]], [0, 0])], ([[1, -1]], [0]), activation=absolute())
    >>> [vertex] = polyhedral_complex(net).critical_vertices()
    >>> vertex.value, vertex.ranks, vertex.complexity
    (Fraction(0, 1), (0, 1, 0), 1)
    """

    cell: int
    point: tuple[Fraction, ...]
    value: Fraction
    ranks: tuple[int, ...]

    @property
    def complexity(self) -> int:
        """The local homological complexity: the sum of the ranks; 1 if non-degenerate."""
        return sum(self.ranks)


def critical_vertices(cells: CellComplex, output: int) -> list[CriticalVertex]:
    """The vertices where the lower link of an output is no homology ball, in their order.

    The relative homology of {f <= f(v)} at v is the reduced homology, one degree lower, of the
    cells around v on which the output falls below f(v).

    Raises
    ------
    HypothesisError
        If the output is constant on a cell that is no vertex: a critical set that is no point.

    Source
    ------
    Grigsby, Lindsey and Masden (2022), "Local and global topological complexity measures of ReLU
    neural network functions", for the local homological complexity; Grunert, Kuehnel and Rote
    (2023), "PL Morse theory in low dimensions": homologically regular vertices are left out.
    """
    values = output_values(cells, output)
    flat = values.is_flat & (cells.dims > 0)
    if flat.any():
        raise HypothesisError(
            f"output {output} is constant on {counted(int(flat.sum()), 'cell')} of positive "
            f"dimension, such as cell {int(np.flatnonzero(flat)[0])}, so its critical sets may be "
            "no points; levels of the output make such cells, and can be left out"
        )
    found = []
    around = {low: cells.faces_between(0, low) for low in range(1, cells.dim + 1)}
    for vertex in np.flatnonzero(cells.dims == 0).tolist():
        here = values.lowest[vertex]
        falling = np.zeros(len(cells), dtype=bool)
        for below, above in around.values():
            for cell in above[below == vertex].tolist():
                falling[cell] = values.lowest[cell] < here
        ranks = [0] * (cells.dim + 1)
        if not falling.any():
            ranks[0] = 1
        else:
            link = betti_numbers(flag_chains(cells, falling)[0], cells.dim + 1)
            link[0] -= 1
            ranks[1:] = link[: cells.dim]
        if any(ranks):
            assert isinstance(here, Fraction)
            found.append(CriticalVertex(vertex, cells.cell(vertex).vertices[0], here, tuple(ranks)))
    return found
