"""Answers with their proofs, written down for someone else to check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from flint import fmpq

from linreg.certificate.encoding import Writer, integer, text, unsigned
from linreg.certificate.prover import write_tree
from linreg.domains import Domain
from linreg.errors import BrokenInvariant, IncompleteError
from linreg.files import StrPath, replacing
from linreg.network import StagedNetwork
from linreg.problem import Problem
from linreg.questions.certifying import found_and_proved
from linreg.questions.extremes import Extreme, negated
from linreg.questions.loop_or_search import Budget
from linreg.readers.query import Condition, Query, QueryNetwork, Tensor, condition
from linreg.run import CountProgress, Options

if TYPE_CHECKING:
    from linreg.questions.pairs import Difference

MAGIC = b"linreg-answer-1\n"
"""The first line of a file with the proof of an answer."""

MOST_LISTED = 1_000_000
"""Regions that the proof of a Lipschitz constant lists at most, if no limit is given."""

ATTAINED, UNBOUNDED, EMPTY = b"\1", b"\2", b"\3"
"""What is said of a greatest value."""


@dataclass(frozen=True, slots=True)
class ExtremeValue:
    """A greatest or least value that was found.

    Attributes
    ----------
    sense : str
        "max" or "min".
    asked : int, or sequence of numbers
        The output, or the weight of each output.
    found : Extreme
    """

    sense: str
    asked: int | Sequence[Fraction]
    found: Extreme


@contextmanager
def carrying(answer: object) -> Iterator[None]:
    """Where the proof of an answer is written: if that is stopped, the error carries the answer."""
    try:
        yield
    except IncompleteError as error:
        error.answer = answer
        raise


def write_range(
    path: StrPath,
    staged: StagedNetwork,
    domain: Domain,
    values: Sequence[ExtremeValue],
    budget: Budget,
) -> None:
    """Write values of a range, unless the search for one was stopped.

    Raises
    ------
    IncompleteError
        If the proof was stopped.
    """
    if not all(value.found.complete for value in values):
        return
    parts: list[dict[str, object]] = []
    proofs = []
    for value in values:
        sign = 1 if value.sense == "max" else -1
        if isinstance(value.asked, int):
            weights = [Fraction(int(value.asked == j)) for j in range(staged.readout.n_outputs)]
            parts.append({"sense": value.sense, "output": value.asked})
        else:
            weights = list(value.asked)
            parts.append({"sense": value.sense, "functional": list(map(str, weights))})
        signed = [sign * by for by in weights]
        highest = value.found if sign > 0 else negated(value.found)
        proofs.append(_greatest(staged, domain, [signed], highest, 0, budget))
    write_answer(path, staged, domain, {"question": "range", "parts": parts}, proofs)


def write_difference(
    path: StrPath, less: StagedNetwork, domain: Domain, found: Difference, budget: Budget
) -> None:
    """Write the largest difference of two networks; `less` is the first less the second.

    Raises
    ------
    IncompleteError
        If the proof was stopped.
    """
    if not found.complete:
        return
    m = less.readout.n_outputs
    signed = [[Fraction(sign * (i == j)) for j in range(m)] for i in range(m) for sign in (1, -1)]
    number, ray = 0, None
    if found.status == "unbounded":
        assert found.output is not None
        ends = found.ranges[found.output]
        is_low = ends.lowest.status == "unbounded"  # whose point the answer has then
        number = 2 * found.output + is_low
        ray = (ends.lowest if is_low else ends.highest).ray
    highest = Extreme(found.status, found.value, found.point, ray)
    proof = _greatest(less, domain, signed, highest, number, budget)
    write_answer(path, less, domain, {"question": "difference"}, [proof])


def write_constant(
    path: StrPath,
    problem: Problem,
    norms: tuple[str, str],
    outputs: Sequence[int],
    budget: Budget,
) -> None:
    """Write a Lipschitz constant: all regions, and the norms that are asked of them.

    Raises
    ------
    IncompleteError
        If there are more regions than are listed, or the time is over.
    """
    said = {"question": "lipschitz", "norms": list(norms), "outputs": list(outputs)}
    limit = budget.at_most(MOST_LISTED).limit

    def stopped(why: str) -> IncompleteError:
        return IncompleteError(
            f"the constant is known, but no proof was written: it lists all regions, and {why}"
        )

    def report(_: CountProgress) -> None:
        if budget.is_spent:
            raise stopped("the time was over")

    with replacing(path) as temporary, temporary.open("wb") as stream:
        writer = Writer(stream, MAGIC)
        writer.records(_header(problem.network, problem.domain, said))
        options = Options(workers=budget.workers, limit=limit, progress=report)
        if not write_tree(writer, problem, options)[0].complete:
            raise stopped(f"there are more than {limit:,}; ask on a smaller domain")
        writer.finish()


def write_answer(
    path: StrPath,
    staged: StagedNetwork,
    domain: Domain,
    said: Mapping[str, object],
    proofs: Sequence[bytes],
) -> None:
    """Write an answer, with what is said of the question."""
    with replacing(path) as temporary, temporary.open("wb") as stream:
        writer = Writer(stream, MAGIC)
        writer.records(_header(staged, domain, said))
        for proof in proofs:
            writer.records(proof)
        writer.finish()


def _header(staged: StagedNetwork, domain: Domain, said: Mapping[str, object]) -> bytes:
    rows = [list(map(str, row)) for row in domain.rows()]
    return text({"fingerprint": staged.fingerprint, "domain": rows, **said})


def _greatest(
    staged: StagedNetwork,
    domain: Domain,
    functionals: Sequence[Sequence[Fraction]],
    found: Extreme,
    number: int,
    budget: Budget,
) -> bytes:
    """The proof of the greatest value of some functionals, of which one has it."""
    n = staged.input_dim
    if found.status == "empty":
        return EMPTY + _nowhere(staged, domain, [[]], budget)
    assert found.point is not None
    if found.status == "unbounded":
        assert found.ray is not None
        return UNBOUNDED + unsigned(number) + vector(found.point) + vector(found.ray)
    assert found.value is not None
    above = []
    for weights in functionals:
        terms = {n + i: by for i, by in enumerate(weights)}
        above.append([condition(terms, -found.value, ">")])
    return ATTAINED + vector(found.point) + _nowhere(staged, domain, above, budget)


def _nowhere(
    staged: StagedNetwork,
    domain: Domain,
    alternatives: Sequence[Sequence[Condition]],
    budget: Budget,
) -> bytes:
    """The proof that no input of a domain meets all conditions of an alternative."""
    met, proof = met_or_proved(staged, domain, alternatives, budget)
    if met is not None:
        raise BrokenInvariant(f"an answer is exceeded at {met}; please report this network")
    return proof


def met_or_proved(
    staged: StagedNetwork,
    domain: Domain,
    alternatives: Sequence[Sequence[Condition]],
    budget: Budget,
) -> tuple[list[fmpq] | None, bytes]:
    """An input of a domain that meets all conditions of an alternative, or that there is none.

    Raises
    ------
    IncompleteError
        If the search was stopped.
    """
    inside = [
        condition(dict(enumerate(row[:-1])), row[-1], ">=") for row in map(tuple, domain.rows())
    ]
    sizes = staged.input_dim, staged.readout.n_outputs
    network = QueryNetwork("", (Tensor("X", sizes[:1]),), (Tensor("Y", sizes[1:]),))
    query = Query((network,), tuple((*inside, *own) for own in alternatives))
    found, proofs = found_and_proved(staged, query, budget)
    if found.stopped:
        raise IncompleteError(
            "the answer was found, but the proof that is written was stopped, so that nothing was "
            "written; allow for more, or ask without a certificate"
        )
    return found.point, b"".join(proofs)


def vector(entries: Sequence[Fraction]) -> bytes:
    """A denominator, and the numerators of a point or direction."""
    common = lcm(*(x.denominator for x in entries))
    return integer(common) + b"".join(integer(int(x * common)) for x in entries)


__all__ = [
    "ExtremeValue",
    "carrying",
    "met_or_proved",
    "vector",
    "write_answer",
    "write_constant",
    "write_difference",
    "write_range",
]
