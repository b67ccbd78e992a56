"""What each command prints, writes and returns."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import networkx
import numpy as np
import pytest
from golden_networks import case
from program import ROOT, TRIANGLE, Outcome, finish, linreg, start, write

import linreg as library
from linreg import adjacency_graph, enumerate_regions, files, load, load_domain, mlp, save
from linreg.cli import app
from linreg.explore import HighsExplorer
from linreg.problem import Boundaries

COUNT_KEYS = [
    "activation_regions",
    "complete",
    "evidence",
    "regions_per_stage",
    "units",
    "input_dim",
    "stages",
    "domain",
    "strategy",
    "lps",
    "exact_decisions",
    "seconds",
    "fingerprint",
    "version",
]
IRIS = ROOT / "examples" / "iris-2d.json"
BOX = {"type": "box", "lo": [0, 0], "hi": [1, 1]}
SMALL = [
    "strips_k5_1ulp",
    "thm5_fold_n2_4x4_unitcube",
    "one_flip_not_adjacent",
    "checkerboard_open_vs_closed",
    "simplex_domain",
    "residual_2_3_2",
]


@pytest.fixture
def triangle(tmp_path: Path) -> Path:
    return write(tmp_path / "triangle.json", TRIANGLE)


@pytest.fixture
def boxed(tmp_path: Path) -> Path:
    return write(tmp_path / "boxed.json", TRIANGLE | {"domain": BOX})


def folder(path: Path) -> dict[str, bytes]:
    """Every file of a folder, with its content."""
    return {str(file): file.read_bytes() for file in path.iterdir() if file.is_file()}


def listed(graph: networkx.Graph) -> tuple[dict[int, Any], dict[tuple[int, ...], Any]]:
    """The nodes and edges of a graph with their attributes, whatever kind of name nodes have."""
    nodes = {int(node): dict(values) for node, values in graph.nodes(data=True)}
    edges = {tuple(sorted([int(i), int(j)])): dict(values) for i, j, values in graph.edges.data()}
    return nodes, edges


READERS: dict[str, Callable[[Path], networkx.Graph]] = {
    ".graphml": networkx.read_graphml,
    ".json": lambda path: networkx.node_link_graph(json.loads(path.read_text()), edges="edges"),
}


# What is printed


def read_layer(*values: object) -> dict[str, object]:
    keys = ("name", "kind", "in_shape", "out_shape", "units", "pieces", "parameters")
    return dict(zip(keys, values, strict=True))


def test_info_says_what_a_network_is_made_of(tmp_path: Path) -> None:
    maxout = {"type": "maxout", "weight": [[[1, 0], [0, 1], [0, 0]]]}
    layers = [
        {"type": "residual", "body": [{"type": "hardtanh"}]},
        {"type": "flatten"},
        maxout,
        {"type": "linear", "weight": [[1], [2]]},
    ]
    domain = {"type": "polytope", "A": [[1, 1], [-1, 0], [0, -1]], "b": [1, 0, "1/3"]}
    document = {"name": "mixed", "source": "by hand", "input_shape": [1, 2], "layers": layers}
    path = write(tmp_path / "net.json", document | {"domain": domain})
    done = linreg("info", path, "--json")
    assert (done.code, done.err) == (0, "")
    assert done.json == {
        "name": "mixed",
        "source": "by hand",
        "input_shape": [1, 2],
        "input_dim": 2,
        "layers": [
            read_layer("residual1.hardtanh1", "hardtanh", [1, 2], [1, 2], 2, [3], 0),
            read_layer("residual1", "residual", [1, 2], [1, 2], 0, [], 0),
            read_layer("flatten2", "flatten", [1, 2], [2], 0, [], 0),
            read_layer("maxout3", "maxout", [2], [1], 1, [3], 6),
            read_layer("linear4", "linear", [1], [2], 0, [], 2),
        ],
        "stages": [
            {"units": 2, "pieces": [3, 3], "passing": 2},
            {"units": 1, "pieces": [3], "passing": 0},
        ],
        "units": 3,
        "outputs": 2,
        "domain": domain,
        "fingerprint": load(path).fingerprint,
        "notes": [],
        "warnings": [],
        "version": library.__version__,
    }
    text = linreg("info", path).out
    for words in ("mixed", "by hand", "of shape 1 x 2", "2 hardtanh, and 2 values that pass"):
        assert words in text
    for words in ("1 maxout of rank 3", "polytope of 3 rows in R^2", load(path).fingerprint):
        assert words in text


def test_count_prints_exactly_the_promised_keys(boxed: Path) -> None:
    done = linreg("count", boxed, "--json")
    assert (done.code, done.err) == (0, "")
    found = done.json
    assert list(found) == COUNT_KEYS
    assert all(type(found[key]) is int for key in ("lps", "exact_decisions"))
    assert type(found["seconds"]) is float
    assert 0 <= found["seconds"] < 60
    assert found["strategy"] in {"highs", "compiled"}
    del found["lps"], found["exact_decisions"], found["seconds"], found["strategy"]
    assert found == {
        "activation_regions": 2,
        "complete": True,
        "evidence": "exact",
        "regions_per_stage": [2],
        "units": 3,
        "input_dim": 2,
        "stages": 1,
        "domain": BOX,
        "fingerprint": load(boxed).fingerprint,
        "version": library.__version__,
    }


@pytest.mark.parametrize("name", SMALL)
def test_count_prints_the_numbers_of_golden_networks(name: str, tmp_path: Path) -> None:
    each = case(name)
    save(each.network, tmp_path / "net.json", each.domain)
    found = linreg("count", tmp_path / "net.json", "--json").json
    assert found["activation_regions"] == each.expected["activation_regions"]
    assert found["regions_per_stage"][-1] == found["activation_regions"]
    assert len(found["regions_per_stage"]) == found["stages"]


def test_count_shows_the_number_its_growth_and_the_bounds() -> None:
    done = linreg("count", IRIS)
    assert (done.code, done.err) == (0, "")
    lines = [line.split(maxsplit=2) for line in done.out.splitlines()]
    assert ["activation", "regions", "235  (exact)"] in lines
    assert ["growth", "by", "stage              1 → 56 → 235"] in lines
    assert "at most (Montufar 2017)      3,136  (7.49 % reached)" in done.out


def test_a_network_without_units_has_one_region(tmp_path: Path) -> None:
    path = write(tmp_path / "identity.json", {"input_shape": [3], "layers": []})
    found = linreg("count", path, "--json").json
    assert (found["activation_regions"], found["complete"]) == (1, True)
    assert (found["regions_per_stage"], found["units"], found["stages"]) == ([], 0, 0)
    assert linreg("count", path).code == linreg("info", path).code == 0
    for suffix, read in READERS.items():
        done = linreg("graph", path, "-o", tmp_path / f"one{suffix}", "--json")
        assert (done.code, done.json["edges"]) == (0, 0)
        assert len(read(tmp_path / f"one{suffix}")) == 1


@pytest.mark.parametrize("command", ["info", "count", "graph"])
def test_a_result_is_plain_text_where_nobody_looks(command: str) -> None:
    out = linreg(command, IRIS).out
    assert "\x1b" not in out
    assert all(line == line.rstrip() and len(line) <= 80 for line in out.splitlines())


@pytest.mark.parametrize("command", ["info", "count", "graph"])
def test_json_is_one_line_and_all_that_stdout_gets(command: str, triangle: Path) -> None:
    done = linreg(command, triangle, "--json")
    assert (done.code, done.err) == (0, "")
    assert isinstance(done.json, dict)


def test_words_from_a_file_are_printed_and_not_obeyed(tmp_path: Path) -> None:
    """Neither rich's markup nor a terminal's escape sequences nor half a surrogate pair."""
    names = {"name": "[/bold] [red]net :smile:", "source": "\x1b[31mred\x07 \ud800\nline two"}
    path = write(tmp_path / "net.json", TRIANGLE | names)
    done = linreg("info", path)
    assert done.code == 0
    assert "[/bold] [red]net :smile:" in done.out
    assert "\ufffd[31mred\ufffd \ufffd\n" in done.out
    assert linreg("info", path, "--json").json["source"] == names["source"]
    target = tmp_path / "[bold]graph.json"
    assert linreg("graph", path, "-o", target).out.endswith(f"written to {target}\n")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_unicode_gets_ascii(encoding: str, tmp_path: Path) -> None:
    path = write(tmp_path / "net.json", TRIANGLE | {"name": "Ωmega"})
    env = {"PYTHONIOENCODING": encoding}
    counted = finish(start("count", path, env=env))
    assert (counted.code, counted.err) == (0, "")
    assert "1 -> 7" in counted.out
    told = finish(start("info", path, env=env))
    assert (told.code, told.err) == (0, "")
    assert "\\u03a9mega" in told.out


def test_the_version_is_printed() -> None:
    assert linreg("--version") == Outcome(0, f"linreg {library.__version__}\n", "")


def test_nothing_asked_is_answered_by_the_help() -> None:
    assert linreg() == linreg("--help")
    assert linreg().out.startswith("Usage: linreg ")


# Domains


@pytest.mark.parametrize(
    ("text", "domain", "regions"),
    [
        ("all", {"type": "all"}, 7),
        ("box:0,1", BOX, 2),
        ("box:0,0:1,1", BOX, 2),
        ("box:-1e1,10.0", {"type": "box", "lo": [-10, -10], "hi": [10, 10]}, 7),
        ("box:1/3,2/3", {"type": "box", "lo": ["1/3", "1/3"], "hi": ["2/3", "2/3"]}, 2),
        ("box:-1,0.1:0,2", {"type": "box", "lo": [-1, 0.1], "hi": [0, 2]}, 2),
    ],
)
def test_a_domain_is_read_from_the_command_line(
    text: str, domain: object, regions: int, triangle: Path
) -> None:
    found = linreg("count", triangle, "--domain", text, "--json").json
    assert (found["domain"], found["activation_regions"]) == (domain, regions)


def test_numbers_on_the_command_line_mean_what_they_mean_in_json(triangle: Path) -> None:
    """A decimal is the float64 that it denotes, and p/q is exact: 0.1 is above 1/10."""
    done = linreg("count", triangle, "--domain", "box:1/10,0.1")
    assert done.code == 0
    linreg("count", triangle, "--domain", "box:0.1,1/10").complaint  # noqa: B018


def test_a_domain_file_counts_more_than_the_network_s_own_domain(
    boxed: Path, tmp_path: Path
) -> None:
    other = {"type": "polytope", "A": [[1, 0], [0, 1]], "b": [-1, "-1/3"]}
    file = write(tmp_path / "domain", other)
    asked = [linreg("count", boxed, *more, "--json").json for more in ([], ["--domain", file])]
    assert [found["domain"] for found in asked] == [BOX, other]
    assert linreg("count", boxed, "--domain", "all", "--json").json["activation_regions"] == 7


# Options


@pytest.mark.parametrize("strategy", ["auto", "highs"])
@pytest.mark.parametrize("workers", [1, 2])
def test_the_answer_does_not_depend_on_how_it_is_found(
    strategy: str, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HighsExplorer, "alone", 64)  # so that there is work for others
    done = linreg("count", IRIS, "--strategy", strategy, "--workers", workers, "--json")
    assert done.json["activation_regions"] == 235
    assert done.json["regions_per_stage"] == [56, 235]


def test_other_processes_find_the_same_graph(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HighsExplorer, "alone", 64)
    for workers in (1, 2):
        done = linreg("graph", IRIS, "--workers", workers, "-o", tmp_path / f"{workers}.graphml")
        assert (done.code, done.err) == (0, "")
    one, two = ((tmp_path / f"{workers}.graphml").read_bytes() for workers in (1, 2))
    assert one == two


@pytest.mark.parametrize("limit", [1, 5, 234])
def test_count_stops_at_a_limit_and_says_so(limit: int) -> None:
    done = linreg("count", IRIS, "--limit", limit, "--json")
    assert (done.code, done.err) == (3, "")
    assert list(done.json) == COUNT_KEYS
    assert (done.json["activation_regions"], done.json["complete"]) == (limit, False)
    shown = linreg("count", IRIS, "--limit", limit)
    assert shown.code == 3
    assert f"at least {limit}  (the run was stopped)" in shown.out


def test_a_limit_that_is_not_reached_changes_nothing() -> None:
    done = linreg("count", IRIS, "--limit", 236, "--json")
    assert (done.code, done.json["complete"]) == (0, True)


def test_a_graph_of_fewer_regions_than_there_are_is_not_written(tmp_path: Path) -> None:
    target = tmp_path / "graph.json"
    target.write_text("mine")
    done = linreg("graph", IRIS, "--limit", 5, "-o", target)
    assert (done.code, done.out) == (3, "")
    assert done.err == "linreg: stopped at the limit, with at least 5 regions; a graph needs all\n"
    found = linreg("graph", IRIS, "--limit", 5, "-o", target, "--json").json
    assert list(found) == [*COUNT_KEYS, "edges", "output"]
    assert [found[key] for key in ("complete", "edges", "output")] == [False, None, None]
    assert folder(tmp_path) == {str(target): b"mine"}


# Graphs on file


@pytest.mark.parametrize("suffix", READERS)
@pytest.mark.parametrize("name", SMALL)
def test_networkx_reads_back_the_graph_that_was_found(
    name: str, suffix: str, tmp_path: Path
) -> None:
    net, target = tmp_path / "net.json", tmp_path / f"graph{suffix}"
    save(case(name).network, net, case(name).domain)
    done = linreg("graph", net, "-o", target, "--json")
    graph = adjacency_graph(enumerate_regions(load(net), load_domain(net)))
    assert (done.code, done.err) == (0, "")
    assert list(done.json) == [*COUNT_KEYS, "edges", "output"]
    assert (done.json["edges"], done.json["output"]) == (len(graph.edges), str(target))
    nodes, edges = listed(READERS[suffix](target))
    assert (nodes, edges) == listed(graph.to_networkx())
    assert len(nodes) == case(name).expected["activation_regions"]
    for values in [*nodes.values(), *edges.values()]:
        assert all(isinstance(value, str | float | bool) for value in values.values())
    assert set().union(*nodes.values()) == {"pattern", "witness", "margin", "bounded"}
    assert all(set(values) == {"crossed"} for values in edges.values())


def test_the_attributes_of_a_graph_are_facts_about_its_regions(
    triangle: Path, tmp_path: Path
) -> None:
    """Of the seven regions of three lines one is bounded, and each edge crosses one line."""
    target = tmp_path / "graph.graphml"
    assert linreg("graph", triangle, "-o", target).code == 0
    graph = networkx.read_graphml(target)
    net = load(triangle).staged
    for node in graph:
        values = graph.nodes[node]
        witness = [float(x) for x in values["witness"].split()]
        pieces = [int(piece) for piece in values["pattern"]]
        assert net.pattern_at(witness).tolist() == pieces
        assert values["margin"] > 0
    assert [graph.nodes[node]["pattern"] for node in graph if graph.nodes[node]["bounded"]] == [
        "110"
    ]
    for i, j, values in graph.edges.data():
        a, b = (graph.nodes[node]["pattern"] for node in (i, j))
        assert [a[u] != b[u] for u in range(3)] == [str(u) == values["crossed"] for u in range(3)]


def test_pieces_are_separated_where_they_have_two_digits(tmp_path: Path) -> None:
    steps = list(range(11))
    table = {"breakpoints": steps[1:], "slopes": [k % 2 for k in steps]}
    lines, value = [0], 0
    for k in steps[1:]:
        value += k * (table["slopes"][k - 1] - table["slopes"][k])
        lines.append(value)
    unit = {"type": "pwl", **table, "intercepts": lines}
    net = write(tmp_path / "net.json", {"input_shape": [2], "layers": [unit]})
    assert linreg("graph", net, "-o", tmp_path / "g.json", "--json").json["edges"] == 2 * 11 * 10
    graph = READERS[".json"](tmp_path / "g.json")
    patterns = {graph.nodes[node]["pattern"] for node in graph}
    assert patterns == {f"{i},{j}" for i in steps for j in steps}


def test_suffixes_may_be_in_capitals(triangle: Path, tmp_path: Path) -> None:
    assert linreg("graph", triangle, "-o", tmp_path / "G.GraphML").code == 0
    assert len(networkx.read_graphml(tmp_path / "G.GraphML")) == 7


def test_a_graph_is_described_without_being_written(triangle: Path, tmp_path: Path) -> None:
    before = folder(tmp_path)
    done = linreg("graph", triangle)
    assert (done.code, done.err) == (0, "")
    for line in ("regions   7", "edges     9", "diameter  3"):
        assert f"\n{line}\n" in done.out
    assert linreg("graph", triangle, "--json").json["output"] is None
    assert folder(tmp_path) == before


@pytest.mark.parametrize("name", ["graph.graphml", "graph.json", "copy.json", "copy.npz"])
def test_an_existing_file_is_replaced(name: str, triangle: Path, tmp_path: Path) -> None:
    target = tmp_path / name
    target.write_text("mine")
    command = ["graph", triangle, "-o"] if name.startswith("graph") else ["convert", triangle]
    assert linreg(*command, target).code == 0
    assert b"mine" not in target.read_bytes()
    assert set(folder(tmp_path)) == {str(triangle), str(target)}


@pytest.mark.parametrize("name", ["graph.graphml", "graph.json", "graph.csv", "graph.npz"])
def test_a_graph_is_written_whole_or_not_at_all(
    name: str, triangle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / name
    target.write_text("mine")
    before = folder(tmp_path)

    def torn(_file: int) -> None:
        assert list(tmp_path.glob(f".linreg-*{target.suffix}"))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", torn)
    assert "No space left on device" in linreg("graph", triangle, "-o", target).complaint
    assert folder(tmp_path) == before


# Conversion


@pytest.mark.parametrize("name", ["iris-2d", "iris-4d", "breast-cancer-3pc"])
def test_a_network_survives_the_way_to_npz_and_back(name: str, tmp_path: Path) -> None:
    path = ROOT / "examples" / f"{name}.json"
    there, back = tmp_path / "net.npz", tmp_path / "net.json"
    assert linreg("convert", path, there) == Outcome(0, f"written to {there}\n", "")
    done = linreg("convert", there, back, "--json")
    fingerprint = load(path).fingerprint
    assert (done.code, done.err) == (0, "")
    assert done.json == {"output": str(back), "fingerprint": fingerprint}
    assert load(there).fingerprint == load(back).fingerprint == fingerprint


@pytest.mark.parametrize("activation", ["relu", "abs", "hardtanh", "relu6"])
def test_an_npz_file_keeps_its_activation_in_json(activation: str, tmp_path: Path) -> None:
    there, back = tmp_path / "net.npz", tmp_path / "net.json"
    arrays = {"W1": np.eye(2), "b1": np.array([0.1, 2]), "W2": np.ones((1, 2)), "b2": np.ones(1)}
    np.savez(there, activation=np.array(activation), **arrays)
    assert linreg("convert", there, back).code == 0
    assert [layer["type"] for layer in json.loads(back.read_text())["layers"]][1] == activation
    assert load(there).fingerprint == load(back).fingerprint


def test_a_domain_survives_from_json_to_json(boxed: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.json"
    assert linreg("convert", boxed, target).code == 0
    assert load_domain(target) == load_domain(boxed)
    assert load(boxed).fingerprint == load(target).fingerprint


def test_a_domain_is_not_lost_without_a_word(boxed: Path, tmp_path: Path) -> None:
    before = folder(tmp_path)
    assert "no domain" in linreg("convert", boxed, tmp_path / "net.npz").complaint
    assert folder(tmp_path) == before


def test_numbers_that_a_format_cannot_hold_are_not_rounded(tmp_path: Path) -> None:
    save(mlp([([["1/3"]], [0])]), tmp_path / "third.json")
    before = folder(tmp_path)
    assert "1/3" in linreg("convert", tmp_path / "third.json", tmp_path / "third.npz").complaint
    assert folder(tmp_path) == before


# What can happen around a run


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("arguments", [["--help"], ["count"], ["count", "--json"]], ids=" ".join)
def test_a_full_disk_is_said_in_one_line(arguments: list[str], triangle: Path) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        net = [triangle] if "count" in arguments else []
        done = finish(start(*arguments, *net, stdout=full))
    assert "No space left on device" in done.complaint


@pytest.mark.parametrize("arguments", [["--help"], ["count"], ["count", "--json"]], ids=" ".join)
def test_a_reader_that_has_gone_is_not_worth_a_word(arguments: list[str], triangle: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = finish(start(*arguments, *[triangle] * ("count" in arguments), stdout=writing))
    os.close(writing)
    assert (done.code, done.err) == (3, "")


def raising(error: BaseException) -> Callable[..., None]:
    def function(*_arguments: object, **_options: object) -> None:
        raise error

    return function


FAILURES = [
    (KeyboardInterrupt(), 3, "interrupted, with at least "),
    (
        BrokenProcessPool(),
        3,
        "another process of this run was killed, perhaps for want of memory, ",
    ),
    (MemoryError(), 2, "not enough memory"),
    (OSError(12, "Cannot allocate memory"), 2, "the system refuses to go on: Cannot allocate me"),
]


@pytest.mark.parametrize("command", ["count", "graph"])
@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    ("failure", "code", "words"), FAILURES, ids=[type(failure[0]).__name__ for failure in FAILURES]
)
def test_a_run_that_fails_says_so_in_one_line_with_what_is_known(
    command: str,
    form: str,
    failure: BaseException,
    code: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    explore, calls = HighsExplorer.explore, iter(range(20))

    def failing(*arguments: Any, **options: Any) -> Any:
        if next(calls, None) is None:
            raise failure
        return explore(*arguments, **options)

    monkeypatch.setattr(HighsExplorer, "explore", failing)
    monkeypatch.setattr(HighsExplorer, "slice", 4)
    output = ["-o", tmp_path / "graph.json"] * (command == "graph")
    options = ["--strategy", "highs", *["--json"] * (form == "json")]
    done = linreg(command, IRIS, *output, *options)
    assert done.code == code
    assert done.said.startswith(words)
    assert not (tmp_path / "graph.json").exists()
    if code == 2:
        assert done.out == ""
    elif form == "json":
        found = done.json["activation_regions"]
        assert done.said.endswith(f" with at least {found} regions found so far")
        assert (0 < found < 235, done.json["complete"]) == (True, False)
    else:
        assert ("(the run was stopped)" in done.out) == (command == "count")


@pytest.mark.parametrize("command", ["info", "count", "graph", "convert"])
def test_an_interrupt_while_a_file_is_read_is_one_line(
    command: str, triangle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "check_memory", raising(KeyboardInterrupt()))
    target = [tmp_path / "copy.npz"] * (command == "convert")
    assert linreg(command, triangle, *target) == Outcome(3, "", "linreg: interrupted\n")


def test_an_interrupt_while_commands_are_made_is_one_line(
    triangle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "_program", raising(KeyboardInterrupt()))
    assert linreg("count", triangle) == Outcome(3, "", "linreg: interrupted\n")


def test_an_interrupt_before_the_first_region_is_a_count_of_none(
    triangle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HighsExplorer, "explore", raising(KeyboardInterrupt()))
    done = linreg("count", triangle, "--strategy", "highs", "--json")
    assert (done.code, done.json["complete"], done.json["regions_per_stage"]) == (3, False, [0])
    assert done.said == "interrupted, before any region was found"


def test_an_interrupt_while_facets_are_found_leaves_no_file(
    triangle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Boundaries, "of", raising(KeyboardInterrupt()))
    before = folder(tmp_path)
    arguments = ("graph", triangle, "-o", tmp_path / "graph.json", "--json")
    done = linreg(*arguments, "--strategy", "highs")  # the facets of machine code take no part
    assert (done.code, done.said) == (3, "interrupted, with 7 regions found so far")
    assert (done.json["complete"], done.json["edges"], done.json["output"]) == (True, None, None)
    assert folder(tmp_path) == before


def test_stdout_that_was_closed_from_the_start_is_no_error(triangle: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("there is no shell that closes a stream")
    done = finish(start("count", triangle, preexec_fn=lambda: os.close(1)))
    assert done == Outcome(0, "", "")
