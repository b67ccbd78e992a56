"""The affine maps of all regions at once, in floats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from linreg.network.stages import Stage
from linreg.regions.polygons.branches import Branches
from linreg.regions.polygons.stages import FloatStage

if TYPE_CHECKING:
    from linreg.regions.enumeration import Enumeration

MAP_ENTRIES_AT_ONCE = 1 << 22
"""Numbers in the maps of one stage that are held at once."""


class AffineMaps(NamedTuple):
    """Maps x -> matrices[i] @ x + shifts[i], one for each region.

    Attributes
    ----------
    matrices : float64 array, shape (regions, outputs, inputs)
    shifts : float64 array, shape (regions, outputs)

    Examples
    --------
    |x| is -x and x on its regions:

    >>> from linreg import absolute, enumerate_regions, mlp
    >>> maps = enumerate_regions(mlp([([[1]], [0])], activation=absolute())).affine_maps
    >>> maps.matrices.tolist(), maps.shifts.tolist()
    ([[[-1.0]], [[1.0]]], [[0.0], [0.0]])
    """

    matrices: np.ndarray
    shifts: np.ndarray


def affine_maps_of(regions: Enumeration) -> AffineMaps:
    """The network's affine map on each region, composed in float64.

    Entries carry the rounding of one product after another; `region.affine_map` is nearest to the
    exact map, and takes longer.

    Examples
    --------
    >>> from linreg import enumerate_regions, mlp
    >>> regions = enumerate_regions(mlp([([[1], [-1]], [0, 1])], readout=([[1, 2]], [3])))
    >>> maps = affine_maps_of(regions)
    >>> maps.matrices[:, 0, 0].tolist(), maps.shifts[:, 0].tolist()
    ([-2.0, 1.0, -1.0], [5.0, 3.0, 5.0])
    """
    network = regions.problem.network
    stages = [FloatStage.of(stage) for stage in network.stages]
    return composed(Branches.of(regions), stages, FloatStage.of(Stage(network.readout, ())))


class StageOfCells(Protocol):
    """A stage in numbers of some kind, on many cells at once."""

    @property
    def matrix(self) -> np.ndarray:
        """Shape (rows, inputs)."""

    def outputs(self, state: np.ndarray, pieces: np.ndarray) -> np.ndarray:
        """What the stage hands on, where its units have these pieces, (cells, units)."""


def composed(tree: Branches, stages: Sequence[StageOfCells], readout: StageOfCells) -> AffineMaps:
    """The maps on all regions in the arithmetic of the stages: each prefix is composed once."""
    dim, outputs = tree.network.input_dim, tree.network.readout.n_outputs
    matrices = np.empty((len(tree), outputs, dim))
    shifts = np.empty((len(tree), outputs))
    widest = max((stage.matrix.shape[0] for stage in [*stages, readout]), default=1)
    step = max(1, MAP_ENTRIES_AT_ONCE // (widest * (dim + 1)))
    for first in range(0, len(tree), step):
        part = slice(first, min(first + step, len(tree)))
        splits = tree.splits[part.start : part.stop - 1]
        starts = np.zeros(1, dtype=np.int64)
        state = np.eye(dim, dim + 1)[np.newaxis]
        for number, stage in enumerate(stages):
            units = slice(*tree.first_units[number : number + 2])
            # One cell for each prefix through this stage.
            after = np.append(0, np.flatnonzero(splits < units.stop) + 1)
            parents = np.searchsorted(starts, after, side="right") - 1
            pieces = tree.patterns[part.start + after, units]
            state, starts = stage.outputs(state[parents], pieces), after
        maps = readout.outputs(state, np.zeros((len(state), 0), dtype=np.int64))
        of = np.searchsorted(starts, np.arange(part.stop - part.start), side="right") - 1
        matrices[part], shifts[part] = maps[of, :, :-1], maps[of, :, -1]
    return AffineMaps(matrices, shifts)
