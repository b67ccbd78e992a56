"""The affine maps of all regions modulo a prime: maps whose residues differ are not the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from flint import fmpq

from linreg.network.stages import Stage, table
from linreg.rational import rational
from linreg.regions.affine_maps import composed
from linreg.regions.polygons.branches import Branches
from linreg.units import MaxUnit

if TYPE_CHECKING:
    from linreg.regions.enumeration import Enumeration

PRIME = 2**20 - 3

MOST_TERMS = 2**53 // PRIME**2 - 1
"""Products of two residues whose sum, and one residue more, are exact in floats, in any order."""


class NoResidueError(ArithmeticError):
    """A denominator is a multiple of the prime, or a row has too many terms."""


def residues_of(regions: Enumeration) -> np.ndarray | None:
    """The map on each region modulo `PRIME`, output by output, with the shift last.

    Regions whose residues differ have different maps; others most likely have the same. None where
    some number has no residue.

    Parameters
    ----------
    regions : Enumeration

    Returns
    -------
    float64 array, shape (regions, outputs, inputs + 1)

    Examples
    --------
    >>> from linreg import enumerate_regions, mlp
    >>> regions = enumerate_regions(mlp([([[1], [-1]], [0, 1])], readout=([[1, 2]], [3])))
    >>> found = residues_of(regions)
    >>> (found[:, 0] - PRIME * (found[:, 0] > PRIME / 2)).tolist()
    [[-2.0, 5.0], [1.0, 3.0], [-1.0, 5.0]]
    """
    network = regions.problem.network
    try:
        stages = [_ResidueStage.of(stage) for stage in network.stages]
        readout = _ResidueStage.of(Stage(network.readout, ()))
    except NoResidueError:
        return None
    maps = composed(Branches.of(regions), stages, readout)
    return np.concatenate([maps.matrices, maps.shifts[:, :, np.newaxis]], axis=2)


@dataclass(frozen=True, slots=True, eq=False)
class _ResidueStage:
    """A stage modulo the prime; the numbers are whole and not negative, as floats."""

    matrix: np.ndarray  # (rows, inputs)
    shift: np.ndarray  # (rows,)
    stage: Stage
    slopes: tuple[np.ndarray, ...]  # of each scalar unit by piece; of a max unit none
    intercepts: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, stage: Stage) -> _ResidueStage:
        matrix = np.zeros((stage.map.n_outputs, stage.map.n_inputs))
        for k, terms in enumerate(stage.map.terms):
            if len(terms) > MOST_TERMS:
                raise NoResidueError
            matrix[k, [i for i, _ in terms]] = _residues(by for _, by in terms)
        tables = [
            ((), ()) if isinstance(unit, MaxUnit) else table(unit)[1:] for unit in stage.units
        ]
        return cls(
            matrix,
            _residues(stage.map.shifts),
            stage,
            tuple(_residues(slopes) for slopes, _ in tables),
            tuple(_residues(intercepts) for _, intercepts in tables),
        )

    def outputs(self, state: np.ndarray, pieces: np.ndarray) -> np.ndarray:
        """What the stage hands on, where its units have these pieces, (cells, units)."""
        rows = np.matmul(self.matrix, state)
        rows[:, :, -1] += self.shift
        rows %= PRIME
        units, starts = self.stage.units, self.stage.starts
        handed = np.empty((len(rows), len(units) + len(self.shift) - starts[-1], rows.shape[2]))
        here = np.arange(len(rows))
        for place, unit in enumerate(units):
            piece = pieces[:, place].astype(np.int64)
            if isinstance(unit, MaxUnit):
                handed[:, place] = rows[here, starts[place] + piece]
                continue
            handed[:, place] = self.slopes[place][piece][:, np.newaxis] * rows[:, starts[place]]
            handed[:, place, -1] += self.intercepts[place][piece]
        handed[:, len(units) :] = rows[:, starts[-1] :]
        return np.asarray(handed % PRIME)


def _residues(numbers: Iterable[fmpq]) -> np.ndarray:
    found = []
    for number in numbers:
        exact = rational(number)
        p, q = int(exact.p), int(exact.q)
        if q % PRIME == 0:
            raise NoResidueError
        found.append(p * pow(q, -1, PRIME) % PRIME)
    return np.array(found, dtype=np.float64)
