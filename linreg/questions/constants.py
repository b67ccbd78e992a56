"""Lipschitz constants, exactly: the largest operator norm of a region's Jacobian."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from flint import fmpq

from linreg.arguments import point as coordinates_of
from linreg.domains import Box
from linreg.errors import InvalidDomain
from linreg.network import StagedNetwork
from linreg.polyhedra import Point
from linreg.progress import Progress
from linreg.questions.input_sets import InputSet, domain_forms, input_set
from linreg.questions.loop_or_search import Budget, pieces_within
from linreg.questions.norms import Root, exceeds, float_of, norm_of, operator_norm
from linreg.questions.pieces import Piece
from linreg.rational import fraction, rational
from linreg.readers import DomainLike, NetworkLike, asked
from linreg.showing import answer_html, in_short

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
        Regions that were looked at.
    complete : bool
        False if the search was stopped: the constant is at least this.

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

    def __repr__(self) -> str:
        size = in_short(self.value if self.exact is None else self.exact)
        least = "" if self.complete else "at least "
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

    Notes
    -----
    Only regions with an interior count. The chain rule at points where units switch may give
    matrices that the network has nowhere: relu(x) - relu(-x) is x, and its constant is 1, not 2.

    Source
    ------
    Jordan and Dimakis (2020), "Exactly computing the local Lipschitz constant of ReLU networks",
    Theorem 1.

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
    if inputs is None:
        raise InvalidDomain("the domain is empty, so there are no two points to compare")
    if not inputs.dim:
        return _answer(fmpq(0), norms, None, inputs, rows, staged.input_dim, 1, True)
    _check_flat(inputs, norms[0])
    pieces = pieces_within(staged, inputs, budget)
    return _largest(pieces, len(pieces), pieces.complete, norms, inputs, rows, budget)


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
        Half the width of the box {y : |y - x|_inf <= radius}; with 0, the constant of all small
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
    pieces = pieces_within(staged, inputs, budget)
    chosen = pieces if reach > 0 else (piece for piece in pieces if _touches(piece, inputs, at))
    return _largest(chosen, len(pieces), pieces.complete, norms, inputs, rows, budget)


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


def _largest(
    pieces: object,
    total: int,
    complete: bool,
    norms: tuple[str, str],
    inputs: InputSet,
    rows: Sequence[int],
    budget: Budget,
) -> Lipschitz:
    known: set[tuple[tuple[fmpq, ...], ...]] = set()
    best: tuple[fmpq | Root, Piece] | None = None
    looked = 0
    for piece in pieces:  # type: ignore[attr-defined]
        if budget.is_spent:
            complete = False
            break
        looked += 1
        budget.tell(looked / total)
        jacobian = tuple(tuple(piece.outputs[i][:-1]) for i in rows)
        if jacobian in known:
            continue
        known.add(jacobian)
        size = operator_norm(jacobian, *norms)
        if best is None or exceeds(size, best[0]):
            best = size, piece
    size, attained = (fmpq(0), None) if best is None else best
    n_inputs = len(inputs.origin)
    return _answer(size, norms, attained, inputs, rows, n_inputs, looked, complete)


def _answer(
    size: fmpq | Root,
    norms: tuple[str, str],
    piece: Piece | None,
    inputs: InputSet,
    rows: Sequence[int],
    n_inputs: int,
    looked: int,
    complete: bool,
) -> Lipschitz:
    squared = norms not in _EXACT_WHERE
    exact, square = None, None
    if not isinstance(size, Root):
        given = fraction(size)
        exact, square = (_root_of(given), given) if squared else (given, given * given)
    jacobian = []
    for i in rows:
        row = [Fraction(0)] * n_inputs
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
    )


def _root_of(square: Fraction) -> Fraction | None:
    """The square root of a fraction, if it is rational."""
    root = Fraction(isqrt(square.numerator), isqrt(square.denominator))
    return root if root * root == square else None
