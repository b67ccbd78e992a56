"""Verdicts with their proofs, written down for someone else to check."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from flint import fmpq

from linreg.certificate.encoding import Writer, integer, text, unsigned
from linreg.files import StrPath, replacing
from linreg.kernel.bounds.units import GRID, GUIDE
from linreg.network import StagedNetwork
from linreg.network.rectified import Rectified, rectified
from linreg.questions.boxes import BoxedNetwork
from linreg.questions.exact_proofs import Held, NotProved, exact_proof
from linreg.questions.input_sets import input_set
from linreg.questions.loop_or_search import Budget
from linreg.questions.queries import Conditions, questions_of
from linreg.questions.searching import BoxNode
from linreg.rational import rational
from linreg.readers.query import Condition, Query

MAGIC = b"linreg-verdict-1\n"
"""The first line of a file with the proof of a verdict."""

EXACTLY, BOXES = b"\0", b"\1"
"""How a section is proved."""

BISECTED, NARROWED, DEAD, PROGRAM, EXACT = 1, 2, 3, 4, 5
SPLIT, WALK = 1, 2

Ends = tuple[tuple[Fraction, Fraction], ...]
"""Closed bounds of each input."""


@dataclass(frozen=True, slots=True)
class Section:
    """Alternatives that bound the inputs alike.

    Attributes
    ----------
    ends : Ends or None
    alternatives : list of Conditions
        What the bounds do not say.
    query : Query
        With these alternatives alone.
    """

    ends: Ends | None
    alternatives: list[Conditions]
    query: Query


def sections_of(query: Query, n_outputs: int) -> list[Section]:
    """The parts of a query that are proved apart, in the order of the file."""
    n = query.n_inputs
    found: list[Section] = []
    for alternative in query.alternatives:
        own = list(dict.fromkeys(alternative))
        bounds = [each for each in own if len(each.terms) == 1 and each.terms[0][0] < n]
        ends = _ends(bounds, n)
        if ends is not None and any(low > high for low, high in ends):
            continue
        if ends is not None:
            own = [each for each in own if each.relation == ">" or each not in bounds]
        conditions = _conditions(own, n + n_outputs)
        same = next((i for i, each in enumerate(found) if ends and each.ends == ends), None)
        if same is None:
            found.append(Section(ends, [conditions], replace(query, alternatives=(alternative,))))
        else:
            before = found[same]
            found[same] = Section(
                ends,
                [*before.alternatives, conditions],
                replace(query, alternatives=(*before.query.alternatives, alternative)),
            )
    return found


def _ends(bounds: Sequence[Condition], n: int) -> Ends | None:
    lows: dict[int, list[Fraction]] = {i: [] for i in range(n)}
    highs: dict[int, list[Fraction]] = {i: [] for i in range(n)}
    for each in bounds:
        ((i, by),) = each.terms
        for ends, is_one in ((lows, by > 0), (highs, by < 0)):
            if is_one or each.relation == "==":
                ends[i].append(-each.constant / by)
    if not all((*lows.values(), *highs.values())):
        return None
    return tuple((max(lows[i]), min(highs[i])) for i in range(n))


def _conditions(conditions: Sequence[Condition], size: int) -> Conditions:
    by_relation: dict[str, list[list[fmpq]]] = {">=": [], ">": [], "==": []}
    for each in conditions:
        form = [fmpq(0)] * size + [rational(each.constant)]
        for i, by in each.terms:
            form[i] = rational(by)
        by_relation[each.relation].append(form)
    return Conditions(by_relation[">="], by_relation[">"], by_relation["=="])


def held(conditions: Conditions) -> list[Held]:
    """Conditions in the order in which proofs number them."""
    found = [Held(form, strict=False) for form in conditions.weak]
    found += [Held(form, strict=True) for form in conditions.strict]
    for form in conditions.equal:
        found += [Held(form, strict=False), Held([-entry for entry in form], strict=False)]
    return found


@dataclass(eq=False)
class BoxProof:
    """What a search on boxes writes down: for each box what became of it.

    Parameters
    ----------
    network : Rectified
        Of the query's own inputs.
    section : Section
        With ends.
    boxed : BoxedNetwork
    budget : Budget
    """

    network: Rectified
    section: Section
    boxed: BoxedNetwork
    budget: Budget
    _records: dict[int, bytearray] = field(default_factory=dict)
    _cut: set[int] = field(default_factory=set)

    def dead(self, node: BoxNode) -> None:
        """Nothing unsafe is left in a box."""
        self._of(node).append(DEAD)

    def program(self, node: BoxNode, k: int, records: bytes) -> None:
        """Programs have proved that an alternative is met nowhere in a box."""
        self._of(node).extend(bytes((PROGRAM,)) + unsigned(k) + records)

    def exact(self, node: BoxNode, k: int) -> None:
        """So have exact cells."""
        assert self.section.ends is not None
        ends = list(self.section.ends)
        free = [i for i, (low, high) in enumerate(ends) if low < high]
        for axis, i in enumerate(free):
            low, high = ends[i]
            middle, half = (low + high) / 2, (high - low) / 2
            ends[i] = (
                middle + half * Fraction(int(node.low[axis]), 1 << GRID),
                middle + half * Fraction(int(node.high[axis]), 1 << GRID),
            )
        conditions = held(self.section.alternatives[k])
        proof = exact_proof(self.network, box_rows(tuple(ends)), conditions, self.budget)
        self._of(node).extend(bytes((EXACT,)) + unsigned(k) + proof)

    def halves(self, node: BoxNode, halves: Sequence[BoxNode]) -> None:
        """A box is cut; its network may be normalised anew."""
        lower, upper = halves
        records, axis = self._of(node), int(np.nonzero(upper.low != node.low)[0][0])
        if lower.tables is node.tables:
            records.extend(bytes((BISECTED,)))
        else:
            records.append(NARROWED)
            for before, after in zip(node.tables.scales, lower.tables.scales, strict=True):
                records.extend(b"".join(integer(int(fall)) for fall in before - after))
        records.extend(unsigned(axis))
        self._cut.add(node.place)

    def written(self) -> bytes:
        """The tree in preorder, after the scales of the root."""
        scales = [integer(int(scale)) for row in self.boxed.tables.scales for scale in row]
        parts: list[bytes] = [BOXES, *scales]
        stack = [1]
        while stack:
            place = stack.pop()
            parts.append(bytes(self._records[place]))
            if place in self._cut:
                stack += [2 * place + 1, 2 * place]
        return b"".join(parts)

    def _of(self, node: BoxNode) -> bytearray:
        return self._records.setdefault(node.place, bytearray())


def walk_record(own: Sequence[int], weights: Sequence[int], guides: np.ndarray) -> bytes:
    """The leaf of a program: weights of an alternative's rows, and multipliers of units."""
    flat = np.ldexp(guides, GUIDE).ravel()
    places = np.nonzero(flat)[0].tolist()
    parts = [bytes((WALK,)), *(unsigned(int(weights[i])) for i in sorted(set(own)))]
    parts.append(unsigned(len(places)))
    before = -1
    for place in places:
        parts += [unsigned(place - before - 1), unsigned(int(flat[place]))]
        before = place
    return b"".join(parts)


