"""Distances with their proofs: a point of another class, and that none is nearer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, lcm

from flint import fmpq

from linreg.certificate.encoding import integer, unsigned
from linreg.domains import Domain, WholeSpace
from linreg.errors import BrokenInvariant, IncompleteError
from linreg.files import StrPath
from linreg.network import StagedNetwork
from linreg.polyhedra import Solver
from linreg.problem import Problem
from linreg.problem.region_rows import Boundaries
from linreg.questions.answers import as_fractions
from linreg.questions.input_sets import domain_forms, input_set
from linreg.questions.loop_or_search import Budget
from linreg.questions.nearest import nearest_point
from linreg.questions.programs import pulled
from linreg.questions.proving import met_or_proved, vector, write_answer
from linreg.questions.radii import NearestMet
from linreg.questions.verifying import coordinates
from linreg.rational import fraction
from linreg.readers.query import Condition, condition

NONE, SOME, SAME = b"\0", b"\1", b"\2"
"""What is said of a distance."""

MOST_PLANES = 256
"""Planes around a ball that are tried."""


@dataclass(frozen=True, slots=True, eq=False)
class DistanceAsked:
    """What is asked of a point's neighbours.

    Attributes
    ----------
    staged : StagedNetwork
    domain : Domain
    at : tuple of Fraction
    norm : str
    label : int
    rivals : tuple of int
    sense : str
    """

    staged: StagedNetwork
    domain: Domain
    at: tuple[Fraction, ...]
    norm: str
    label: int
    rivals: tuple[int, ...]
    sense: str

    def lead(self, rival: int) -> dict[int, Fraction]:
        """How far a rival is ahead, by outputs."""
        sign = Fraction(1 if self.sense == "max" else -1)
        return {rival: sign, self.label: -sign}


Plane = tuple[tuple[int, ...], int]
"""(q, s): q @ (x - centre) < s inside a ball."""


def write_distances(
    path: StrPath,
    asked: DistanceAsked,
    tie: NearestMet | None,
    flip: NearestMet | None,
    budget: Budget,
) -> None:
    """Write how far the nearest tie and the nearest flip are.

    Raises
    ------
    IncompleteError
        If a proof was stopped, or takes too many planes.
    """
    proofs = [proof(asked, tie, False, budget)]
    if flip is not None and tie is not None and flip.near.size == tie.near.size:
        proofs.append(SAME + _met(asked, flip, True))
    else:
        same = flip is None and tie is None
        proofs.append(SAME if same else proof(asked, flip, True, budget))
    said = {
        "question": "robustness",
        "point": list(map(str, asked.at)),
        "norm": asked.norm,
        "label": asked.label,
        "rivals": list(asked.rivals),
        "sense": asked.sense,
    }
    write_answer(path, asked.staged, asked.domain, said, proofs)


def proof(asked: DistanceAsked, found: NearestMet | None, flip: bool, budget: Budget) -> bytes:
    """The proof of the nearest tie, or of the nearest flip."""
    n = asked.staged.input_dim
    met = []
    for rival in asked.rivals:
        relation = ">" if flip and rival > asked.label else ">="
        terms = {n + i: by for i, by in asked.lead(rival).items()}
        met.append([condition(terms, Fraction(0), relation)])
    if found is None:
        point, tree = met_or_proved(asked.staged, asked.domain, met, budget)
        if point is not None:
            raise BrokenInvariant("another class is met where none was found; please report this")
        return NONE + tree
    size, x = fraction(found.near.size), as_fractions(found.near.point)
    records = SOME + _met(asked, found, flip)
    if not size:
        return records
    planes = [] if asked.norm == "linf" else [plane(asked, size, x)]
    while len(planes) <= MOST_PLANES:
        ball = _ball(asked, size, planes)
        alternatives = [[*ball, *own] for own in met]
        point, tree = met_or_proved(asked.staged, asked.domain, alternatives, budget)
        if point is None:
            written = [b"".join(map(integer, (*q, most))) for q, most in planes]
            return records + unsigned(len(planes)) + b"".join(written) + tree
        at = as_fractions(point)
        if asked.norm == "l2":
            at = _projected(asked, point, met)
        planes.append(plane(asked, size, at))
    raise IncompleteError(
        f"a certificate of this distance takes more than {MOST_PLANES} planes around the ball, so "
        "that nothing was written; one for linf takes none"
    )


def _met(asked: DistanceAsked, found: NearestMet, flip: bool) -> bytes:
    """The class and the point of a tie or flip; of a flip at a tie also where the class wins."""
    x = as_fractions(found.near.point)
    outputs = asked.staged.forward_exact(x)
    lead = sum(by * outputs[i] for i, by in asked.lead(found.label).items())
    beyond = flip and lead == 0 and found.label > asked.label
    records = unsigned(found.label) + vector(x)
    return records + vector(as_fractions(found.beyond)) if beyond else records


def _ball(asked: DistanceAsked, size: Fraction, planes: Sequence[Plane]) -> list[Condition]:
    """Conditions that hold strictly inside a ball."""
    reach = size
    if asked.norm == "l2":
        root = isqrt(size.numerator * size.denominator << 64) + 1
        reach = Fraction(root, size.denominator << 32)
    found = []
    for i, middle in enumerate(asked.at):
        found.append(condition({i: Fraction(1)}, reach - middle, ">"))
        found.append(condition({i: Fraction(-1)}, reach + middle, ">"))
    for q, most in planes:
        shift = sum((by * x for by, x in zip(q, asked.at, strict=True)), Fraction(0))
        terms = {i: Fraction(-by) for i, by in enumerate(q)}
        found.append(condition(terms, most + shift, ">"))
    return found


def plane(asked: DistanceAsked, size: Fraction, point: Sequence[Fraction]) -> Plane:
    """A plane between a ball and a point that is not inside it."""
    step = [x - middle for x, middle in zip(point, asked.at, strict=True)]
    if asked.norm == "l1":
        # All of the ball is below the radius in the direction of these signs.
        signs = [1 if entry >= 0 else -1 for entry in step]
        return tuple(by * size.denominator for by in signs), size.numerator
    if asked.norm == "linf":
        raise BrokenInvariant("another class is met nearer than the nearest; please report this")
    common = lcm(*(entry.denominator for entry in step))
    q = [int(entry * common) for entry in step]
    square = sum(entry * entry for entry in q)
    # Below s with size * square <= s^2 all of the ball lies; the point is at square / common.
    least = size * square
    if least * common * common > square * square:
        raise BrokenInvariant("another class is met nearer than the nearest; please report this")
    places = 32
    while True:
        root = isqrt((least.numerator << 2 * places) // least.denominator)
        exact = Fraction(root, 1 << places)
        if exact * exact < least:
            exact = Fraction(root + 1, 1 << places)
        if exact * common <= square:
            by = exact.denominator
            return tuple(by * entry for entry in q), exact.numerator
        if Fraction(square, common) ** 2 == least:
            return tuple(common * entry for entry in q), square
        places *= 2


def _projected(
    asked: DistanceAsked, point: Sequence[fmpq], met: Sequence[Sequence[Condition]]
) -> tuple[Fraction, ...]:
    """The nearest point of another class in the region of one, or the point itself."""
    staged, n = asked.staged, asked.staged.input_dim
    x = as_fractions(point)
    pattern = tuple(staged.pattern_at(x).tolist())
    rows = Boundaries(Problem(staged, WholeSpace(n))).of(pattern).rows
    outputs = staged.affine_on(pattern).rows.table()
    values = [*x, *staged.forward_exact(x)]
    for (own,) in met:
        here = sum((by * values[i] for i, by in own.terms), own.constant)
        if here > 0 or (here == 0 and own.relation == ">="):
            lead = [fmpq(0)] * (n + 1)
            for i, by in own.terms:
                exact = fmpq(by.numerator, by.denominator)
                lead = [a + exact * b for a, b in zip(lead, outputs[i - n], strict=True)]
            break
    else:
        raise BrokenInvariant("no class is met where one was found; please report this")
    forms = [*([fmpq(entry) for entry in row] for row in rows), *domain_forms(asked.domain), lead]
    face = input_set(forms, n)
    if face is None or not face.dim:
        return x
    shifts = [fmpq(-middle.numerator, middle.denominator) for middle in asked.at]
    units = [[*(fmpq(int(i == j)) for j in range(n)), shift] for i, shift in enumerate(shifts)]
    offsets = [pulled(unit, coordinates(face)) for unit in units]
    near = nearest_point(face.rows, offsets, face.inside, "l2", Solver())
    return as_fractions(face.point(near.point))


__all__ = ["DistanceAsked", "plane", "proof", "write_distances"]
