"""Two networks at once: their largest difference, whether they are equal, and closed loops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import fmpq

from linreg.affine import ExactAffineMap
from linreg.arguments import how_many
from linreg.errors import InvalidNetwork
from linreg.network import INPUT, AffineNode, Network, Node, UnitNode, linear_map
from linreg.network.combining import n_outputs, on_same_input, renamed
from linreg.progress import Progress
from linreg.questions.extremes import Extreme, OutputRange, output_range
from linreg.rational import nearest_float
from linreg.readers import DomainLike, NetworkLike, as_network, asked_where
from linreg.showing import answer_html, in_short
from linreg.units import clip as clip_unit
from linreg.wording import counted


@dataclass(frozen=True, slots=True)
class Difference:
    """The largest difference of two networks on a closed domain, in the maximum norm of outputs.

    Attributes
    ----------
    status : str
        "attained", "unbounded", "empty" if the domain is, or "stopped".
    value : Fraction or None
        The largest |a(x) - b(x)| of an output, or the largest that was seen.
    point : tuple of Fraction, or None
        Where it is.
    output : int or None
        The output that differs so much.
    bound : Fraction or None
        A proved upper bound; None where none is known.
    ranges : tuple of OutputRange
        The least and the greatest value of a - b for each output.
    complete : bool
        False if the search was stopped.

    Examples
    --------
    relu(x) and |x| are equal on one half-line, and grow apart on the other:

    >>> from linreg import Box, difference, mlp
    >>> relu = mlp([([[1]], [0])])
    >>> size = mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0]))
    >>> found = difference(relu, size, Box([-2], [2]))
    >>> found.value, found.point, found.output
    (Fraction(2, 1), (Fraction(-2, 1),), 0)
    >>> found.ranges[0].lowest.value, found.ranges[0].highest.value
    (Fraction(-2, 1), Fraction(0, 1))
    """

    status: str
    value: Fraction | None
    point: tuple[Fraction, ...] | None
    output: int | None
    bound: Fraction | None
    ranges: tuple[OutputRange, ...]
    complete: bool

    def __repr__(self) -> str:
        said = self.status
        if self.value is not None and self.point is not None:
            said += f", {in_short(self.value)} at {in_short(self.point)}"
        return f"<Difference: {said}>"

    def _repr_html_(self) -> str:
        return answer_html(self)

    @property
    def value_float(self) -> float:
        """The float64 nearest to the value; infinite where it is unbounded."""
        if self.status == "unbounded":
            return float("inf")
        value = self.value or Fraction(0)
        return nearest_float(value.numerator, value.denominator)


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Whether two networks are one function on a domain.

    Attributes
    ----------
    holds : bool or None
        None only if the search was stopped before it was known.
    point : tuple of Fraction, or None
        An input on which they differ.
    outputs : (tuple of Fraction, tuple of Fraction), or None
        What each of them says there.
    complete : bool
        False if the search was stopped before it was known.

    Examples
    --------
    relu(x) and |x| differ at -2, where the difference is largest on an interval:

    >>> from linreg import Box, equivalent, mlp
    >>> relu = mlp([([[1]], [0])])
    >>> size = mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0]))
    >>> equivalent(relu, size, Box([0], [2])).holds
    True
    >>> found = equivalent(relu, size, Box([-2], [2]))
    >>> found.holds, found.point, found.outputs
    (False, (Fraction(-2, 1),), ((Fraction(0, 1),), (Fraction(2, 1),)))
    """

    holds: bool | None
    point: tuple[Fraction, ...] | None
    outputs: tuple[tuple[Fraction, ...], tuple[Fraction, ...]] | None
    complete: bool

    def __repr__(self) -> str:
        if self.holds is None:
            return "<Equivalence: unknown>"
        where = "equal" if self.point is None else f"different at {in_short(self.point)}"
        return f"<Equivalence: {where}>"

    def _repr_html_(self) -> str:
        return answer_html(self)


