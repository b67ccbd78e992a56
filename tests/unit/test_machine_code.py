"""What machine code believes: each bound and each proof held against exact arithmetic.

The functions run as plain Python here, which rounds as they do when compiled.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import reduce
from itertools import product
from operator import add
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from generators import problems
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from plain_machine import blurred, by_attribute, plain_machine
from program import python

from linreg import Box, absolute, clip, enumerate_regions, leaky_relu, mlp, relu
from linreg.affine import ExactAffineMap
from linreg.domains import Domain
from linreg.kernel import machine
from linreg.kernel.bridge.exact_cells import Exactly
from linreg.kernel.data.roundoff import product_error
from linreg.kernel.data.tables import tables_of
from linreg.kernel.data.work import NEGATIVE, POSITIVE
from linreg.network import INPUT, AffineNode, Network, StagedNetwork, UnitNode, linear_map
from linreg.network.stages import Stage
from linreg.polyhedra import IntegerRow, Multipliers, Solver, decide_interior
from linreg.problem import problem_of
from linreg.rational import primitive_factor
from linreg.units import MaxUnit, Unit

FULL_BASIS, SUB_BASIS, INTEGER = "full basis", "fewer walls than dimensions", "integers"


@pytest.fixture(scope="module")
def plain() -> Iterator[SimpleNamespace]:
    with np.errstate(all="ignore"):
        yield plain_machine()


def in_machine_code(function: Any) -> Any:
    """The function, compiled with the options of the package, for this process alone."""
    return njit(**(machine._OPTIONS | {"cache": False}))(function)


def exactly(number: float) -> Fraction:
    return Fraction(float(number))


# Arithmetic


@in_machine_code
def _products(a: np.ndarray, b: np.ndarray, error: np.ndarray) -> None:
    for i in range(len(a)):
        error[i] = product_error(a[i], b[i])


@in_machine_code
def _sums(a: np.ndarray, b: np.ndarray, error: np.ndarray) -> None:
    for i in range(len(a)):
        total = a[i] + b[i]
        part = total - a[i]
        error[i] = (a[i] - (total - part)) + (b[i] - part)


@in_machine_code
def _products_less(a: np.ndarray, b: np.ndarray, c: np.ndarray, rest: np.ndarray) -> None:
    for i in range(len(a)):
        rest[i] = a[i] * b[i] - c[i]


@in_machine_code
def _total(a: np.ndarray) -> float:
    total = 0.0
    for i in range(len(a)):
        total += a[i]
    return total


def _numbers(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=500) * 2.0 ** rng.integers(-200, 200, 500)


def test_what_a_product_and_a_sum_round_off_are_floats_that_machine_code_finds() -> None:
    """Dekker (1971) and Knuth (TwoSum): only true of roundings as IEEE 754 has them."""
    a, b = _numbers(0), _numbers(1)
    of_product, of_sum = np.zeros(500), np.zeros(500)
    _products(a, b, of_product)
    _sums(a, b, of_sum)
    for x, y, p, s in zip(a, b, of_product, of_sum, strict=True):
        assert exactly(x) * exactly(y) == exactly(x * y) + exactly(p)
        assert exactly(x) + exactly(y) == exactly(x + y) + exactly(s)


def test_machine_code_rounds_a_product_before_it_subtracts() -> None:
    """A fused a b - fl(a b) would be what was rounded off, which is seldom zero."""
    a, b = _numbers(2), _numbers(3)
    rest = np.ones(500)
    _products_less(a, b, a * b, rest)
    assert not rest.any()


def test_machine_code_adds_up_from_first_to_last() -> None:
    """Python's `sum` does not, from 3.12 on: it takes care of what rounding leaves."""
    numbers = _numbers(4)
    in_turn = numbers.tolist()
    assert _total(numbers) == reduce(add, in_turn) != reduce(add, sorted(in_turn))


def test_machine_code_on_disk_is_good_for_the_sources_of_all_that_it_holds(tmp_path: Path) -> None:
    """A change of `roundoff` changes what `grow` is, though not the file that `grow` is in."""
    package = Path(machine.__file__).parent
    shutil.copytree(package, tmp_path, dirs_exist_ok=True)
    told = (
        "import sys; from pathlib import Path; from linreg.kernel import machine; "
        "machine.__file__ = str(Path(sys.argv[1]) / 'machine.py'); "
        "names = 'simplex.cell_tree', 'data.roundoff', 'outlines.lookup'; "
        "print(*map(machine._sources, names))"
    )

    def stamps() -> list[str]:
        return python(told, tmp_path).out.split()

    before = stamps()
    roundoff = tmp_path / "data" / "roundoff.py"
    roundoff.write_text(roundoff.read_text().replace("UP = 1.0", "UP = 2.0"))
    after = stamps()
    assert [a == b for a, b in zip(before, after, strict=True)] == [False, False, True]


