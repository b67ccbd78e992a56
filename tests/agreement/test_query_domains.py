"""The inputs of VNN-LIB queries as domains: --domain prop.vnnlib."""

from __future__ import annotations

import gzip
from fractions import Fraction
from pathlib import Path

import pytest
from program import linreg as run

import linreg
from linreg.errors import InvalidDomain, UnreadableFile

DECLARED = "(declare-const X_0 Real) (declare-const X_1 Real) (declare-const Y_0 Real)\n"
BOX = DECLARED + (
    "(assert (>= X_0 -0.1)) (assert (<= X_0 2)) (assert (<= X_0 1.5))\n"
    "(assert (>= X_1 0)) (assert (<= X_1 0.5)) (assert (>= Y_0 3))\n"
)
SEVERAL = DECLARED + (
    "(assert (or (and (>= X_0 0) (<= X_0 1) (>= X_1 0) (<= X_1 1))\n"
    "            (and (>= X_0 2) (<= X_0 3) (>= X_1 -1) (<= X_1 1))))\n"
    "(assert (or (>= Y_0 1) (<= Y_0 -1)))\n"
)
SLANTED = DECLARED + "(assert (>= X_0 0)) (assert (>= X_1 0)) (assert (<= (+ X_0 X_1) 1))\n"


def written(folder: Path, text: str, name: str = "p.vnnlib") -> Path:
    path = folder / name
    data = text.encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


@pytest.mark.parametrize("name", ["p.vnnlib", "p.vnnlib.gz"])
def test_bounds_of_inputs_are_a_box_of_exact_decimals(name: str, tmp_path: Path) -> None:
    domain = linreg.as_domain(str(written(tmp_path, BOX, name)), 2)
    assert domain == linreg.Box([Fraction(-1, 10), 0], [Fraction(3, 2), Fraction(1, 2)])


def test_several_sets_are_chosen_from(tmp_path: Path) -> None:
    path = written(tmp_path, SEVERAL)
    with pytest.raises(InvalidDomain, match=r"2 sets of inputs; choose one, from .*#0 to .*#1"):
        linreg.as_domain(str(path), 2)
    assert linreg.as_domain(f"{path}#0", 2) == linreg.Box([0, 0], [1, 1])
    assert linreg.as_domain(f"{path}#1", 2) == linreg.Box([2, -1], [3, 1])
    with pytest.raises(InvalidDomain, match="no set number 2 among 2 sets"):
        linreg.as_domain(f"{path}#2", 2)


def test_slanted_conditions_are_a_polytope_and_none_are_the_whole_space(tmp_path: Path) -> None:
    """One line through a triangle: two regions."""
    net = linreg.mlp([([[1, -1]], [0])])
    path = written(tmp_path, SLANTED)
    domain = linreg.as_domain(str(path), 2)
    assert domain == linreg.Polytope([[-1, 0], [0, -1], [1, 1]], [0, 0, 1])
    assert linreg.count(net, str(path)).regions == 2
    free = written(tmp_path, DECLARED + "(assert (>= Y_0 0))", "free.vnnlib")
    assert linreg.as_domain(str(free), 2) == linreg.WholeSpace(2)


def test_the_command_line_takes_queries_as_domains(tmp_path: Path) -> None:
    net = tmp_path / "net.json"
    linreg.save(linreg.mlp([([[1, 0], [0, 1]], [-1, 0])]), net)
    path = written(tmp_path, SEVERAL)
    counted = run("count", net, "--json", "--domain", f"{path}#1").json
    assert counted["activation_regions"] == 2
    assert "choose one, from" in run("count", net, "--domain", path).complaint
    assert run("count", net, "--json", "--domain", written(tmp_path, BOX)).json["complete"]


def test_a_query_of_another_dimension_or_none_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, BOX)
    with pytest.raises(InvalidDomain, match="2 inputs, but the network has 3"):
        linreg.as_domain(str(path), 3)
    with pytest.raises(UnreadableFile, match="no such file"):
        linreg.as_domain(str(tmp_path / "none.vnnlib"), 2)
    flat = written(tmp_path, BOX + "(assert (== X_0 1))")
    with pytest.raises(InvalidDomain, match="lower must be below upper"):
        linreg.as_domain(str(flat), 2)
