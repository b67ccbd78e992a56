"""Networks read from .nnet files compute what a plain evaluation of the file does."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import linreg
from linreg.cli.options import network_and_domain
from linreg.errors import InvalidDomain, InvalidNetwork, LinregError, UnreadableFile
from linreg.readers import load_problem, suffixes

SMALL = """// Made by hand.
// A second comment
2,2,1,3,
2,3,1,
0,
-1.0,-2.0,
1.0,3.0,
0.5,-0.25,7.5,
2.0,0.3,373.94992,
1,-1,
0.1,0.2,
-1e-1,2,
0.5,
0.0,
-0.25,
1.0,-1.0,0.5,
0.125,
"""


def evaluated(text: str, x: np.ndarray) -> np.ndarray:
    """The file's value at points within its bounds, line by line as the format says."""
    lines = [line for line in text.splitlines() if not line.startswith("//")]
    rows = [[float(cell) for cell in line.split(",") if cell] for line in lines]
    sizes = [int(size) for size in rows[1]]
    means, ranges, rows = rows[5], rows[6], rows[7:]
    value = (x - means[:-1]) / ranges[:-1]
    for k, size in enumerate(sizes[1:]):
        weight, bias, rows = rows[:size], rows[size : 2 * size], rows[2 * size :]
        value = value @ np.array(weight).T + np.array(bias)[:, 0]
        if k < len(sizes) - 2:
            value = np.maximum(value, 0)
    return value * ranges[-1] + means[-1]


def written(folder: Path, text: str) -> Path:
    path = folder / "net.nnet"
    path.write_text(text)
    return path


def random_text(seed: int) -> str:
    rng = np.random.default_rng(seed)
    sizes = [int(size) for size in rng.integers(1, 5, size=rng.integers(2, 5))]

    def line(values: np.ndarray) -> str:
        return ",".join(repr(float(value)) for value in values) + ","

    n = sizes[0]
    text = [f"{len(sizes) - 1},{n},{sizes[-1]},{max(sizes)},", ",".join(map(str, sizes)), "0"]
    text += [line(-rng.random(n) - 1), line(rng.random(n) + 1)]
    text += [line(rng.normal(size=n + 1)), line(rng.random(n + 1) + 0.5)]
    for width, size in pairwise(sizes):
        text += [line(row) for row in rng.normal(size=(size, width))]
        text += [line(row) for row in rng.normal(size=(size, 1))]
    return "\n".join(["// random", *text]) + "\n"


@pytest.mark.parametrize("text", [SMALL, *(random_text(seed) for seed in range(10))])
def test_a_file_and_its_network_agree(text: str, tmp_path: Path) -> None:
    net = linreg.load(written(tmp_path, text))
    points = np.random.default_rng(0).uniform(-1, 1, size=(50, net.input_dim))
    np.testing.assert_allclose(net.forward(points), evaluated(text, points), rtol=1e-9, atol=1e-9)


def test_decimals_are_float64_and_quotients_are_exact(tmp_path: Path) -> None:
    """0.3 is the float64 nearest to it, and its inverse is a fraction."""
    net = linreg.load(written(tmp_path, SMALL))
    scale = Fraction(0.3)
    first = net.staged.stages[0].map
    assert first.matrix[1, 1] == Fraction(0.2) / scale
    assert first.shift[0] == Fraction(1, 2) - Fraction(1, 4) + -Fraction(1, 4) / scale


def test_the_domain_is_the_box_of_the_bounds_in_the_units_of_the_input(tmp_path: Path) -> None:
    path = written(tmp_path, SMALL)
    domain = linreg.load_domain(path)
    assert domain == linreg.Box([-1, -2], [1, 3])
    net = linreg.load(path)
    assert linreg.count(net, domain).regions <= linreg.count(net).regions == 7
    assert "outside of it the input is not clipped" in net.notes[0]


