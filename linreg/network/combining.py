"""Networks made of networks: side by side, on the same input, with more outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

from linreg.affine import ExactAffineMap
from linreg.errors import InvalidNetwork
from linreg.network.build import number
from linreg.network.graph import Network
from linreg.network.nodes import INPUT, AffineNode, Node, UnitNode
from linreg.wording import counted


def renamed(network: Network, prefix: str, source: str) -> tuple[list[Node], str]:
    """A network's nodes under other names, where its input is another node; and its output."""

    def name(old: str) -> str:
        return source if old == INPUT else f"{prefix}{old}"

    nodes: list[Node] = [
        replace(node, name=name(node.name), inputs=(name(node.inputs[0]),))
        if isinstance(node, UnitNode)
        else replace(node, name=name(node.name), inputs=tuple(map(name, node.inputs)))
        for node in network.nodes
    ]
    return nodes, name(network.output)


def on_same_input(networks: Sequence[Network], readout: ExactAffineMap | None = None) -> Network:
    """Several functions of one input as one: their outputs one after another, or a map of them.

    Raises
    ------
    InvalidNetwork
        If they have not the same number of inputs.

    Examples
    --------
    >>> from linreg.network import mlp
    >>> up, down = mlp([([[1]], [0])]), mlp([([[-1]], [0])])
    >>> on_same_input([up, down]).forward_exact([3])
    [Fraction(3, 1), Fraction(0, 1)]
    """
    dims = {network.input_dim for network in networks}
    if len(dims) > 1:
        raise InvalidNetwork(
            "the networks are to have the same inputs, but they have "
            + " and ".join(str(network.input_dim) for network in networks)
        )
    nodes: list[Node] = []
    outputs = []
    for k, network in enumerate(networks):
        more, output = renamed(network, f"{k}.", INPUT)
        nodes += more
        outputs.append(output)
    return _with_readout(networks[0].input_shape, nodes, outputs, networks, readout)


def side_by_side(networks: Sequence[Network], readout: ExactAffineMap | None = None) -> Network:
    """Several networks, each on inputs of its own, as one: the product of their functions.

    Examples
    --------
    >>> from linreg.network import mlp
    >>> net = mlp([([[1]], [0])])
    >>> side_by_side([net, net]).forward_exact([3, -1])
    [Fraction(3, 1), Fraction(0, 1)]
    """
    total = sum(network.input_dim for network in networks)
    nodes: list[Node] = []
    outputs = []
    start = 0
    for k, network in enumerate(networks):
        own = ExactAffineMap.selection(range(start, start + network.input_dim), total)
        nodes.append(AffineNode(f"inputs{k}", (INPUT,), own))
        more, output = renamed(network, f"{k}.", f"inputs{k}")
        nodes += more
        outputs.append(output)
        start += network.input_dim
    return _with_readout((total,), nodes, outputs, networks, readout)


def with_values(network: Network, names: Sequence[str], *, inputs: bool = False) -> Network:
    """The network with the values of nodes, and perhaps its input, as more outputs at the end.

    Raises
    ------
    InvalidNetwork
        If it has no node of a name.
    """
    known = [node.name for node in network.nodes]
    for name in names:
        if name not in known:
            raise InvalidNetwork(
                f"the network has no node {name!r}; its nodes are {', '.join(known[:12])}"
                + (", ..." if len(known) > 12 else "")
            )
    read = [network.output, *names, *([INPUT] if inputs else [])]
    sizes = {INPUT: network.input_dim} | {node.name: node.n_outputs for node in network.nodes}
    total = sum(sizes[name] for name in read)
    taken = {INPUT, *known}
    output = next(name for k in range(len(taken) + 1) if (name := f"asked{k}") not in taken)
    stacked = AffineNode(output, tuple(read), ExactAffineMap.identity(total))
    return replace(network, nodes=(*network.nodes, stacked), output=output, layers=())