# Maps


def _drawn(value: float, error: float, rng: np.random.Generator) -> Fraction:
    """An exact number that a float with an error bound may stand for."""
    return exactly(value) + exactly(error) * Fraction(int(rng.integers(-2, 3)), 2)


def _exact_maps(
    t: Any, pieces: Sequence[int], rng: np.random.Generator
) -> list[tuple[list[Fraction], Fraction]]:
    """All rows as exact forms of the input, for numbers drawn from the tables' intervals."""
    inputs = [([Fraction(int(i == j)) for j in range(t.dim)], Fraction(0)) for i in range(t.dim)]
    rows: list[tuple[list[Fraction], Fraction]] = []
    for s in range(t.n_stages):
        for r in range(t.stages[s].row, t.stages[s + 1].row):
            gradient = [Fraction(0)] * t.dim
            constant = _drawn(t.rows[r].bias, t.rows[r].bias_error, rng)
            for e in range(t.rows[r].term, t.rows[r + 1].term):
                by = _drawn(t.terms[e].weight, t.terms[e].error, rng)
                above, shift = inputs[t.terms[e].column]
                gradient = [g + by * a for g, a in zip(gradient, above, strict=True)]
                constant += by * shift
            rows.append((gradient, constant))
        inputs = []
        for o in range(t.stages[s].out, t.stages[s + 1].out):
            u = t.outs[o].unit
            if u < 0:
                inputs.append(rows[t.outs[o].row])
            elif t.units[u].is_max:
                inputs.append(rows[t.units[u].row + pieces[u]])
            else:
                piece = t.pieces[t.units[u].piece + pieces[u]]
                slope = _drawn(piece.slope, piece.slope_error, rng)
                intercept = _drawn(piece.intercept, piece.intercept_error, rng)
                gradient, constant = rows[t.units[u].row]
                inputs.append(([slope * g for g in gradient], slope * constant + intercept))
    return rows


def _holds(value: float, error: float, exact: Fraction) -> bool:
    return error == np.inf or abs(exactly(value) - exact) <= exactly(error)


def _check_maps(
    plain: SimpleNamespace,
    t: Any,
    rng: np.random.Generator,
    pieces: np.ndarray | None = None,
    maps: Any = None,
) -> None:
    if maps is None:
        maps = plain.explorer.work_for(t).maps
    if pieces is None:
        drawn = [int(rng.integers(u.size + 1 - u.is_max)) for u in t.units]
        pieces = np.array(drawn, dtype=np.int64)
    for s in range(t.n_stages):
        plain.composing.compose(t, maps, s, pieces)
    exact = _exact_maps(t, pieces, rng)
    for r, (gradient, constant) in enumerate(exact):
        end = maps.ends[r]
        values, errors = maps.gradients[r], maps.gradient_errors[r]
        assert _holds(end.constant, end.error, constant)
        for value, error, entry in zip(values, errors, gradient, strict=True):
            assert _holds(value, error, entry)
            assert not end.integer & 1 or entry == int(value) == exactly(value)
            assert end.rate >= error + (t.dim + 1) * 2.0**-53 * abs(value)
        assert end.integer != 3 or constant == int(end.constant) == exactly(end.constant)
    for o, out in enumerate(maps.out_ends):
        if out.live == 0:
            assert not maps.out_gradients[o].any()
            assert not maps.out_gradient_errors[o].any()


@settings(max_examples=60)
@given(problem=problems(), seed=st.integers(0, 2**32 - 1), blur=st.sampled_from([0.0, 1e-6]))
def test_exact_maps_are_within_the_bounds_of_those_in_floats(
    plain: SimpleNamespace, problem: tuple[Network, Domain], seed: int, blur: float
) -> None:
    t = plain.tables.tables_of(problem_of(*problem))
    rng = np.random.default_rng(seed)
    _check_maps(plain, by_attribute(blurred(t, blur, rng) if blur else t), rng)


