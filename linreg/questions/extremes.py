"""Extreme values of a network on a closed domain: attained, unbounded, or of an empty set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from flint import fmpq

from linreg.arguments import entries, integer, numbers
from linreg.domains import Domain
from linreg.errors import InvalidQuery, NoSuchIndex
from linreg.files import StrPath
from linreg.network import StagedNetwork
from linreg.polyhedra import Solver
from linreg.progress import Progress
from linreg.questions.answers import as_fractions
from linreg.questions.at_once import answers_at_once
from linreg.questions.input_sets import InputSet, domain_forms, input_set
from linreg.questions.loop_or_search import Budget, pieces_or_none
from linreg.questions.pieces import Pieces
from linreg.questions.programs import Highest, Rising, highest_values
from linreg.rational import fraction, nearest_float
from linreg.readers import DomainLike, NetworkLike, asked
from linreg.showing import answer_html, in_short
from linreg.wording import counted, expected


@dataclass(frozen=True, slots=True)
class Extreme:
    """The greatest or the least value of a functional of a network on a closed domain.

    Attributes
    ----------
    status : str
        "attained", "unbounded", "empty" if the domain is, or "stopped".
    value : Fraction or None
        The extreme value where it is attained, at `point`; if the search was stopped, the best
        that was seen, at `point`.
    point : tuple of Fraction, or None
        Of an unbounded value, where its ray begins.
    ray : tuple of Fraction, or None
        From `point` along this direction the value changes by `rate` for each ray that is added,
        for ever; its largest entry is 1 in size.
    rate : Fraction or None
    bound : Fraction or None
        A proved bound beyond which no value lies; equal to the value where that is attained, and
        None where none is known.
    complete : bool
        False if the search was stopped.
    nodes : int
        Regions or parts of the domain that were looked at.

    Examples
    --------
    |x| is largest at the farther end of an interval, and on the line it grows without bound:

    >>> from linreg import Box, maximum, mlp
    >>> net = mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0]))
    >>> found = maximum(net, domain=Box([-1], [3]))
    >>> found.status, found.value, found.point, found.bound
    ('attained', Fraction(3, 1), (Fraction(3, 1),), Fraction(3, 1))
    >>> maximum(net).status, maximum(net).rate, maximum(net).value_float
    ('unbounded', Fraction(1, 1), inf)
    """

    status: str
    value: Fraction | None = None
    point: tuple[Fraction, ...] | None = None
    ray: tuple[Fraction, ...] | None = None
    rate: Fraction | None = None
    bound: Fraction | None = None
    complete: bool = True
    nodes: int = 0

    def __repr__(self) -> str:
        if self.status == "unbounded":
            assert self.ray is not None
            said = f"unbounded along {in_short(self.ray)}"
        elif self.value is None:
            said = self.status
        else:
            assert self.point is not None
            said = f"{self.status}, {in_short(self.value)} at {in_short(self.point)}"
        if not self.complete and self.bound is not None:
            said += f", bound {in_short(self.bound)}"
        return f"<Extreme: {said}>"

    def _repr_html_(self) -> str:
        return answer_html(self)

    @property
    def value_float(self) -> float:
        """The float64 nearest to the value; an infinity where it is unbounded, else not a number.

        Raises
        ------
        ValueError
            If there is no value: the domain is empty, or nothing was seen.
        """
        if self.status == "unbounded":
            assert self.rate is not None
            return float("inf") if self.rate > 0 else float("-inf")
        if self.value is None:
            raise ValueError(f"there is no value: the search ended {self.status!r}")
        return nearest_float(self.value.numerator, self.value.denominator)


@dataclass(frozen=True, slots=True)
class OutputRange:
    """The least and the greatest value of one output.

    Attributes
    ----------
    output : int
    lowest, highest : Extreme

    Examples
    --------
    >>> from linreg import Box, mlp, output_range
    >>> [found] = output_range(mlp([([[1]], [-1])]), Box([0], [3]))
    >>> found.output, found.lowest.value, found.highest.value
    (0, Fraction(0, 1), Fraction(2, 1))
    """

    output: int
    lowest: Extreme
    highest: Extreme

    def __repr__(self) -> str:
        ends = []
        for end in (self.lowest, self.highest):
            known = end.value_float if end.status == "unbounded" else end.value
            ends.append(end.status if known is None else in_short(known))
        return f"<OutputRange: output {self.output} from {ends[0]} to {ends[1]}>"

    def _repr_html_(self) -> str:
        return answer_html(self)


def maximum(
    net: NetworkLike,
    functional: Sequence[object] | None = None,
    domain: DomainLike = None,
    *,
    limit: int | None = None,
    timeout: float | None = None,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    certificate: StrPath | None = None,
) -> Extreme:
    """The greatest value of a linear functional of the outputs on a closed domain.

    Parameters
    ----------
    net : Network, or what `as_network` accepts
    functional : sequence of numbers, length outputs, optional
        The weight of each output; not needed where there is one output.
    domain : Domain, or what `as_domain` accepts, optional
        By default that in the network's file, or the whole space. It may be flat or empty.
    limit : int, optional
        Stop at this many regions or parts of the domain.
    timeout : float, optional
        Stop after so many seconds, wall clock.
    workers : int
        Processes, each of which searches for another extreme, or that look for regions.
    progress : callable, optional
        Called now and then with a `Progress`.
    certificate : path, optional
        A file to write the answer to with its proof, which `linreg check` accepts; it is not
        written where the search was stopped.

    Returns
    -------
    Extreme
        Attained with a point, unbounded with a ray, or empty; `complete` is False if the search
        was stopped, and `bound` is then what is proved.

    Raises
    ------
    InvalidQuery, ValueError, TypeError
        If the functional has not a number for each output; also ValueError if the limit, the
        timeout or the workers are not positive, and TypeError if there is no network or domain.
    InvalidDomain
        If the domain is of another dimension than the network's input.
    IncompleteError
        If there is an answer, but its proof was stopped; the attribute `answer` has it.
    UnwritableFile
        If the certificate cannot be written.
    KeyboardInterrupt
        If it is interrupted; the attribute `answer` is then what is proved by then, a `Extreme`.

    Notes
    -----
    A network is affine on finitely many closed polyhedra that cover the domain, so that its
    supremum is infinite or attained, on each of them by a linear program, solved exactly.

    Examples
    --------
    relu(x) + relu(y) - 2 relu(x + y - 1) on the square [-2, 2]^2, and on the plane:

    >>> from linreg import Box, mlp
    >>> net = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])], readout=([[1, 1, -2]], [0]))
    >>> maximum(net, domain=Box([-2, -2], [2, 2])).value
    Fraction(2, 1)
    >>> found = maximum(net)
    >>> found.status, found.ray, found.rate
    ('unbounded', (Fraction(-1, 1), Fraction(1, 1)), Fraction(1, 1))
    """
    staged, where = asked(net, domain)
    weights = _weights(functional, staged)
    budget = Budget(limit, timeout, workers, progress)
    found = budget.given(_highest(staged, [weights], where, budget)[0])
    if certificate is not None:
        _write(certificate, staged, where, [("max", as_fractions(weights), found)], budget, found)
    return found


def minimum(
    net: NetworkLike,
    functional: Sequence[object] | None = None,
    domain: DomainLike = None,
    *,
    limit: int | None = None,
    timeout: float | None = None,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    certificate: StrPath | None = None,
) -> Extreme:
    """The least value of a linear functional of the outputs on a closed domain.

    Parameters
    ----------
    net, functional, domain, limit, timeout, workers, progress, certificate
        As for `maximum`.

    Returns
    -------
    Extreme
        As for `maximum`; its `bound` is one from below, and its `rate` is negative.

    Raises
    ------
    InvalidQuery, ValueError, TypeError, InvalidDomain
        As for `maximum`.
    IncompleteError, UnwritableFile, KeyboardInterrupt
        As for `maximum`.

    Examples
    --------
    >>> from linreg import Box, mlp
    >>> net = mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [-2]))
    >>> found = minimum(net, domain=Box([-1], [3]))
    >>> found.value, found.point
    (Fraction(-2, 1), (Fraction(0, 1),))
    """
    staged, where = asked(net, domain)
    weights = _weights(functional, staged)
    budget = Budget(limit, timeout, workers, progress)
    found = budget.given(
        negated(_highest(staged, [[-entry for entry in weights]], where, budget)[0])
    )
    if certificate is not None:
        _write(certificate, staged, where, [("min", as_fractions(weights), found)], budget, found)
    return found


def output_range(
    net: NetworkLike,
    domain: DomainLike = None,
    *,
    output: int | None = None,
    limit: int | None = None,
    timeout: float | None = None,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    certificate: StrPath | None = None,
) -> list[OutputRange]:
    """The least and the greatest value of each output on a closed domain.

    Parameters
    ----------
    net, domain, limit, timeout, workers, progress, certificate
        As for `maximum`.
    output : int, optional
        This output alone, counted from 0; by default all.

    Returns
    -------
    list of OutputRange
        In the order of outputs.

    Raises
    ------
    NoSuchIndex
        If the network has no such output.
    ValueError, TypeError, InvalidDomain, IncompleteError, UnwritableFile, KeyboardInterrupt
        As for `maximum`; an interrupt carries such a list.

    Examples
    --------
    >>> from linreg import Box, mlp
    >>> net = mlp([([[1]], [0])], readout=([[1], [-2]], [0, 1]))
    >>> [(each.lowest.value, each.highest.value) for each in output_range(net, Box([-1], [1]))]
    [(Fraction(0, 1), Fraction(1, 1)), (Fraction(-1, 1), Fraction(1, 1))]
    """
    staged, where = asked(net, domain)
    n_outputs = staged.readout.n_outputs
    chosen = range(n_outputs) if output is None else [checked_output(output, staged)]
    units = [[fmpq(int(i == j)) for j in range(n_outputs)] for i in chosen]
    both = [[by * entry for entry in unit] for unit in units for by in (-1, 1)]
    budget = Budget(limit, timeout, workers, progress)
    found = _highest(staged, both, where, budget)
    ranges = budget.given(
        [
            OutputRange(i, negated(low), high)
            for i, low, high in zip(chosen, found[::2], found[1::2], strict=True)
        ]
    )
    if certificate is not None:
        ends = [
            (sense, each.output, end)
            for each in ranges
            for sense, end in (("min", each.lowest), ("max", each.highest))
        ]
        _write(certificate, staged, where, ends, budget, ranges)
    return ranges


def checked_output(output: object, staged: StagedNetwork, name: str = "output") -> int:
    """The number of an output, which is the argument of that name.

    Raises
    ------
    NoSuchIndex
        If the network has no such output.
    """
    n_outputs = staged.readout.n_outputs
    number = integer(output, name)
    if not 0 <= number < n_outputs:
        raise NoSuchIndex(
            f"{name} must be from 0 to {n_outputs - 1}, since the network has "
            f"{counted(n_outputs, 'output')}: got {number}"
        )
    return number


def _write(
    path: StrPath,
    staged: StagedNetwork,
    domain: Domain,
    values: Iterable[tuple[str, int | Sequence[Fraction], Extreme]],
    budget: Budget,
    answer: object,
) -> None:
    """Write values with their proofs: greatest or least, of what, and which."""
    from linreg.questions.proving import ExtremeValue, carrying, write_range

    with carrying(answer):
        write_range(path, staged, domain, [ExtremeValue(*value) for value in values], budget)


def _weights(functional: Sequence[object] | None, staged: StagedNetwork) -> list[fmpq]:
    n_outputs = staged.readout.n_outputs
    if functional is not None:
        weights = entries(functional, "functional")
        if len(weights) != n_outputs:
            raise InvalidQuery(
                f"functional: {expected(n_outputs, 'weight')}, one for each output, got "
                f"{len(weights)}"
            )
        return numbers(weights, "functional")
    if n_outputs != 1:
        raise InvalidQuery(
            f"functional: the network has {counted(n_outputs, 'output')}, so it has to be said "
            f"what is asked of them: {n_outputs} weights, such as [1, -1] for a difference"
        )
    return [fmpq(1)]


def _highest(
    staged: StagedNetwork,
    functionals: Sequence[Sequence[fmpq]],
    domain: Domain,
    budget: Budget,
) -> list[Extreme]:
    """The greatest value of each functional."""
    inputs = input_set(domain_forms(domain), staged.input_dim)
    if inputs is None:
        return [Extreme("empty")] * len(functionals)
    if not inputs.dim:
        return [_at_point(staged, inputs.origin, weights) for weights in functionals]
    found = [Extreme("stopped", complete=False)] * len(functionals)
    with budget.held():
        pieces = pieces_or_none(staged, inputs, budget)
        if pieces is not None:
            return highest_on_pieces(pieces, functionals, inputs, budget)
        if budget.workers > 1 and len(functionals) > 1:
            about = staged, domain_forms(domain)
            for k, extreme in answers_at_once(_highest_of, about, functionals, budget):
                found[k] = extreme
                budget.tell(sum(each.nodes > 0 for each in found) / len(found))
            return found
        from linreg.questions.optimising import highest_by_search

        for k, weights in enumerate(functionals):
            if budget.interrupts:
                break
            share = budget.share(len(functionals) - k)
            found[k] = highest_by_search(staged, inputs, weights, share)
    return found


def _highest_of(
    staged: StagedNetwork,
    forms: Sequence[Sequence[fmpq]],
    weights: Sequence[fmpq],
    limit: int | None,
    timeout: float | None,
) -> Extreme:
    """The greatest value of one functional, by search."""
    from linreg.questions.optimising import highest_by_search

    inputs = input_set(forms, staged.input_dim)
    assert inputs is not None
    return highest_by_search(staged, inputs, weights, Budget(limit, timeout))


def _at_point(staged: StagedNetwork, x: Sequence[fmpq], weights: Sequence[fmpq]) -> Extreme:
    at = as_fractions(x)
    outputs = staged.forward_exact(at)
    value = sum((fraction(a) * y for a, y in zip(weights, outputs, strict=True)), Fraction(0))
    return Extreme("attained", value, at, bound=value, nodes=1)


def highest_on_pieces(
    pieces: Pieces, functionals: Sequence[Sequence[fmpq]], inputs: InputSet, budget: Budget
) -> list[Extreme]:
    """The greatest value of each functional, by a linear program on each region."""
    solver = Solver()
    best: list[Highest | Rising | None] = [None] * len(functionals)
    nodes = 0
    stopped = not pieces.complete
    with budget.held():
        for piece in pieces:
            if budget.is_spent:
                stopped = True
                break
            budget.tell(nodes / len(pieces))
            open_ = [k for k, known in enumerate(best) if not isinstance(known, Rising)]
            if not open_:
                break
            forms = [piece.combined(functionals[k]) for k in open_]
            for k, found in zip(
                open_, highest_values(piece.rows, forms, piece.inside, solver), strict=True
            ):
                known = best[k]
                if isinstance(found, Rising) or known is None or found.value > known.value:  # type: ignore[union-attr]
                    best[k] = found
            nodes += 1
    stopped = stopped or bool(budget.interrupts)
    return [_extreme(found, inputs, nodes, stopped) for found in best]


def _extreme(
    found: Highest | Rising | None, inputs: InputSet, nodes: int, stopped: bool
) -> Extreme:
    match found:
        case Rising(start, ray, rate):
            direction = inputs.direction(ray)
            longest = max(abs(entry) for entry in direction)
            return Extreme(
                "unbounded",
                point=as_fractions(inputs.point(start)),
                ray=as_fractions([entry / longest for entry in direction]),
                rate=fraction(rate / longest),
                nodes=nodes,
            )
        case Highest(value, at):
            return Extreme(
                "stopped" if stopped else "attained",
                fraction(value),
                as_fractions(inputs.point(at)),
                bound=None if stopped else fraction(value),
                complete=not stopped,
                nodes=nodes,
            )
    return Extreme("stopped", complete=False, nodes=nodes)


def negated(found: Extreme) -> Extreme:
    """What is true of the least value, given the greatest of the negated functional."""

    def minus(number: Fraction | None) -> Fraction | None:
        return None if number is None else -number

    return replace(
        found, value=minus(found.value), rate=minus(found.rate), bound=minus(found.bound)
    )