def split_record(unit: tuple[int, int]) -> bytes:
    """A unit is split in a program's tree."""
    return bytes((SPLIT,)) + unsigned(unit[0]) + unsigned(unit[1])


def box_rows(ends: Ends) -> list[list[fmpq]]:
    """For each input the row of its lower end, then that of its upper end."""
    rows = []
    for i, (low, high) in enumerate(ends):
        unit = [fmpq(int(i == j)) for j in range(len(ends))]
        rows += [[*unit, -rational(low)], [*(-entry for entry in unit), rational(high)]]
    return rows


def found_and_proved(
    staged: StagedNetwork, query: Query, budget: Budget
) -> tuple[Any, list[bytes]]:
    """The first unsafe input, or the proofs of all sections that there is none."""
    from linreg.questions.deciding import Decision, prepared
    from linreg.questions.verifying import SetOutcome, first_found

    network = rectified(staged)
    nodes, proofs = 0, []
    for section in sections_of(query, staged.readout.n_outputs):
        inputs = None
        if section.ends is not None:
            inputs = input_set(box_rows(section.ends), staged.input_dim)
        ready = None
        if inputs is not None and inputs.dim:
            ready = prepared(staged, inputs, section.alternatives)
        try:
            if inputs is not None and ready is not None:
                proof = BoxProof(network, section, ready[0].boxed, budget)
                search = Decision(*ready, inputs, staged, section.alternatives, budget, proof)
                found = search.answer()
            else:
                found = first_found(staged, questions_of(section.query), budget)
            nodes += found.nodes
            if found.point is not None or found.stopped:
                return replace(found, nodes=nodes), []
            if ready is not None:
                proofs.append(proof.written())
                continue
            rows = [] if section.ends is None else box_rows(section.ends)
            exact = [exact_proof(network, rows, held(k), budget) for k in section.alternatives]
            proofs.append(b"".join([EXACTLY, *exact]))
        except NotProved:
            return SetOutcome(None, None, nodes, stopped=True), []
    return SetOutcome(None, None, nodes), proofs


def write_verdict(
    path: StrPath,
    staged: StagedNetwork,
    query: Query,
    counterexample: Sequence[Fraction] | None,
    proofs: Sequence[bytes],
) -> None:
    """Write a verdict with its proof."""
    header = {
        "fingerprint": staged.fingerprint,
        "query": _digest(query),
        "verdict": "holds" if counterexample is None else "violated",
    }
    with replacing(path) as temporary, temporary.open("wb") as stream:
        writer = Writer(stream, MAGIC)
        writer.records(text(header))
        if counterexample is not None:
            common = lcm(*(x.denominator for x in counterexample))
            entries = [int(x * common) for x in counterexample]
            writer.records(integer(common) + b"".join(map(integer, entries)))
        for proof in proofs:
            writer.records(proof)
        writer.finish()


def _digest(query: Query) -> str:
    lines = []
    for conditions in query.alternatives:
        lines.append("or")
        for each in conditions:
            terms = [f"{by}*{i}" for i, by in each.terms]
            lines.append(" ".join([*terms, str(each.constant), each.relation]))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
