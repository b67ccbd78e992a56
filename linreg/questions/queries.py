"""Queries brought to the form in which they are answered: a network, sets of inputs, conditions.

Alternatives that have the same conditions on inputs alone share their set of inputs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq

from linreg.affine import ExactAffineMap
from linreg.domains import Box, Domain, Polytope
from linreg.errors import InvalidNetwork, InvalidQuery
from linreg.network import Network, StagedNetwork, staged_of
from linreg.network.combining import n_outputs, on_same_input, side_by_side, with_values
from linreg.rational import rational
from linreg.readers import NetworkLike, as_network
from linreg.readers.query import Condition, Query, QueryNetwork, Tensor, condition
from linreg.wording import counted

Networks = NetworkLike | Mapping[str, NetworkLike]
"""What a query may be asked of: a network, or several under the names that the query gives them."""


@dataclass(frozen=True, eq=False)
class Conditions:
    """What has to hold at once, as affine forms of the inputs and, after them, the outputs.

    Attributes
    ----------
    weak, strict, equal : lists of forms
        To be >= 0, > 0 and 0.
    """

    weak: list[list[fmpq]]
    strict: list[list[fmpq]]
    equal: list[list[fmpq]]


@dataclass(frozen=True, eq=False)
class Asked:
    """Whether on one set of inputs one of several conditions holds.

    Attributes
    ----------
    inputs : list of forms
        Of the inputs, to be >= 0.
    alternatives : list of Conditions
    """

    inputs: list[list[fmpq]]
    alternatives: list[Conditions]


def accepted(nets: Networks) -> Network | StagedNetwork | Mapping[str, Network | StagedNetwork]:
    """The networks that are meant, each by its name if there are names."""
    if isinstance(nets, Mapping):
        return {name: _accepted(net, f"net[{name!r}]") for name, net in nets.items()}
    return _accepted(nets, "net")


def _accepted(net: NetworkLike, name: str) -> Network | StagedNetwork:
    return net if isinstance(net, StagedNetwork) else as_network(net, name)


def network_of(
    nets: Network | StagedNetwork | Mapping[str, Network | StagedNetwork], query: Query
) -> StagedNetwork:
    """The networks of a query as one, whose outputs are followed by the hidden values.

    Raises
    ------
    InvalidQuery
        If the query speaks of other networks, inputs, outputs or nodes than there are.
    """
    if isinstance(nets, Network | StagedNetwork):
        if len({network.same_as or network.name for network in query.networks}) > 1:
            names = ", ".join(network.name for network in query.networks)
            raise InvalidQuery(
                f"the query speaks of several networks, {names}; give each by its name"
            )
        by_name: Mapping[str, Network | StagedNetwork] = {query.networks[0].name: nets}
    else:
        by_name = nets
    found = []
    for network in query.networks:
        name = network.same_as or network.name
        if name not in by_name:
            raise InvalidQuery(
                f"the query speaks of a network {name!r}, which was not given; given are "
                f"{', '.join(by_name) or 'none'}"
            )
        net = by_name[name]
        _check_sizes(network, net)
        found.append(net)
    hidden = [tensor for network in query.networks for tensor in network.hidden]
    if len(found) == 1 and not hidden:
        return staged_of(found[0])
    graphs = []
    for net in found:
        if not isinstance(net, Network):
            raise InvalidQuery(
                "hidden values and several networks need networks whose nodes have names, "
                f"as linreg.load reads them: got {type(net).__name__}"
            )
        graphs.append(net)
    return _joined(query, graphs, hidden)


def _joined(query: Query, nets: Sequence[Network], hidden: Sequence[Tensor]) -> StagedNetwork:
    extended = []
    for network, net in zip(query.networks, nets, strict=True):
        names = [tensor.node for tensor in network.hidden]
        try:
            more = with_values(net, names) if names else net
        except InvalidNetwork as error:
            raise InvalidQuery(str(error)) from None
        extended.append(more)
        expected = n_outputs(net) + sum(tensor.size for tensor in network.hidden)
        if n_outputs(more) != expected:
            raise InvalidQuery(
                f"network {network.name}: the hidden values "
                f"{', '.join(tensor.name for tensor in network.hidden)} are declared with "
                f"{expected - n_outputs(net)} entries, and have {n_outputs(more) - n_outputs(net)}"
            )
    joined = side_by_side(extended) if len(extended) > 1 else extended[0]
    # All outputs first, then all hidden values.
    order: list[int] = []
    later: list[int] = []
    start = 0
    for network, net in zip(query.networks, nets, strict=True):
        own = n_outputs(net)
        order += range(start, start + own)
        size = own + sum(tensor.size for tensor in network.hidden)
        later += range(start + own, start + size)
        start += size
    return on_same_input([joined], ExactAffineMap.selection([*order, *later], start)).staged


def _check_sizes(network: QueryNetwork, net: Network | StagedNetwork) -> None:
    staged = staged_of(net)
    named = f" {network.name}" if network.name else ""
    for what, asked, held in (
        ("input", network.n_inputs, staged.input_dim),
        ("output", network.n_outputs, staged.readout.n_outputs),
    ):
        # A query of version 1.0 need not name all outputs.
        if asked != held and (what == "input" or network.name or asked > held):
            raise InvalidQuery(
                f"the query declares {counted(asked, what)}, but the network{named} has {held}"
            )


def questions_of(query: Query) -> list[Asked]:
    """The query's alternatives, by their sets of inputs; in the query's order."""
    n_inputs = query.n_inputs
    size = n_inputs + query.n_outputs
    size += sum(tensor.size for network in query.networks for tensor in network.hidden)
    grouped: dict[tuple[Condition, ...], Asked] = {}
    for conditions in query.alternatives:
        of_inputs = tuple(
            sorted(
                {each for each in conditions if all(i < n_inputs for i, _ in each.terms)},
                key=repr,
            )
        )
        if of_inputs not in grouped:
            closed = []
            for each in of_inputs:
                form = _form(each, n_inputs)
                closed.append(form)
                if each.relation == "==":
                    closed.append([-entry for entry in form])
            grouped[of_inputs] = Asked(closed, [])
        left = [
            each
            for each in dict.fromkeys(conditions)
            if each.relation == ">" or any(i >= n_inputs for i, _ in each.terms)
        ]
        by_relation: dict[str, list[list[fmpq]]] = {">=": [], ">": [], "==": []}
        for each in left:
            by_relation[each.relation].append(_form(each, size))
        grouped[of_inputs].alternatives.append(
            Conditions(by_relation[">="], by_relation[">"], by_relation["=="])
        )
    return list(grouped.values())


def _form(of: Condition, size: int) -> list[fmpq]:
    form = [fmpq(0)] * size + [rational(of.constant)]
    for i, by in of.terms:
        form[i] = rational(by)
    return form


def query_of(staged: StagedNetwork, inputs: Domain, unsafe: object) -> Query:
    """The query whether inputs of a domain lead to outputs in a polytope."""
    n_inputs, outputs = staged.input_dim, staged.readout.n_outputs
    if not isinstance(unsafe, Polytope | Box):
        raise TypeError(f"unsafe: a Polytope or Box was expected, got {type(unsafe).__name__}")
    if unsafe.dim != outputs:
        raise InvalidQuery(
            f"unsafe: has dimension {unsafe.dim}, but the network has {counted(outputs, 'output')}"
        )
    rows: list[tuple[int, Sequence[Fraction]]] = [(0, row) for row in inputs.rows()]
    rows += [(n_inputs, row) for row in unsafe.rows()]
    conditions = tuple(
        condition({start + i: entry for i, entry in enumerate(row[:-1])}, row[-1], ">=")
        for start, row in rows
    )
    network = QueryNetwork("", (Tensor("X", (n_inputs,)),), (Tensor("Y", (outputs,)),))
    return Query((network,), (conditions,))