def difference(
    a: NetworkLike,
    b: NetworkLike,
    domain: DomainLike = None,
    *,
    limit: int | None = None,
    timeout: float | None = None,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
) -> Difference:
    """The largest difference of an output of two networks on a closed domain, exactly.

    Parameters
    ----------
    a, b : Network, or what `as_network` accepts
        With the same numbers of inputs and of outputs: a network and its pruned or quantised copy.
    domain, limit, timeout, workers, progress
        As for `maximum`; the domain is by default that in the file of `a`.

    Returns
    -------
    Difference

    Raises
    ------
    InvalidNetwork
        If the numbers of inputs or outputs differ.
    InvalidDomain, ValueError, TypeError
        As for `maximum`.

    Examples
    --------
    relu and |x|/2 differ most at the ends:

    >>> from linreg import Box, mlp
    >>> a = mlp([([[1]], [0])])
    >>> b = mlp([([[1], [-1]], [0, 0])], readout=([["1/2", "1/2"]], [0]))
    >>> difference(a, b, Box([-2], [2])).value
    Fraction(1, 1)
    """
    first, second = as_network(a, "a"), as_network(b, "b")
    where = asked_where(a, domain, first.input_dim)
    outputs = {n_outputs(net) for net in (first, second)}
    if len(outputs) > 1:
        raise InvalidNetwork(
            f"the networks have {n_outputs(first)} and {n_outputs(second)} outputs; they must agree"
        )
    size = outputs.pop()
    minus = ExactAffineMap.of_terms(
        [[(i, 1), (size + i, -1)] for i in range(size)], [0] * size, 2 * size
    )
    ranges = tuple(
        output_range(
            on_same_input([first, second], minus),
            where,
            limit=limit,
            timeout=timeout,
            workers=workers,
            progress=progress,
        )
    )
    return _largest(ranges)


def _largest(ranges: tuple[OutputRange, ...]) -> Difference:
    ends = [(each.output, end) for each in ranges for end in (each.lowest, each.highest)]
    complete = all(end.complete for _, end in ends)
    for output, end in ends:
        if end.status == "unbounded":
            return Difference("unbounded", None, end.point, output, None, ranges, True)
        if end.status == "empty":
            return Difference("empty", None, None, None, None, ranges, True)
    seen: list[tuple[Fraction, int, Extreme]] = [
        (abs(end.value), output, end) for output, end in ends if end.value is not None
    ]
    status = "attained" if complete else "stopped"
    known = [end.bound for _, end in ends]
    bound = (
        None
        if any(entry is None for entry in known)
        else max(abs(entry) for entry in known if entry is not None)
    )
    if not seen:
        return Difference(status, None, None, None, bound, ranges, complete)
    value, output, end = max(seen, key=lambda each: each[0])
    return Difference(status, value, end.point, output, bound, ranges, complete)


def equivalent(
    a: NetworkLike,
    b: NetworkLike,
    domain: DomainLike = None,
    *,
    limit: int | None = None,
    timeout: float | None = None,
    workers: int = 1,
) -> Equivalence:
    """Whether two networks compute the same function on a closed domain, proved either way.

    Parameters
    ----------
    a, b, domain, limit, timeout, workers
        As for `difference`.

    Returns
    -------
    Equivalence
        With an input on which they differ, if they do.

    Raises
    ------
    InvalidNetwork
        If the numbers of inputs or outputs differ.
    InvalidDomain, ValueError, TypeError
        As for `maximum`.

    Examples
    --------
    relu(x) - relu(-x) is x:

    >>> from linreg import mlp
    >>> a = mlp([([[1], [-1]], [0, 0])], readout=([[1, -1]], [0]))
    >>> b = mlp([], readout=([[1]], [0]))
    >>> equivalent(a, b).holds
    True
    """
    first, second = as_network(a, "a"), as_network(b, "b")
    where = asked_where(a, domain, first.input_dim)
    found = difference(first, second, where, limit=limit, timeout=timeout, workers=workers)
    point = found.point
    if found.status == "unbounded":
        assert point is not None
        assert found.output is not None
        each = found.ranges[[entry.output for entry in found.ranges].index(found.output)]
        end = each.highest if each.highest.status == "unbounded" else each.lowest
        assert end.ray is not None
        if first.forward_exact(point) == second.forward_exact(point):
            point = tuple(p + r for p, r in zip(point, end.ray, strict=True))
    elif found.status == "empty" or (found.complete and not found.value):
        return Equivalence(True, None, None, True)
    elif not found.value:
        return Equivalence(None, None, None, False)
    assert point is not None
    outputs = tuple(first.forward_exact(point)), tuple(second.forward_exact(point))
    return Equivalence(False, point, outputs, True)


