"""count --definitions, and graph with --merged, --stats and every suffix."""

from __future__ import annotations

from pathlib import Path

import pytest
from golden_networks import case
from program import ROOT, TRIANGLE, linreg, write

from linreg import adjacency_graph, enumerate_regions, graph_statistics, merged_graph, save
from linreg.cli import counting
from linreg.export import SUFFIXES

IRIS = ROOT / "examples" / "iris-2d.json"
DEFINITIONS = ["linear_regions", "affine_maps", "dual_edges", "bounded_regions"]


@pytest.fixture
def triangle(tmp_path: Path) -> Path:
    return write(tmp_path / "triangle.json", TRIANGLE)


@pytest.fixture
def folded(tmp_path: Path) -> Path:
    """A network some of whose regions merge, and whose linear regions are not bipartite."""
    net = tmp_path / "folded.json"
    save(case("thm5_fold_n2_4x4_allR").network, net)
    return net


def test_definitions_are_counted(folded: Path) -> None:
    found = linreg("count", folded, "--definitions", "--json")
    expected = case("thm5_fold_n2_4x4_allR").expected
    assert (found.code, found.err) == (0, "")
    assert list(found.json)[-4:] == DEFINITIONS
    names = ["activation_regions", *DEFINITIONS[:3]]
    assert [found.json[name] for name in names] == [expected[name] for name in names]
    plain = linreg("count", folded, "--json").json
    assert list(plain) == list(found.json)[:-4]


def test_definitions_are_shown(triangle: Path) -> None:
    """Three lines: seven regions, of which one is bounded, with seven maps and nine edges."""
    done = linreg("count", triangle, "--definitions")
    assert (done.code, done.err) == (0, "")
    rows = [line.split("  ", 1) for line in done.out.splitlines() if "  " in line]
    shown = {name: text.strip() for name, text in rows}
    assert [shown[name] for name in ("linear regions", "affine maps")] == ["7", "7"]
    assert (shown["pairs with a facet"], shown["bounded regions"]) == ("9", "1")
    assert "linear regions" not in linreg("count", triangle).out


def test_a_limit_leaves_the_definitions_open() -> None:
    done = linreg("count", IRIS, "--definitions", "--limit", 9, "--json")
    assert (done.code, done.json["activation_regions"]) == (3, 9)
    assert [done.json[name] for name in DEFINITIONS] == [None] * 4
    shown = linreg("count", IRIS, "--definitions", "--limit", 9)
    assert shown.code == 3
    assert "linear regions" not in shown.out


def test_an_interrupted_comparison_keeps_the_count(
    triangle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(counting, "counts_of_graph", interrupted)
    done = linreg("count", triangle, "--definitions", "--json")
    assert (done.code, done.err) == (3, "linreg: interrupted, with 7 regions found so far\n")
    assert (done.json["activation_regions"], done.json["complete"]) == (7, True)
    assert [done.json[name] for name in DEFINITIONS] == [None] * 4


@pytest.mark.parametrize("merged", [False, True], ids=["activation", "linear"])
def test_statistics_are_told(merged: bool, folded: Path) -> None:
    options = ["--merged"] * merged
    found = linreg("graph", folded, "--stats", *options, "--json").json
    graph = adjacency_graph(enumerate_regions(case("thm5_fold_n2_4x4_allR").network))
    expected = graph_statistics(merged_graph(graph) if merged else graph)
    told = found["statistics"]
    degrees = told.pop("degrees")
    assert list(told) == [
        "nodes",
        "edges",
        "components",
        "diameter",
        "diameter_at_least",
        "diameter_at_most",
        "bipartite",
        "odd_cycle",
        "even_edge",
        "spectral_gap",
    ]
    names = ("nodes", "edges", "components", "spectral_gap")
    for name in (*names, "diameter", "diameter_at_least", "diameter_at_most"):
        assert told[name] == getattr(expected, name)
    assert told["bipartite"] is expected.is_bipartite is not merged
    assert told["odd_cycle"] == (list(expected.odd_cycle) if expected.odd_cycle else None)
    assert degrees == {
        "min": expected.smallest_degree,
        "mean": expected.mean_degree,
        "mean_at_most": None if merged else 4,
        "mean_at_most_always": False,
        "max": expected.largest_degree,
        "histogram": list(expected.degrees),
    }
    assert found["edges"] == expected.edges
    assert found.get("linear_regions") == (expected.nodes if merged else None)


def test_statistics_are_shown_with_the_reason(folded: Path, tmp_path: Path) -> None:
    assert "\nbipartite     yes\n" in linreg("graph", folded, "--stats").out
    merged = linreg("graph", folded, "--stats", "--merged").out
    assert "\ngraph of linear regions\nlinear regions  52\n" in merged
    assert "\nbipartite       no: 2, 1, 14 is a cycle of 3 regions\n" in merged
    ring = tmp_path / "ring.json"
    save(case("stargalla_six_definitions").network, ring)
    shown = " ".join(linreg("graph", ring, "--stats").out.split())
    reason = "0, 1, 3, 4, 2 is a cycle of 5 regions; from 1 to 3 pieces change by an even number"
    assert f" bipartite no: {reason} " in shown
    assert "bipartite" not in linreg("graph", ring).out


def test_a_limit_leaves_the_statistics_open() -> None:
    done = linreg("graph", IRIS, "--stats", "--merged", "--limit", 9, "--json")
    assert done.code == 3
    names = ("edges", "output", "linear_regions", "statistics")
    assert [done.json[name] for name in names] == [None] * 4


def test_a_diameter_that_costs_too_much_is_left_open(
    triangle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every region of a ring of six is equally far from the opposite one: no search says more."""
    monkeypatch.setattr("linreg.adjacency.distances.DIAMETER_WORK", 1)
    monkeypatch.setattr("linreg.adjacency.statistics.SPECTRUM_WORK", 1)
    assert linreg("graph", triangle, "--stats", "--json").json["statistics"]["diameter"] is None
    assert "\ndiameter      at least " in linreg("graph", triangle, "--stats").out


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_graph_is_written_in_every_format(suffix: str, triangle: Path, tmp_path: Path) -> None:
    target = tmp_path / f"graph{suffix}"
    done = linreg("graph", triangle, "--merged", "-o", target)
    assert (done.code, done.err) == (0, "")
    files = sorted(tmp_path.glob("graph*"), key=lambda path: (path != target, path))
    assert files[0] == target
    assert done.out.endswith(f"\nwritten to {' and '.join(map(str, files))}\n")
    assert linreg("graph", triangle, "-o", target, "--json").json["output"] == str(target)
