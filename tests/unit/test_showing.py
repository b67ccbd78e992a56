"""Objects that show themselves: one line, a small table, data frames, examples in help."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from program import linreg as run
from program import python

import linreg
from linreg import Box, adjacency_graph, enumerate_regions, mlp
from linreg.cli.app import _program
from linreg.cli.examples import EXAMPLES
from linreg.regions.polygons.svg import MOST_POLYGONS, thumbnail

LINES = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])], ([[1, 1, -1]], [0]), name="lines")
REGIONS = enumerate_regions(LINES)
GRAPH = adjacency_graph(REGIONS)


@pytest.mark.parametrize(
    ("thing", "line"),
    [
        (LINES, "<Network lines: 2 -> relu 3 -> 1>"),
        (LINES.staged, "<StagedNetwork: 2 -> relu 3 -> 1>"),
        (REGIONS, "<Enumeration: 7 regions in R^2, exact>"),
        (enumerate_regions(LINES, limit=3), "<Enumeration: at least 3 regions in R^2, exact>"),
        (
            enumerate_regions(LINES, Box([0, 0], ["1/2", 1])),
            "<Enumeration: 2 regions in [0, 1/2] x [0, 1], exact>",
        ),
        (REGIONS[0], "<Region 0 in R^2: pattern 000>"),
        (GRAPH, "<AdjacencyGraph: 7 regions, 9 shared facets>"),
        (
            linreg.merged_graph(GRAPH),
            "<LinearRegionGraph: 7 linear regions, 9 shared facets>",
        ),
        (mlp([([[1]] * 15, [0] * 15)], activation=linreg.clip(0, 2)), "2 -> 15"),
    ],
)
def test_objects_are_one_line(thing: object, line: str) -> None:
    if line.startswith("<"):
        assert repr(thing) == line
    assert "\n" not in repr(thing)
    assert len(repr(thing)) < 100


SQUARE = Box([-1, -1], [1, 1])
HAT = mlp([([[1], [-1]], [0, 0])], ([[1, 1]], [0]))
"""|x|."""

WIDE = mlp([([[1] * 20] * 3, [0, 1, 2])], ([[1, "1/3", 1], [2, 0, -1]], [0, 1]))
CUBE = Box([0] * 20, [1] * 20)


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (lambda: linreg.polyhedral_complex(HAT), "<PolyhedralComplex: 3 cells, f-vector 1, 2>"),
        (lambda: linreg.level_set(HAT, level=1), "<Subcomplex: 2 of 6 cells around it, 2, 0>"),
        (lambda: linreg.polyhedral_complex(HAT)[0], "<Cell 0: dimension 0, 1 vertex>"),
        (
            lambda: linreg.along(HAT, [[-1], [1], [2]]),
            "<LineRegions: 3 pieces on 2 segments in R^1>",
        ),
        (lambda: REGIONS.polygons(SQUARE), "<Polygons: 5 polygons, 18 corners>"),
        (
            lambda: linreg.unit_responses(HAT, [[-1], [2], [3]], 2, 0),
            "<Responses: 2 maps, 2 weights, 2 directions on 3 rows>",
        ),
        (
            lambda: linreg.unit_responses(HAT, "box:-1,1", 2, 0),
            "<Responses: 2 maps, 2 weights, 2 directions on 2 regions>",
        ),
        (lambda: linreg.unit_map(HAT, [2], 2, 0), "<UnitMap: weight (1), bias 0>"),
        (lambda: linreg.parameter_path(HAT, HAT), "<ParameterPath: 0 events, by minors>"),
        (lambda: linreg.Tracker(), "<Tracker: 0 checkpoints>"),
        (lambda: linreg.maximum(HAT, domain="box:-1,3"), "<Extreme: attained, 3 at (3)>"),
        (lambda: linreg.maximum(HAT), "<Extreme: unbounded along (-1)>"),
        (lambda: linreg.output_range(HAT)[0], "<OutputRange: output 0 from 0 to inf>"),
        (
            lambda: linreg.difference(HAT, mlp([([[1]], [0])]), "box:-2,1"),
            "<Difference: attained, 2 at (-2)>",
        ),
        (lambda: linreg.equivalent(HAT, HAT), "<Equivalence: equal>"),
        (
            lambda: linreg.equivalent(HAT, mlp([([[1]], [0])]), "box:-2,1"),
            "<Equivalence: different at (-2)>",
        ),
        (lambda: linreg.lipschitz(LINES), "<Lipschitz: 2, linf to linf>"),
        (lambda: linreg.lipschitz(LINES, None, "l2", "l2"), "<Lipschitz: 1.41421, l2 to l2>"),
        (
            lambda: linreg.robustness(mlp([], ([[1], [-1]], [0, 1])), ["3/4"]),
            "<Robustness: class 0, tie at 1/4, flip at 1/4 in linf>",
        ),
        (
            lambda: linreg.verify(HAT, inputs="box:-1,3", unsafe=linreg.Polytope([[-1]], [-2])),
            "<Verification: violated at (3)>",
        ),
        (
            lambda: linreg.verify(HAT, unsafe=linreg.Polytope([[1]], [-2])),
            "<Verification: holds>",
        ),
        (
            lambda: linreg.regions_near(HAT, [0], 1),
            "<NearRegions: 2 regions within 1 of (0), linf>",
        ),
    ],
)
def test_answers_are_one_line(make: Callable[[], object], line: str) -> None:
    assert repr(make()) == line


@pytest.mark.parametrize(
    "make",
    [
        lambda: linreg.polyhedral_complex(LINES, SQUARE),
        lambda: linreg.along(WIDE, [[-1] * 20, [1] * 20]),
        lambda: linreg.unit_responses(WIDE, [[0.1] * 20, [-1] * 20], 2, 0),
        lambda: linreg.unit_map(WIDE, [0.1] * 20, 2, 0),
        lambda: linreg.same_activation(WIDE, [0.1] * 20, 1, 0)[0],
        lambda: linreg.maximum(WIDE, [1, 0], CUBE),
        lambda: linreg.verify(WIDE, inputs=CUBE, unsafe=Box([0, 0], [9**9, 9**9])),
        lambda: linreg.difference(WIDE, mlp([], ([[0] * 20] * 2, [0, 0])), CUBE),
        lambda: linreg.theory.neighbourhoods(LINES, 1),
    ],
)
def test_answers_of_many_numbers_are_short(make: Callable[[], object]) -> None:
    assert "\n" not in repr(make())
    assert len(repr(make())) < 120


def test_what_is_on_disk_is_one_line(tmp_path: Path) -> None:
    stored = linreg.enumerate_into(LINES, tmp_path / "run")
    assert repr(stored) == "<StoredRegions: 7 regions in R^2, exact>"
    assert repr(linreg.run_status(tmp_path / "run")) == "<RunStatus: 7 regions, 100.0% done>"
    assert repr(linreg.certify(LINES, tmp_path / "proof")).startswith("<Certified: 7 regions, ")


def test_deep_networks_are_one_short_line() -> None:
    net = mlp([([[1]], [0])] * 40)
    assert "... 28 more ..." in repr(net)
    assert len(repr(net)) < 160


class _Balanced(HTMLParser):
    """Fails where a tag is closed that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        (LINES, "2 -&gt; relu 3 -&gt; 1"),
        (REGIONS, '<td style="text-align:left">7</td>'),
        (REGIONS[1], "pattern"),
        (GRAPH, "7 regions, 9 shared facets"),
        (linreg.count(LINES), "evidence"),
        (linreg.region_counts(LINES), "pairs that share a facet"),
        (linreg.theory.report(LINES)[0], "source"),
        (mlp([([[1]], [0])], name="<script>"), "&lt;script&gt;"),
        (linreg.maximum(HAT, domain="box:-1,3"), ">attained</td>"),
        (linreg.output_range(HAT)[0], "&lt;Extreme: unbounded along (-1)&gt;"),
        (linreg.verify(HAT, unsafe=linreg.Polytope([[1]], [-2])), "<td style"),
        (linreg.lipschitz(HAT), "linf, linf"),
        (linreg.robustness(mlp([], ([[1], [-1]], [0, 1])), ["3/4"]), "&lt;Distance: 1/4"),
        (linreg.difference(HAT, HAT, "box:0,1"), ">attained</td>"),
        (linreg.equivalent(HAT, HAT), ">yes</td>"),
        (linreg.unit_map(HAT, [2], 2, 0), ">(1)</td>"),
        (linreg.Verdict(False, 2, (2,), None, "no <path> ends"), "no &lt;path&gt; ends"),
    ],
)
def test_objects_are_small_tables_in_notebooks(thing: Any, said: str) -> None:
    html = thing._repr_html_()
    parser = _Balanced()
    parser.feed(html.replace("/>", "></polygon>"))
    assert parser.open == []
    assert said in html
    assert "<script" not in html


