"""`linreg plot NET -o FILE.html`: a page, without matplotlib."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from program import TRIANGLE, linreg, write


@pytest.fixture
def triangle(tmp_path: Path) -> Path:
    return write(tmp_path / "triangle.json", TRIANGLE)


def test_a_page_is_written_without_matplotlib_the_same_every_time(
    triangle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    paths = [tmp_path / "a.html", tmp_path / "b.html"]
    for path in paths:
        done = linreg("plot", triangle, "-o", path, "--color", "degree", "--title", "three lines")
        assert (done.code, done.out) == (0, f"7 regions, written to {path}\n")
    text = paths[0].read_text(encoding="utf-8")
    assert text == paths[1].read_text(encoding="utf-8")
    assert "<title>three lines</title>" in text
    assert '"color":"degree"' in text


def test_what_a_limit_found_is_at_least_that_on_the_page_too(
    triangle: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a.html"
    assert linreg("plot", triangle, "-o", path, "--limit", 3).code == 3
    assert "<title>at least 3 regions</title>" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "option",
    [
        ("--size", "3x3"),
        ("--kind", "graph"),
        ("--boundary", "class"),
        ("--graph",),
        ("--no-edges",),
    ],
    ids=lambda option: option[0],
)
def test_options_of_pictures_are_refused_in_one_line(
    option: tuple[str, ...], triangle: Path, tmp_path: Path
) -> None:
    done = linreg("plot", triangle, "-o", tmp_path / "a.html", *option)
    assert done.code == 2
    assert done.err.startswith("linreg: ")
    assert f"{option[0]} is for pictures" in done.err
    assert done.err.count("\n") == 1
    assert not (tmp_path / "a.html").exists()
