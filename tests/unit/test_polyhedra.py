"""Questions about one polyhedron: every answer carries its own proof, which is checked here."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations
from math import gcd, inf, nan

import numpy as np
import pytest
from flint import fmpq, fmpz
from generators import below
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from linreg.oracle.feasibility import interior_point
from linreg.oracle.rows import Row
from linreg.polyhedra import (
    Multipliers,
    Point,
    PointedPolyhedron,
    Solver,
    decide_interior,
    is_bounded,
    recession,
)
from linreg.polyhedra.highs import FarkasSession
from linreg.polyhedra.multipliers import non_negative
from linreg.polyhedra.points import Forms, binary_rows, shortened
from linreg.polyhedra.simplex import Below, seek_negative

searched = settings(max_examples=300)
of_several = settings(max_examples=100)  # where each draw is asked about several times
HUGE = [10**20, -(10**20), 10**20 + 1]
# Half of them are from -3 to 3, the others huge or 0.
entries = st.sampled_from([0] * 19 + [1, -1, 2, -2, 3, -3] * 5 + HUGE * 7)


@cache
def lists_of(
    entry: st.SearchStrategy[int], width: int, least: int, most: int
) -> st.SearchStrategy[list[Row]]:
    return st.lists(st.tuples(*[entry] * width), min_size=least, max_size=most)


SIGNS = st.sampled_from([1, -1])
SMALL = st.integers(-3, 3)
WEIGHTS = below(5)


@cache
@st.composite
def rows_of(draw: st.DrawFn, dim: int, most: int = 8) -> list[Row]:
    """Integer forms of small or huge entries, some repeated, negated, or summed."""
    made = draw(lists_of(entries, dim + 1, 1, most))
    for _ in range(draw(below(3))):
        left, right = made[draw(below(len(made)))], made[draw(below(len(made)))]
        sign = draw(SIGNS)
        made.append(tuple(sign * (a + b) for a, b in zip(left, right, strict=True)))
    return made


def integers(rows: Sequence[Row]) -> list[list[fmpz]]:
    return [[fmpz(entry) for entry in row] for row in rows]


def fraction(number: fmpq) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def value_at(row: Sequence[int | Fraction], point: Sequence[Fraction]) -> Fraction:
    return sum((a * x for a, x in zip(row, [*point, 1], strict=True)), Fraction(0))


def proves(proof: Multipliers, form: Sequence[int], rows: Sequence[Sequence[int]]) -> bool:
    """Whether form = sum of multiplier * row + a constant >= 0, with multipliers >= 0."""
    rest = [Fraction(entry) for entry in form]
    for index, multiplier in proof.by_row.items():
        if multiplier < 0:
            return False
        rest = [a - fraction(multiplier) * b for a, b in zip(rest, rows[index], strict=True)]
    return not any(rest[:-1]) and rest[-1] >= 0


def proves_empty(proof: Multipliers, rows: Sequence[Row]) -> bool:
    """Motzkin: some multipliers >= 0, not all of them 0, make of the rows a constant <= 0."""
    lifted = [[*row[:-1], -1, row[-1]] for row in rows]
    return proves(proof, [0] * (len(rows[0]) - 1) + [-1, 0], lifted)


def holds(rows: Sequence[Row], point: Sequence[Fraction]) -> bool:
    return all(value_at(row, point) > 0 for row in rows)


def positive_at(point: Sequence[Fraction], rows: Sequence[Row]) -> list[Row]:
    """The rows that are not zero at a point, turned so that they are positive there."""
    values = [(row, value_at(row, point)) for row in rows]
    return [row if value > 0 else tuple(-x for x in row) for row, value in values if value]


@of_several
@given(data=st.data(), dim=st.integers(0, 3))
def test_what_is_accepted_as_multipliers_is_a_proof(data: st.DataObject, dim: int) -> None:
    rows = data.draw(rows_of(dim))
    basis = data.draw(st.lists(below(len(rows)), max_size=dim + 2, unique=True))
    for form in rows + data.draw(rows_of(dim)):
        proof = non_negative(integers([form])[0], integers(rows), basis)
        if proof is not None:
            assert set(proof.numerators) <= set(basis)
            assert proves(proof, form, rows)


@of_several
@given(data=st.data(), dim=st.integers(1, 3))
def test_a_combination_of_independent_rows_and_a_constant_is_recognised(
    data: st.DataObject, dim: int
) -> None:
    rows = data.draw(lists_of(entries, dim + 1, dim, dim))
    assume(np.linalg.matrix_rank(np.array([row[:-1] for row in rows], dtype=float)) == dim)
    for weights in data.draw(lists_of(WEIGHTS, dim, 1, 3)):
        *normal, constant = (
            sum(weight * a for weight, a in zip(weights, column, strict=True))
            for column in zip(*rows, strict=True)
        )
        for spare in (-1, 0, 1):
            form = integers([(*normal, constant + spare)])[0]
            proof = non_negative(form, integers(rows), range(dim))
            assert (proof is not None) == (spare >= 0)
            if proof is not None:
                used = {i: weight for i, weight in enumerate(weights) if weight}
                assert {i: fraction(value) for i, value in proof.by_row.items()} == used


@pytest.mark.parametrize(
    ("form", "basis"),
    [
        ((1, 0, 0), [1]),
        ((-1, 0, 0), [0]),
        ((1, 0, -1), [0]),
        ((1, 1, 0), [0]),
        ((1, 1, 0), []),
        ((0, 0, -1), [0, 1]),
        ((2, -1, 0), [0, 1]),
    ],
)
def test_what_does_not_follow_from_the_basis_is_not_accepted(form: Row, basis: list[int]) -> None:
    """The rows are x >= 0 and y >= 0."""
    rows = integers([(1, 0, 0), (0, 1, 0)])
    assert non_negative(integers([form])[0], rows, basis) is None


def decided(value: int, gradient: Sequence[int], slacks: Sequence[int], normals: Sequence[Row]):
    """What the exact simplex method says, with its proof checked."""
    answer = seek_negative(
        fmpq(value),
        [fmpq(entry) for entry in gradient],
        [fmpq(slack) for slack in slacks],
        [[fmpq(entry) for entry in normal] for normal in normals],
    )
    rows = [(*normal, slack) for normal, slack in zip(normals, slacks, strict=True)]
    if isinstance(answer, Below):
        step = [fraction(entry) for entry in answer.step]
        assert value_at((*gradient, value), step) < 0
        assert all(value_at(row, step) >= 0 for row in rows)
        return True
    assert proves(answer, (*gradient, value), rows)
    return False


@of_several
@given(data=st.data(), dim=st.integers(1, 4))
def test_the_exact_simplex_method_proves_what_it_says(data: st.DataObject, dim: int) -> None:
    """Many slacks are 0 at the start, so that many vertices are degenerate."""
    rows = data.draw(rows_of(dim, most=9))
    slacks = [data.draw(st.sampled_from([0, 0, 1, abs(row[-1])])) for row in rows]
    normals = [row[:-1] for row in rows]
    for gradient in data.draw(lists_of(entries, dim, 1, 2)):
        for value in range(4):
            decided(value, gradient, slacks, normals)


def least(
    objective: Sequence[Fraction], tableau: Sequence[Sequence[Fraction]], value: Fraction
) -> bool:
    """Whether objective + value falls below 0 where tableau rows (a, b) say a @ x <= b, x >= 0."""
    size = len(objective)
    scale = 900  # clears every denominator below
    normals = [[-scale * entry for entry in row[:-1]] for row in tableau]
    slacks = [scale * row[-1] for row in tableau]
    normals += [[int(i == j) for j in range(size)] for i in range(size)]
    return decided(
        int(scale * value),
        [int(scale * entry) for entry in objective],
        [*(int(slack) for slack in slacks), *[0] * size],
        [tuple(int(entry) for entry in normal) for normal in normals],
    )


F = Fraction
BEALE = (
    [F(-3, 4), F(20), F(-1, 2), F(6)],
    [[F(1, 4), F(-8), F(-1), F(9), F(0)], [F(1, 2), F(-12), F(-1, 2), F(3), F(0)], [0, 0, 1, 0, 1]],
    F(5, 4),
)
KUHN = (
    [F(-2), F(-3), F(1), F(12)],
    [[-2, -9, 1, 9, 0], [F(1, 3), 1, F(-1, 3), -2, 0], [2, 3, -1, -12, 2]],
    F(2),
)
MARSHALL_SUURBALLE = (
    [F(-10), F(57), F(9), F(24)],
    [
        [F(1, 2), F(-11, 2), F(-5, 2), F(9), F(0)],
        [F(1, 2), F(-3, 2), F(-1, 2), F(1), F(0)],
        [1, 0, 0, 0, 1],
    ],
    F(1),
)


@pytest.mark.parametrize(
    "example", [BEALE, KUHN, MARSHALL_SUURBALLE], ids=["Beale", "Kuhn", "Marshall-Suurballe"]
)
def test_the_exact_simplex_method_does_not_cycle(example: tuple) -> None:
    """Beale (1955), Kuhn, and Marshall, Suurballe (1969), with the least value of each.

    The form is the objective plus a constant, which is just, or just not, enough to stay positive.
    """
    objective, tableau, depth = example
    assert not least(objective, tableau, depth)
    assert least(objective, tableau, depth - F(1, 900))


@pytest.mark.parametrize("dim", range(1, 8))
def test_the_exact_simplex_method_walks_through_the_cubes_of_klee_and_minty(dim: int) -> None:
    """max sum 2^(n-j) x_j with 2 sum_(j<i) 2^(i-j) x_j + x_i <= 5^i has the value 5^n."""
    normals = [
        tuple(-(2 ** (i - j + 1)) if j < i else -int(i == j) for j in range(dim))
        for i in range(dim)
    ]
    normals += [tuple(int(i == j) for j in range(dim)) for i in range(dim)]
    slacks = [5 ** (i + 1) for i in range(dim)] + [0] * dim
    objective = [-(2 ** (dim - 1 - j)) for j in range(dim)]
    assert not decided(5**dim, objective, slacks, normals)
    assert decided(5**dim - 1, objective, slacks, normals)


def test_an_unbounded_form_is_negative_somewhere_whatever_its_value() -> None:
    assert decided(10**30, [1, 0], [0, 0], [(0, 1), (0, -1)])
    assert decided(10**30, [0, -1], [0], [(0, 1)])


def test_without_rows_only_a_constant_is_never_negative() -> None:
    assert not decided(0, [0, 0], [], [])
    assert decided(0, [0, 1], [], [])


@searched
@given(data=st.data(), dim=st.integers(0, 4))
def test_an_inside_is_found_if_and_only_if_there_is_one(data: st.DataObject, dim: int) -> None:
    rows = data.draw(rows_of(dim))
    answer = decide_interior(integers(rows), dim, Solver())
    assert isinstance(answer, Point) == bool(interior_point(rows, dim))
    if isinstance(answer, Point):
        assert holds(rows, answer.fractions)
    else:
        assert proves_empty(answer, rows)


@of_several
@given(data=st.data(), dim=st.integers(1, 3))
def test_a_form_goes_below_zero_inside_if_and_only_if_it_is_shown_to(
    data: st.DataObject, dim: int
) -> None:
    [thirds] = data.draw(lists_of(entries, dim, 1, 1))
    inside = [Fraction(x, 3) for x in thirds]
    rows = positive_at(inside, data.draw(rows_of(dim)))
    forms = positive_at(inside, data.draw(rows_of(dim)))[:3]
    assume(forms)
    point = Point.of_rationals([fmpq(x, 3) for x in thirds])
    pointed = PointedPolyhedron.of_rows(integers(rows), point, Solver())
    bundle = Forms(integers(forms), dim)
    values = bundle.floats(bundle.at(point), point)
    for form, normal, value in zip(forms, bundle.normals, values.tolist(), strict=True):
        answer = pointed.below(integers([form])[0], normal, value)
        minus = tuple(-entry for entry in form)
        assert isinstance(answer, Point) == bool(interior_point([*rows, minus], dim))
        if isinstance(answer, Point):
            assert holds([*rows, minus], answer.fractions)
        else:
            assert proves(answer, form, rows)


def is_bounded_by_rays(rows: Sequence[Row], dim: int) -> bool:
    """Unbounded iff a line or an extreme ray {d : g @ d >= 0} is left; the latter lies in n-1 rows.

    For dim <= 3, where the direction common to n-1 gradients is written down.
    """
    gradients = [row[:-1] for row in rows]
    if np.linalg.matrix_rank(np.array(gradients, dtype=float)) < dim:
        return False
    for chosen in combinations(gradients, dim - 1):
        match chosen:
            case ():
                ray: tuple[int, ...] = (1,)
            case ((a, b),):
                ray = (-b, a)
            case _:
                (a, b, c), (d, e, f) = chosen
                ray = (b * f - c * e, c * d - a * f, a * e - b * d)
        for sign in (1, -1):
            rates = [sign * sum(x * y for x, y in zip(g, ray, strict=True)) for g in gradients]
            if any(ray) and min(rates) >= 0:
                return False
    return True


@searched
@given(data=st.data(), dim=st.integers(1, 3))
def test_a_polyhedron_is_bounded_if_and_only_if_it_has_no_ray(
    data: st.DataObject, dim: int
) -> None:
    [thirds] = data.draw(lists_of(SMALL, dim, 1, 1))
    rows = positive_at([Fraction(x, 3) for x in thirds], data.draw(lists_of(SMALL, dim + 1, 1, 8)))
    assume(rows)
    direction = recession(integers(rows), dim, Solver())
    assert (direction is None) == is_bounded_by_rays(rows, dim)
    if direction is not None:
        assert any(direction)
        for row in integers(rows):
            assert sum(g * d for g, d in zip(row[:-1], direction, strict=True)) >= 0


@pytest.mark.parametrize("dim", range(1, 9))
def test_a_simplex_is_bounded_and_without_a_facet_it_is_not(dim: int) -> None:
    corner = [tuple(int(i == j) for j in range(dim + 1)) for i in range(dim)]
    simplex = integers([*corner, (*[-1] * dim, 1)])
    assert is_bounded(simplex, dim, Solver())
    for left_out in range(dim + 1):
        rest = [row for i, row in enumerate(simplex) if i != left_out]
        assert not is_bounded(rest, dim, Solver())


def test_a_needle_is_bounded_however_long_and_a_strip_is_not_however_thin() -> None:
    far = 10**40
    strip = [(1, 0, 0), (-far, 0, 1)]
    needle = [*strip, (1, 1, 0), (far, -1, far)]
    assert not is_bounded(integers(strip), 2, Solver())
    assert is_bounded(integers(needle), 2, Solver())


def test_a_cone_that_is_all_but_a_half_plane_is_unbounded() -> None:
    """y >= 0 and y <= 10^-30 (x + 1): the ray points along x."""
    cone = integers([(0, 1, 0), (1, -(10**30), 1)])
    assert not is_bounded(cone, 2, Solver())
    assert not is_bounded([*cone, *integers([(1, 0, 0)])], 2, Solver())
    assert is_bounded([*cone, *integers([(-1, 0, 1)])], 2, Solver())


@pytest.mark.parametrize("bad", [inf, -inf, nan, 1e20, 1e300])
def test_a_target_that_is_no_number_for_the_solver_is_not_put_to_it(bad: float) -> None:
    session = FarkasSession()
    session.load(np.eye(2), np.ones(2), reach=2)
    assert session.propose(np.array([1.0, bad]), inf) is None
    assert session.solved == 0
    assert session.propose(np.array([1.0, 0.0]), inf) is not None


@pytest.mark.parametrize("cost", [inf, 1e300, 1e20, 5e-324, 0.0])
def test_slacks_of_any_size_are_taken(cost: float) -> None:
    session = FarkasSession()
    session.load(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([1.0, cost]), reach=2)
    proposal = session.propose(np.array([1.0, 0.0]), inf)
    assert proposal is not None
    assert proposal.value == pytest.approx(1)
    assert 0 in proposal.basis


def test_one_session_answers_for_one_polyhedron_after_another() -> None:
    """max of x on [0, a] x [0, b] over many boxes, each asked twice."""
    session = FarkasSession()
    rng = np.random.default_rng(0)
    for _ in range(50):
        dim = int(rng.integers(1, 5))
        size = rng.integers(1, 9, size=dim).astype(float)
        normals = np.vstack([np.eye(dim), -np.eye(dim)])
        session.load(normals, np.concatenate([np.zeros(dim), size]), reach=dim)
        for _ in range(2):
            target = -rng.integers(1, 4, size=dim).astype(float)
            proposal = session.propose(target, inf)
            assert proposal is not None
            assert proposal.value == pytest.approx(-target @ size)
            assert proposal.step == pytest.approx(size)


@pytest.mark.parametrize("size", [5e-324, 1e-300, 1.0, 1e300])
def test_a_point_of_floats_is_exactly_these_floats(size: float) -> None:
    x = np.array([size, -size, 0.0, 1.5])
    point = Point.of_floats(x)
    assert point.fractions == tuple(Fraction(value) for value in x.tolist())
    assert point.is_float64
    assert point.floats.tolist() == x.tolist()


@given(numbers=st.lists(st.fractions(), min_size=1, max_size=4))
def test_a_point_is_a_float_if_and_only_if_rounding_changes_nothing(
    numbers: list[Fraction],
) -> None:
    point = Point.of_rationals([fmpq(x.numerator, x.denominator) for x in numbers])
    assert point.fractions == tuple(numbers)
    assert point.is_float64 == all(Fraction(float(x)) == x for x in numbers)


@given(data=st.data(), dim=st.integers(1, 3))
def test_forms_in_floats_are_the_exact_ones_rounded_and_scaled(
    data: st.DataObject, dim: int
) -> None:
    rows = data.draw(rows_of(dim))
    point = Point.of_rationals([fmpq(k + 1, 3) for k in range(dim)])
    forms = Forms(integers(rows), dim)
    values = forms.floats(forms.at(point), point)
    for row, normal, value in zip(rows, forms.normals, values.tolist(), strict=True):
        largest = max(abs(entry) for entry in row[:-1])
        scale = 2 ** largest.bit_length()
        assert normal.tolist() == [entry / scale for entry in row[:-1]]
        assert largest == 0 or 0.5 <= np.abs(normal).max() <= 1
        assert value == float(value_at(row, point.fractions) / scale)


@given(
    x=st.lists(st.fractions(-100, 100, max_denominator=10**9), min_size=1, max_size=3),
    far=st.integers(0, 500),
    thin=st.integers(1, 500),
)
def test_a_point_of_a_thin_slab_is_given_few_digits(x: list[Fraction], far: int, thin: int) -> None:
    """The slab 0 < x_1 - c < 2^-thin needs no more than about twice as many binary places."""
    cut = x[0] + Fraction(1, 3**far)
    inside = [fmpq(y.numerator, y.denominator) for y in (cut + Fraction(1, 3 * 2**thin), *x[1:])]

    def holds(point: Point) -> bool:
        return 0 < point.fractions[0] - cut < Fraction(1, 2**thin)

    point = Point.of_rationals(inside)
    short = shortened(point, holds)
    assert holds(short)
    assert int(short.entries[-1]) <= max(2 ** (2 * thin + 64), 2**1100 if short.is_float64 else 1)


floats = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.0, -1.0, 0.375])


@given(rows=st.lists(st.tuples(floats, floats), max_size=6))
def test_rows_of_floats_are_fractions_over_their_least_denominator(
    rows: list[tuple[float, float]],
) -> None:
    for row, found in zip(rows, binary_rows(np.array(rows).reshape(-1, 2)), strict=True):
        *numerators, denominator = found
        assert [Fraction(x) for x in row] == [Fraction(x, denominator) for x in numerators]
        assert gcd(*found) == 1