def test_thumbnails_are_for_two_inputs_and_not_for_thousands() -> None:
    assert thumbnail(REGIONS).count("<polygon") == 7
    assert thumbnail(enumerate_regions(mlp([([[1]], [0])]))) == ""
    assert MOST_POLYGONS < 10_000
    bounded = next(region for region in REGIONS if region.is_bounded)
    assert bounded._repr_svg_().count("<polygon") == 1
    assert REGIONS[0]._repr_svg_().count("<polygon") == 1
    assert enumerate_regions(mlp([([[1, 0, 0]], [0])]))[0]._repr_svg_() is None


def test_data_frames_hold_the_columns() -> None:
    pytest.importorskip("pandas")
    frame = REGIONS.to_pandas()
    assert np.array_equal(np.stack(frame["pattern"]), REGIONS.patterns)
    assert np.array_equal(np.stack(frame["witness"]), REGIONS.witnesses)
    nodes, edges = GRAPH.to_pandas()
    assert edges[["i", "j"]].to_numpy().tolist() == GRAPH.edges.tolist()
    assert nodes["pattern"].tolist()[0] == "000"


def test_graphs_with_arrays_can_be_drawn_at_once() -> None:
    networkx = pytest.importorskip("networkx")
    graph = GRAPH.to_networkx(arrays=True)
    places = networkx.get_node_attributes(graph, "witness")
    assert np.array_equal(np.stack(list(places.values())), REGIONS.witnesses)
    assert all(isinstance(unit, int) for *_, units in graph.edges(data="crossed") for unit in units)
    assert isinstance(GRAPH.to_networkx().nodes[0]["witness"], str)


