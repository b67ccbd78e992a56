"""The stages of one region after another, as affine forms of the input."""

from __future__ import annotations

from flint import fmpz_mat

from linreg.explore import Problem
from linreg.explore.integer import identity_state
from linreg.explore.level import Level
from linreg.lp import IntegerRow


class Levels:
    """The levels of regions; fastest when patterns come sorted, since a prefix keeps its levels."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._path: list[tuple[tuple[int, ...], Level]] = []

    def of(self, pattern: tuple[int, ...]) -> list[tuple[Level, tuple[int, ...]]]:
        """Each stage's level on a region, with the pieces of the stage's units."""
        levels: list[tuple[Level, tuple[int, ...]]] = []
        first = 0
        for depth, stage in enumerate(self._problem.stages):
            before, pieces = pattern[:first], pattern[first : first + len(stage.units)]
            if depth == len(self._path) or self._path[depth][0] != before:
                self._path[depth:] = [(before, Level(stage, self._after(levels)))]
            levels.append((self._path[depth][1], pieces))
            first += len(pieces)
        return levels

    def outputs(self, pattern: tuple[int, ...]) -> list[IntegerRow]:
        """The network's outputs on a region, each scaled by a factor that all regions share."""
        return self._problem.readout.of(self._after(self.of(pattern)))

    def _after(self, levels: list[tuple[Level, tuple[int, ...]]]) -> fmpz_mat:
        """What the last of these levels hands on; the input itself if there is none."""
        if not levels:
            return identity_state(self._problem.network.input_dim)
        level, pieces = levels[-1]
        return level.outputs(pieces)
