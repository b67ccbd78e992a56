"""Robustness: how far a point is from inputs of another class, exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq

from linreg.arguments import point as coordinates_of
from linreg.errors import InvalidDomain, InvalidQuery
from linreg.network import StagedNetwork
from linreg.polyhedra import IntegerRow, Point, PointedPolyhedron, Solver
from linreg.progress import Progress
from linreg.questions.approaching import Approach
from linreg.questions.extremes import checked_output
from linreg.questions.input_sets import InputSet, domain_forms, input_set
from linreg.questions.loop_or_search import Budget, pieces_or_none, pieces_within
from linreg.questions.nearest import Near, nearest_point
from linreg.questions.norms import norm_of, root_float
from linreg.questions.pieces import Piece
from linreg.questions.programs import Rising, highest_values, value_at
from linreg.questions.verifying import coordinates
from linreg.rational import fraction, nearest_float, primitive_factor, rational
from linreg.readers import DomainLike, NetworkLike, asked
from linreg.showing import answer_html, in_short
from linreg.wording import counted


@dataclass(frozen=True, slots=True)
class Distance:
    """How far the nearest input of another class is.

    Attributes
    ----------
    exact : Fraction or None
        The distance, in input units; None for l2, where its square is exact.
    squared : Fraction or None
        The square of the distance, for l2.
    value : float
        The nearest float64 to the distance.
    point : tuple of Fraction
        The nearest input that was found.
    label : int
        The class that is met there.
    lower_bound : Fraction
        A proved lower bound of the distance, or of its square for l2.
    complete : bool
        Whether the distance is proved to be the least.

    Examples
    --------
    Of the outputs x and y, the second is as large as the first on the diagonal, which is nearest to
    (3, 1) in (2, 2), at the distance sqrt(2):

    >>> from linreg import mlp, robustness
    >>> net = mlp([], readout=([[1, 0], [0, 1]], [0, 0]))
    >>> found = robustness(net, [3, 1], "l2").tie
    >>> found.exact, found.squared, found.point, found.label
    (None, Fraction(2, 1), (Fraction(2, 1), Fraction(2, 1)), 1)
    """

    exact: Fraction | None
    squared: Fraction | None
    value: float
    point: tuple[Fraction, ...]
    label: int
    lower_bound: Fraction
    complete: bool

    def __repr__(self) -> str:
        size = in_short(self.value if self.exact is None else self.exact)
        most = "" if self.complete else "at most "
        return f"<Distance: {most}{size} to class {self.label}>"

    def _repr_html_(self) -> str:
        return answer_html(self)


@dataclass(frozen=True, slots=True)
class Robustness:
    """How far a point is from where another class ties with its own, and from where it wins.

    Attributes
    ----------
    label : int
        The point's class.
    norm : str
    tie, flip : Distance or None
        None where the whole domain is searched and has no such input: `complete` is then True.
    lower_bound : Fraction or None
        What is proved of both: no input nearer than this, or than its root for l2, has another
        class. None where there is no such input at all.
    complete : bool
        False if the search was stopped.

    Examples
    --------
    The outputs 0 and relu(x) tie on a half-line, and the second wins beyond it:

    >>> from linreg import mlp, robustness
    >>> found = robustness(mlp([([[1]], [0])], readout=([[0], [1]], [0, 0])), [-1])
    >>> found.label, found.tie.exact, found.flip.exact
    (0, Fraction(0, 1), Fraction(1, 1))
    """

    label: int
    norm: str
    tie: Distance | None
    flip: Distance | None
    lower_bound: Fraction | None
    complete: bool

    def __repr__(self) -> str:
        ends = [
            "none" if end is None else in_short(end.value if end.exact is None else end.exact)
            for end in (self.tie, self.flip)
        ]
        stopped = "" if self.complete else ", stopped"
        said = f"class {self.label}, tie at {ends[0]}, flip at {ends[1]}"
        return f"<Robustness: {said} in {self.norm}{stopped}>"

    def _repr_html_(self) -> str:
        return answer_html(self)


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
    return search.answer()


@dataclass(frozen=True, slots=True)
class _Found:
    near: Near
    label: int


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
        self.tie: _Found | None = None
        self.flip: _Found | None = None

    def answer(self) -> Robustness:
        searched = fmpq(-1)  # no input is nearer than this and was not looked at
        extent = _extent(self.around, self.at, self.solver)
        for reach in self._reaches():
            forms = list(self.around)
            if reach is not None:
                forms += _box(self.at, reach)
            inputs = input_set(forms, len(self.at))
            assert inputs is not None  # the point is in it
            done = self._look(inputs)
            if not done:
                break
            if reach is None or (extent is not None and reach >= extent):
                return self._finished(None)
            searched = reach
            size = reach * reach if self.norm == "l2" else reach
            if self.flip is not None and self.flip.near.size <= size:
                return self._finished(None)
        return self._finished(max(searched, fmpq(0)))

    def _reaches(self) -> Iterator[fmpq | None]:
        """Half the widths of the boxes, and None for the whole domain."""
        largest = max((abs(entry) for entry in self.at), default=fmpq(0))
        reach = fmpq(1, 16)
        for _ in range(64):
            yield reach
            if reach > 64 * (largest + 1):
                break
            reach *= 2
        yield None

    def _look(self, inputs: InputSet) -> bool:
        """Look at all regions on a set; False if the search was stopped."""
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
                return approach.run()
            pieces = pieces_within(self.staged, inputs, self.budget)
        for looked, piece in enumerate(pieces):
            if self.budget.is_spent:
                return False
            self.budget.tell(looked / len(pieces))
            self._look_at_piece(piece, inputs, offsets)
        return pieces.complete

    def _approach(self, inputs: InputSet, offsets: Sequence[Sequence[fmpq]]) -> Approach:
        """The search for what is nearest on a set of many regions."""
        leads = []
        for j in self.rivals:
            lead = [fmpq(0)] * (self.staged.readout.n_outputs + 1)
            lead[j], lead[self.label] = fmpq(self.sign), fmpq(-self.sign)
            leads.append(lead)
        return Approach(
            inputs.restricted(self.staged),
            inputs,
            leads,
            [-form[-1] for form in offsets],
            self.norm,
            lambda piece: self._look_at_piece(piece, inputs, offsets),
            # Nothing matters beyond the nearest flip: the nearest tie is not farther.
            lambda: None if self.flip is None else self.flip.near.size,
            self.budget,
        )

    def _look_at_point(self, inputs: InputSet) -> None:
        values = self.staged.forward_exact([fraction(entry) for entry in inputs.origin])
        own = self.sign * values[self.label]
        for j in self.rivals:
            other = self.sign * values[j]
            if other >= own:
                found = _Found(Near(fmpq(0), list(inputs.origin)), j)
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
                found = _Found(Near(near.size, inputs.point(near.point)), j)
                self.tie = _nearer(self.tie, found)
                if ahead or j < self.label:
                    self.flip = _nearer(self.flip, found)
                continue
            touching = self._touching(rows, offsets, inputs)
            if touching is not None:
                self.tie = _nearer(self.tie, _Found(touching, j))
                if j < self.label:
                    self.flip = _nearer(self.flip, _Found(touching, j))

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
        proved = None if searched is None else (searched * searched if square else searched)
        complete = searched is None

        def distance(found: _Found | None) -> Distance | None:
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


def _nearer(known: _Found | None, other: _Found) -> _Found:
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
    """How far the domain reaches from a point along an axis; None if it goes on for ever."""
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
