"""Stages and outputs on one region after another, as affine forms of the input."""

from __future__ import annotations

from flint import fmpz, fmpz_mat

from linreg.polyhedra import IntegerRow
from linreg.problem.integer import identity_state
from linreg.problem.problem import Problem
from linreg.problem.stage_on_cell import StageOnCell


class StagesOnRegions:
    """Stages on regions; fastest when patterns come sorted, since a prefix keeps its stages."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._path: list[tuple[tuple[int, ...], StageOnCell]] = []

    def of(self, pattern: tuple[int, ...]) -> list[tuple[StageOnCell, tuple[int, ...]]]:
        """Each stage on a region, with the pieces of its units."""
        on_cells: list[tuple[StageOnCell, tuple[int, ...]]] = []
        first = 0
        for depth, stage in enumerate(self._problem.integer_stages):
            before, pieces = pattern[:first], pattern[first : first + len(stage.units)]
            if depth == len(self._path) or self._path[depth][0] != before:
                self._path[depth:] = [(before, StageOnCell(stage, self._after(on_cells)))]
            on_cells.append((self._path[depth][1], pieces))
            first += len(pieces)
        return on_cells

    def outputs(self, pattern: tuple[int, ...]) -> list[IntegerRow]:
        """The network's outputs on a region, each scaled by a factor that all regions share."""
        return self._problem.integer_readout.of(self._after(self.of(pattern)))

    def _after(self, on_cells: list[tuple[StageOnCell, tuple[int, ...]]]) -> fmpz_mat:
        """What the last of these stages hands on; the input itself if there is none."""
        if not on_cells:
            return identity_state(self._problem.network.input_dim)
        on_cell, pieces = on_cells[-1]
        return on_cell.outputs(pieces)


class MapsOnRegions:
    """The network's map on regions, of which no hyperplane is asked; a prefix keeps its rows."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._path: list[tuple[tuple[int, ...], list[IntegerRow]]] = []
        dim = problem.network.input_dim
        self._input, self._one = identity_state(dim), [*[fmpz(0)] * dim, fmpz(1)]

    def of(self, pattern: tuple[int, ...]) -> list[IntegerRow]:
        """The network's outputs on a region, as `StagesOnRegions.outputs` has them."""
        stages, state, first = self._problem.integer_stages, self._input, 0
        kept = 0
        while kept < len(self._path) and pattern[: len(self._path[kept][0])] == self._path[kept][0]:
            kept += 1
        del self._path[kept:]
        for depth, stage in enumerate(stages):
            pieces = pattern[first : first + len(stage.units)]
            if depth == len(self._path):
                self._path.append((pattern[:first], stage.preactivations(state)))
            if depth + 1 >= len(self._path):
                state = stage.outputs(self._path[depth][1], pieces, self._one)
            first += len(pieces)
        return self._problem.integer_readout.of(state)
