"""Queries: what is unsafe, as alternatives of linear conditions on inputs and outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod


@dataclass(frozen=True, slots=True)
class Tensor:
    """Variables of a query that stand together.

    Attributes
    ----------
    name : str
    shape : tuple of int
    node : str
        Of hidden variables, the node of the network whose value they are; else empty.

    Examples
    --------
    >>> Tensor("X", (2, 3)).size
    6
    """

    name: str
    shape: tuple[int, ...]
    node: str = ""

    @property
    def size(self) -> int:
        """Number of variables."""
        return prod(self.shape)


@dataclass(frozen=True, slots=True)
class QueryNetwork:
    """A network that a query speaks of.

    Attributes
    ----------
    name : str
        Empty in a query of version 1.0, which speaks of one network.
    inputs, outputs, hidden : tuples of Tensor
    same_as : str
        The name of the network that this one is equal to, or empty.

    Examples
    --------
    >>> net = QueryNetwork("f", (Tensor("X", (2, 3)),), (Tensor("Y", (4,)),))
    >>> net.n_inputs, net.n_outputs
    (6, 4)
    """

    name: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    hidden: tuple[Tensor, ...] = ()
    same_as: str = ""

    @property
    def n_inputs(self) -> int:
        """Number of inputs."""
        return sum(tensor.size for tensor in self.inputs)

    @property
    def n_outputs(self) -> int:
        """Number of outputs."""
        return sum(tensor.size for tensor in self.outputs)


@dataclass(frozen=True, slots=True)
class Condition:
    """An affine form of the variables, and what is said of it.

    Attributes
    ----------
    terms : tuple of (variable, coefficient)
        The non-zero coefficients, by increasing variable.
    constant : Fraction
    relation : str
        ">=", ">" or "==": what the form is to 0.

    Examples
    --------
    The first variable is at least 1/2:

    >>> half = Condition(((0, Fraction(1)),), Fraction(-1, 2), ">=")
    >>> half.holds([Fraction(1, 2)]), half.holds([Fraction(0)])
    (True, False)
    """

    terms: tuple[tuple[int, Fraction], ...]
    constant: Fraction
    relation: str

    def holds(self, values: Sequence[Fraction]) -> bool:
        """Whether it holds where the variables have these values.

        Parameters
        ----------
        values : sequence of Fraction
            Of all variables, by number.

        Returns
        -------
        bool

        Examples
        --------
        Two variables are equal:

        >>> equal = Condition(((0, Fraction(1)), (1, Fraction(-1))), Fraction(0), "==")
        >>> equal.holds([Fraction(3), Fraction(3)])
        True
        """
        value = self.constant + sum(by * values[i] for i, by in self.terms)
        match self.relation:
            case ">":
                return value > 0
            case ">=":
                return value >= 0
        return value == 0


@dataclass(frozen=True)
class Query:
    """What is asked of networks: whether some inputs are unsafe.

    Variables are numbered: the inputs of all networks first, network by network, then their
    outputs, then their hidden values.

    Attributes
    ----------
    networks : tuple of QueryNetwork
    alternatives : tuple of tuples of Condition
        Inputs are unsafe if all conditions of one alternative hold.
    source : str
        Where the query was read.

    Examples
    --------
    Whether some x of [0, 1] has an output of at least 2:

    >>> one = (QueryNetwork("", (Tensor("X", (1,)),), (Tensor("Y", (1,)),)),)
    >>> zero, two = Fraction(0), Fraction(2)
    >>> inputs = condition({0: 1}, zero, ">="), condition({0: -1}, Fraction(1), ">=")
    >>> query = Query(one, ((*inputs, condition({1: 1}, -two, ">=")),))
    >>> query.n_inputs, query.n_outputs, query.is_unsafe([zero], [two])
    (1, 1, True)
    """

    networks: tuple[QueryNetwork, ...]
    alternatives: tuple[tuple[Condition, ...], ...]
    source: str = ""

    @property
    def n_inputs(self) -> int:
        """Number of inputs of all networks together."""
        return sum(network.n_inputs for network in self.networks)

    @property
    def n_outputs(self) -> int:
        """Number of outputs of all networks together."""
        return sum(network.n_outputs for network in self.networks)

    def is_unsafe(self, inputs: Sequence[Fraction], outputs: Sequence[Fraction]) -> bool:
        """Whether an alternative holds at inputs and the values that networks have there.

        Parameters
        ----------
        inputs : sequence of Fraction, length inputs
        outputs : sequence of Fraction
            The outputs and, after them, the hidden values.

        Returns
        -------
        bool

        Examples
        --------
        Outputs that are larger than the input are unsafe; 1 is not larger than 1:

        >>> larger = condition({1: 1, 0: -1}, Fraction(0), ">")
        >>> query = Query((), ((larger,),))
        >>> query.is_unsafe([Fraction(1)], [Fraction(2)]), query.is_unsafe([Fraction(1)], [1])
        (True, False)
        """
        values = [*inputs, *outputs]
        return any(
            all(condition.holds(values) for condition in conditions)
            for conditions in self.alternatives
        )


def condition(terms: Mapping[int, Fraction], constant: Fraction, relation: str) -> Condition:
    """A condition without zero coefficients.

    Parameters
    ----------
    terms : mapping of int to Fraction
        Coefficients by variable.
    constant : Fraction
    relation : str
        ">=", ">" or "==".

    Returns
    -------
    Condition

    Examples
    --------
    >>> condition({1: Fraction(2), 0: Fraction(0)}, Fraction(-1), ">=")
    Condition(terms=((1, Fraction(2, 1)),), constant=Fraction(-1, 1), relation='>=')
    """
    return Condition(tuple((i, terms[i]) for i in sorted(terms) if terms[i]), constant, relation)
