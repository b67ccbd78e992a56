"""Every public function says which argument is wrong, in one line, before it does anything."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import linreg
from linreg import theory, zoo

NET = linreg.mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])], readout=([[1, 2, 3]], [0]))
"""Three lines in general position: seven regions, nine edges, two inputs, one output."""

REGIONS = linreg.enumerate_regions(NET, strategy="highs")
GRAPH = linreg.adjacency_graph(REGIONS)
MERGED = linreg.merged_graph(GRAPH)
BOX = linreg.Box([-1, -1], [1, 1])
SLICE = linreg.Slice([0, 0], [[1, 1], [1, 0]])
REGION = REGIONS[0]
EXACT_MAP = REGION.exact_affine_map
NEIGHBOURS = theory.neighbourhoods(NET)
COMPLEX = linreg.polyhedral_complex(NET, levels=[(0, 1)])
LINE = linreg.along(NET, [[-1, 0], [1, 3]])
RESPONSES = linreg.unit_responses(NET, [[1, 1], [-1, -1]], 1, 0)
TWO = linreg.mlp([([[1, 0], [0, 1]], [0, 0])])
"""relu(x) and relu(y): two classes."""

# Each takes the argument of that name.
POINTS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "Network.forward_exact": ("x", NET.forward_exact),
    "StagedNetwork.forward_exact": ("x", NET.staged.forward_exact),
    "StagedNetwork.pattern_at": ("x", NET.staged.pattern_at),
    "Region.contains": ("x", REGION.contains),
    "Halfspaces.slack": ("x", REGION.halfspaces.slack),
    "exact Halfspaces.slack": ("x", REGION.exact_halfspaces.slack),
    "ExactAffineMap": ("x", EXACT_MAP),
    "Slice.point": ("t", SLICE.point),
    "ray": ("origin", lambda x: linreg.ray(NET, x, [1, 1])),
    "ray, direction": ("direction", lambda x: linreg.ray(NET, [0, 0], x)),
    "robustness": ("x", lambda x: linreg.robustness(TWO, x)),
    "local_lipschitz": ("x", lambda x: linreg.local_lipschitz(NET, x)),
    "regions_near": ("x", lambda x: linreg.regions_near(NET, x, 1)),
    "unit_map": ("x", lambda x: linreg.unit_map(NET, x, 1, 0)),
    "same_activation": ("x", lambda x: linreg.same_activation(NET, x, 1, 0)),
}
MANY_POINTS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "Network.forward": ("x", NET.forward),
    "StagedNetwork.forward": ("x", NET.staged.forward),
    "AffineMap": ("x", REGION.affine_map),
    "count_near": ("X", lambda x: linreg.count_near(NET, x, 1)),
}
TABLES: dict[str, tuple[str, Callable[[Any], object]]] = {
    "Enumeration.locate": ("x", REGIONS.locate),
    "Enumeration.route": ("x", REGIONS.route),
}
PATTERNS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "Enumeration.find": ("pattern", REGIONS.find),
    "StagedNetwork.maps_on": ("pattern", lambda pattern: list(NET.staged.maps_on(pattern))),
}
PLACES: dict[str, tuple[str, int, Callable[[Any], object]]] = {
    "Enumeration.exact_witness": ("index", 7, REGIONS.exact_witness),
    "Enumeration.point": ("index", 7, REGIONS.point),
    "AdjacencyGraph.crossed": ("edge", 9, GRAPH.crossed),
    "LinearRegionGraph.crossed": ("edge", len(MERGED.edges), MERGED.crossed),
    "LinearRegionGraph.members": ("node", len(MERGED), MERGED.members),
    "linear_regions": ("output", 1, lambda output: linreg.linear_regions(GRAPH, output)),
    "merged_graph": ("output", 1, lambda output: linreg.merged_graph(GRAPH, output)),
    "output_maps": ("output", 1, lambda output: linreg.output_maps(REGIONS, output)),
    "Neighbourhoods.identified": (
        "image",
        int(NEIGHBOURS.image_of.max()) + 1,
        NEIGHBOURS.identified,
    ),
    "Neighbourhoods.identified_cells": (
        "image",
        int(NEIGHBOURS.image_of_cell.max()) + 1,
        NEIGHBOURS.identified_cells,
    ),
    "PolyhedralComplex.cell": ("index", len(COMPLEX), COMPLEX.cell),
    "PolyhedralComplex.facets_of": ("index", len(COMPLEX), COMPLEX.facets_of),
    "PolyhedralComplex.bits": (
        "places[0]",
        COMPLEX.layout.n_bits,
        lambda place: COMPLEX.bits([place]),
    ),
    "PolyhedralComplex.patterns": (
        "indices[0]",
        len(COMPLEX),
        lambda index: COMPLEX.patterns([index]),
    ),
    "PolyhedralComplex.sides": ("output", 1, lambda output: COMPLEX.sides(output, 1)),
    "PolyhedralComplex.persistence": ("output", 1, COMPLEX.persistence),
    "PolyhedralComplex.critical_vertices": (
        "output",
        1,
        linreg.polyhedral_complex(
            linreg.mlp([([[1], [-1]], [0, 0])], ([[1, 1]], [0]))
        ).critical_vertices,
    ),
    "level_set": ("levels[0][0]", 1, lambda output: linreg.level_set(NET, output)),
    "LineRegions.patterns": ("segment", 1, LINE.patterns),
    "LineRegions.switches": ("segment", 1, LINE.switches),
    "LineRegions.exact_breakpoints": ("segment", 1, LINE.exact_breakpoints),
    "Responses.exact_map": ("index", RESPONSES.n_maps, RESPONSES.exact_map),
    "unit_map": ("unit", 3, lambda unit: linreg.unit_map(NET, [0, 0], 1, unit)),
    "unit_responses": ("unit", 3, lambda unit: linreg.unit_responses(NET, [[0, 0]], 1, unit)),
    "same_activation": ("unit", 3, lambda unit: linreg.same_activation(NET, [0, 0], 1, unit)),
    "output_range": ("output", 1, lambda output: linreg.output_range(NET, BOX, output=output)),
    "lipschitz": ("output", 1, lambda output: linreg.lipschitz(NET, outputs=[output])),
    "robustness, label": ("label", 2, lambda label: linreg.robustness(TWO, [1, 0], label=label)),
}
DOMAINS: dict[str, Callable[[Any], object]] = {
    "count": lambda domain: linreg.count(NET, domain),
    "count_regions": lambda domain: linreg.count_regions(NET, domain),
    "region_counts": lambda domain: linreg.region_counts(NET, domain),
    "enumerate_regions": lambda domain: linreg.enumerate_regions(NET, domain),
    "certify": lambda domain: linreg.certify(NET, "never-written", domain),
    "check": lambda domain: linreg.check("never-read", NET, domain),
    "enumerate_into": lambda domain: linreg.enumerate_into(NET, "never-written", domain),
    "count_into": lambda domain: linreg.count_into(NET, "never-written", domain),
    "save": lambda domain: linreg.save(NET, "never-written.json", domain),
    "Slice.pull_back": SLICE.pull_back,
    "report": lambda domain: theory.report(NET, domain),
    "definitions": lambda domain: theory.definitions(NET, domain),
    "neighbourhoods": lambda domain: theory.neighbourhoods(NET, None, domain),
    "serra_ramalingam_2020": lambda domain: theory.serra_ramalingam_2020(NET, domain),
}
DOMAINS |= {
    "along": lambda domain: linreg.along(NET, [[0, 0], [1, 1]], domain),
    "ray": lambda domain: linreg.ray(NET, [0, 0], [1, 1], domain),
    "maximum": lambda domain: linreg.maximum(NET, domain=domain),
    "minimum": lambda domain: linreg.minimum(NET, domain=domain),
    "output_range": lambda domain: linreg.output_range(NET, domain),
    "lipschitz": lambda domain: linreg.lipschitz(NET, domain),
    "local_lipschitz": lambda domain: linreg.local_lipschitz(NET, [0, 0], domain=domain),
    "robustness": lambda domain: linreg.robustness(TWO, [0, 0], domain=domain),
    "difference": lambda domain: linreg.difference(NET, NET, domain),
    "equivalent": lambda domain: linreg.equivalent(NET, NET, domain),
    "polyhedral_complex": lambda domain: linreg.polyhedral_complex(NET, domain),
    "level_set": lambda domain: linreg.level_set(NET, domain=domain),
    "decision_boundary": lambda domain: linreg.decision_boundary(TWO, domain=domain),
    "same_activation": lambda domain: linreg.same_activation(NET, [0, 0], 1, 0, domain=domain),
    "parameter_path": lambda domain: linreg.parameter_path(NET, NET, domain),
    "track": lambda domain: linreg.track([NET], domain),
}
STRICT_DOMAINS = ("check", "save", "Slice.pull_back")
NETWORKS: dict[str, Callable[[Any], object]] = {
    "count": linreg.count,
    "count_regions": linreg.count_regions,
    "region_counts": linreg.region_counts,
    "enumerate_regions": linreg.enumerate_regions,
    "certify": lambda net: linreg.certify(net, "never-written"),
    "check": lambda net: linreg.check("never-read", net),
    "enumerate_into": lambda net: linreg.enumerate_into(net, "never-written"),
    "count_into": lambda net: linreg.count_into(net, "never-written"),
    "report": theory.report,
    "ceilings": theory.ceilings,
    "definitions": theory.definitions,
    "neighbourhoods": theory.neighbourhoods,
    "serra_ramalingam_2020": theory.serra_ramalingam_2020,
}
NETWORKS |= {
    "along": lambda net: linreg.along(net, [[0, 0], [1, 1]]),
    "ray": lambda net: linreg.ray(net, [0, 0], [1, 1]),
    "maximum": linreg.maximum,
    "minimum": linreg.minimum,
    "output_range": linreg.output_range,
    "lipschitz": linreg.lipschitz,
    "local_lipschitz": lambda net: linreg.local_lipschitz(net, [0, 0]),
    "robustness": lambda net: linreg.robustness(net, [0, 0]),
    "verify": lambda net: linreg.verify(net, unsafe=linreg.Box([0], [1])),
    "closed_loop": lambda net: linreg.closed_loop(net, [[1]], [[1]], steps=1),
    "polyhedral_complex": linreg.polyhedral_complex,
    "level_set": linreg.level_set,
    "decision_boundary": linreg.decision_boundary,
    "unit_map": lambda net: linreg.unit_map(net, [0, 0], 1, 0),
    "unit_responses": lambda net: linreg.unit_responses(net, [[0, 0]], 1, 0),
    "rank_units": lambda net: linreg.rank_units(net, [[0, 0]], 1),
    "same_activation": lambda net: linreg.same_activation(net, [0, 0], 1, 0),
    "regions_near": lambda net: linreg.regions_near(net, [0, 0], 1),
    "count_near": lambda net: linreg.count_near(net, [[0, 0]], 1),
}
HOW_MANY: dict[str, tuple[str, Callable[[Any], object]]] = {
    "Region.sample": ("n", REGION.sample),
    "Network.rationalized": ("max_denominator", NET.rationalized),
    "WholeSpace": ("dim", linreg.WholeSpace),
    "check": ("workers", lambda workers: linreg.check("never-read", NET, workers=workers)),
    "definitions": ("budget", lambda budget: theory.definitions(NET, budget=budget)),
    "count": ("workers", lambda workers: linreg.count(NET, workers=workers)),
    "count, limit": ("limit", lambda limit: linreg.count(NET, limit=limit)),
    "count_regions": ("limit", lambda limit: linreg.count_regions(NET, limit=limit)),
    "enumerate_regions": ("workers", lambda n: linreg.enumerate_regions(NET, workers=n)),
    "enumerate_regions, limit": ("limit", lambda n: linreg.enumerate_regions(NET, limit=n)),
    "region_counts": ("workers", lambda workers: linreg.region_counts(NET, workers=workers)),
    "maximum": ("limit", lambda limit: linreg.maximum(NET, domain=BOX, limit=limit)),
    "maximum, workers": ("workers", lambda n: linreg.maximum(NET, domain=BOX, workers=n)),
    "polyhedral_complex": ("limit", lambda limit: linreg.polyhedral_complex(NET, limit=limit)),
    "PolyhedralComplex.cells": ("dim", COMPLEX.cells),
    "PolyhedralComplex.faces_between": ("low", lambda low: COMPLEX.faces_between(low, 2)),
    "closed_loop": ("steps", lambda steps: linreg.closed_loop(NET, [[1]], [[1]], steps=steps)),
    "same_activation": ("n", lambda n: linreg.same_activation(NET, [0, 0], 1, 0, n)),
    "Responses.representatives": ("n", RESPONSES.representatives),
    "Responses.spread": ("most", RESPONSES.spread),
    "parameter_path": ("steps", lambda steps: linreg.parameter_path(NET, NET, steps=steps)),
    "Tracker": ("every", lambda every: linreg.Tracker(every=every)),
}

SINGLE = {
    "None": None,
    "a number": 1.5,
    "text": "12",
    "bytes": b"12",
    "a dict": {0: 1, 1: 2},
    "a set": {1, 2},
    "an array without axes": np.array(1.0),
}
SHAPES = {
    "empty": [],
    "one number": [1],
    "three numbers": [1, 2, 3],
    "an array of three": np.ones(3),
    "points of three": np.ones((4, 3)),
    "three axes": np.ones((1, 1, 2)),
    "ragged": [[1, 2], [3]],
}
ENTRIES = {
    "nan": [float("nan"), 0],
    "infinity": [0, float("inf")],
    "an infinite float64": np.array([-np.inf, 0]),
    "None": [0, None],
    "text": ["a", "b"],
    "a text that divides by zero": ["1/0", 0],
    "complex": [1j, 0],
    "an array of complex": np.ones(2, dtype=complex),
    "booleans": [True, False],
    "an array of booleans": np.array([True, False]),
    "dates": np.array(["2000-01-01", "2000-01-02"], dtype="datetime64[D]"),
    "functions": [len, len],
}
NO_INTEGERS = {
    "floats": np.array([0.0, 1.0, 0.0]),
    "halves": [0.5, 1, 0],
    "text": ["0", "1", "0"],
    "booleans": [True, False, True],
    "an array of booleans": np.array([True, False, True]),
    "None": [0, None, 1],
    "complex": [1j, 0, 0],
}


def complaint(ask: Callable[[Any], object], value: object) -> str:
    """The one line with which a call is refused."""
    with pytest.raises((ValueError, TypeError)) as refusal:
        ask(value)
    said = str(refusal.value)
    assert "\n" not in said
    return said


def each(cases: dict[str, Any], names: str) -> Any:
    return pytest.mark.parametrize(names, cases.values(), ids=cases)


@each(POINTS | MANY_POINTS | TABLES, ("name", "ask"))
def test_what_is_no_point_is_refused_by_its_name(name: str, ask: Callable[[Any], object]) -> None:
    for value in SINGLE.values():
        assert complaint(ask, value).startswith(f"{name}: ")


@each(POINTS | MANY_POINTS | TABLES, ("name", "ask"))
def test_a_point_of_another_shape_is_refused_with_both_shapes(
    name: str, ask: Callable[[Any], object]
) -> None:
    for value in SHAPES.values():
        said = complaint(ask, value)
        assert said.startswith(f"{name}: ")
        assert "2)" in said or "(2,)" in said
        assert "got shape " in said


@each(POINTS | MANY_POINTS, ("name", "ask"))
def test_an_entry_that_is_no_finite_number_is_refused_by_its_place(
    name: str, ask: Callable[[Any], object]
) -> None:
    for value in ENTRIES.values():
        assert complaint(ask, value).startswith((f"{name}[0]: ", f"{name}[1]: "))


@each(TABLES, ("name", "ask"))
def test_an_entry_that_is_no_finite_number_is_refused_by_its_row(
    name: str, ask: Callable[[Any], object]
) -> None:
    for value in ENTRIES.values():
        table = np.stack([np.zeros(2, dtype=object), np.array(value, dtype=object)])
        assert complaint(ask, table).startswith(f"{name}, row 1: ")


@each(POINTS, ("name", "ask"))
def test_several_points_are_not_one(name: str, ask: Callable[[Any], object]) -> None:
    assert complaint(ask, [[1, 2]]).endswith("got shape (1, 2)")


def test_a_point_is_any_list_or_array_of_numbers() -> None:
    inside = [-1, -2]
    for point in (
        inside,
        tuple(inside),
        np.array(inside),
        np.array(inside, dtype=np.float32),
        np.array(inside, dtype=object),
        [Fraction(-1), "-2"],
        range(-1, -3, -1),
        iter(inside),
    ):
        assert REGION.contains(point)
    for points in (inside, [inside], np.array([inside, inside]), [["-1", Fraction(-2)]]):
        assert NET.forward(points).ravel()[0] == 0


def test_a_float_that_is_exact_in_fractions_is_exact_in_slacks() -> None:
    slack = REGION.exact_halfspaces.slack([0.1, "1/3"])
    assert set(slack) <= {-Fraction(0.1), -Fraction(1, 3), 1 - Fraction(0.1) - Fraction(1, 3)}


@each(PATTERNS, ("name", "ask"))
def test_a_pattern_has_an_integer_for_each_unit(name: str, ask: Callable[[Any], object]) -> None:
    for value in SINGLE.values():
        assert complaint(ask, value).startswith(f"{name}: shape (3,) was expected")
    for value in ([], [1, 2], [0] * 4, [[0, 0, 0]], np.zeros((3, 1), dtype=np.uint8)):
        said = complaint(ask, value)
        assert said.startswith(f"{name}: shape (3,) was expected")
        assert said.endswith(f"got shape {np.shape(value)}")
    for value in NO_INTEGERS.values():
        assert complaint(ask, value).startswith((f"{name}[0]: ", f"{name}[1]: "))


@pytest.mark.parametrize("piece", [-1, 2, 10**30])
def test_a_piece_that_its_unit_has_not_has_no_map_and_no_region(piece: int) -> None:
    ask = PATTERNS["StagedNetwork.maps_on"][1]
    assert complaint(ask, [0, piece, 0]).startswith("pattern[1]: a piece from 0 to 1 was")
    assert REGIONS.find([0, piece, 0]) == -1


def test_a_run_on_disk_refuses_what_regions_in_memory_do(tmp_path: Path) -> None:
    stored = linreg.enumerate_into(NET, tmp_path / "run", strategy="highs")
    for value in ([0, 0], [[0, 0, 0]], "000", [0.0, 0.0, 0.0]):
        assert complaint(stored.find, value) == complaint(REGIONS.find, value)
    for value in (7, -1, "0"):
        assert complaint(stored.exact_witness, value) == complaint(REGIONS.exact_witness, value)
        assert complaint(stored.point, value) == complaint(REGIONS.point, value)
    for value in (7, -8, "0"):
        assert complaint(stored.__getitem__, value) == complaint(REGIONS.__getitem__, value)


@each(PLACES, ("name", "size", "ask"))
def test_a_place_is_one_of_those_there_are(
    name: str, size: int, ask: Callable[[Any], object]
) -> None:
    """-1 is what a search says that has found nothing, and so the place of nothing."""
    ask(size - 1)
    ask(np.int64(0))
    for value in (size, -1, 10**30):
        said = complaint(ask, value)
        assert said.startswith(name)
        assert f"from 0 to {size - 1}" in said
        with pytest.raises(linreg.NoSuchIndex):
            ask(value)
    for value in ("0", 0.0, [0], True, 1j, np.array([0, 1])):
        with pytest.raises(TypeError, match=rf"^{re.escape(name)}: an integer was expected"):
            ask(value)


def test_regions_are_listed_as_lists_are() -> None:
    assert REGIONS[-1] == REGIONS[6]
    assert REGIONS[np.int64(2)].index == 2
    assert [region.index for region in REGIONS[1:-4]] == [1, 2]
    for value in (7, -8, 10**30):
        with pytest.raises(IndexError, match=r"^index: there are 7 regions"):
            REGIONS[value]
    for value in ("0", 0.0, None, [0], True, (0, 1)):
        with pytest.raises(TypeError, match=r"^index: an integer was expected"):
            REGIONS[value]  # type: ignore[index]


@each(DOMAINS, "ask")
def test_what_is_no_domain_is_refused_by_its_name(
    ask: Callable[[Any], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for value in (2, linreg.Box, NET):
        with pytest.raises(
            TypeError, match=r"^domain: a WholeSpace, Box(, Polytope or Ball| or P)"
        ):
            ask(value)
    for value in (linreg.WholeSpace(3), linreg.Box([0], [1]), linreg.Polytope([[1]], [1])):
        with pytest.raises(linreg.InvalidDomain, match=r"domain has dimension [13], but the"):
            ask(value)
    assert not [*tmp_path.iterdir()]


@each({name: DOMAINS[name] for name in STRICT_DOMAINS}, "ask")
def test_where_domains_are_taken_as_such_texts_and_lists_are_none(
    ask: Callable[[Any], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for value in ("box:0,1", [(0, 1), (0, 1)], 2, linreg.Box, NET):
        with pytest.raises(TypeError, match=r"^domain: a WholeSpace, Box, Polytope or Ball was"):
            ask(value)
    assert not [*tmp_path.iterdir()]


@each({name: ask for name, ask in DOMAINS.items() if name not in STRICT_DOMAINS}, "ask")
def test_texts_and_lists_that_spell_no_domain_are_refused(
    ask: Callable[[Any], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for value in ("box:0", "box:1,0", "nowhere.json", [(0, 1)], [(0, 1, 2), (0, 1, 2)], {}):
        with pytest.raises(linreg.LinregError, match=r"domain|must be below"):
            ask(value)
    assert not [*tmp_path.iterdir()]


@each(NETWORKS, "ask")
def test_what_is_no_network_is_refused_by_its_name(
    ask: Callable[[Any], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for value in (None, [], 3, linreg.Network, linreg.relu()):
        with pytest.raises(TypeError, match=r"^net: a Network.* was expected, got "):
            ask(value)
    assert not [*tmp_path.iterdir()]


def test_the_checker_takes_networks_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for value in ("net.json", None, [([[1]], [0])], linreg.relu()):
        with pytest.raises(TypeError, match=r"^net: a Network was expected, got .*; linreg.load"):
            NETWORKS["check"](value)
    assert not [*tmp_path.iterdir()]


@each({name: ask for name, ask in NETWORKS.items() if name != "check"}, "ask")
def test_a_network_that_is_not_there_is_said_so(
    ask: Callable[[Any], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(linreg.UnreadableFile, match=r"^net.json: "):
        ask("net.json")
    with pytest.raises(linreg.InvalidNetwork, match="weight"):
        ask([([[1], [1, 2]], [0, 0])])
    assert not [*tmp_path.iterdir()]


@each(HOW_MANY, ("name", "ask"))
def test_a_number_of_things_is_a_whole_number(name: str, ask: Callable[[Any], object]) -> None:
    assert name in complaint(ask, -1)
    for value in ("2", 1.5, [1], True):
        assert complaint(ask, value).startswith(name)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: linreg.Box([0, "x"], [1, 1]), "lower[1]"),
        (lambda: linreg.Box([0, 0], [1, float("nan")]), "upper[1]"),
        (lambda: linreg.Box("12", "34"), "lower"),
        (lambda: linreg.Box(0, 1), "lower"),
        (lambda: linreg.Box([0], None), "upper"),
        (lambda: linreg.Box([[0, 0]], [[1, 1]]), "lower[0]"),
        (lambda: linreg.Polytope(1, [1]), "A"),
        (lambda: linreg.Polytope([1], [1]), "A[0]"),
        (lambda: linreg.Polytope([[1, True]], [1]), "A[0][1]"),
        (lambda: linreg.Polytope([[1]], 1), "b"),
        (lambda: linreg.Polytope([[1]], ["x"]), "b[0]"),
        (lambda: linreg.WholeSpace(0), "dim"),
        (lambda: linreg.Slice([0], [["x"]]), "basis[0][0]"),
        (lambda: linreg.Slice([0, 0], [[1]]), "origin"),
        (lambda: linreg.slice_through([[1]]), "points"),
        (lambda: NET.on_slice([0], [[1]]), "origin"),
    ],
)
def test_a_domain_or_a_slice_names_what_is_wrong_with_it(
    make: Callable[[], object], name: str
) -> None:
    with pytest.raises(linreg.InvalidDomain) as refusal:
        make()
    assert name in str(refusal.value)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: linreg.ExactAffineMap.of([[1], [1, 2]], [0, 0]), "matrix"),
        (lambda: linreg.ExactAffineMap.of([[1]], [0, 0]), "matrix"),
        (lambda: linreg.ExactAffineMap.of([], []), "matrix"),
        (lambda: linreg.ExactAffineMap.of_terms([[(0, 1)]], [], 1), "shifts"),
        (lambda: linreg.ExactAffineMap.of_terms([[(3, 1)]], [0], 1), "terms"),
        (lambda: linreg.ExactAffineMap.selection([2], 2), "terms"),
        (lambda: linreg.ExactAffineMap.selection([-1], 2), "terms"),
        (lambda: EXACT_MAP.compose(EXACT_MAP), "inner"),
    ],
)
def test_a_map_names_what_is_wrong_with_it(make: Callable[[], object], name: str) -> None:
    with pytest.raises(ValueError, match=rf"^{name}: "):
        make()


BUILDERS = {
    name: value
    for name, value in vars(zoo).items()
    if inspect.isfunction(value) and name in zoo.__all__ and name != "make"
}


@each(BUILDERS, "build")
def test_a_network_of_the_zoo_names_the_number_that_is_wrong(build: Callable[..., Any]) -> None:
    names = [
        parameter.name
        for parameter in inspect.signature(build).parameters.values()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    rest = {"convolution": [3, 3, 2, 2, 2], "folding": [2], "serra": [2]}.get(build.__name__, [])
    for i, name in enumerate(names):
        for value in (0, -1, "2", 1.5, None, True, 10**30):
            numbers = [2] * len(names)
            numbers[i] = value  # type: ignore[call-overload]
            with pytest.raises(linreg.HypothesisError) as refusal:
                build(*numbers, *rest)
            said = str(refusal.value)
            assert name in said or "the zoo stops at" in said or "must be at most" in said


SHAPE, LAYERS = (1, 3, 3), [{"filters": 2, "kernel": (2, 2)}]
FORMULAS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "zaslavsky": ("widths", lambda widths: theory.zaslavsky(2, widths)),
    "serra_2018_upper": ("inputs", lambda inputs: theory.serra_2018_upper(inputs, [3])),
    "goujon_2022": ("pieces", lambda pieces: theory.goujon_2022(2, pieces)),
    "pieces_bounds": ("pieces", lambda pieces: theory.pieces_bounds(2, pieces)),
    "conv_bounds, shape": ("input_shape", lambda shape: theory.conv_bounds(shape, LAYERS)),
    "conv_bounds": ("layers", lambda layers: theory.conv_bounds(SHAPE, layers)),
    "xiong_formula": ("input_shape", lambda shape: theory.xiong_formula(shape, 2, 2)),
    "filters": ("filters", lambda filters: theory.xiong_formula(SHAPE, filters, 2)),
    "kernel": ("kernel", lambda kernel: theory.xiong_formula(SHAPE, 2, kernel)),
    "generic_count": ("budget", lambda n: theory.generic_count(SHAPE, 2, 2, budget=n)),
    "koszul_upper": ("budget", lambda n: theory.koszul_upper(SHAPE, 2, 2, budget=n)),
    "gradient": ("gradient", lambda x: theory.hanin_rolnick_2019(2, 5, gradient=x)),
    "volume": ("volume", lambda x: theory.tseran_montufar_2021(2, 5, 2, volume=x)),
}


@each(FORMULAS, ("name", "ask"))
def test_a_formula_names_the_argument_that_is_wrong(
    name: str, ask: Callable[[Any], object]
) -> None:
    for value in (None, -1, "x"):
        assert name.removesuffix("s") in complaint(ask, value).replace("input size", "input_shape")


def test_a_ray_and_other_classes_are_not_nothing() -> None:
    with pytest.raises(ValueError, match=r"^direction: it is zero"):
        linreg.ray(NET, [1, 2], [0, 0])
    for targets in ([], [0]):
        with pytest.raises(ValueError, match=r"^targets: at least one class other than 0"):
            linreg.robustness(TWO, [1, 0], targets=targets)


def test_the_domain_of_a_unit_is_one_of_the_network_of_every_stage() -> None:
    for stage in (1, 2):
        for domain in (linreg.Box([0], [1]), linreg.WholeSpace(3)):
            with pytest.raises(linreg.InvalidDomain, match=r"dimension [13], but"):
                linreg.unit_responses(NET, domain, stage, 0)
        flat = linreg.Polytope([[1, 0], [-1, 0]], [0, 0])
        with pytest.raises(linreg.InvalidDomain, match="interior"):
            linreg.unit_responses(NET, flat, stage, 0)
        assert linreg.unit_responses(NET, "box:-1,1", stage, 0).n_maps >= 1


def test_representatives_name_the_extra_that_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.cluster", None)
    with pytest.raises(linreg.MissingPackage, match=r"linreg-exact\[sklearn\]"):
        RESPONSES.representatives()


def test_cells_of_a_union_are_asked_by_a_dimension_and_a_cell() -> None:
    union = COMPLEX.where(0, "==", 1)
    with pytest.raises(TypeError, match=r"^dim: an integer was expected"):
        union.cells("1")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^cell: a Cell was expected"):
        union.regions_of(0)  # type: ignore[arg-type]
