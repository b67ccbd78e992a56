"""The forms in which tools write .nnet files: what is used is read, what is not is noted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import linreg
from linreg.errors import InvalidDomain, InvalidNetwork, LinregError

ROWS = """2,2,1,3,
2,3,1,
0,
-1.0,-2.0,
1.0,3.0,
0.5,-0.25,7.5,
2.0,0.5,4.0,
1,-1,
0.5,0.25,
-1.5,2,
0.5,
0.0,
-0.25,
1.0,-1.0,0.5,
0.125,
""".splitlines()
WEIGHT, BIAS = np.array([[1, -1], [0.5, 0.25], [-1.5, 2]]), np.array([0.5, 0, -0.25])


def value(x: np.ndarray, means: list[float], ranges: list[float]) -> np.ndarray:
    """The two layers between the normalisations, as the format defines them."""
    normal = (x - means[:2]) / ranges[:2]
    last = np.maximum(normal @ WEIGHT.T + BIAS, 0) @ np.array([[1, -1, 0.5]]).T + 0.125
    return np.asarray(last * ranges[2] + means[2])


MEANS, RANGES = [0.5, -0.25, 7.5], [2, 0.5, 4]
PLAIN = [0.0] * 3, [1.0] * 3
BOX = linreg.Box([-1, -2], [1, 3])


def changed(**lines: str | None) -> str:
    """The rows with some of them, as r1 for the first, replaced or left out."""
    rows: list[str | None] = list(ROWS)
    for name, line in lines.items():
        rows[int(name[1:]) - 1] = line
    return "\n".join(row for row in rows if row is not None) + "\n"


FAMILY: dict[str, tuple[str, tuple[list[float], list[float]], linreg.Box | None, str]] = {
    "layers only": (changed(r1="2,"), (MEANS, RANGES), BOX, "clip"),
    "text for a flag": (changed(r3="not used, by anyone"), (MEANS, RANGES), BOX, "clip"),
    "no bounds": (changed(r4="0,", r5="0,"), (MEANS, RANGES), None, "a single 0 stands"),
    "a zero for all": (
        changed(r4="0", r5="0", r6="0", r7="0"),
        PLAIN,
        None,
        "means and ranges are ignored",
    ),
    "zero and one": (changed(r6="0,", r7="1,"), PLAIN, BOX, "means and ranges are ignored"),
    "none for the output": (
        changed(r6="0.5,-0.25", r7="2,0.5"),
        ([0.5, -0.25, 0], [2, 0.5, 1]),
        BOX,
        "no mean and range of the outputs",
    ),
    "one for each of more outputs": (
        changed(r6="0.5,-0.25,7.5,7.5", r7="2,0.5,4,4"),
        (MEANS, RANGES),
        BOX,
        "taken for one",
    ),
    "one size too many": (changed(r2="2,3,1,1"), (MEANS, RANGES), BOX, "the last of 4 sizes"),
    "one layer too few": (changed(r1="1,2,1,3"), (MEANS, RANGES), BOX, "there is one more"),
    "no normalisation": (changed(r6=None, r7=None), PLAIN, BOX, "nothing is normalised"),
    "a flag alone": (
        changed(r4=None, r5=None, r6=None, r7=None),
        PLAIN,
        None,
        "nothing is normalised",
    ),
    "weights at once": (
        changed(r3=None, r4=None, r5=None, r6=None, r7=None),
        PLAIN,
        None,
        "nothing is normalised",
    ),
}


def read(folder: Path, text: str) -> Path:
    path = folder / "net.nnet"
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", FAMILY)
def test_every_form_of_the_format_means_the_function_that_its_numbers_say(
    name: str, tmp_path: Path
) -> None:
    text, (means, ranges), domain, note = FAMILY[name]
    path = read(tmp_path, text)
    net = linreg.load(path)
    points = np.random.default_rng(0).integers(-8, 8, size=(30, 2)) / 4
    # Dyadic numbers throughout: the two agree to the last bit.
    assert net.forward(points).tolist() == value(points, means, ranges).tolist()
    assert linreg.load_domain(path) == domain
    assert any(note in said for said in net.notes)


def test_bounds_of_an_input_that_no_weight_reads_do_not_matter(tmp_path: Path) -> None:
    """Its range of 0 divides nothing, and its bounds are made a range of length 1."""
    unused = changed(r8="1,0", r9="0.5,0", r10="-1.5,0", r5="1.0,-2.0", r7="2,0,4")
    path = read(tmp_path, unused)
    assert linreg.load_domain(path) == linreg.Box([-1, -2], [1, -1])
    assert any("no weight reads" in note for note in linreg.load(path).notes)
    wide = linreg.load(path)
    assert linreg.count(path).regions == linreg.count(wide, linreg.Box([-1, 5], [1, 9])).regions


def test_equal_bounds_of_an_input_that_is_read_are_refused_with_what_to_do(
    tmp_path: Path,
) -> None:
    path = read(tmp_path, changed(r5="1.0,-2.0"))
    with pytest.raises(InvalidDomain, match=r"give another domain, as with --domain box:LO,HI"):
        linreg.count(path)
    assert linreg.count(path, "box:-1,1").regions > 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (changed(r4="0.5"), "2 numbers were expected, or a single 0, got 1"),
        (changed(r6="0.5,-0.25"), "line 6, the means of inputs and output: 3 numbers"),
        (changed(r6="1,2,3,4", r7="1,1,1,1"), "those of the outputs differ; leave one"),
        (changed(r2="2,3,1,1,1"), "3 numbers were expected, got 5"),
        (changed(r7=None), "line 7, the ranges of inputs and output: 3 numbers"),
    ],
)
def test_what_could_mean_two_things_is_refused(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidNetwork, match=says):
        linreg.load(read(tmp_path, text))


def mutations(text: str, number: int) -> list[str]:
    rng = np.random.default_rng(0)
    made = []
    for _ in range(number):
        rows = text.splitlines()
        for _ in range(int(rng.integers(1, 4))):
            k = int(rng.integers(len(rows)))
            changes: list[Callable[[str], str]] = [
                lambda row: row[: len(row) // 2],
                lambda row: row + ",7",
                lambda row: row.replace("1", "99999999999"),
                lambda row: row.replace(",", ";"),
                lambda _: "",
                lambda _: "nan,1e999",
                lambda row: row + "\n" + row,
            ]
            rows[k] = changes[int(rng.integers(len(changes)))](rows[k])
        made.append("\n".join(rows))
    return made


def test_changed_files_are_read_or_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "net.nnet"
    messages = []
    for text in mutations("\n".join(ROWS), 200):
        path.write_text(text)
        try:
            linreg.load(path)
        except LinregError as error:
            messages.append(str(error))
    assert len(messages) > 100
    assert all(text.startswith(f"{path}: ") and len(text.splitlines()) == 1 for text in messages)


MORE = """2,2,1,2,
2,2,1,
0,
0,-1,5,
4,1,6,
2,0,5.5,3,
4,2,1,10,
1,0,
0,1,
0.5,
0,
1,1,
0,
"""
"""Bounds, means and ranges of a third input, which the network was left without."""


def test_numbers_of_inputs_that_were_left_out_are_left_out(tmp_path: Path) -> None:
    """At (4, 1) the inputs are both 1/2, so that the output is 10 (1 + 1/2) + 3."""
    path = tmp_path / "more.nnet"
    path.write_text(MORE)
    assert linreg.load(path).forward([4.0, 1.0]) == [18.0]
    assert any("those of the first 2" in note for note in linreg.load(path).notes)
    path.write_text(MORE.replace("4,1,6,", "4,1,"))
    with pytest.raises(linreg.InvalidNetwork, match="3 numbers were expected, got 2"):
        linreg.load(path)
    path.write_text(MORE.replace("4,2,1,10,", "4,2,10,"))
    with pytest.raises(linreg.InvalidNetwork, match="bounds of 3 inputs"):
        linreg.load(path)
