"""The two kinds of nodes of a network: affine maps and layers of units."""

from __future__ import annotations

from dataclasses import dataclass

from linreg.affine import ExactAffineMap
from linreg.units import Unit

INPUT = "input"
"""The name by which nodes refer to the network's input."""


@dataclass(frozen=True, slots=True)
class AffineNode:
    """An affine map of the values of other nodes, one after another.

    Attributes
    ----------
    name : str
    inputs : tuple of str
        The nodes whose values it reads, or `INPUT`.
    map : ExactAffineMap

    Examples
    --------
    >>> from linreg import ExactAffineMap
    >>> node = AffineNode("sum", (INPUT,), ExactAffineMap.of([[1, 1]], [0]))
    >>> node.n_inputs, node.n_outputs
    (2, 1)
    """

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
    """A layer of units that read the coordinates of one node in order, each as many as it needs.

    Attributes
    ----------
    name : str
    inputs : tuple of one str
        The node whose value it reads, or `INPUT`.
    units : tuple of units

    Examples
    --------
    A maximum of two, and a unit that reads one coordinate:

    >>> from linreg import maxout, relu
    >>> node = UnitNode("units", (INPUT,), (maxout(2), relu()))
    >>> node.n_inputs, node.n_outputs
    (3, 2)
    """

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
