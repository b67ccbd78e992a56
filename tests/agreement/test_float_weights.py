"""Weights as float arrays against the same weights as fractions, which take another way."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from hypothesis import given
from hypothesis import strategies as st

import linreg
from linreg.affine import exact_map as affine
from linreg.exact_product import product
from linreg.kernel.data.scaled_rows import (
    OutOfRangeError,
    _of_floats,
    _of_fractions,
    scaled_rows,
)
from linreg.network import slice_through, stages
from linreg.network.operators import conv_map, convolution
from linreg.problem import problem_of
from linreg.problem.integer import identity_state
from linreg.run.sinks import Columns
from linreg.strategies import auto

UNITS = [linreg.relu(), linreg.maxout(2), linreg.clip(0, 1), linreg.leaky_relu("1/10")]

KINDS = ["gaussian", "integers", "decimals", "sparse", "magnitudes", "multiples"]


def layers(kind: str, rng: np.random.Generator, rank: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Three small layers of weights of a kind."""
    made = []
    width = int(rng.integers(1, 4))
    for size in rng.integers(2, 6, 3).tolist():
        weight, bias = rng.normal(size=(size * rank, width)), rng.normal(size=size * rank)
        if kind == "integers":
            weight, bias = np.round(3 * weight), np.round(3 * bias)
        elif kind == "decimals":
            weight, bias = np.round(weight, 1), np.round(bias, 1)
        elif kind == "sparse":
            weight *= rng.random(weight.shape) < 0.4
        elif kind == "magnitudes":
            weight *= 10.0 ** rng.integers(-8, 8, weight.shape)
        elif kind == "multiples":
            weight = np.outer(np.round(3 * rng.normal(size=size * rank)) * 0.1, weight[0])
        made.append((weight, bias))
        width = size
    return made


def networks(kind: str) -> list[tuple[linreg.Network, linreg.Network]]:
    """Networks of arrays, and the same ones of lists of numbers."""
    rng = np.random.default_rng(KINDS.index(kind))
    pairs = []
    for unit in UNITS:
        arrays = layers(kind, rng, unit.n_inputs)
        lists = [(weight.tolist(), bias.tolist()) for weight, bias in arrays]
        pairs.append((linreg.mlp(arrays, activation=unit), linreg.mlp(lists, activation=unit)))
    return pairs


def test_products_of_floats_and_rationals_are_exact() -> None:
    rng = np.random.default_rng(1)
    for _ in range(40):
        m, n, width = rng.integers(1, 6, 3).tolist()
        matrix = rng.normal(size=(m, n)) * 2.0 ** rng.integers(-60, 60, (m, n))
        matrix *= rng.random((m, n)) < 0.7
        numerators = rng.integers(-(10**12), 10**12, n * width).tolist()
        columns = fmpq_mat(n, width, [fmpq(7**9 * p, 10**k) for k, p in enumerate(numerators)])
        entries = [fmpq(*number.as_integer_ratio()) for number in matrix.ravel().tolist()]
        assert product(matrix, columns) == fmpq_mat(m, n, entries) * columns


def test_products_of_too_many_magnitudes_are_left_to_fractions() -> None:
    ones = fmpq_mat(2, 1, [1, 1])
    assert product(np.array([[1.0, 2.0**-400]]), ones) is None
    assert product(np.array([[1e300, 5e-324]]), ones) is None
    assert product(np.zeros((1, 2)), ones) == fmpq_mat(1, 1, [0])


@pytest.mark.parametrize("kind", KINDS)
def test_tables_of_floats_are_those_of_fractions(kind: str) -> None:
    compared = 0
    for arrays, _ in networks(kind):
        factors = [fmpq(1)] * arrays.input_dim
        for stage in arrays.staged.stages:
            starts = zip(stage.units, stage.starts, strict=False)
            blocks = [range(start, start + unit.n_inputs) for unit, start in starts]
            want = _of_fractions(stage, blocks, factors)
            got = _of_floats(stage, blocks, factors)
            if got is not None:
                compared += 1
                assert got.terms.tobytes() == want.terms.tobytes()
                assert (got.sizes == want.sizes).all()
                assert (got.ends, got.of_rows) == (want.ends, want.of_rows)
                assert got.of_outputs == want.of_outputs
                for k in range(stage.map.n_outputs):
                    assert (got.exact(k), got.outline(k)) == (want.exact(k), want.outline(k))
            factors = want.of_outputs
    assert compared >= len(UNITS)


