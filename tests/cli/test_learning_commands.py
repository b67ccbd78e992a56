"""The commands path and track."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from program import TRIANGLE, linreg, write
from pyarrow import parquet


@pytest.fixture
def nets(tmp_path: Path) -> list[Path]:
    """Three lines whose triangle shrinks to a point and opens again on the other side."""
    paths = []
    for k, shift in enumerate((-1, 0, 1)):
        net: Any = deepcopy(TRIANGLE)
        net["layers"][0]["bias"][2] = shift
        paths.append(write(tmp_path / f"net{k}.json", net))
    return paths


def test_a_path_says_when_the_triangle_flips(nets: list[Path]) -> None:
    answer = linreg("path", nets[0], nets[2], "--exact", "--json").json
    assert answer["complete"]
    [event] = answer["times"]
    assert event == {
        "time": "1/2",
        "time_float": 0.5,
        "before": 7,
        "at": 6,
        "after": 7,
        "born": ["001"],
        "died": ["110"],
    }
    said = linreg("path", nets[0], nets[2])
    assert said.code == 0
    assert "1 event: all of them" in said.out


def test_a_path_that_is_bisected_says_at_least(nets: list[Path]) -> None:
    done = linreg("path", nets[0], nets[2], "--steps", 3)
    assert "at least 1 event" in done.out
    answer = linreg("path", nets[0], nets[2], "--steps", 3, "--json").json
    assert not answer["complete"]
    [event] = answer["times"]
    assert (event["before"], event["at"], event["after"]) == (7, 6, 7)
    assert event["time"]["polynomial"] is None
    assert ["0", 7] in answer["counts"]


def test_a_track_has_a_row_for_each_checkpoint(nets: list[Path], tmp_path: Path) -> None:
    points = tmp_path / "points.csv"
    points.write_text("-1,-2\n-2,-1\n3,4\n")
    target = tmp_path / "curve.parquet"
    answer = linreg("track", *nets, "--data", points, "-o", target, "--json").json
    assert [each["regions"] for each in answer["curve"]] == [7, 6, 7]
    assert [each["born"] for each in answer["curve"]] == [None, 0, 1]
    assert [each["died"] for each in answer["curve"]] == [None, 1, 0]
    assert [each["occupied"] for each in answer["curve"]] == [2, 2, 2]
    assert parquet.read_table(target).to_pylist() == answer["curve"]
    shown = linreg("track", *nets, "--domain", "box:-1,1").out.splitlines()
    assert shown[0].split()[:2] == ["step", "regions"]
    assert len(shown) == 5


def test_mistakes_are_one_line(nets: list[Path], tmp_path: Path) -> None:
    other = write(tmp_path / "other.json", {"input_shape": [2], "layers": [{"type": "relu"}]})
    for arguments, said in (
        (("path", nets[0], other), "same units"),
        (("path", nets[0], nets[1], "--exact", "--steps", 2), "--steps"),
        (("path", nets[0], tmp_path / "none.json"), "no such file"),
        (("track", nets[0], other), "units"),
        (("track", nets[0], "-o", tmp_path / "curve.csv"), ".parquet"),
        (("track", nets[0], tmp_path / "net.pt"), "no such file"),
        (("track",), "CKPT"),
    ):
        done = linreg(*arguments)
        assert done.code == 2, arguments
        assert said in done.complaint
