"""`linreg plot`: pictures as files, and one line for every mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from program import ROOT, TRIANGLE, linreg, write

from linreg.cli.plot_kinds import KINDS

pytest.importorskip("matplotlib")

IRIS = ROOT / "examples" / "iris-2d.json"


@pytest.fixture
def triangle(tmp_path: Path) -> Path:
    return write(tmp_path / "triangle.json", TRIANGLE)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_the_same_command_writes_the_same_bytes(suffix: str, triangle: Path) -> None:
    files = [triangle.with_name(f"{name}{suffix}") for name in ("one", "two")]
    for file in files:
        done = linreg("plot", triangle, "-o", file, "--size", "3x2", "--dpi", 50)
        assert (done.code, done.err) == (0, "")
        assert done.out == f"7 regions, written to {file}\n"
    assert files[0].read_bytes() == files[1].read_bytes()
    magic = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
    assert files[0].read_bytes().startswith(magic[suffix])


def test_all_kinds_and_options_draw_something(triangle: Path) -> None:
    csv = triangle.with_name("points.csv")
    csv.write_text("a,b,kind\n0,0,x\n1,0.5,y\n")
    out = triangle.with_name("out.png")
    small = ("--dpi", 20, "-o", out)
    for options in (
        ("--kind", "surface"),
        ("--kind", "graph"),
        ("--kind", "arrangement", "--stage", 1),
        ("--kind", "degrees"),
        ("--kind", "volumes", "--frame", "box:-2,2"),
        ("--kind", "path", "--data", csv, "--labels", "kind"),
        ("--kind", "complex", "--boundary", 0),
        ("--kind", "complex", "--boundary", "class"),
        ("--kind", "boundary", "--frame", "box:-2,2"),
        ("--kind", "boundary", "--boundary", "0,1"),
        ("--kind", "folds", "--stage", 1),
        ("--kind", "diagram", "--height", 2),
        ("--kind", "barcode"),
        ("--kind", "counts", "--size", "4x3"),
        ("--data", csv, "--labels", "kind", "--color", "slope", "--log", "--title", "T"),
        ("--boundary", 0, "--color", "class", "--graph", "--no-edges"),
    ):
        out.unlink(missing_ok=True)
        done = linreg("plot", triangle, *small, *options)
        assert (done.code, done.err) == (0, ""), options
        assert out.stat().st_size > 500


def test_every_kind_is_drawn_above_or_by_default() -> None:
    drawn = "surface graph arrangement degrees volumes path complex boundary folds diagram barcode"
    assert {*KINDS} == {*drawn.split(), "counts", "regions"}


@pytest.mark.parametrize("suffix", [".gif", ".html"])
def test_several_networks_make_a_film(suffix: str, triangle: Path) -> None:
    moved = {**TRIANGLE, "layers": [*TRIANGLE["layers"]]}
    moved["layers"][0] = moved["layers"][0] | {"bias": [0, 0, 0]}
    other, out = write(triangle.with_name("other.json"), moved), triangle.with_name(f"a{suffix}")
    done = linreg("plot", triangle, other, "-o", out, "--seconds", 0.2, "--dpi", 20)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"2 networks of 6 regions to 7 regions, written to {out}\n"
    answer = linreg("plot", triangle, other, "-o", out, "--dpi", 20, "--json").json
    assert answer == {
        "output": str(out),
        "kind": "film",
        "activation_regions": [7, 6],
        "complete": True,
    }
    text = out.read_bytes()
    assert text.startswith({".gif": b"GIF89a", ".html": b"<!doctype html>"}[suffix])


def test_counts_of_several_networks_are_one_curve(triangle: Path) -> None:
    out = triangle.with_name("a.png")
    done = linreg("plot", triangle, triangle, "--kind", "counts", "-o", out, "--dpi", 20)
    assert (done.code, done.err) == (0, "")
    assert out.exists()


def test_many_polygons_are_an_image_in_vector_files_and_it_is_said(
    triangle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linreg.pictures.plane.POLYGONS_AS_IMAGE", 7)
    monkeypatch.setattr("linreg.cli.plot.POLYGONS_AS_IMAGE", 7)
    out = triangle.with_name("a.svg")
    done = linreg("plot", triangle, "-o", out, "--dpi", 20)
    assert "--no-rasterize keeps them vectors" in done.err
    assert "<image" in out.read_text(encoding="utf-8")
    done = linreg("plot", triangle, "-o", out, "--dpi", 20, "--no-rasterize")
    assert (done.code, done.err) == (0, "")
    assert "<image" not in out.read_text(encoding="utf-8")


def test_a_json_answer_has_the_count_and_the_file(triangle: Path) -> None:
    out = triangle.with_name("out.png")
    done = linreg("plot", triangle, "-o", out, "--dpi", 20, "--json")
    assert (done.json["activation_regions"], done.json["output"]) == (7, str(out))


def test_what_a_limit_found_is_drawn_and_said(triangle: Path) -> None:
    out = triangle.with_name("out.png")
    done = linreg("plot", triangle, "-o", out, "--dpi", 20, "--limit", 4)
    assert done.code == 3
    assert "at least 4 regions" in done.err
    assert out.exists()


MISTAKES: dict[str, tuple[tuple[object, ...], str]] = {
    "suffix": (("-o", "x.bmp"), "names no format of pictures; known are .png, .svg, .pdf"),
    "several": (("triangle.json", "-o", "x.png"), "2 networks make a film (.gif, .mp4, .html)"),
    "not of it": (("--kind", "graph", "--boundary", 0), "--boundary is not for --kind graph"),
    "not of films": (("triangle.json", "-o", "x.gif", "--graph"), "--graph is not for films"),
    "seconds": (("triangle.json", "-o", "x.gif", "--seconds", 0), "from 0.05 to 60 was expected"),
    "still": (("--seconds", 1), "--seconds is not for --kind regions"),
    "no corners": (("--kind", "path"), "the corners of the path are the points of --data"),
    "too deep": (("--kind", "folds", "--stage", 4), "4"),
    "folder": (("-o", "nowhere/x.png"), "nowhere"),
    "color": (("--color", "slop"), "'slop' is not known; did you mean 'slope'?"),
    "output": (("--color", "output:3"), "outputs are numbered from 0 to 2"),
    "boundary": (("--boundary", "a"), "a pair I,J was expected, got 'a'"),
    "pair": (("--boundary", "0,3"), "outputs are numbered from 0 to 2, and 3"),
    "size": (("--size", "6"), "width and height in inches"),
    "dpi": (("--dpi", "0"), "from 10 to 2400"),
    "kind": (("--kind", "graf"), "did you mean 'graph'?"),
    "stage": (("--kind", "arrangement", "--stage", 9), "stages are numbered from 1 to 1, got 9"),
    "frame": (("--frame", "box:1,0"), "lower must be below upper"),
    "frame all": (("--frame", "all"), "frame: a box was expected"),
    "data": (("--data", "none.csv"), "none.csv: there is no such file"),
    "words": (("--data", "words.csv"), "row 2: 2 numbers were expected"),
    "labels": (("--data", "points.csv", "--labels", "c"), "no column 'c': it has columns a, b"),
    "no data": (("--labels", "c"), "--labels names a column of --data"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_and_writes_nothing(
    name: str, triangle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(triangle.parent)
    Path("words.csv").write_text("a,b\n1,two\n", encoding="utf-8")
    Path("points.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    options, said = MISTAKES[name]
    before = {*triangle.parent.iterdir()}
    done = linreg("plot", triangle, "-o", "out.png", *options)
    assert done.code == 2
    assert said in done.complaint
    assert {*triangle.parent.iterdir()} == before


def test_more_than_three_inputs_are_to_be_sliced(tmp_path: Path) -> None:
    net = ROOT / "examples" / "iris-4d.json"
    out = tmp_path / "out.png"
    done = linreg("plot", net, "-o", out)
    assert done.code == 2
    assert "the network has 4 inputs" in done.complaint
    assert "--slice FILE" in done.complaint
    cut = write(tmp_path / "cut.json", {"origin": [0] * 4, "basis": [[1, 0, 0, 0], [0, 0, 1, 0]]})
    done = linreg("plot", net, "--slice", cut, "-o", out, "--dpi", 20)
    assert (done.code, done.err) == (0, "")
