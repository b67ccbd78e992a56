"""Properties: whether some input of a set has outputs that are unsafe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike

from flint import fmpq

from linreg.domains import Box, Polytope
from linreg.errors import InvalidQuery
from linreg.files import StrPath
from linreg.network import StagedNetwork
from linreg.polyhedra import Solver
from linreg.progress import Progress
from linreg.questions.answers import as_fractions
from linreg.questions.input_sets import InputSet, input_set
from linreg.questions.kept import Kept, KeptSet, kept_in
from linreg.questions.loop_or_search import Budget, pieces_or_none
from linreg.questions.pieces import Piece, Pieces
from linreg.questions.programs import Met, meet, pulled, value_at
from linreg.questions.queries import (
    Asked,
    Conditions,
    Networks,
    accepted,
    network_of,
    query_of,
    questions_of,
)
from linreg.questions.replaying import Replays, replayed
from linreg.rational import fraction, rational
from linreg.readers import DomainLike, as_staged, asked_where, load_query
from linreg.readers.query import Query
from linreg.showing import answer_html, in_short


@dataclass(frozen=True, slots=True)
class Verification:
    """What is true of a query.

    Attributes
    ----------
    holds : bool or None
        True if no input is unsafe, False if one is; None only if the search was stopped.
    counterexample, output : tuple of Fraction, or None
        An unsafe input and the network's value there, exactly.
    slack : Fraction or None
        By how much the counterexample meets the least of its conditions on outputs, in units of
        the query's rows; as large as it can be in the counterexample's region.
    replays : Replays or None
        Whether the counterexample is one in float arithmetic too.
    nodes : int
        Regions or parts of the input set that were looked at.
    complete : bool
        False if the search was stopped.
    bound : Fraction or None
        Of a search that was stopped, a proved bound on the slack that any input has.
    reason : str
        Why the search was stopped; else empty.
    seconds : float
        Wall clock.

    Examples
    --------
    |x| reaches 2 on [-1, 3], where it is 3 at most, and so exceeds it by 1:

    >>> from linreg import Box, Polytope, mlp, verify
    >>> net = mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0]))
    >>> found = verify(net, inputs=Box([-1], [3]), unsafe=Polytope([[-1]], [-2]))
    >>> found.verdict, found.counterexample, found.output, found.slack
    ('violated', (Fraction(3, 1),), (Fraction(3, 1),), Fraction(1, 1))
    """

    holds: bool | None
    counterexample: tuple[Fraction, ...] | None = None
    output: tuple[Fraction, ...] | None = None
    slack: Fraction | None = None
    replays: Replays | None = None
    nodes: int = 0
    complete: bool = True
    bound: Fraction | None = None
    reason: str = ""
    seconds: float = 0.0

    def __repr__(self) -> str:
        said = self.verdict
        if self.counterexample is not None:
            said += f" at {in_short(self.counterexample)}"
        return f"<Verification: {said}{self.reason and ', ' + self.reason}>"

    def _repr_html_(self) -> str:
        return answer_html(self)

    @property
    def verdict(self) -> str:
        """In a word: holds, violated or unknown."""
        return "unknown" if self.holds is None else "holds" if self.holds else "violated"


@dataclass(frozen=True, slots=True)
class SetOutcome:
    """What came of one set of inputs.

    Attributes
    ----------
    point : list of fmpq, or None
        An unsafe input.
    slack : fmpq or None
    nodes : int
    stopped : bool
    bound : Fraction or None
        On the slack, where the search was stopped.
    """

    point: list[fmpq] | None
    slack: fmpq | None
    nodes: int
    stopped: bool = False
    bound: Fraction | None = None


def verify(
    net: Networks,
    query: Query | StrPath | None = None,
    *,
    inputs: DomainLike = None,
    unsafe: Polytope | Box | None = None,
    limit: int | None = None,
    timeout: float | None = None,
    workers: int = 1,
    file: StrPath | None = None,
    certificate: StrPath | None = None,
    run: StrPath | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Verification:
    """Whether a network has an unsafe input, with a proof or an exact counterexample.

    Parameters
    ----------
    net : Network, or what `as_network` accepts, or dict of them
        For a query that speaks of several networks, each by its name.
    query : Query or path, optional
        What `load_query` reads, or the file that it reads it from. Without one, `inputs` and
        `unsafe` say what is asked.
    inputs : Domain, or what `as_domain` accepts, optional
        By default that in the network's file, or the whole space.
    unsafe : Polytope or Box, optional
        A closed set of outputs.
    limit : int, optional
        Stop at this many regions or parts of the input set.
    timeout : float, optional
        Stop after so many seconds, wall clock.
    workers : int
        Processes that share the search, or look for regions; the answer does not depend on how
        many there are. A certificate is written by one.
    file : path, optional
        The ONNX file of the network: a counterexample is replayed by what runs such files.
    certificate : path, optional
        A file to write the verdict to with its proof, which `linreg check` accepts; it is not
        written where the search was stopped.
    run : path, optional
        A directory in which the search is kept: which boxes of inputs are left, and what is proved
        of them. The same call goes on where it was stopped, by whatever means.
    progress : callable, optional
        Called now and then with a `Progress`.

    Returns
    -------
    Verification

    Raises
    ------
    InvalidQuery
        If the query speaks of inputs, outputs or nodes that the network does not have.
    TypeError
        If neither a query nor an unsafe set is given, or both; or a certificate of a kept search.
    UnusableRun
        If the directory keeps another search, or another process works on it.
    KeyboardInterrupt
        If it is interrupted; the attribute `answer` is then a `Verification` with what is proved.

    Notes
    -----
    The verdict is that of the exact function: the network's weights are the floats that they are,
    and a decimal of a query is the rational that it is written as.

    Examples
    --------
    relu(x) + relu(y) - 2 relu(x + y - 1) is at most 1 on the unit square, and 1 is attained:

    >>> from linreg import Box, mlp
    >>> net = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])], readout=([[1, 1, -2]], [0]))
    >>> square = Box([0, 0], [1, 1])
    >>> verify(net, inputs=square, unsafe=Polytope([[-1]], ["-3/2"])).holds
    True
    >>> found = verify(net, inputs=square, unsafe=Polytope([[-1]], [-1]))
    >>> found.verdict, found.output
    ('violated', (Fraction(1, 1),))
    """
    budget = Budget(limit, timeout, workers, progress)
    if (query is None) == (unsafe is None):
        raise TypeError("verify takes a query, or inputs and unsafe, and not both")
    if run is not None and certificate is not None:
        raise TypeError("certificate: a search that is kept in a directory has none; leave one out")
    if isinstance(query, str | PathLike):
        query = load_query(query)
    given, net = net, accepted(net)
    if query is None:
        if isinstance(net, Mapping):
            raise TypeError("net: one Network was expected with inputs and unsafe")
        assert unsafe is not None
        dim = as_staged(net).input_dim
        query = query_of(as_staged(net), asked_where(given, inputs, dim, "inputs"), unsafe)
    elif inputs is not None:
        raise TypeError("inputs: the query says which inputs are asked about")
    if not isinstance(query, Query):
        raise TypeError(f"query: a Query was expected, got {type(query).__name__}")
    staged = network_of(net, query)
    if run is None:
        return budget.given(verified(staged, query, budget, file, certificate))
    with kept_in(run, staged, query) as kept:
        return budget.given(verified(staged, query, budget, file, kept=kept))


def verified(
    staged: StagedNetwork,
    query: Query,
    budget: Budget,
    file: StrPath | None = None,
    certificate: StrPath | None = None,
    kept: Kept | None = None,
) -> Verification:
    """The answer for one network whose outputs are all that the query speaks of."""
    if certificate is None:
        outcome = first_found(staged, questions_of(query), budget, kept)
    else:
        from linreg.questions.certifying import found_and_proved, write_verdict

        outcome, proofs = found_and_proved(staged, query, budget)
        if not outcome.stopped:
            at = None if outcome.point is None else as_fractions(outcome.point)
            write_verdict(certificate, staged, query, at, proofs)
    if outcome.point is None:
        return Verification(
            None if outcome.stopped else True,
            nodes=outcome.nodes,
            complete=not outcome.stopped,
            bound=outcome.bound,
            reason=budget.reason if outcome.stopped else "",
            seconds=budget.seconds,
        )
    at = as_fractions(outcome.point)
    value = tuple(staged.forward_exact(at))
    if not query.is_unsafe(at, value):
        raise AssertionError("a counterexample does not hold when it is replayed exactly")
    return Verification(
        False,
        at,
        value,
        None if outcome.slack is None else fraction(outcome.slack),
        replayed(staged, query, at, file),
        outcome.nodes,
        seconds=budget.seconds,
    )


def first_found(
    staged: StagedNetwork, questions: Iterable[Asked], budget: Budget, kept: Kept | None = None
) -> SetOutcome:
    """The first unsafe input of any of the questions."""
    nodes = 0
    bounds: list[Fraction | None] = []
    for number, asked in enumerate(questions):
        found = SetOutcome(None, None, 0, stopped=True)
        with budget.held():
            own = None if kept is None else kept.of(number)
            found = _kept_or_answered(staged, asked, budget, own)
        nodes += found.nodes
        if found.point is not None:
            return SetOutcome(found.point, found.slack, nodes)
        if found.stopped:
            bounds.append(found.bound)
    if not bounds:
        return SetOutcome(None, None, nodes)
    known = [bound for bound in bounds if bound is not None]
    bound = max(known) if len(known) == len(bounds) else None
    return SetOutcome(None, None, nodes, stopped=True, bound=bound)


def _kept_or_answered(
    staged: StagedNetwork, asked: Asked, budget: Budget, kept: KeptSet | None
) -> SetOutcome:
    if kept is None:
        return _answered(staged, asked, budget)
    if kept.is_safe:
        return SetOutcome(None, None, kept.nodes)
    if kept.found is not None:
        point, slack = kept.found
        return SetOutcome([rational(entry) for entry in point], rational(slack), kept.nodes)
    found = _answered(staged, asked, budget, kept)
    if not found.stopped:
        at = None if found.point is None else as_fractions(found.point)
        kept.settle(at, None if found.slack is None else fraction(found.slack), found.nodes)
    return found


def _answered(
    staged: StagedNetwork, asked: Asked, budget: Budget, kept: KeptSet | None = None
) -> SetOutcome:
    inputs = input_set(asked.inputs, staged.input_dim)
    if inputs is None:
        return SetOutcome(None, None, 0)
    if not inputs.dim:
        return _at_point(staged, inputs.origin, asked.alternatives)
    pieces = pieces_or_none(staged, inputs, budget)
    if pieces is not None:
        return on_pieces(pieces, inputs, asked.alternatives, budget)
    if budget.workers > 1:
        from linreg.questions.sharing import decided_by_many

        return decided_by_many(staged, asked, inputs, budget, kept)
    from linreg.questions.deciding import decided_by_search

    return decided_by_search(staged, inputs, asked.alternatives, budget, kept)


def _at_point(
    staged: StagedNetwork, x: Sequence[fmpq], alternatives: Sequence[Conditions]
) -> SetOutcome:
    values = [*as_fractions(x), *staged.forward_exact(as_fractions(x))]
    at = [fmpq(value.numerator, value.denominator) for value in values]
    for conditions in alternatives:
        slacks = [value_at(form, at) for form in (*conditions.weak, *conditions.strict)]
        if (
            all(value_at(form, at) >= 0 for form in conditions.weak)
            and all(value_at(form, at) > 0 for form in conditions.strict)
            and all(value_at(form, at) == 0 for form in conditions.equal)
        ):
            return SetOutcome(list(x), min(slacks, default=fmpq(0)), 1)
    return SetOutcome(None, None, 1)


def on_pieces(
    pieces: Pieces, inputs: InputSet, alternatives: Sequence[Conditions], budget: Budget
) -> SetOutcome:
    """The first region on which an alternative can be met, and where its slack is largest."""
    solver = Solver()
    for nodes, piece in enumerate(pieces, start=1):
        if budget.is_spent:
            return SetOutcome(None, None, nodes, stopped=True)
        budget.tell(nodes / len(pieces))
        met = best_met(piece, inputs, alternatives, solver)
        if met is not None:
            return SetOutcome(inputs.point(met.point), met.slack, nodes)
    return SetOutcome(None, None, len(pieces), stopped=not pieces.complete)


def best_met(
    piece: Piece, inputs: InputSet, alternatives: Sequence[Conditions], solver: Solver
) -> Met | None:
    """Where on a region an alternative is met with the largest slack; None if none is."""
    variables = [*coordinates(inputs), *piece.outputs]
    best: Met | None = None
    for conditions in alternatives:
        found = meet(
            piece.rows,
            [pulled(form, variables) for form in conditions.weak],
            [pulled(form, variables) for form in conditions.strict],
            [pulled(form, variables) for form in conditions.equal],
            piece.inside,
            solver,
        )
        if isinstance(found, Met) and (best is None or found.slack > best.slack):
            best = found
    return best


def coordinates(inputs: InputSet) -> list[list[fmpq]]:
    """Each input as a form of the coordinates of its set."""
    return [
        [*(vector[i] for vector in inputs.basis), start] for i, start in enumerate(inputs.origin)
    ]


__all__ = [
    "InvalidQuery",
    "SetOutcome",
    "Verification",
    "best_met",
    "coordinates",
    "on_pieces",
    "verified",
    "verify",
]