@pytest.mark.parametrize("name", [*_program().commands])
def test_each_command_has_an_example_that_is_well_formed(name: str) -> None:
    program, called, *arguments = shlex.split(EXAMPLES[name])
    assert (program, called) == ("linreg", name)
    group = _program()
    with (
        group.make_context("linreg", [name]) as parent,
        group.commands[name].make_context(name, arguments, parent=parent),
    ):
        pass
    shown = run(name, "-h")
    assert shown.code == 0
    assert "Example: linreg" in shown.out


def test_the_shell_is_told_what_may_come_next() -> None:
    asked = {"_LINREG_COMPLETE": "complete_bash", "COMP_WORDS": "linreg coun", "COMP_CWORD": "1"}
    done = python("import linreg_start; linreg_start.main()", env=asked)
    assert (done.code, done.out.split()) == (0, ["count"])


def test_completion_is_installed_in_the_home_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("shellingham.detect_shell", lambda: ("bash", "/bin/bash"))
    done = run("--install-completion")
    assert done.code == 0
    assert (tmp_path / ".bash_completions" / "linreg.sh").exists()
    assert "_LINREG_COMPLETE" in run("--show-completion").out
    monkeypatch.setattr("shellingham.detect_shell", lambda: ("cmd", "cmd.exe"))
    assert "the shell here is cmd" in run("--show-completion").complaint
