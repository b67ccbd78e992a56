"""A network whose inputs pass through to its outputs."""

from __future__ import annotations

from linreg.affine import ExactAffineMap
from linreg.network.stages import Stage, StagedNetwork


def with_inputs(staged: StagedNetwork) -> StagedNetwork:
    """The network whose outputs are followed by its inputs."""
    dim = staged.input_dim
    if not staged.stages:
        stacked = ExactAffineMap.stack([staged.readout, ExactAffineMap.identity(dim)])
        return StagedNetwork(dim, (), stacked)
    stages = []
    width = 0
    for k, stage in enumerate(staged.stages):
        map_ = stage.map
        before = map_.n_inputs
        if k == 0:
            passing = ExactAffineMap.identity(dim)
        else:
            map_ = _widened(map_, dim)
            passing = ExactAffineMap.selection(range(before, before + dim), before + dim)
        stages.append(Stage(ExactAffineMap.stack([map_, passing]), stage.units))
        width = stage.n_outputs
    readout = ExactAffineMap.stack(
        [
            _widened(staged.readout, dim),
            ExactAffineMap.selection(range(width, width + dim), width + dim),
        ]
    )
    return StagedNetwork(dim, tuple(stages), readout)


def _widened(map_: ExactAffineMap, more: int) -> ExactAffineMap:
    """The map as one that is given more inputs, which it does not read."""
    return ExactAffineMap.of_terms(map_.terms, map_.shifts, map_.n_inputs + more)
