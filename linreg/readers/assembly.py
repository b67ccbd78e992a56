"""A network under construction: what a reader has put together so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, count
from math import prod

from linreg.affine import ExactAffineMap
from linreg.network import INPUT, AffineNode, LayerNote, Node, UnitNode
from linreg.units import Unit


@dataclass(frozen=True, slots=True)
class Value:
    """What a layer reads: the value of a node, and how its coordinates are arranged.

    Attributes
    ----------
    name : str
        The node.
    shape : tuple of int
        The coordinates stand row by row.
    origin : str
        Where it comes from, for error messages.
    """

    name: str
    shape: tuple[int, ...]
    origin: str = ""

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return prod(self.shape)


class Assembly:
    """Nodes in an order in which each comes after those it reads, and the names that are taken.

    Attributes
    ----------
    nodes : list of nodes
    layers : list of LayerNote
        What was found, for `Network.layers`.
    notes : list of str
        What to tell people, for `Network.notes`.
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self.nodes: list[Node] = []
        self.layers: list[LayerNote] = []
        self.notes: list[str] = []
        self._taken = {INPUT, *reserved}

    def note(self, text: str) -> None:
        """Tell people something, once."""
        if text not in self.notes:
            self.notes.append(text)

    def unused(self, wanted: str) -> str:
        """The wanted name, or if it is taken the first of its numbered kind that is not."""
        candidates = chain([wanted], (f"{wanted}_{k}" for k in count(2)))
        name = next(name for name in candidates if name not in self._taken)
        self._taken.add(name)
        return name

    def affine(
        self,
        name: str,
        inputs: Sequence[Value],
        map_: ExactAffineMap,
        shape: tuple[int, ...] | None = None,
    ) -> Value:
        """The value of a new affine node, flat unless a shape is given."""
        self.nodes.append(AffineNode(name, tuple(value.name for value in inputs), map_))
        return Value(name, shape or (map_.n_outputs,))

    def units(
        self,
        name: str,
        read: Value,
        units: tuple[Unit, ...],
        shape: tuple[int, ...] | None = None,
    ) -> Value:
        """The value of a new layer of units, flat unless a shape is given."""
        self.nodes.append(UnitNode(name, (read.name,), units))
        return Value(name, shape or (len(units),))


def signed_sum(signs: Sequence[int], size: int) -> ExactAffineMap:
    """The map of several blocks of coordinates, one after another, to their sum with these signs.

    Examples
    --------
    >>> signed_sum([1, -1], 2)([5, 6, 1, 2])
    [Fraction(4, 1), Fraction(4, 1)]
    """
    groups = [[(k * size + i, sign) for k, sign in enumerate(signs)] for i in range(size)]
    return ExactAffineMap.of_terms(groups, [0] * size, len(signs) * size)
