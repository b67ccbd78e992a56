"""The commands `faces`, `topology` and `boundary`."""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path

import pytest
from program import TRIANGLE, linreg, write
from pyarrow import parquet

from linreg import Box, load, polyhedral_complex

RING = {
    "input_shape": [2],
    "layers": [
        {"type": "linear", "weight": [[1, 0], [0, 1]], "bias": [0, 0]},
        {"type": "abs"},
        {"type": "linear", "weight": [[1, 1]], "bias": ["-3/2"]},
        {"type": "abs"},
        {"type": "linear", "weight": [[-1]], "bias": ["1/2"]},
    ],
}
"""1/2 - | |x| + |y| - 3/2 |: at least 0 on a ring between two squares."""


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    return write(tmp_path / "ring.json", RING)


@pytest.fixture
def triangle(tmp_path: Path) -> Path:
    return write(tmp_path / "triangle.json", TRIANGLE)


def test_faces_of_three_lines(triangle: Path) -> None:
    """Zaslavsky: three points, nine edges, seven regions; three edges and one region bounded."""
    assert linreg("faces", triangle, "--json").json == {
        "f_vector": [3, 9, 7],
        "bounded_f_vector": [3, 3, 1],
        "euler": 1,
        "lines": [],
        "output": None,
        "complete": True,
        "at_least": None,
    }
    printed = linreg("faces", triangle).out
    assert printed.splitlines()[0].split() == ["dimension", "cells", "bounded"]
    assert printed.splitlines()[-1].split() == ["Euler", "1"]


def test_faces_are_cut_at_a_level(ring: Path) -> None:
    assert linreg("faces", ring, "--level", 0, "--json").json["f_vector"] == [13, 28, 16]


def test_tables_of_faces_hold_all_cells(triangle: Path, tmp_path: Path) -> None:
    path = tmp_path / "cells.parquet"
    assert linreg("faces", triangle, "-o", path, "--json").json["output"] == str(path)
    cells = parquet.read_table(path)
    vectors = parquet.read_table(tmp_path / "cells-vectors.parquet")
    found = polyhedral_complex(load(triangle))
    assert cells["dim"].to_pylist() == found.dims.tolist()
    assert cells["signs"].to_pylist() == [signs.tobytes() for signs in found.signs]
    assert set(vectors["exact"].to_pylist()[:3]) == {"0 0", "1 0", "0 1"}
    assert vectors["is_direction"].to_pylist()[:3] == [False] * 3
    assert vectors["x1"].to_pylist()[:3] == [float(x) for x, _ in found.points]


def test_a_ring_has_a_loop(ring: Path) -> None:
    answer = linreg("topology", ring, "--json").json
    assert answer["betti"] == {
        ">=": [1, 1, 0],
        ">": [1, 1, 0],
        "==": [2, 2, 0],
        "<=": [2, 1, 0],
        "<": [2, 1, 0],
        "!=": [3, 2, 0],
    }
    assert (answer["level"], answer["output"], answer["persistence"]) == ("0", 0, None)


def test_bars_of_a_ring(ring: Path) -> None:
    """Golden: H0 [-1, 1/2) and [-inf, inf); H1 [-inf, 1/2), here with the centre at -1."""
    answer = linreg("topology", ring, "--persistence", "--field", 0, "--json").json
    assert answer["persistence"] == [[0, "-inf", "inf"], [0, -1, "1/2"], [1, "-inf", "1/2"]]
    assert "1/2" in linreg("topology", ring, "--persistence").out


def test_the_boundary_of_a_ring_is_two_squares(ring: Path, tmp_path: Path) -> None:
    answer = linreg("boundary", ring, "-o", tmp_path / "squares.obj", "--json").json
    assert answer["faces_by_dimension"] == [8, 8, 0]
    assert (answer["components"], answer["bounded_components"], answer["pieces"]) == (2, 2, 8)
    assert answer["size_float"] == pytest.approx(12 * sqrt(2))
    lines = (tmp_path / "squares.obj").read_text().splitlines()
    assert [line[0] for line in lines] == ["v"] * 8 + ["l"] * 8
    assert "v 2.0 0.0 0.0" in lines


def test_outputs_of_a_triangle_tie_on_regions(triangle: Path, tmp_path: Path) -> None:
    """Where no relu is on all outputs are 0: the boundary is as thick as the plane."""
    shown = linreg("boundary", triangle, "--domain", "box:-1,1", "-o", tmp_path / "tie.ply")
    assert "flat on" in shown.out
    head, _, body = (tmp_path / "tie.ply").read_text().partition("end_header\n")
    sizes = {
        line.split()[1]: int(line.split()[2])
        for line in head.splitlines()
        if line.startswith("element")
    }
    assert len(body.splitlines()) == sum(sizes.values())
    assert sizes["face"] > 0


def test_pieces_in_json_and_parquet_are_the_same(ring: Path, tmp_path: Path) -> None:
    for suffix in ("json", "parquet"):
        assert linreg("boundary", ring, "-o", tmp_path / f"pieces.{suffix}").code == 0
    features = json.loads((tmp_path / "pieces.json").read_text())["features"]
    rows = parquet.read_table(tmp_path / "pieces.parquet").to_pylist()
    assert len(rows) == len(features) == 8
    for row, feature in zip(rows, features, strict=True):
        assert feature["geometry"]["coordinates"] == row.pop("points")
        assert feature["properties"] == row
        assert row["squared_size"] in ("2", "8")
    assert rows[0]["regions"] == [[int(x) for x in rows[0]["regions"][0]]]