@pytest.mark.parametrize("largest", [3, 127, 2**24, 2**27, 2**40, 2**52])
def test_sums_of_integers_count_as_integers_only_where_floats_hold_them(
    plain: SimpleNamespace, largest: int
) -> None:
    rng = np.random.default_rng(largest)
    for _ in range(4):
        layers = [
            (rng.integers(-largest, largest, (4, n)), rng.integers(-largest, largest, 4))
            for n in (2, 4, 4)
        ]
        t = plain.tables.tables_of(problem_of(mlp(layers, activation=leaky_relu(2)), None))
        _check_maps(plain, by_attribute(t), rng)


def _wide(plain: SimpleNamespace) -> Any:
    """Tables of two layers of 24 units, whose outputs have errors: their slopes are thirds."""
    rng = np.random.default_rng(0)
    layers = [(rng.normal(size=(24, n)), rng.normal(size=24)) for n in (2, 24)]
    t = by_attribute(
        plain.tables.tables_of(problem_of(mlp(layers, activation=leaky_relu("1/3")), None))
    )
    assert t.stages[1].dense >= 0
    return t


def test_norms_bound_the_roundings_of_sums_of_many_terms(plain: SimpleNamespace) -> None:
    """Cauchy and Schwarz: a sum of absolute products is at most the product of the norms."""
    t = _wide(plain)
    _check_maps(plain, t, np.random.default_rng(1))
    with pytest.raises(AssertionError):
        _check_maps(plain, t._replace(norms=np.zeros_like(t.norms)), np.random.default_rng(1))


def test_sums_begin_with_what_units_add_that_never_switch_in_a_box(plain: SimpleNamespace) -> None:
    """Of pieces that are not the usual ones, and with others after those, sums are right too."""
    rng = np.random.default_rng(0)
    layers = [(rng.normal(size=(24, n)), 3 * rng.normal(size=24)) for n in (2, 24)]
    problem = problem_of(mlp(layers), Box([-1, -1], [1, 1]))
    t = by_attribute(plain.tables.tables_of(problem))
    usual = t.usual[:24]
    assert {-1, 0, 1} <= set(usual.tolist())
    maps = plain.explorer.work_for(t).maps
    for turn in range(4):
        pieces = rng.integers(0, 2, 48)
        if turn % 2 == 0:
            pieces[:24] = np.where(usual < 0, pieces[:24], usual)
        _check_maps(plain, t, rng, pieces, maps)
    maps.usual[:3] += 1.0
    with pytest.raises(AssertionError):
        _check_maps(plain, t, rng, np.tile(np.where(usual < 0, 0, usual), 2), maps)


def _sparse(plain: SimpleNamespace) -> Any:
    """Forty units, rows of twenty terms of theirs each, largest values, and a sparse stage more."""
    rng = np.random.default_rng(0)

    def rows(n: int, inputs: int, terms: int) -> ExactAffineMap:
        places = [rng.choice(inputs, terms, replace=False) for _ in range(n)]
        groups = [[(int(i), float(rng.normal())) for i in row] for row in places]
        return ExactAffineMap.of_terms(groups, rng.normal(size=n).tolist(), inputs)

    stages = (
        Stage(rows(44, 2, 2), (relu(),) * 44),
        Stage(rows(48, 44, 20), (relu(),) * 48),
        Stage(ExactAffineMap.selection(range(48), 48), (MaxUnit(4),) * 12),
        Stage(rows(6, 12, 5), (relu(),) * 6),
    )
    network = StagedNetwork(2, stages, ExactAffineMap.identity(6))
    t = by_attribute(plain.tables.tables_of(problem_of(network, None)))
    assert t.rows["many"].sum() == 48
    assert set(t.stages["dense"].tolist()) == {-1}
    return t


def _check_rows_of_cells_in_turn(plain: SimpleNamespace, t: Any) -> None:
    """Rows where units have changed since the cell before are those of a cell without one."""
    rng = np.random.default_rng(0)
    maps, pieces = plain.explorer.work_for(t).maps, np.zeros(len(t.units), dtype=np.int64)
    for turn in range(12):
        for u in rng.choice(len(t.units), 1 + turn % 4, replace=False):
            pieces[u] = rng.integers(t.units[u].size + 1 - t.units[u].is_max)
        for s in range(t.n_stages - turn % 2):
            plain.composing.compose(t, maps, s, pieces)
        if turn % 2:
            continue
        _check_maps(plain, t, rng, pieces, maps)
        alone = plain.explorer.work_for(t).maps
        _check_maps(plain, t, rng, pieces, alone)
        for name in ("gradients", "gradient_errors", "ends", "out_gradients", "out_ends"):
            assert getattr(maps, name).tobytes() == getattr(alone, name).tobytes()


