"""Robustness: how far a point is from inputs of another class, exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq

from linreg.arguments import point as coordinates_of
from linreg.errors import InvalidDomain, InvalidQuery
from linreg.files import StrPath
from linreg.network import StagedNetwork
from linreg.polyhedra import IntegerRow, Point, PointedPolyhedron, Solver
from linreg.progress import Progress
from linreg.questions.answers import as_fractions
from linreg.questions.approaching import Approach
from linreg.questions.distances import Distance, Robustness
from linreg.questions.extremes import checked_output
from linreg.questions.far import MOST_CONED, Cone, cones
from linreg.questions.input_sets import InputSet, domain_forms, input_set
from linreg.questions.loop_or_search import FEW_REGIONS, Budget, pieces_or_none, pieces_within
from linreg.questions.nearest import Near, nearest_point
from linreg.questions.norms import norm_of, root_float
from linreg.questions.pieces import Piece
from linreg.questions.programs import Rising, highest_values, value_at
from linreg.questions.verifying import coordinates
from linreg.rational import fraction, nearest_float, primitive_factor, rational
from linreg.readers import DomainLike, NetworkLike, asked
from linreg.wording import counted


def label_of(outputs: Sequence[Fraction], sense: str = "max") -> int:
    """The class of a point with these outputs: the lowest index of a largest (or least) one."""
    values = list(outputs) if sense == "max" else [-y for y in outputs]
    return values.index(max(values))


def robustness(
    net: NetworkLike,
    x: Sequence[object],
    norm: str = "linf",
    domain: DomainLike = None,
    *,
    label: int | None = None,
    targets: Sequence[int] | None = None,
    sense: str = "max",
    limit: int | None = None,
    timeout: float | None = None,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    certificate: StrPath | None = None,
) -> Robustness:
    """The distance from a point to the nearest tie with another class, and to the nearest flip.

    Parameters
    ----------
    net : Network, or what `as_network` accepts
        With at least two outputs.
    x : sequence of numbers, length inputs
    norm : str
        "l1", "l2" or "linf".
    domain : Domain, or what `as_domain` accepts, optional
        Only its inputs count; by default that in the network's file, or the whole space.
    label : int, optional
        The class that is to be kept; by default that of the point, the lowest index of a largest
        output.
    targets : sequence of int, optional
        Only these classes count as others, one at least beside the label.
    sense : str
        "min" where the least output wins.
    limit : int, optional
        Most regions of one search.
    timeout : float, optional
        Stop after so many seconds, wall clock.
    workers : int
    progress : callable, optional
        Called now and then with a `Progress` of one search.
    certificate : path, optional
        A file to write the answer to with its proof, which `linreg check` accepts; it is not
        written where the search was stopped.

    Returns
    -------
    Robustness

    Raises
    ------
    ValueError
        If a norm is none of the three, a number is missing, or no target is another class.
    InvalidQuery
        If the network has one output.
    InvalidDomain
        If the point is outside the domain.
    NoSuchIndex
        If the label or a target is no output.
    IncompleteError
        If there is an answer, but its proof was stopped or would be too long; the attribute
        `answer` has it.
    UnwritableFile
        If the certificate cannot be written.
    KeyboardInterrupt
        If it is interrupted; the attribute `answer` is then what is proved by then, a `Robustness`.

    Notes
    -----
    A tie is an input where another class has an output that is at least as large; a flip is one
    where another class wins, or the limit of such inputs. They differ where outputs tie on a whole
    region. Regions are searched on boxes around the point that are doubled until the nearest input
    found is within the box.

    Examples
    --------
    The outputs x and 1 - x tie at 1/2:

    >>> from linreg import mlp
    >>> net = mlp([], readout=([[1], [-1]], [0, 1]))
    >>> found = robustness(net, ["3/4"])
    >>> found.label, found.flip.exact, found.flip.point
    (0, Fraction(1, 4), (Fraction(1, 2),))
    """
    staged, where = asked(net, domain)
    dim, n_outputs = staged.input_dim, staged.readout.n_outputs
    at = coordinates_of(x, dim)
    norm = norm_of(norm)
    if sense not in ("max", "min"):
        raise ValueError(f"sense is max or min: got {sense!r}")
    if n_outputs < 2:
        raise InvalidQuery(
            f"the network has {counted(n_outputs, 'output')}, but classes need at least 2; "
            "linreg.verify asks about one output"
        )
    budget = Budget(limit, timeout, workers, progress)
    exact = [fraction(entry) for entry in at]
    if label is None:
        label = label_of(staged.forward_exact(exact), sense)
    label = checked_output(label, staged, "label")
    others = range(n_outputs) if targets is None else [checked_output(j, staged) for j in targets]
    rivals = [j for j in others if j != label]
    if not rivals:
        raise ValueError(
            f"targets: at least one class other than {label}, that of the point, was expected"
        )
    around = domain_forms(where)
    if any(value_at(form, at) < 0 for form in around):
        raise InvalidDomain("x: the point is outside the domain")
    search = _Search(staged, at, norm, label, rivals, 1 if sense == "max" else -1, around, budget)
    found = budget.given(search.answer())
    if certificate is not None and found.complete:
        from linreg.questions.proving import carrying
        from linreg.questions.proving_distances import DistanceAsked, write_distances

        question = DistanceAsked(staged, where, as_fractions(at), norm, label, tuple(rivals), sense)
        with carrying(found):
            write_distances(certificate, question, search.tie, search.flip, budget)
    return found


@dataclass(frozen=True, slots=True)
class NearestMet:
    """A tie or a flip with a class, and a point of its region where that wins, if it does there."""

    near: Near
    label: int
    beyond: list[fmpq]


class _Search:
    """The nearest tie and flip, on boxes around the point that grow."""

    def __init__(
        self,
        staged: StagedNetwork,
        at: list[fmpq],
        norm: str,
        label: int,
        rivals: Sequence[int],
        sign: int,
        around: list[list[fmpq]],
        budget: Budget,
    ) -> None:
        self.staged = staged
        self.at = at
        self.norm = norm
        self.label = label
        self.rivals = rivals
        self.sign = sign
        self.around = around
        self.budget = budget
        self.solver = Solver()
        self.tie: NearestMet | None = None
        self.flip: NearestMet | None = None
        self.searched = fmpq(0)
        """No input is nearer than this, squared for l2, and was not looked at."""

    def answer(self) -> Robustness:
        complete = False
        with self.budget.held():
            complete = self._is_settled()
        return self._finished(None if complete else self.searched)

    def _is_settled(self) -> bool:
        """Look farther and farther; False if the search was stopped."""
        extent = _extent(self.around, self.at, self.solver)
        reach = fmpq(0)
        for reach in self._reaches():
            inputs = input_set([*self.around, *_box(self.at, reach)], len(self.at))
            assert inputs is not None  # the point is in it
            if not self._look(inputs, reach):
                return False
            if extent is not None and reach >= extent:
                return True
            self.searched = self._size(reach)
            if self.flip is not None and self.flip.near.size <= self.searched:
                return True
        return self._look_beyond(reach)

    def _look_beyond(self, reach: fmpq) -> bool:
        """Look at what is beyond all boxes; False if it was stopped."""
        whole = input_set(self.around, len(self.at))
        assert whole is not None  # the point is in it
        few = self.budget.at_most(FEW_REGIONS)
        if len(self.at) > MOST_CONED or pieces_within(self.staged, whole, few).complete:
            return self._look(whole, reach)
        return all(self._is_looked_at(cone) for cone in cones(self.at, reach))

    def _is_looked_at(self, cone: Cone) -> bool:
        """Look at what is farther than all boxes in one of its parts; False if it was stopped."""
        if cone.is_clear(self.staged, self.around, self._leads(), self.budget):
            return True
        inputs = input_set([*self.around, *cone.forms()], len(self.at))
        return inputs is None or self._look(inputs, cone.reach)

    def _size(self, reach: fmpq) -> fmpq:
        """The size of a distance."""
        return reach * reach if self.norm == "l2" else reach

    def _reaches(self) -> Iterator[fmpq]:
        """Half the widths of the boxes."""
        largest = max((abs(entry) for entry in self.at), default=fmpq(0))
        reach = fmpq(1, 16)
        for _ in range(64):
            yield reach
            if reach > 64 * (largest + 1):
                return
            reach *= 2

    def _look(self, inputs: InputSet, reach: fmpq) -> bool:
        """Look at all regions on a set, with which all is seen within a reach; False if stopped."""
        offsets = [
            [*form[:-1], form[-1] - start]
            for form, start in zip(coordinates(inputs), self.at, strict=True)
        ]
        if not inputs.dim:
            self._look_at_point(inputs)
            return True
        pieces = pieces_or_none(self.staged, inputs, self.budget)
        if pieces is None:
            approach = self._approach(inputs, offsets)
            if inputs.is_whole and approach.is_possible:
                try:
                    return approach.run()
                finally:
                    self.searched = max(self.searched, min(approach.reached, self._size(reach)))
            pieces = pieces_within(self.staged, inputs, self.budget)
        for looked, piece in enumerate(pieces):
            if self.budget.is_spent:
                return False
            self.budget.tell(looked / len(pieces))
            self._look_at_piece(piece, inputs, offsets)
        return pieces.complete

    def _approach(self, inputs: InputSet, offsets: Sequence[Sequence[fmpq]]) -> Approach:
        """The search for what is nearest on a set of many regions."""
        return Approach(
            inputs.restricted(self.staged),
            inputs,
            self._leads(),
            [-form[-1] for form in offsets],
            self.norm,
            lambda piece: self._look_at_piece(piece, inputs, offsets),
            # Nothing matters beyond the nearest flip: the nearest tie is not farther.
            lambda: None if self.flip is None else self.flip.near.size,
            self.budget,
        )

    def _leads(self) -> list[list[fmpq]]:
        """What each other class has more than the label, as forms of the outputs."""
        leads = []
        for j in self.rivals:
            lead = [fmpq(0)] * (self.staged.readout.n_outputs + 1)
            lead[j], lead[self.label] = fmpq(self.sign), fmpq(-self.sign)
            leads.append(lead)
        return leads

    def _look_at_point(self, inputs: InputSet) -> None:
        values = self.staged.forward_exact([fraction(entry) for entry in inputs.origin])
        own = self.sign * values[self.label]
        for j in self.rivals:
            other = self.sign * values[j]
            if other >= own:
                found = NearestMet(Near(fmpq(0), list(inputs.origin)), j, list(inputs.origin))
                self.tie = _nearer(self.tie, found)
                if other > own or j < self.label:
                    self.flip = _nearer(self.flip, found)

    def _look_at_piece(
        self, piece: Piece, inputs: InputSet, offsets: Sequence[Sequence[fmpq]]
    ) -> None:
        pointed = None
        for j in self.rivals:
            lead = [
                self.sign * (b - a)
                for a, b in zip(piece.outputs[self.label], piece.outputs[j], strict=True)
            ]
            if not any(lead[:-1]):
                if lead[-1] < 0:
                    continue
                there: Point | None = piece.inside
                rows = piece.rows
                ahead = lead[-1] > 0
            else:
                by = primitive_factor([lead])
                row = [(entry * by).p for entry in lead]
                if pointed is None:
                    pointed = PointedPolyhedron.of_rows(piece.rows, piece.inside, self.solver)
                answer = pointed.meet([row])
                there = answer if isinstance(answer, Point) else None
                ahead = there is not None
                rows = [*piece.rows, row]
            if there is not None:
                near = nearest_point(rows, offsets, there, self.norm, self.solver)
                beyond = inputs.point(there.rationals)
                found = NearestMet(Near(near.size, inputs.point(near.point)), j, beyond)
                self.tie = _nearer(self.tie, found)
                if ahead or j < self.label:
                    self.flip = _nearer(self.flip, found)
                continue
            touching = self._touching(rows, offsets, inputs)
            if touching is not None:
                found = NearestMet(touching, j, touching.point)
                self.tie = _nearer(self.tie, found)
                if j < self.label:
                    self.flip = _nearer(self.flip, found)

    def _touching(
        self, rows: Sequence[IntegerRow], offsets: Sequence[Sequence[fmpq]], inputs: InputSet
    ) -> Near | None:
        """The nearest point of a face on which the other class ties, where it leads nowhere."""
        face = input_set([[fmpq(entry) for entry in row] for row in rows], inputs.dim)
        if face is None:
            return None
        own = coordinates(face)
        pulled = []
        for form in offsets:
            total = [fmpq(0)] * (face.dim + 1)
            for by, variable in zip(form, own, strict=False):
                total = [entry + by * more for entry, more in zip(total, variable, strict=True)]
            total[-1] += form[-1]
            pulled.append(total)
        if not face.dim:
            sizes = [abs(form[-1]) for form in pulled]
            size = {
                "linf": max(sizes),
                "l1": sum(sizes, fmpq(0)),
                "l2": sum((entry * entry for entry in sizes), fmpq(0)),
            }[self.norm]
            return Near(size, inputs.point(face.origin))
        near = nearest_point(face.rows, pulled, face.inside, self.norm, self.solver)
        return Near(near.size, inputs.point(face.point(near.point)))

    def _finished(self, searched: fmpq | None) -> Robustness:
        """The answer; `searched` is how far all was looked at, None if nothing nearer is left."""
        square = self.norm == "l2"
        proved = searched
        complete = searched is None

        def distance(found: NearestMet | None) -> Distance | None:
            if found is None:
                return None
            size = fraction(found.near.size)
            known = complete or (proved is not None and found.near.size <= proved)
            return Distance(
                None if square else size,
                size if square else None,
                root_float(size) if square else nearest_float(size.numerator, size.denominator),
                tuple(map(fraction, found.near.point)),
                found.label,
                size if known else fraction(rational(proved)),
                known,
            )

        tie, flip = distance(self.tie), distance(self.flip)
        least = [each.lower_bound for each in (tie, flip) if each is not None]
        bound = None if proved is None else fraction(proved)
        if complete:
            bound = min(least, default=None)
        return Robustness(self.label, self.norm, tie, flip, bound, complete)


def _nearer(known: NearestMet | None, other: NearestMet) -> NearestMet:
    """The nearer of two; of equally near ones the first."""
    return other if known is None or other.near.size < known.near.size else known


def _box(at: Sequence[fmpq], reach: fmpq) -> list[list[fmpq]]:
    forms = []
    for i, entry in enumerate(at):
        unit = [fmpq(int(i == j)) for j in range(len(at))]
        forms.append([*unit, reach - entry])
        forms.append([*(-one for one in unit), entry + reach])
    return forms


def _extent(around: Sequence[Sequence[fmpq]], at: list[fmpq], solver: Solver) -> fmpq | None:
    """How far the domain reaches from a point along an axis; None if it is unbounded there."""
    domain = input_set(around, len(at))
    assert domain is not None  # the point is in it
    if not domain.dim:
        return fmpq(0)
    forms = []
    for form, start in zip(coordinates(domain), at, strict=True):
        offset = [*form[:-1], form[-1] - start]
        forms += [offset, [-entry for entry in offset]]
    highest = fmpq(0)
    for found in highest_values(domain.rows, forms, domain.inside, solver):
        if isinstance(found, Rising):
            return None
        highest = max(highest, found.value)
    return highest


__all__ = ["Distance", "Robustness", "label_of", "robustness"]
