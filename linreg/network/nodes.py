"""The two kinds of nodes of a network: affine maps and layers of units."""

from __future__ import annotations

from dataclasses import dataclass

from linreg.affine import ExactAffineMap
from linreg.units import Unit

INPUT = "input"
"""The name by which nodes refer to the network's input."""


@dataclass(frozen=True, slots=True)
class AffineNode:
    """An affine map of the values of other nodes, one after another."""

    name: str
    inputs: tuple[str, ...]
    map: ExactAffineMap

    @property
    def n_inputs(self) -> int:
        """Number of coordinates read."""
        return self.map.n_inputs

    @property
    def n_outputs(self) -> int:
        """Number of coordinates of the value."""
        return self.map.n_outputs


@dataclass(frozen=True, slots=True)
class UnitNode:
    """A layer of units that read the coordinates of one node in order, each as many as it needs."""

    name: str
    inputs: tuple[str]
    units: tuple[Unit, ...]

    @property
    def n_inputs(self) -> int:
        """Number of coordinates read."""
        return sum(unit.n_inputs for unit in self.units)

    @property
    def n_outputs(self) -> int:
        """Number of units."""
        return len(self.units)


Node = AffineNode | UnitNode