def test_rows_are_added_up_again_where_what_they_read_has_changed(plain: SimpleNamespace) -> None:
    """Bit by bit as if nothing were known; a change that readers are not told of is caught."""
    t = _sparse(plain)
    _check_rows_of_cells_in_turn(plain, t)
    deaf = t._replace(reading=np.minimum(t.reading, t.reading[-1] - 40))
    with pytest.raises(AssertionError):
        _check_rows_of_cells_in_turn(plain, deaf)


@pytest.mark.parametrize("entry", [np.nan, np.inf, 1e-200, 1e200])
def test_no_norm_is_lost_where_squares_leave_the_range_of_floats(
    plain: SimpleNamespace, entry: float
) -> None:
    """Of outputs that were multiplied by numbers which their scales make up for."""
    t = _wide(plain)
    t.outs["scale"][1:3] = scales = np.array([2.0**-40, 2.0**40])
    maps = plain.explorer.work_for(t).maps
    entries = np.array([3 * entry, 4 * entry]) / scales
    maps.out_gradients[1:3, 0] = maps.out_gradient_errors[1:3, 0] = entries
    maps.used[:24] = range(24)
    for norm in plain.composing._norms(t, maps, 0, 2, 24):
        assert norm >= 5 * entry or np.isnan(norm)
        assert norm < 5.001 * entry or not np.isfinite(entry)


def chain(depth: int, factor: float) -> Network:
    """One unit a layer, which adds a small multiple of the unit before to the first input."""
    nodes: list[Any] = []
    sources: tuple[str, ...] = (INPUT,)
    for k in range(depth):
        weight = [[1.0, 1.0]] if k == 0 else [[1.25**k, 0.0, factor]]
        nodes.append(AffineNode(f"linear{k}", sources, linear_map(weight, [0.5], where="")))
        nodes.append(UnitNode(f"units{k}", (f"linear{k}",), (leaky_relu("1/2"),)))
        sources = (INPUT, f"units{k}")
    return Network((2,), tuple(nodes), nodes[-1].name)


@pytest.mark.parametrize("factor", [1e-20, 1e-40, 1e-55])
def test_no_bound_is_lost_where_entries_of_maps_fall_below_the_range_of_floats(
    plain: SimpleNamespace, factor: float
) -> None:
    """Entries become products of 8 factors; an infinite bound times an error of 0 is no number."""
    t = by_attribute(plain.tables.tables_of(problem_of(chain(9, factor), None)))
    rng = np.random.default_rng(1)
    for _ in range(5):
        _check_maps(plain, t, rng)


# Points and half-spaces


class Polyhedron:
    """Half-spaces in floats with errors, as machine code has them, around the point 0."""

    def __init__(self, plain: SimpleNamespace, dim: int, halfspaces: int) -> None:
        net = mlp([(np.eye(dim)[[0] * halfspaces], np.arange(halfspaces))])
        self.plain = plain
        self.tables = by_attribute(plain.tables.tables_of(problem_of(net, None)))
        self.work = plain.explorer.work_for(self.tables)
        self.dim, self.m = dim, halfspaces
        for i in range(halfspaces):
            self.work.program.rows[i].halfspace = i
            self.work.halfspaces.ends[i].rival = plain.work.OF_DOMAIN

    def put(self, i: int, normal: np.ndarray, constant: float, error: float = 0.0) -> None:
        """Write a half-space whose entries are off by that share of them at most."""
        dim, end = self.dim, self.work.halfspaces.ends[i]
        self.work.halfspaces.normals[i, :dim] = normal
        self.work.halfspaces.errors[i, :dim] = error * np.abs(normal)
        end.constant, end.error = constant, error * abs(constant)
        end.rate = np.max(error * np.abs(normal) + (dim + 4) * 2.0**-53 * np.abs(normal)) * 1.001
        whole = error == 0 and all(float(entry).is_integer() for entry in normal)
        end.integer = whole * (3 if float(constant).is_integer() else 1)

    def drawn(self, rng: np.random.Generator) -> list[list[Fraction]]:
        """Exact half-spaces that the floats may stand for."""
        normals, errors = self.work.halfspaces.normals, self.work.halfspaces.errors
        return [
            [
                *(_drawn(normals[i, k], errors[i, k], rng) for k in range(self.dim)),
                _drawn(
                    self.work.halfspaces.ends[i].constant, self.work.halfspaces.ends[i].error, rng
                ),
            ]
            for i in range(self.m)
        ]