@pytest.mark.parametrize("suffix", [".nnet", ".json"])
def test_the_network_and_the_domain_come_from_one_reading(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "net.nnet").write_text(SMALL)
    path = tmp_path / f"net{suffix}"
    net, domain = linreg.load(tmp_path / "net.nnet"), linreg.load_domain(tmp_path / "net.nnet")
    if suffix == ".json":
        linreg.save(net, path, domain)
    parse, read = suffixes._FORMATS[suffix].parse, []

    def told(file: Path) -> object:
        read.append(file)
        return parse(file)

    format_ = replace(suffixes._FORMATS[suffix], parse=told)
    monkeypatch.setitem(suffixes._FORMATS, suffix, format_)
    found, held = load_problem(path)
    assert (found.fingerprint, held, read) == (net.fingerprint, domain, [path])
    assert (linreg.load(path).fingerprint, linreg.load_domain(path)) == (net.fingerprint, domain)
    read.clear()
    assert network_and_domain(path, None)[1] == domain
    assert read == [path]


def test_a_file_that_is_converted_to_json_has_the_same_stages(tmp_path: Path) -> None:
    net = linreg.load(written(tmp_path, SMALL))
    linreg.save(net, tmp_path / "net.json")
    assert linreg.load(tmp_path / "net.json").fingerprint == net.fingerprint


def replaced(line: int, text: str | None) -> str:
    """The small file with one of its lines, from 1, replaced or left out."""
    lines = SMALL.splitlines()
    lines[line - 1 : line] = [] if text is None else [text]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("", InvalidNetwork, "the file ends before the number of layers and the sizes"),
        ("// only words\n", InvalidNetwork, "the file ends before"),
        (replaced(3, "2,2,1,"), InvalidNetwork, "line 3, the number of layers and the sizes: 4 nu"),
        (replaced(3, "2,2,x,3,"), InvalidNetwork, "line 3, the number of layers and the sizes: a "),
        (replaced(3, "2,2.5,1,3"), InvalidNetwork, "positive integers were expected, got 5/2"),
        (replaced(3, "999999999,2,1,3"), InvalidNetwork, "1000000000 numbers were expected, got 3"),
        (replaced(4, "2,3,2"), InvalidNetwork, "there are 2 inputs and 1 output"),
        (replaced(4, "2,999999999,1"), InvalidNetwork, "line 13, row 4 of weight 1: 2 numbers"),
        (replaced(6, "-1.0,nan,"), InvalidNetwork, "line 6, the inputs' lower bounds: a number"),
        (replaced(6, "-1.0,1e999,"), InvalidNetwork, "range of float64"),
        (replaced(8, "1,2"), InvalidNetwork, "line 8, the means of inputs and output: 3 numbers"),
        (replaced(9, "1,0,1"), InvalidNetwork, "the ranges must be positive: got 0.0"),
        (replaced(12, "__import__('os'),1"), InvalidNetwork, "a number was expected"),
        (replaced(17, None), InvalidNetwork, "the file ends before row 1 of bias 2; it may have"),
        (SMALL + "1.0,\n", InvalidNetwork, "line 18: the network ends before it; sizes do not fit"),
    ],
)
def test_a_malformed_file_is_refused_in_one_line_that_names_the_place(
    text: str, error: type[LinregError], says: str, tmp_path: Path
) -> None:
    path = written(tmp_path, text)
    for read in (linreg.load, linreg.load_domain):
        with pytest.raises(error) as caught:
            read(path)
        message = str(caught.value)
        assert message.startswith(f"{path}: ")
        assert message.count(str(path)) == 1
        assert says in message
        assert len(message.splitlines()) == 1


def test_a_file_whose_bounds_are_equal_has_no_domain(tmp_path: Path) -> None:
    path = written(tmp_path, replaced(7, "-1.0,3.0,"))
    linreg.load(path)
    with pytest.raises(InvalidDomain, match=r"net\.nnet: .*coordinate 0"):
        linreg.load_domain(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.nnet"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableFile, match="not UTF-8 text"):
        linreg.load(path)
    with pytest.raises(UnreadableFile) as caught:
        linreg.load(tmp_path / "none.nnet")
    assert str(caught.value) == f"{tmp_path / 'none.nnet'}: there is no such file"
