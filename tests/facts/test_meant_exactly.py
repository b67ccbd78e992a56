"""Weights that were meant to be simple numbers, and what becomes of regions when they are not."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import generators
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from program import linreg as run
from program import write

from linreg import (
    Box,
    InvalidNetwork,
    Network,
    ScalarUnit,
    UnreadableFile,
    absolute,
    clip,
    count_regions,
    hard_tanh,
    leaky_relu,
    load,
    load_domain,
    maxout,
    mlp,
    relu,
)
from linreg.network.coincidence import CLOSE, NearCoincidence, near_coincidences

SAME_LINE = [[0.1, 0.7], [0.3, 2.1]]
"""Two rows on one line, as they are written: three times 0.7 is 2.1."""


def document(weight: list[list[Any]], bias: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    linear = {"type": "linear", "weight": weight} | ({} if bias is None else {"bias": bias})
    return {"input_shape": [len(weight[0])], "layers": [linear, {"type": "relu"}], **more}


def nears(*pairs: Any, **options: Any) -> list[NearCoincidence]:
    return near_coincidences(mlp(list(pairs), **options).staged)


def test_one_line_as_written_is_two_lines_in_float64(tmp_path: Path) -> None:
    """Two lines through one point make four regions, one line makes two."""
    file = write(tmp_path / "net.json", document(SAME_LINE))
    assert count_regions(load(file)) == 4
    assert count_regions(load(file, decimal=True)) == 2


def test_a_tenth_and_two_tenths_are_three_tenths_as_written_only(tmp_path: Path) -> None:
    """(0.1 + 0.2) x = 0.3 where x = 1: one breakpoint; in float64 there are two, side by side."""
    net = {
        "input_shape": [1],
        "layers": [
            {"type": "linear", "weight": [[0.1], [0.2], [1]]},
            {"type": "linear", "weight": [[1, 1, 0], [0, 0, 1]], "bias": [-0.3, -1]},
            {"type": "relu"},
        ],
    }
    file = write(tmp_path / "net.json", net)
    assert count_regions(load(file)) == 3
    assert count_regions(load(file, decimal=True)) == 2


def test_decimals_as_written_are_those_that_text_spells(tmp_path: Path) -> None:
    numbers = ["0.1", "-2.50", "1e-1", "3E+2", "12", "0.0", "1e-300"]
    file = tmp_path / "net.json"
    layer = f'{{"type": "linear", "weight": [[{", ".join(numbers)}]], "bias": [-0.7]}}'
    file.write_text(f'{{"input_shape": [7], "layers": [{layer}, {{"type": "relu"}}]}}')
    spelled = write(tmp_path / "text.json", document([numbers], ["-0.7"]))
    assert load(file, decimal=True).fingerprint == load(spelled).fingerprint
    assert load(file).fingerprint != load(spelled).fingerprint


def test_a_bias_may_be_a_single_zero_however_it_is_read(tmp_path: Path) -> None:
    net = document([[1, 0.1]])
    net["layers"][0]["bias"] = 0.0
    file = write(tmp_path / "net.json", net)
    for decimal in (False, True):
        assert load(file, decimal=decimal).staged.stages[0].map.shifts == (0,)


def test_every_kind_of_layer_and_unit_is_read_as_written(tmp_path: Path) -> None:
    net = {
        "input_shape": [2],
        "layers": [
            {"type": "maxout", "weight": [[[0.1, 1], [0.2, 1]]] * 2, "bias": [[0.1, 0.2]] * 2},
            {"type": "leaky_relu", "alpha": 0.1},
            {"type": "clip", "lo": -0.1, "hi": 0.3},
            {"type": "pwl", "breakpoints": [0.1], "slopes": [0, 0.1], "intercepts": [0.3, 0.29]},
        ],
    }
    stages = load(write(tmp_path / "net.json", net), decimal=True).staged.stages
    assert stages[0].map.shift.tolist() == [Fraction(1, 10), Fraction(1, 5)] * 2
    assert stages[1].units[0] == leaky_relu("1/10")
    assert stages[2].units[0] == clip("-1/10", "3/10")
    assert stages[3].units[0] == ScalarUnit(["1/10"], [0, "1/10"], ["3/10", "29/100"])


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e1000", "1e99999999999"])
def test_what_is_no_finite_number_or_too_long_is_refused_as_written_too(
    number: str, tmp_path: Path
) -> None:
    file = tmp_path / "net.json"
    text = json.dumps(document([[1, 2]], ["HERE"])).replace('"HERE"', number)
    file.write_text(text)
    with pytest.raises(InvalidNetwork, match=r"layer 1 .*bias\[0\]"):
        load(file, decimal=True)


def test_a_domain_ends_where_it_is_written_to_end(tmp_path: Path) -> None:
    """10 x - 1 is zero at 1/10. The float64 nearest to 0.1 is above that, so a piece is left."""
    box = {"type": "box", "lo": [0], "hi": [0.1]}
    file = write(tmp_path / "net.json", document([[10]], [-1], domain=box))
    assert load_domain(file, decimal=True) == Box([0], ["1/10"])
    assert load_domain(file) == Box([0], [0.1])
    assert count_regions(load(file), load_domain(file)) == 2
    assert count_regions(load(file, decimal=True), load_domain(file, decimal=True)) == 1
    assert run("count", file, "--json").json["activation_regions"] == 2
    assert run("count", file, "--json", "--decimal").json["activation_regions"] == 1


def test_domains_and_slices_on_the_command_line_are_read_as_written(tmp_path: Path) -> None:
    file = write(tmp_path / "net.json", document([[10]], [-1]))
    box = write(tmp_path / "box.json", {"type": "box", "lo": [0], "hi": [0.1]})
    cut = write(tmp_path / "cut.json", {"origin": [0], "basis": [[0.1]]})
    for domain in ("box:0,0.1", "box:0:0.1", box):
        asked = ("count", file, "--domain", domain, "--json")
        assert run(*asked).json["activation_regions"] == 2
        assert run(*asked, "--decimal").json["activation_regions"] == 1
    asked = ("count", file, "--slice", cut, "--domain", "box:0,1", "--json")
    assert run(*asked).json["activation_regions"] == 2
    assert run(*asked, "--decimal").json["activation_regions"] == 1


@pytest.mark.parametrize("command", ["info", "graph", "convert", "enumerate", "certify"])
def test_every_command_that_reads_a_network_can_read_it_as_written(
    command: str, tmp_path: Path
) -> None:
    file = write(tmp_path / "net.json", document(SAME_LINE))
    rest: dict[str, list[object]] = {
        "convert": [tmp_path / "out.json"],
        "enumerate": ["-o", tmp_path / "out.csv"],
        "certify": ["-o", tmp_path / "proof"],
    }
    outcome = run(command, file, *rest.get(command, []), "--decimal", "--json")
    assert outcome.code == 0
    assert outcome.json["fingerprint"] == load(file, decimal=True).fingerprint
    if command == "convert":
        assert load(tmp_path / "out.json").fingerprint == outcome.json["fingerprint"]
    if command == "certify":
        proof = tmp_path / "proof"
        assert run("check", proof, file, "--decimal", "--json").json["accepted"]
        assert run("check", proof, file, "--json").code == 1


def test_bounds_speak_of_the_network_as_written(tmp_path: Path) -> None:
    """On [0, 1/10] the unit 10 x - 1 is off, so the count is 1; on the float64 above that, 2."""
    file = write(tmp_path / "net.json", document([[10]], [-1]))
    asked = ("bounds", file, "--domain", "box:0,0.1", "--count", "--json")
    counts = [run(*asked, *more).json["exact"] for more in ((), ("--decimal",))]
    assert counts == [2, 1]
    assert "--decimal need a network" in run("bounds", "--widths", "2,2", "--decimal").complaint


def test_files_of_binary_floats_hold_no_decimals(tmp_path: Path) -> None:
    file = tmp_path / "net.npz"
    np.savez(file, W1=[[0.1]], b1=[0.0], W2=[[1.0]], b2=[0.0])
    for read in (load, load_domain):
        with pytest.raises(UnreadableFile, match=r"an \.npz file holds binary floats"):
            read(file, decimal=True)
    assert "holds binary floats" in run("count", file, "--decimal").complaint


def test_rounding_to_simple_fractions_brings_lines_together_again(tmp_path: Path) -> None:
    file = write(tmp_path / "net.json", document(SAME_LINE))
    net = load(file)
    assert net.rationalized(10).fingerprint == load(file, decimal=True).fingerprint
    assert count_regions(net.rationalized(10)) == 2
    assert net.rationalized(2**60).fingerprint == net.fingerprint
    assert "up to 10" in net.rationalized(10).notes[-1]


@given(generators.networks())
@settings(max_examples=60)
def test_simple_fractions_stay_as_they_are(net: Network) -> None:
    """Generated networks hold small dyadic numbers, whose products have denominators below 2^10."""
    assert net.rationalized(2**10).fingerprint == net.fingerprint
    assert net.rationalized(3).rationalized(3).fingerprint == net.rationalized(3).fingerprint


@pytest.mark.parametrize("unit", [relu(), absolute(), hard_tanh(), clip(0, 6), maxout(2)])
def test_units_of_whole_numbers_stay_as_they_are(unit: Any) -> None:
    net = mlp([([[0.1, 1]] * 2, [0.7, 0.7])], activation=unit).rationalized(1)
    assert set(net.staged.units) == {unit}
    assert net.staged.stages[0].map.shifts == (1, 1)


def table(cuts: list[object], slopes: list[object], first: object) -> ScalarUnit:
    """The continuous table whose first piece has this intercept."""
    breakpoints, rises = list(map(Fraction, cuts)), list(map(Fraction, slopes))
    intercepts = [Fraction(first)]
    for k, cut in enumerate(breakpoints):
        intercepts.append(intercepts[-1] + (rises[k] - rises[k + 1]) * cut)
    return ScalarUnit(breakpoints, rises, intercepts)


@pytest.mark.parametrize(
    ("unit", "most", "expected"),
    [
        (leaky_relu(0.1), 100, leaky_relu("1/10")),
        (leaky_relu(0.01), 10, relu()),
        (leaky_relu(0.99), 10, ScalarUnit([], [1], [0])),
        (clip(-0.1, 0.3), 10, clip("-1/10", "3/10")),
        (
            table([0.3, 0.7], [0.01, 1.01, -0.5], 0.1),
            100,
            table(["3/10", "7/10"], ["1/100", "101/100", "-1/2"], "1/10"),
        ),
        (table([0.3, 0.7], [0.01, 1.01, -0.4], 0.1), 1, table([0, 1], [0, 1, 0], 0)),
    ],
)
def test_a_rounded_unit_is_continuous_and_may_lose_pieces(
    unit: ScalarUnit, most: int, expected: ScalarUnit
) -> None:
    net = mlp([([[1]], [0])], activation=unit).rationalized(most)
    assert net.staged.units == (expected,)


def test_breakpoints_that_would_become_one_are_kept_apart_by_an_error() -> None:
    net = mlp([([[1]], [0])], activation=table([0.3, 0.31], [0, 1, 0], 0))
    with pytest.raises(InvalidNetwork, match=r"units1: two breakpoints .* allow larger"):
        net.rationalized(3)


@pytest.mark.parametrize("most", [0, -1, 2.0, "10", True])
def test_a_bound_on_denominators_is_a_positive_integer(most: Any) -> None:
    with pytest.raises(ValueError, match="max_denominator"):
        mlp([([[1]], [0])]).rationalized(most)


def test_a_line_that_was_moved_by_rounding_is_named_with_its_neighbour() -> None:
    """2.1 / 0.3 and 0.7 / 0.1 differ by one rounding of float64, about 1e-16."""
    (near,) = nears(([*SAME_LINE, [1, 1]], [0.1, 0.3, 0]))
    assert (near.stage, near.units) == (1, (0, 1))
    assert 0 < near.difference < 1e-15
    assert "stage 1: units 0 and 1" in str(near)


@pytest.mark.parametrize(
    ("rows", "shifts"),
    [
        ([[1, 2], [-3, -6]], [1, -3 * (1 + 1e-12)]),
        ([[1, 2], [1, 2]], [0, 1e-12]),
        ([[1, 2], [1, 2]], [1e6, 1e6 + 1e-6]),
        ([[1, 2], [1, 2 + 1e-12]], [5, 5]),
        ([[1e-200, 2e-200], [1e200, 2.0000000001e200]], [0, 0]),
    ],
    ids=["opposite", "parallel at 0", "parallel and far", "turned", "of other sizes"],
)
def test_hyperplanes_that_differ_by_less_than_a_billionth_almost_coincide(rows, shifts) -> None:
    (near,) = nears((rows, shifts))
    assert near.units == (0, 1)
    assert near.difference <= CLOSE


@pytest.mark.parametrize(
    ("rows", "shifts"),
    [
        ([[1, 2], [-3, -6]], [1, -3]),
        ([["1/3", "2/3"], [1, 2]], ["1/7", "3/7"]),
        ([[1, 2], [1, 2]], [0, 1e-6]),
        ([[1, 2], [1, 2.00001]], [0, 0]),
        ([[1, 0], [0, 1]], [1e12, 1e12]),
        ([[1e-12, 0], [0, 1e-12]], [1, 1]),
        ([[0, 0], [0, 1e-12]], [1, 1]),
    ],
    ids=["one", "one in thirds", "apart", "turned", "far", "far and small", "constant"],
)
def test_hyperplanes_that_coincide_or_plainly_differ_are_not_named(rows, shifts) -> None:
    assert nears((rows, shifts)) == []


def test_a_later_stage_and_its_units_are_numbered_as_in_patterns() -> None:
    (near,) = nears(([[1, 0], [0, 1]], [0, 0]), (SAME_LINE, [0, 0]))
    assert (near.stage, near.units) == (2, (2, 3))


def test_candidates_of_maxima_switch_on_the_differences_of_their_rows() -> None:
    """0.1 x + 0.7 y and 0.3 x + 2.1 y are the leads of the first candidates over the second."""
    rows = [[0.1, 0.7], [0, 0], [0.3, 2.1], [0, 0]]
    (near,) = nears((rows, [0] * 4), activation=maxout(2))
    assert near.units == (0, 1)


def test_one_unit_can_have_two_breakpoints_that_almost_coincide() -> None:
    unit = table([1, Fraction(1 + 2**-52)], [0, 1, 0], 0)
    (near,) = nears(([[1, 0]], [0]), activation=unit)
    assert near.units == (0, 0)
    assert "two pieces of unit 0" in str(near)


@given(generators.networks())
@settings(max_examples=60)
def test_hyperplanes_of_small_dyadic_numbers_coincide_or_plainly_differ(net: Network) -> None:
    assert near_coincidences(net.staged) == []


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_every_copy_that_rounding_has_moved_is_named_once(seed: int) -> None:
    """Rows, and the same times factors, rounded: each copy is equal to its row, or near it."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(10, 3))
    copies = rows * rng.uniform(-3, 3, (10, 1))
    net = mlp([(np.vstack([rows, copies]), np.zeros(20))])
    terms = [[c for _, c in group] for group in net.staged.stages[0].map.terms]
    moved = [
        (i, i + 10)
        for i in range(10)
        if any(
            a * terms[i + 10][0] != b * terms[i][0]
            for a, b in zip(terms[i], terms[i + 10], strict=True)
        )
    ]
    assert [near.units for near in near_coincidences(net.staged)] == moved


def test_info_warns_of_hyperplanes_that_almost_coincide(tmp_path: Path) -> None:
    file = write(tmp_path / "net.json", document(SAME_LINE))
    (warning,) = run("info", file, "--json").json["warnings"]
    assert warning.startswith("stage 1: units 0 and 1 ")
    assert "--decimal" in warning
    assert "warning" in run("info", file).out
    assert run("info", file, "--decimal", "--json").json["warnings"] == []
    assert "warning" not in run("info", file, "--decimal").out


def test_info_spells_out_a_few_warnings_and_counts_the_rest(tmp_path: Path) -> None:
    rows = [[1, k + factor] for k in range(8) for factor in (0, 1e-12)]
    file = write(tmp_path / "net.json", document(rows))
    assert len(run("info", file, "--json").json["warnings"]) == 8
    assert "and 3 more of this kind" in run("info", file).out