def _integers(row: Sequence[Fraction]) -> IntegerRow:
    entries = [fmpq(entry.numerator, entry.denominator) for entry in row]
    factor = primitive_factor([entries])
    return [(factor * entry).p for entry in entries]


@pytest.mark.parametrize("error", [0.0, 1e-16, 1e-9])
@pytest.mark.parametrize("scale", [1.0, 1e-200, 1e-315, 1e120])
def test_a_point_is_inside_only_if_it_is_for_all_walls_within_the_errors(
    plain: SimpleNamespace, error: float, scale: float
) -> None:
    """The point is a few roundings away from the half-spaces, on either side."""
    rng = np.random.default_rng(0)
    dim, inside = 3, 0
    polyhedron = Polyhedron(plain, dim, 2)
    halfspaces = polyhedron.work.halfspaces
    for _ in range(300):
        x = rng.normal(size=dim) * scale
        for i in range(2):
            normal = rng.normal(size=dim)
            off = 2.0 ** rng.integers(-3, 14) * max(error, 2.0**-53) * np.abs(normal) @ np.abs(x)
            polyhedron.put(i, normal, -(normal @ x) + rng.choice([-1, 1, 1, 1]) * off, error)
        if not plain.affine_maps.inside(halfspaces, dim, x, 2):
            continue
        inside += 1
        for i, halfspace in enumerate(polyhedron.drawn(rng)):
            value = sum((a * exactly(c) for a, c in zip(halfspace, x, strict=False)), halfspace[-1])
            assert value > 0
            slack, off = exactly(halfspaces.ends[i].slack), exactly(halfspaces.ends[i].slack_error)
            assert abs(value - slack) <= off
    assert inside > 20 or scale == 1e-315


def test_a_point_is_not_inside_a_wall_that_is_unknown(plain: SimpleNamespace) -> None:
    """Infinity times zero is no number, and a number that is none is no bound."""
    polyhedron = Polyhedron(plain, 2, 1)
    halfspaces, x = polyhedron.work.halfspaces, np.array([1.0, 0.0])
    polyhedron.put(0, np.array([1.0, 1.0]), 1.0)
    assert plain.affine_maps.inside(halfspaces, 2, x, 1)
    assert not plain.affine_maps.inside(halfspaces, 2, np.array([1e200, 0.0]), 1)
    places = {
        "normal": halfspaces.normals[0],
        "normal's error": halfspaces.errors[0],
        "constant": halfspaces.ends["constant"],
        "constant's error": halfspaces.ends["error"],
        "rate": halfspaces.ends["rate"],
    }
    for what, place in places.items():
        for unknown in (np.nan, np.inf):
            kept, place[0] = place[0], unknown
            rate, halfspaces.ends[0].rate = halfspaces.ends[0].rate, unknown
            # Without a rate it is the entries' own errors that count.
            assert plain.affine_maps.inside(halfspaces, 2, x, 1) == (what == "rate"), (
                what,
                unknown,
            )
            halfspaces.ends[0].rate, place[0] = rate, kept


# Proofs


