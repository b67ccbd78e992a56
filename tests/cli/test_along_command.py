"""The command along."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from program import TRIANGLE, linreg, write
from pyarrow import parquet


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    points = tmp_path / "points.csv"
    points.write_text("x,y\n-1,-1\n2,2\n1/2,-3\n")
    return write(tmp_path / "net.json", TRIANGLE), points


def test_breakpoints_are_exact_in_json(files: tuple[Path, Path]) -> None:
    net, points = files
    answer = linreg("along", net, "--points", points, "--json").json
    first = answer["segments"][0]
    assert first["breakpoints"] == ["1/3", "1/2"]
    assert first["patterns"] == ["000", "110", "111"]
    assert first["switches"] == [[[0, 1], [1, 1]], [[2, 1]]]
    assert (answer["pieces"], answer["breakpoints"], answer["crossings"]) == (6, 4, [1, 2, 2])


def test_a_table_has_a_row_for_each_piece(files: tuple[Path, Path], tmp_path: Path) -> None:
    net, points = files
    target = tmp_path / "pieces.parquet"
    done = linreg("along", net, "--points", points, "-o", target, "--closed")
    assert done.code == 0
    table = parquet.read_table(target).to_pydict()
    assert table["segment"] == [0] * 3 + [1] * 3 + [2] * 2
    assert table["pattern"] == ["000", None, None, "111", None, None, "100", None]
    assert table["units"][:3] == [[], [0, 1], [2]]
    assert table["start"][1] == pytest.approx(1 / 3)
    assert sum(table["length_linf"][:3]) == pytest.approx(3)
    assert "8" in done.out


def test_a_domain_cuts_segments(files: tuple[Path, Path], tmp_path: Path) -> None:
    net, points = files
    target = tmp_path / "pieces.parquet"
    arguments = ("along", net, "--points", points, "--domain", "box:0,1", "-o", target, "--json")
    answer = linreg(*arguments).json
    assert [each["breakpoints"] for each in answer["segments"]] == [["1/2"], []]
    table = parquet.read_table(target).to_pydict()
    assert (table["start"], table["end"]) == ([1 / 3, 0.5], [0.5, 2 / 3])


def test_arrays_are_read_as_text_is(files: tuple[Path, Path], tmp_path: Path) -> None:
    net, points = files
    array = tmp_path / "points.npy"
    np.save(array, np.array([[-1.0, -1], [2, 2], [0.5, -3]]))
    one, other = (linreg("along", net, "--points", each, "--json").json for each in (points, array))
    assert one == other


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,1\n2,x\n", "line 2: a number"),
        ("1,1\n2\n", "line 2: 2 numbers were expected"),
        ("1,1\n", "two points or more"),
        ("", "two points or more"),
        ("1,1\n2,nan\n", "line 2"),
        ("\x00\n", "two points or more"),
    ],
)
def test_bad_points_are_one_line_and_no_file(
    files: tuple[Path, Path], tmp_path: Path, text: str, said: str
) -> None:
    net, points = files
    points.write_text(text)
    target = tmp_path / "pieces.parquet"
    done = linreg("along", net, "--points", points, "-o", target)
    assert done.code == 2
    assert said in done.complaint
    assert not target.exists()


def test_other_mistakes_are_one_line(files: tuple[Path, Path], tmp_path: Path) -> None:
    net, points = files
    for arguments, said in (
        (("--points", points, "-o", tmp_path / "pieces.csv"), ".parquet"),
        (("--points", tmp_path / "none.csv"), "no such file"),
        (("--points", tmp_path / "points.txt"), ".npy"),
        ((), "--points"),
    ):
        done = linreg("along", net, *arguments)
        assert done.code == 2
        assert said in done.complaint
