"""A network as a directed acyclic graph with two kinds of nodes: affine maps and layers of units.

Every layer type there is becomes one of the two: a convolution, a mean-pool, a sum or a
concatenation is an affine map; relu, clip, maxout and max-pool are layers of units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import count
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from linreg.arguments import how_many
from linreg.errors import InvalidDomain, InvalidNetwork
from linreg.network.describing import line_of
from linreg.network.lowering import lower
from linreg.network.nodes import INPUT, AffineNode, Node, UnitNode
from linreg.network.notes import LayerNote
from linreg.network.rationalise import rationalised_node, rationalised_units
from linreg.network.slices import Slice
from linreg.network.stages import StagedNetwork
from linreg.showing import table_html
from linreg.wording import counted


@dataclass(frozen=True)
class Network:
    """A piecewise-linear feed-forward network.

    Attributes
    ----------
    input_shape : tuple of int
        Shape of one input, without a batch axis; inputs are flattened row by row.
    nodes : tuple of nodes
        In an order in which every node comes after those it reads.
    output : str
        The node (or "input") whose value is the network's.
    name, source : str
        What the network is called and where it comes from.
    notes : tuple of str
        What a reader of files left out or changed, for people to see.
    layers : tuple of LayerNote
        What a reader found, layer by layer, for people to see.

    Raises
    ------
    InvalidNetwork
        If names repeat or are unknown, sizes do not chain, or a layer has no units.

    Examples
    --------
    >>> from linreg.network import mlp
    >>> net = mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0]))  # |x|
    >>> net.input_dim, net.forward_exact(["-1/3"])
    (1, [Fraction(1, 3)])
    """

    input_shape: tuple[int, ...]
    nodes: tuple[Node, ...]
    output: str
    name: str = ""
    source: str = ""
    notes: tuple[str, ...] = field(default=(), compare=False)
    layers: tuple[LayerNote, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if not self.input_shape or min(self.input_shape) < 1:
            raise InvalidNetwork(
                f"a network needs at least one input: got input shape {list(self.input_shape)}"
            )
        sizes = {INPUT: self.input_dim}
        for node in self.nodes:
            if node.name in sizes:
                raise InvalidNetwork(f"{node.name}: two nodes have this name; names must differ")
            for source in node.inputs:
                if source not in sizes:
                    raise InvalidNetwork(
                        f"{node.name}: reads {source!r}, which is not the input or an earlier node"
                    )
            if node.n_outputs < 1:
                raise InvalidNetwork(f"{node.name}: a layer needs at least one unit or output")
            got = sum(sizes[source] for source in node.inputs)
            if got != node.n_inputs:
                raise InvalidNetwork(
                    f"{node.name}: reads {counted(node.n_inputs, 'value')}, but "
                    f"{' and '.join(node.inputs)} {'has' if len(node.inputs) == 1 else 'have'} "
                    f"{got}; sizes must chain"
                )
            sizes[node.name] = node.n_outputs
        if self.output not in sizes:
            raise InvalidNetwork(f"output {self.output!r} is not the name of a node")

    def __repr__(self) -> str:
        return f"<Network {self.name}: {self._line}>" if self.name else f"<Network: {self._line}>"

    def _repr_html_(self) -> str:
        units = sum(node.n_outputs for node in self.nodes if isinstance(node, UnitNode))
        rows = [("layers", self._line), ("units", units), ("source", self.source or "made here")]
        return table_html(f"Network {self.name}".strip(), rows)

    @property
    def _line(self) -> str:
        layers = [node.units for node in self.nodes if isinstance(node, UnitNode)]
        sizes = {INPUT: self.input_dim} | {node.name: node.n_outputs for node in self.nodes}
        return line_of(self.input_shape, layers, sizes[self.output])

    @property
    def input_dim(self) -> int:
        """Number of input coordinates."""
        return prod(self.input_shape)

    @cached_property
    def staged(self) -> StagedNetwork:
        """The network in normal form: affine map, layer of units, repeated, and a readout."""
        return lower(self.input_dim, self.nodes, self.output)

    @property
    def fingerprint(self) -> str:
        """Hexadecimal sha256 of what the network computes, stage by stage.

        Two files with the same stages have the same fingerprint.
        """
        return self.staged.fingerprint

    def forward(self, x: ArrayLike) -> np.ndarray:
        """Value in float64, at one point or at each row of an array of points.

        Parameters
        ----------
        x : array-like of numbers, shape (inputs,) or (points, inputs)
            An input may have the network's input shape instead.

        Returns
        -------
        float64 array, shape (outputs,) or (points, outputs)

        Raises
        ------
        ValueError, TypeError
            If `x` is of another shape, or a number is not finite.

        Examples
        --------
        >>> from linreg import mlp
        >>> net = mlp([([[1], [-1]], [0, 0])], readout=([[1, 2]], [5]))  # relu(x) + 2 relu(-x) + 5
        >>> net.forward([3]), net.forward([[3], [-3]]).tolist()
        (array([8.]), [[8.0], [11.0]])
        """
        return self.staged.forward(x)

    def forward_exact(self, x: Sequence[Fraction | int | float]) -> list[Fraction]:
        """Exact value at a point whose floats mean the float64 they are.

        Parameters
        ----------
        x : sequence of numbers, shape (inputs,)
            Floats mean the float64 they are.

        Returns
        -------
        list of Fraction, length outputs

        Raises
        ------
        ValueError, TypeError
            If `x` is of another shape, or a number is not finite.

        Examples
        --------
        >>> from linreg import mlp
        >>> net = mlp([([[1], [-1]], [0, 0])], readout=([[1, 2]], [5]))  # relu(x) + 2 relu(-x) + 5
        >>> net.forward_exact(["1/3"])
        [Fraction(16, 3)]
        """
        return self.staged.forward_exact(x)

    def rationalized(self, max_denominator: int) -> Network:
        """The network whose numbers are simple fractions near those of this one.

        Every weight and bias becomes the nearest fraction with a denominator up to a bound, and so
        do the breakpoints and slopes of units and the intercept of their first piece; each further
        piece starts where the one before ends. Units may lose pieces: a slope of 0.01 becomes 0 if
        denominators end at 10.

        Parameters
        ----------
        max_denominator : int
            The bound, at least 1.

        Returns
        -------
        Network

        Raises
        ------
        ValueError
            If the bound is not a positive integer.
        InvalidNetwork
            If two breakpoints of a unit would become one.

        Examples
        --------
        Three times the float64 nearest to 0.1 is not the one nearest to 0.3:

        >>> from linreg import count_regions, mlp
        >>> net = mlp([([[1, 0.1], [3, 0.3]], [0, 0])])
        >>> count_regions(net), count_regions(net.rationalized(1000))
        (4, 2)
        """
        max_denominator = how_many(max_denominator, "max_denominator")
        note = f"every number is the nearest fraction of a denominator up to {max_denominator}"
        return replace(
            self,
            nodes=tuple(rationalised_node(node, max_denominator) for node in self.nodes),
            notes=(*self.notes, note),
            layers=tuple(
                replace(layer, units=rationalised_units(layer.name, layer.units, max_denominator))
                for layer in self.layers
            ),
        )

    def on_slice(self, origin: Any, basis: Any) -> Network:
        """The network on an affine slice of its input space, as a function of its coordinates.

        Parameters
        ----------
        origin : array-like of numbers, shape (inputs,) or the input shape
        basis : array-like of numbers, shape (dim, inputs) or (dim, *input shape)
            Linearly independent. Coordinates t stand for the input origin + t @ basis.

        Returns
        -------
        Network
            One of dim inputs.

        Raises
        ------
        InvalidDomain
            If the vectors are of another length than the input, or not independent.

        Examples
        --------
        Along the diagonal of the plane, two coordinates are one:

        >>> from linreg.network import mlp
        >>> net = mlp([([[1, 0], [0, 1]], [0, -1])])
        >>> net.on_slice([0, 0], [[1, 1]]).forward_exact([3])
        [Fraction(3, 1), Fraction(2, 1)]
        """
        cut = Slice(origin, basis)
        if cut.n_inputs != self.input_dim:
            raise InvalidDomain(
                f"origin: the slice is one of a space of dimension {cut.n_inputs}, but the network "
                f"has {counted(self.input_dim, 'input')}"
            )
        taken = {INPUT, *(node.name for node in self.nodes)}
        name = next(name for k in count() if (name := f"slice{k or ''}") not in taken)

        def renamed(read: str) -> str:
            return name if read == INPUT else read

        nodes = [
            replace(node, inputs=(renamed(node.inputs[0]),))
            if isinstance(node, UnitNode)
            else replace(node, inputs=tuple(renamed(read) for read in node.inputs))
            for node in self.nodes
        ]
        return replace(
            self,
            input_shape=(cut.dim,),
            nodes=(AffineNode(name, (INPUT,), cut.map), *nodes),
            output=renamed(self.output),
            layers=(LayerNote(name, "slice", (cut.dim,), self.input_shape), *self.layers),
        )

    def then(self, other: Network) -> Network:
        """The network x -> other(self(x)).

        Parameters
        ----------
        other : Network
            With as many inputs as this one has outputs.

        Returns
        -------
        Network

        Raises
        ------
        InvalidNetwork
            If the other has not as many inputs as this one has outputs.

        Examples
        --------
        >>> from linreg.network import mlp
        >>> net = mlp([([[1]], [-1])])
        >>> net.then(net).forward_exact([5])
        [Fraction(3, 1)]
        """
        from linreg.network.combining import then

        return then(self, other)


def staged_of(net: object) -> StagedNetwork:
    """The normal form of a network, which may be in it already.

    Parameters
    ----------
    net : Network or StagedNetwork

    Returns
    -------
    StagedNetwork

    Raises
    ------
    TypeError
        If it is no network.

    Examples
    --------
    >>> from linreg.network import mlp
    >>> net = mlp([([[1]], [0])])
    >>> staged_of(net) is staged_of(net.staged) is net.staged
    True
    """
    if isinstance(net, Network):
        return net.staged
    if isinstance(net, StagedNetwork):
        return net
    raise TypeError(
        f"net: a Network was expected, got {type(net).__name__}; linreg.load reads one from a file"
    )