def then(first: Network, second: Network) -> Network:
    """The network x -> second(first(x)).

    Raises
    ------
    InvalidNetwork
        If the second has not as many inputs as the first has outputs.
    """
    nodes, output = renamed(first, "0.", INPUT)
    sizes = {node.name: node.n_outputs for node in nodes} | {INPUT: first.input_dim}
    if sizes[output] != second.input_dim:
        raise InvalidNetwork(
            f"the first network has {counted(sizes[output], 'output')}, but the second has "
            f"{counted(second.input_dim, 'input')}; they must agree"
        )
    more, end = renamed(second, "1.", output)
    return Network(
        first.input_shape, (*nodes, *more), end, name=" then ".join(_names([first, second]))
    )


def parallel(*networks: Network) -> Network:
    """The network x -> (f(x), g(x), ...) of functions of one input, their outputs in order.

    Parameters
    ----------
    *networks : Network
        At least one, with the same number of inputs.

    Returns
    -------
    Network

    Raises
    ------
    InvalidNetwork
        If they have not the same number of inputs, or there is none.

    Examples
    --------
    >>> from linreg.network import mlp
    >>> up, down = mlp([([[1]], [0])]), mlp([([[-1]], [0])])
    >>> parallel(up, down, up).forward_exact([3])
    [Fraction(3, 1), Fraction(0, 1), Fraction(3, 1)]
    """
    return on_same_input(_some(networks))


def sum_of(*networks: Network, weights: Sequence[Any] | None = None) -> Network:
    """The weighted sum of functions of one input: w f(x) + v g(x), and so on.

    Parameters
    ----------
    *networks : Network
        At least one, with the same numbers of inputs and of outputs.
    weights : sequence of numbers, optional
        One for each network, read exactly; by default 1. [1, -1] makes a difference.

    Returns
    -------
    Network

    Raises
    ------
    InvalidNetwork
        If they have not the same numbers of inputs and outputs, there is none, or the weights are
        not as many.

    Examples
    --------
    Two ReLUs make an absolute value:

    >>> from linreg.network import mlp
    >>> up, down = mlp([([[1]], [0])]), mlp([([[-1]], [0])])
    >>> sum_of(up, down).forward_exact([-3])
    [Fraction(3, 1)]
    >>> sum_of(up, down, weights=["1/2", -1]).forward_exact([-3])
    [Fraction(-3, 1)]
    """
    members = _some(networks)
    factors = [1] * len(members) if weights is None else list(weights)
    if len(factors) != len(members):
        raise InvalidNetwork(
            f"weights: {counted(len(members), 'number')}, one for each network, were expected, got "
            f"{len(factors)}"
        )
    sizes = {n_outputs(network) for network in members}
    if len(sizes) > 1:
        raise InvalidNetwork(
            "the networks are to have as many outputs, but they have "
            + " and ".join(str(n_outputs(network)) for network in members)
        )
    (size,) = sizes
    exact = [number(factor, f"weights[{k}]") for k, factor in enumerate(factors)]
    groups = [[(k * size + i, by) for k, by in enumerate(exact)] for i in range(size)]
    readout = ExactAffineMap.of_terms(groups, [0] * size, len(members) * size)
    return on_same_input(members, readout)


def _some(networks: Sequence[Network]) -> list[Network]:
    if not networks or not all(isinstance(network, Network) for network in networks):
        raise InvalidNetwork("at least one Network was expected, and nothing but networks")
    return list(networks)


def n_outputs(network: Network) -> int:
    """Number of outputs."""
    sizes = {node.name: node.n_outputs for node in network.nodes} | {INPUT: network.input_dim}
    return sizes[network.output]


def _with_readout(
    shape: Sequence[int],
    nodes: list[Node],
    outputs: Sequence[str],
    networks: Sequence[Network],
    readout: ExactAffineMap | None,
) -> Network:
    total = sum(map(n_outputs, networks))
    if readout is None:
        readout = ExactAffineMap.identity(total)
    if readout.n_inputs != total:
        raise InvalidNetwork(
            f"the networks have {counted(total, 'output')} together, but what is made of them "
            f"reads {readout.n_inputs}"
        )
    end = AffineNode("together", tuple(outputs), readout)
    assert prod(shape) > 0
    return Network(tuple(shape), (*nodes, end), end.name, name=" and ".join(_names(networks)))


def _names(networks: Sequence[Network]) -> list[str]:
    return [network.name for network in networks if network.name]