@pytest.mark.parametrize("kind", KINDS)
def test_integers_of_floats_are_those_of_fractions(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(affine, "FEW_ENTRIES", 0)
    monkeypatch.setattr(affine, "SPARSE", 0)
    for arrays, lists in networks(kind):
        assert arrays.fingerprint == lists.fingerprint
        ours, theirs = problem_of(arrays), problem_of(lists)
        assert ours.readout_scales == theirs.readout_scales
        for a, b, stage in zip(
            ours.integer_stages, theirs.integer_stages, arrays.staged.stages, strict=True
        ):
            state = identity_state(stage.map.n_inputs)
            assert a.weights.of(state) == b.weights.of(state)
            assert [numbers_of(unit) for unit in a.units] == [numbers_of(unit) for unit in b.units]


def numbers_of(unit: object) -> list[object]:
    """The numbers of a unit in integers."""
    return [getattr(unit, name) for name in type(unit).__slots__]


@pytest.mark.parametrize("settings", [{}, {"stride": 2, "padding": 1}, {"groups": 2, "padding": 2}])
@pytest.mark.parametrize("shape", [(4, 5), (4, 4, 3)])
def test_convolutions_of_floats_are_those_of_fractions(
    shape: tuple[int, ...], settings: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convolution, "FEW_ENTRIES", 0)
    rng = np.random.default_rng(len(shape))
    depth = 4 // settings.get("groups", 1)
    weight = rng.normal(size=(6, depth, *[2] * (len(shape) - 1))).astype(np.float32)
    weight[0, 0] = 0
    bias = rng.normal(size=6)
    ours, our_shape = conv_map(weight, bias, shape, **settings)
    theirs, their_shape = conv_map(weight.tolist(), bias.tolist(), shape, **settings)
    assert ours.floats is not None
    assert theirs.floats is None
    assert (ours, our_shape) == (theirs, their_shape)
    assert pickle.loads(pickle.dumps(ours)) == theirs
    x = rng.normal(size=ours.n_inputs).tolist()
    assert ours(x) == theirs(x)
    assert np.allclose(ours.rounded()(x), [float(y) for y in theirs(x)])


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=9))
def test_floats_are_spelled_as_the_fractions_that_they_are(numbers: list[float]) -> None:
    fractions = [number.as_integer_ratio() for number in numbers]
    assert stages._ratios(np.array(numbers)) == [f"{p}/{q}" for p, q in fractions]


def test_wide_slices_of_arrays_have_the_regions_of_lists() -> None:
    rng = np.random.default_rng(5)
    shapes = ((12, 400), (6, 12))
    arrays = [(rng.normal(size=shape), rng.normal(size=shape[0])) for shape in shapes]
    lists = [(weight.tolist(), bias.tolist()) for weight, bias in arrays]
    cut = slice_through(rng.random((3, 400)))
    box = linreg.Box([0, 0], [1, 1])
    ours, theirs = (linreg.mlp(each).on_slice(cut.origin, cut.basis) for each in (arrays, lists))
    assert ours.fingerprint == theirs.fingerprint
    assert linreg.count_regions(ours, box) == linreg.count_regions(theirs, box) > 1


def test_cells_of_wide_networks_weigh_more_and_those_of_small_ones_weigh_one() -> None:
    rng = np.random.default_rng(2)
    small = linreg.mlp([(rng.normal(size=(8, 2)), rng.normal(size=8))])
    wide = linreg.mlp([(rng.normal(size=(9500, 2)), rng.normal(size=9500))])
    assert auto.Cost.of(problem_of(small)).cell == 1
    assert auto.Cost.of(problem_of(wide)).cell > 50


def test_what_python_could_hardly_begin_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = problem_of(linreg.mlp([([[1, 0], [0, 1]], [0, 0])]))
    assert auto.settled(problem, Columns("uint8")).beginning is not None
    monkeypatch.setattr(auto, "TRIED", 1)
    monkeypatch.setattr(auto, "compiled_for", lambda *_: auto.HighsExplorer())
    assert auto.settled(problem, Columns("uint8")).beginning is None


@pytest.mark.parametrize(("weight", "shift"), [(1.0, 1e-70), (1e-200, 1e200), (1e100, 1e-240)])
def test_constants_beyond_the_range_of_machine_code_are_refused(
    weight: float, shift: float
) -> None:
    """Also those that would vanish or overflow when rows are scaled."""
    array = np.array([[weight, weight / 3]]), np.array([shift])
    for layer in (array, tuple(each.tolist() for each in array)):
        [stage] = linreg.mlp([layer]).staged.stages
        with pytest.raises(OutOfRangeError):
            scaled_rows(stage, [fmpq(1), fmpq(1)])