class Claim:
    """A form that is, or is nearly, a non-negative combination of rows, and what is made of it."""

    def __init__(
        self,
        polyhedron: Polyhedron,
        rng: np.random.Generator,
        *,
        halfspaces: np.ndarray,
        spare: float,
        error: float,
        integers: bool,
    ) -> None:
        """The combination of the first rows, plus a constant, in the scale of its own terms."""
        n, m = polyhedron.dim, polyhedron.m
        k = len(halfspaces)
        multipliers = rng.integers(1, 5, k) if integers else rng.uniform(0.1, 2.0, k)
        constants = rng.integers(1, 9, m) if integers else rng.uniform(0.1, 2.0, m)
        constants[k:] *= (
            1000  # where they bound the cell it is far from the half-spaces of the claim
        )
        for i in range(m):
            normal = (
                halfspaces[i]
                if i < k
                else rng.integers(-3, 4, n)
                if integers
                else rng.normal(size=n)
            )
            polyhedron.put(i, np.array(normal, dtype=float), float(constants[i]), error)
            end = polyhedron.work.halfspaces.ends[i]
            end.slack, end.slack_error = end.constant, end.error
        self.polyhedron = polyhedron
        self.gradient = np.array(multipliers @ halfspaces, dtype=float)
        least = multipliers @ constants[:k]
        self.constant = float(least + spare * (1 if integers else least))
        self.integer = 3 if integers else 0
        self.gradient_error = error * np.abs(self.gradient)
        self.constant_error = error * abs(self.constant)

    def forget(self, what: str, unknown: float) -> None:
        """Replace a bound by one that is no number or none at all."""
        halfspaces = self.polyhedron.work.halfspaces
        if what == "halfspaces":
            halfspaces.errors[:] = unknown
            halfspaces.ends["integer"] = 0
        elif what == "goal":
            self.polyhedron.work.program.goal_error[:] = unknown
            self.integer = 0
        elif what == "slack":
            halfspaces.ends["slack_error"] = halfspaces.ends["error"] = unknown
            halfspaces.ends["integer"] &= 1
        else:
            self.constant_error = unknown
            self.integer &= 1

    def is_proved(self, spoil: Callable[[], None] = lambda: None) -> bool:
        """Whether machine code proves it, from the basis at which its own descent ends."""
        plain, n, m = self.polyhedron.plain, self.polyhedron.dim, self.polyhedron.m
        work = self.polyhedron.work
        p = work.program
        p.goal[:n] = self.gradient
        p.goal_error[:n] = self.gradient_error
        plain.program.load(p, work.halfspaces, n, m)
        if plain.program.descend(p, n, m, self.constant) != plain.outcomes.LEAST:
            return False
        spoil()
        goal = work.proof.goal[0]
        goal.stage, goal.row, goal.rival = 0, 0, plain.work.OF_DOMAIN
        goal.value, goal.value_error = self.constant, self.constant_error
        goal.constant, goal.constant_error = self.constant, self.constant_error
        goal.integer = self.integer
        pieces = np.zeros(0, dtype=np.int64)
        return bool(
            plain.multipliers.proves(
                self.polyhedron.tables, work.maps, work.halfspaces, p, work.proof, pieces, n, m
            )
        )

    def is_true(self, rng: np.random.Generator) -> bool:
        """Whether it holds for exact numbers that the floats may stand for."""
        halfspaces = self.polyhedron.drawn(rng)
        goal = [
            *(-_drawn(a, e, rng) for a, e in zip(self.gradient, self.gradient_error, strict=True)),
            -_drawn(self.constant, self.constant_error, rng),
        ]
        rows = [_integers(row) for row in [*halfspaces, goal]]
        return isinstance(decide_interior(rows, self.polyhedron.dim, Solver()), Multipliers)


def _no(*_: object) -> bool:
    return False


