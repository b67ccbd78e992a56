"""Lipschitz constants, exactly: the largest operator norm of a region's Jacobian."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isqrt, nextafter

from flint import fmpq

from linreg.arguments import point as coordinates_of
from linreg.domains import Box
from linreg.errors import InvalidDomain
from linreg.files import StrPath
from linreg.network import StagedNetwork
from linreg.polyhedra import Point
from linreg.problem import Problem
from linreg.progress import Progress
from linreg.questions.input_sets import InputSet, domain_forms, input_set
from linreg.questions.loop_or_search import Budget, pieces_within
from linreg.questions.norms import Root, float_of, norm_of, root_float
from linreg.questions.pieces import Piece
from linreg.questions.region_norms import steeper, steepest_piece
from linreg.rational import fraction, rational
from linreg.readers import DomainLike, NetworkLike, asked
from linreg.showing import answer_html, in_short

MOST_LOOPED = 200_000
"""Regions up to which all are looked at, before boxes are searched."""

_EXACT_WHERE = {("linf", "linf"), ("l1", "linf"), ("l1", "l1"), ("linf", "l1")}


@dataclass(frozen=True, slots=True)
class Lipschitz:
    """A Lipschitz constant, and where it is attained.

    Attributes
    ----------
    exact : Fraction or None
        The constant; None where only its square is rational, or neither is.
    squared : Fraction or None
        Its square, where that is rational.
    root : Root or None
        The square as an algebraic number, where it is not rational.
    value : float
        The nearest float64 to the constant.
    norms : (str, str)
        Of inputs and of outputs.
    pattern : tuple of int, or None
        The region whose Jacobian has this norm.
    point : tuple of Fraction, or None
        Strictly inside that region.
    jacobian : tuple of tuples of Fraction, shape (outputs, inputs)
    regions : int
        Regions and boxes that were looked at.
    complete : bool
        False if the search was stopped: the constant is at least this.
    upper_bound : Fraction or None
        The constant is proved to be at most this: the constant itself where that is rational and
        known, a little more where only its square is, and None where nothing is proved.

    Examples
    --------
    relu(x + y) grows fastest along the diagonal, by sqrt(2) for each unit of Euclidean length:

    >>> from linreg import lipschitz, mlp
    >>> found = lipschitz(mlp([([[1, 1]], [0])]), input_norm="l2", output_norm="l2")
    >>> found.exact, found.squared, found.pattern, found.jacobian
    (None, Fraction(2, 1), (1,), ((Fraction(1, 1), Fraction(1, 1)),))
    """

    exact: Fraction | None
    squared: Fraction | None
    root: Root | None
    value: float
    norms: tuple[str, str]
    pattern: tuple[int, ...] | None
    point: tuple[Fraction, ...] | None
    jacobian: tuple[tuple[Fraction, ...], ...]
    regions: int
    complete: bool
    upper_bound: Fraction | None = None

    def __repr__(self) -> str:
        size = in_short(self.value if self.exact is None else self.exact)
        least = "" if self.complete else "at least "
        if not self.complete and self.upper_bound is not None:
            size += f", at most {in_short(self.upper_bound)}"
        return f"<Lipschitz: {least}{size}, {self.norms[0]} to {self.norms[1]}>"

    def _repr_html_(self) -> str:
        return answer_html(self)


def lipschitz(
    net: NetworkLike,
    domain: DomainLike = None,
    input_norm: str = "linf",
    output_norm: str = "linf",
    *,
    outputs: Sequence[int] | None = None,
    limit: int | None = None,
    timeout: float | None = None,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    certificate: StrPath | None = None,
) -> Lipschitz:
    """The least L with |f(x) - f(y)| <= L |x - y| on a convex domain.

    Parameters
    ----------
    net : Network, or what `as_network` accepts
    domain : Domain, or what `as_domain` accepts, optional
        By default that in the network's file, or the whole space. On a flat domain only directions
        in it count.
    input_norm, output_norm : str
        "l1", "l2" or "linf".
    outputs : sequence of int, optional
        These outputs alone.
    limit : int, optional
        Stop at this many regions.
    timeout : float, optional
        Stop after so many seconds, wall clock.
    workers : int
    progress : callable, optional
        Called now and then with a `Progress`.
    certificate : path, optional
        A file to write the answer to with its proof, which `linreg check` accepts; it is not
        written where the search was stopped. The domain must have an interior then.

    Returns
    -------
    Lipschitz

    Raises
    ------
    ValueError
        If a norm is none of the three.
    InvalidDomain
        If the domain is empty or of another dimension, or flat where a norm of its directions is
        asked for that is not the one of coordinates.
    NoSuchIndex
        If the network has no such output.
    TooLarge
        If a norm takes all of too many vectors of signs.
    IncompleteError
        If there is an answer, but its proof was stopped, or would list more regions than the limit,
        or than a million; the attribute `answer` has it.
    UnwritableFile
        If the certificate cannot be written.
    KeyboardInterrupt
        If it is interrupted; the attribute `answer` is then what is proved by then, a `Lipschitz`.

    Notes
    -----
    Only regions with an interior count. The chain rule at points where units switch may give
    matrices that the network has nowhere: relu(x) - relu(-x) is x, and its constant is 1, not 2.

    Source
    ------
    Jordan and Dimakis (2020), "Exactly computing the local Lipschitz constant of ReLU networks",
    Theorem 1, for the constant as a maximum over regions; upper bounds where there are too many
    are norms of matrices of intervals, as in Weng et al. (2018), "Towards fast computation of
    certified robustness for ReLU networks", section 3.4.

    Examples
    --------
    >>> from linreg import mlp
    >>> net = mlp([([[1], [-1]], [0, 0])], readout=([[1, -1]], [0]))
    >>> lipschitz(net).exact
    Fraction(1, 1)
    """
    staged, where = asked(net, domain)
    norms = norm_of(input_norm), norm_of(output_norm)
    rows = _rows_of(staged, outputs)
    budget = Budget(limit, timeout, workers, progress)
    inputs = input_set(domain_forms(where), staged.input_dim)
    problem = None if inputs is None or certificate is None else Problem(staged, where)
    if inputs is None:
        raise InvalidDomain("the domain is empty, so there are no two points to compare")
    if not inputs.dim:
        return _answer(None, True, None, 1, norms, inputs, rows)
    _check_flat(inputs, norms[0])
    found = budget.given(_sought(staged, inputs, norms, rows, budget))
    if certificate is not None and problem is not None and found.complete:
        from linreg.questions.proving import carrying, write_constant

        with carrying(found):
            write_constant(certificate, problem, norms, rows, budget)
    return found


def local_lipschitz(
    net: NetworkLike,
    x: Sequence[object],
    radius: object = 0,
    input_norm: str = "linf",
    output_norm: str = "linf",
    *,
    domain: DomainLike = None,
    outputs: Sequence[int] | None = None,
    limit: int | None = None,
    timeout: float | None = None,
) -> Lipschitz:
    """The Lipschitz constant near a point: on the box around it, or in the limit of small ones.

    Parameters
    ----------
    net, input_norm, output_norm, outputs, limit, timeout
        As for `lipschitz`.
    x : sequence of numbers, length inputs
    radius : number
        Half the width of the box {y : |y_i - x_i| <= radius}; with 0, the constant of all small
        enough boxes, which is that of the regions that the point belongs to or borders on.
    domain : Domain, or what `as_domain` accepts, optional
        What the box is cut to; by default that in the network's file, or nothing.

    Returns
    -------
    Lipschitz

    Raises
    ------
    ValueError, InvalidDomain, NoSuchIndex, TooLarge
        As for `lipschitz`; also ValueError if the radius is negative, and InvalidDomain if the
        point is outside the domain.

    Examples
    --------
    At 0 both pieces of |x| are near; at 1 within 1/2 there is one:

    >>> from linreg import mlp
    >>> net = mlp([([[1], [-1]], [0, 0])], readout=([[2, 1]], [0]))
    >>> [local_lipschitz(net, [at], r).exact for at, r in ((0, 0), (-1, "1/2"), (-1, 2))]
    [Fraction(2, 1), Fraction(1, 1), Fraction(2, 1)]
    """
    staged, where = asked(net, domain)
    dim = staged.input_dim
    at, reach = coordinates_of(x, dim), rational(radius)
    if reach < 0:
        raise ValueError(f"radius must not be negative: got {radius}")
    norms = norm_of(input_norm), norm_of(output_norm)
    rows = _rows_of(staged, outputs)
    budget = Budget(limit, timeout)
    around = domain_forms(where)
    near = reach if reach > 0 else fmpq(1, 1024)  # any box will do: regions are asked for x itself
    box = Box([fraction(entry - near) for entry in at], [fraction(entry + near) for entry in at])
    inputs = input_set([*around, *domain_forms(box)], dim)
    column = Point.of_rationals(at)
    if inputs is None or any(
        sum((g * value for g, value in zip(form, [*at, fmpq(1)], strict=True)), fmpq(0)) < 0
        for form in around
    ):
        raise InvalidDomain(f"x: the point {column.fractions} is outside the domain")
    _check_flat(inputs, norms[0])
    if reach > 0:
        return budget.given(_sought(staged, inputs, norms, rows, budget))
    found = _answer(None, False, None, 0, norms, inputs, rows)
    with budget.held():
        pieces = pieces_within(staged, inputs, budget)
        best, looked = None, 0
        known: set[tuple[tuple[fmpq, ...], ...]] = set()
        for piece in pieces:
            if budget.is_spent:
                break
            looked += 1
            if _touches(piece, inputs, at):
                best = steeper(best, piece, rows, norms, known)
        complete = pieces.complete and looked == len(pieces)
        found = _answer(best, complete, None, looked, norms, inputs, rows)
    return budget.given(found)


def _sought(
    staged: StagedNetwork,
    inputs: InputSet,
    norms: tuple[str, str],
    rows: Sequence[int],
    budget: Budget,
) -> Lipschitz:
    """The constant on a set that has an interior: by its regions, or by search on boxes."""
    from linreg.questions.steepest import steepest_by_search, steepness_bound

    best, looked, complete = None, 0, False
    with budget.held():
        first = budget.at_most(MOST_LOOPED).share(1 if inputs.is_unbounded else 2)
        pieces = pieces_within(staged, inputs, first)
        looked = len(pieces)
        best, is_all = steepest_piece(pieces, rows, norms, budget)
        complete = is_all and pieces.complete
        if not complete and (budget.limit is None or looked < budget.limit):
            found = steepest_by_search(staged, inputs, rows, norms, budget, best)
            if found is not None:
                looked += found.looked
                return _answer(found.best, found.complete, found.bound, looked, norms, inputs, rows)
    bound = None if complete else steepness_bound(staged, inputs, rows, norms)
    return _answer(best, complete, bound, looked, norms, inputs, rows)


def _rows_of(staged: StagedNetwork, outputs: Sequence[int] | None) -> list[int]:
    from linreg.questions.extremes import checked_output

    if outputs is None:
        return list(range(staged.readout.n_outputs))
    chosen = [checked_output(output, staged) for output in outputs]
    if not chosen:
        raise ValueError("outputs: at least one was expected")
    return chosen


def _check_flat(inputs: InputSet, norm: str) -> None:
    """Refuse a flat whose coordinates measure its directions otherwise than inputs do."""
    if inputs.is_whole:
        return
    axes = [[i for i, entry in enumerate(vector) if entry != 0] for vector in inputs.basis]
    straight = all(len(axis) == 1 for axis in axes)
    if not straight:
        raise InvalidDomain(
            f"the domain is flat and not along the axes, so its directions have no {norm} norm of "
            "their coordinates; ask on net.on_slice(origin, basis) for the slice's own norm"
        )


def _touches(piece: Piece, inputs: InputSet, at: Sequence[fmpq]) -> bool:
    """Whether a closed region has the point."""
    axes = [next(i for i, entry in enumerate(vector) if entry != 0) for vector in inputs.basis]
    own = [*(at[i] - inputs.origin[i] for i in axes), fmpq(1)]
    return all(
        sum((entry * value for entry, value in zip(row, own, strict=True)), fmpq(0)) >= 0
        for row in piece.rows
    )


def _answer(
    best: tuple[fmpq | Root, Piece] | None,
    complete: bool,
    bound: Fraction | None,
    looked: int,
    norms: tuple[str, str],
    inputs: InputSet,
    rows: Sequence[int],
) -> Lipschitz:
    squared = norms not in _EXACT_WHERE
    size, piece = (fmpq(0), None) if best is None else best
    exact, square = None, None
    if not isinstance(size, Root):
        given = fraction(size)
        exact, square = (_root_of(given), given) if squared else (given, given * given)
    if complete:
        bound = size.interval()[1] if isinstance(size, Root) else fraction(size)
    if bound is not None and squared:
        root = _root_of(bound)
        bound = Fraction(nextafter(root_float(bound), inf)) if root is None else root
    jacobian = []
    for i in rows:
        row = [Fraction(0)] * len(inputs.origin)
        if piece is not None:
            for vector, entry in zip(inputs.basis, piece.outputs[i], strict=False):
                axis = next(j for j, of in enumerate(vector) if of != 0)
                row[axis] = fraction(entry)
        jacobian.append(tuple(row))
    return Lipschitz(
        exact,
        square,
        size if isinstance(size, Root) else None,
        float_of(size, squared=squared),
        norms,
        None if piece is None else piece.pattern,
        None if piece is None else tuple(map(fraction, inputs.point(piece.inside.rationals))),
        tuple(jacobian),
        looked,
        complete,
        bound,
    )


def _root_of(square: Fraction) -> Fraction | None:
    """The square root of a fraction, if it is rational."""
    root = Fraction(isqrt(square.numerator), isqrt(square.denominator))
    return root if root * root == square else None