def closed_loop(
    net: NetworkLike,
    A: Any,
    B: Any,
    *,
    steps: int,
    clip: tuple[object, object] | None = None,
    shift: Sequence[object] | None = None,
) -> Network:
    """The state after some steps of a linear system that a network controls, as one network.

    A step takes the state x to A x + B u + shift, where u is what the network makes of x, clipped.

    Parameters
    ----------
    net : Network, or what `as_network` accepts
        From states to controls.
    A : array-like of numbers, shape (states, states)
    B : array-like of numbers, shape (states, controls)
    steps : int
        At least 1.
    clip : (lo, hi), optional
        Bounds of every control.
    shift : sequence of numbers, length states, optional

    Returns
    -------
    Network
        From the first state to the last: ask for its range, or whether it reaches a set.

    Raises
    ------
    InvalidNetwork
        If shapes do not fit.
    ValueError
        If there is no step.

    Examples
    --------
    The control -x / 2, at most 1 in size, halves the state or moves it by 1 each time:

    >>> from linreg import mlp
    >>> net = mlp([], readout=([["-1/2"]], [0]))
    >>> loop = closed_loop(net, [[1]], [[1]], steps=3, clip=(-1, 1))
    >>> loop.forward_exact([4]), loop.forward_exact([1])
    ([Fraction(1, 1)], [Fraction(1, 8)])
    """
    net = as_network(net)
    steps = how_many(steps, "steps")
    states, controls = net.input_dim, n_outputs(net)
    move = linear_map(A, 0 if shift is None else shift, where="A")
    push = linear_map(B, 0, where="B")
    for name, map_, columns in (("A", move, states), ("B", push, controls)):
        if (map_.n_outputs, map_.n_inputs) != (states, columns):
            raise InvalidNetwork(
                f"{name}: shape ({states}, {columns}) was expected, since the network has "
                f"{counted(states, 'input')} and {counted(controls, 'output')}: got "
                f"({map_.n_outputs}, {map_.n_inputs})"
            )
    step = ExactAffineMap.of_terms(
        [
            (*a, *((states + i, by) for i, by in b))
            for a, b in zip(move.terms, push.terms, strict=True)
        ],
        [s + fmpq(0) for s in move.shifts],
        states + controls,
    )
    nodes: list[Node] = []
    state = INPUT
    for k in range(steps):
        more, control = renamed(net, f"step{k}.", state)
        nodes += more
        if clip is not None:
            lo, hi = clip
            unit = clip_unit(lo, hi)  # type: ignore[arg-type]
            copied = AffineNode(f"control{k}", (control,), ExactAffineMap.identity(controls))
            nodes += [copied, UnitNode(f"clip{k}", (copied.name,), (unit,) * controls)]
            control = f"clip{k}"
        nodes.append(AffineNode(f"state{k + 1}", (state, control), step))
        state = f"state{k + 1}"
    return Network(net.input_shape, tuple(nodes), state, name=net.name and f"{net.name} in a loop")