def _alone(plain: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Leave one kind of proof alone."""
    if kind == INTEGER:
        monkeypatch.setattr(plain.multipliers, "spread_of", lambda *_: -1.0)
        monkeypatch.setattr(plain.multipliers, "is_parallel", _no)
    else:
        monkeypatch.setattr(plain.multipliers, "integer_multipliers", _no)


def _halfspaces(kind: str, n: int, rng: np.random.Generator) -> np.ndarray:
    if kind == INTEGER:
        return rng.integers(-3, 4, (int(rng.integers(1, n + 1)), n))
    if kind == FULL_BASIS:
        return rng.normal(size=(n, n))
    k = int(rng.integers(1, n))
    return np.hstack([rng.normal(size=(k, k)), np.zeros((k, n - k))])


@pytest.mark.parametrize(
    ("kind", "error"),
    [(INTEGER, 0.0), *product([FULL_BASIS, SUB_BASIS], [0.0, 1e-12, 1e-5])],
)
def test_each_kind_of_proof_proves_what_is_true_and_nothing_that_is_false(
    plain: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, kind: str, error: float
) -> None:
    """For all rows and forms within the errors; a claim is false by as little as a rounding."""
    _alone(plain, monkeypatch, kind)
    rng = np.random.default_rng(0)
    shares = {}
    least = 1.0 if kind == INTEGER else max(error, 2.0**-52)
    for times in (-16.0, -1.0, 0.0, 1.0, 1e3):
        proved = 0
        for _ in range(25):
            n = int(rng.integers(2, 5))
            claim = Claim(
                Polyhedron(plain, n, n + 3),
                rng,
                halfspaces=_halfspaces(kind, n, rng),
                spare=times * least,
                error=error,
                integers=kind == INTEGER,
            )
            if claim.constant > 0 and claim.is_proved():
                proved += 1
                assert all(claim.is_true(rng) for _ in range(4))
        shares[times] = proved / 25
    assert shares[-16.0] == 0
    assert shares[1e3] > 0.6


@pytest.mark.parametrize("where", ["halfspaces", "goal", "slack", "value"])
@pytest.mark.parametrize("kind", [FULL_BASIS, SUB_BASIS, INTEGER])
def test_no_proof_holds_of_a_number_that_is_none(
    plain: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, kind: str, where: str
) -> None:
    _alone(plain, monkeypatch, kind)
    rng = np.random.default_rng(3)
    for unknown in (np.nan, np.inf):
        halfspaces = _halfspaces(kind, 2, rng)
        is_whole = kind == INTEGER
        claim = Claim(
            Polyhedron(plain, 2, 5),
            rng,
            halfspaces=halfspaces,
            spare=1.0,
            error=0.0,
            integers=is_whole,
        )
        assert claim.is_proved()
        assert not claim.is_proved(lambda c=claim, u=unknown: c.forget(where, u))


def test_a_stage_is_known_exactly_behind_more_stages_than_calls_within_calls() -> None:
    """1500 times relu: the identity where all are on, and 0 where the first is off."""
    problem = problem_of(mlp([([[1]], [0])] * 1500), Box([-1], [1]))
    tables = tables_of(problem)
    assert tables is not None
    exactly = Exactly(problem, tables)
    assert exactly.on_cell(1499, [1] * 1500).hyperplanes.rows == [[1, 0]]
    assert exactly.on_cell(1499, [0] * 1500).hyperplanes.rows == []


@pytest.mark.parametrize("unit", [None, clip(0, 1), absolute()], ids=["relu", "clip", "absolute"])
def test_a_side_of_a_form_is_positive_where_the_unit_exceeds_the_breakpoint(
    unit: Unit | None,
) -> None:
    """At a point of each region; a table of all forms tells hyperplanes that are the same."""
    rows = [([[1, 2], [-2, -4], [0, 3], [0, 0]], [1, -2, 0, 1])]
    net = mlp([*rows, ([[1, -1, 2, 3], [2, 0, 0, 1], [1, 1, 1, 1]], [0, -5, -1])], activation=unit)
    problem = problem_of(net, None)
    tables = tables_of(problem)
    assert tables is not None
    exactly = Exactly(problem, tables)
    stages = tables.rows["stage"][tables.forms["row"]].tolist()
    first = tables.stages["form"].tolist()
    for region in enumerate_regions(net):
        for f, u in enumerate(tables.forms["unit"].tolist()):
            k, s = f - int(tables.units["form"][u]), stages[f]
            row = exactly.side(region.pattern, f, POSITIVE)
            plane, above = exactly.marks(s, region.pattern)[f - first[s]]
            if plane is None:
                assert row == [0, 0, 1]
                assert (above > 0) == (region.pattern[u] > k)
                continue
            value = sum(int(a) * x for a, x in zip(row, (*region.exact_witness, 1), strict=True))
            assert (value > 0) == (region.pattern[u] > k)
            table = exactly.on_cell(s, region.pattern).hyperplanes.rows
            assert row == [above * entry for entry in table[plane]]
            assert exactly.side(region.pattern, f, NEGATIVE) == [-entry for entry in row]


def test_no_sum_of_machine_code_is_longer_than_error_bounds_allow_for(
    plain: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One unit of three inputs adds up three terms; whoever asks for more than the most is told."""
    net = mlp([([[1, 2, 3]], [0])])
    assert plain.tables.tables_of(problem_of(net, None)) is not None
    monkeypatch.setattr(plain.tables, "MOST_TERMS", 2)
    assert plain.tables.tables_of(problem_of(mlp([([[1, 2, 3]], [0])]), None)) is None
    most = plain.roundoff.MOST_TERMS
    assert plain.roundoff.gamma_of_form(most) == (most + 4) * 2.0**-53
    with pytest.raises(AssertionError):
        plain.roundoff.gamma_of_form(2 * most)