def test_a_polygon_is_written_in_order_around_it(tmp_path: Path) -> None:
    net = write(
        tmp_path / "plane.json",
        {"input_shape": [3], "layers": [{"type": "linear", "weight": [[1, 1, 1]], "bias": [0]}]},
    )
    assert linreg("boundary", net, "--domain", "box:-1,1", "-o", tmp_path / "cut.obj").code == 0
    lines = (tmp_path / "cut.obj").read_text().splitlines()
    corners = [tuple(map(float, line.split()[1:])) for line in lines if line[0] == "v"]
    (face,) = (line for line in lines if line[0] == "f")
    order = [corners[int(number) - 1] for number in face.split()[1:]]
    assert len(order) == 6
    sides = zip(order, [*order[1:], order[0]], strict=True)
    assert {sum((a - b) ** 2 for a, b in zip(p, q, strict=True)) for p, q in sides} == {2.0}
    area = linreg("boundary", net, "--domain", "box:-1,1", "--json").json["size_float"]
    assert area == pytest.approx(3 * sqrt(3))


def test_a_limit_stops_with_code_3_and_says_what_is_known(triangle: Path) -> None:
    done = linreg("faces", triangle, "--limit", 18)
    assert done.code == 3
    assert done.said == "the complex has more than 18 cells; give a higher limit"
    rows = [line.split() for line in done.out.splitlines()]
    assert [row[:3] for row in rows[1:]] == [[str(dim), "at", "least"] for dim in range(3)]
    assert sum(int(row[3]) for row in rows[1:]) == 19
    assert linreg("faces", triangle, "--limit", 19).code == 0
    for command in ("faces", "topology", "boundary"):
        done = linreg(command, triangle, "--limit", 2, "--json")
        answer = done.json
        assert (done.code, answer.pop("complete"), len(answer.pop("at_least"))) == (3, False, 3)
        assert set(answer.values()) == {None}


def test_a_box_of_many_inputs_has_topology_by_programs(tmp_path: Path) -> None:
    """|x1| + |x2| - 1 in a box of 16 inputs: 2^16 corners, and a square times a cube."""
    pair = [[int(j == k) for j in range(16)] for k in range(2)]
    layers = [
        {"type": "linear", "weight": pair, "bias": [0, 0]},
        {"type": "abs"},
        {"type": "linear", "weight": [[1, 1]], "bias": [-1]},
    ]
    net = write(tmp_path / "wide.json", {"input_shape": [16], "layers": layers})
    asked = ["--domain", "box:-2,2"]
    refused = linreg("topology", net, *asked)
    assert (refused.code, refused.out) == (3, "")
    assert 'take the strategy "programs"' in refused.said
    shown = linreg("topology", net, *asked, "--strategy", "programs").out.splitlines()
    assert shown[0].split() == ["set", "b0", "b1", "b2", "b3", "cells"]
    assert shown[3].split() == ["output", "0", "==", "0", "1", "1", "0", "0", "8"]
    assert shown[-1] == "b4 to b16 are 0"
    answer = linreg("topology", net, *asked, "--strategy", "programs", "--json").json
    assert answer["betti"]["=="][:3] == [1, 1, 0]
    faces = linreg("faces", net, *asked, "--strategy", "programs", "--json").json
    assert (faces["f_vector"][14:], faces["lines"]) == ([1, 4, 4], None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["topology", "--field", 4], "a prime, or 0 for the rational numbers, was expected"),
        (["topology", "--level", "x"], "--level: a number"),
        (["topology", "--output", 3], "--output: outputs are numbered from 0 to 2, got 3"),
        (["boundary", "--sense", "up"], "max or min was expected, got 'up'"),
        (["boundary", "--classes", "1,1"], "two different outputs"),
        (["boundary", "--classes", "one"], "two outputs such as 0,1"),
        (["boundary", "--classes", "0,9"], "outputs are numbered from 0 to 2, got 9"),
        (["boundary", "--classes", "0,1", "--level", 0], "give one of them"),
        (["boundary", "-o", "new.stl"], "names no format of pieces"),
        (["boundary", "-o", "new.obj"], "give a bounded domain"),
        (["faces", "-o", "new.csv"], "names no format of complexes"),
        (["faces", "--strategy", "walk"], "one of tree, regions, programs was expected"),
        (["faces", "--limit", 0], "a whole number of at least 1"),
    ],
)
def test_mistakes_are_said_in_one_line(
    arguments: list[object],
    words: str,
    triangle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert words in linreg(arguments[0], triangle, *arguments[1:]).complaint
    assert [path.name for path in tmp_path.iterdir()] == ["triangle.json"]


def test_pieces_of_four_dimensions_are_no_mesh(tmp_path: Path) -> None:
    net = write(
        tmp_path / "four.json",
        {"input_shape": [4], "layers": [{"type": "linear", "weight": [[1, 0, 0, 0]], "bias": [0]}]},
    )
    box = ["--domain", "box:-1,1"]
    said = linreg("boundary", net, *box, "-o", tmp_path / "new.obj").complaint
    assert "a mesh has 2 or 3 dimensions, and this space has 4" in said
    answer = linreg("boundary", net, *box, "-o", tmp_path / "new.json", "--json").json
    assert answer["faces_by_dimension"] == [8, 12, 6, 1, 0]
    assert answer["size_float"] is None


def test_solid_pieces_are_no_mesh(tmp_path: Path) -> None:
    net = write(
        tmp_path / "zero.json",
        {"input_shape": [3], "layers": [{"type": "linear", "weight": [[0, 0, 0]], "bias": [0]}]},
    )
    said = linreg("boundary", net, "--domain", "box:0,1", "-o", tmp_path / "new.ply").complaint
    assert "made of polygons" in said
    assert polyhedral_complex(load(net), Box([0] * 3, [1] * 3)).f_vector == [8, 12, 6, 1]
