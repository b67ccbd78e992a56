"""What tables say: numbers of any size, and words from anywhere."""

from __future__ import annotations

from fractions import Fraction
from io import StringIO

import pytest
from rich.console import Console, RenderableType

from linreg import Box, Count, Polytope, WholeSpace, mlp, theory
from linreg.network import Network
from linreg.report import count_table, domain_text, network_table, whole_text


def printed(table: RenderableType) -> list[str]:
    """The lines of a table, without the blanks at their ends."""
    stream = StringIO()
    Console(file=stream, width=100, highlight=False).print(table)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


NUMBERS = [
    (0, "0"),
    (999, "999"),
    (1_048_576, "1,048,576"),
    (10**15 - 1, "999,999,999,999,999"),
    (10**15, "1e+15"),
    (2**70, "1.18e+21"),
    (2**20_000, "3.98e+6020"),  # Python refuses to spell it out
    (2**20_000_000, "8.19e+6020599"),  # longer than numbers of decimal are by default
]

SIDES = [
    (0, 1, "[0, 1]"),
    (-1, "1/3", "[-1, 1/3]"),
    (0.1, 0.5, "[0.1, 1/2]"),
    ("-22222222/7", "1/1000000", "[-3.1746e+6, 0.000001]"),
    (0, 10**15 - 1, "[0, 999999999999999]"),
    (0, 10**15, "[0, 1e+15]"),
    (-(10**400), Fraction(1, 10**400), "[-1e+400, 1e-400]"),
    (Fraction(10**5000, 3), 10**5001, "[3.33333e+4999, 1e+5001]"),
]


@pytest.mark.parametrize(("number", "text"), NUMBERS, ids=[text for _, text in NUMBERS])
def test_a_whole_number_is_spelled_out_or_rounded(number: int, text: str) -> None:
    assert whole_text(number) == text


@pytest.mark.parametrize(("low", "high", "text"), SIDES, ids=[text for *_, text in SIDES])
def test_the_sides_of_a_box_are_short_whatever_they_are(
    low: object, high: object, text: str
) -> None:
    assert domain_text(Box([low] * 2, [high] * 2)) == f"box, {text} in each of 2 coordinates"


def test_a_domain_is_named_by_its_kind() -> None:
    assert domain_text(WholeSpace(3)) == "the whole space, R^3"
    assert domain_text(Box([0, 0], [1, 2])) == "box in R^2"
    assert domain_text(Polytope([[1, 1]], [1])) == "polytope of 1 row in R^2"


def test_a_bound_of_thousands_of_digits_fits_into_a_table() -> None:
    found = Count(7, True, "exact", (7,), 0, 0, "highs", 0.0)
    huge = theory.Bound("trivial", "max_at_most", 2**20_000, "one pattern, one region", "product")
    lines = printed(count_table(found, WholeSpace(2), [huge]))
    assert "at most (product)   3.98e+6020  (0 % reached)" in lines
    assert "activation regions  7  (exact)" in lines


def test_a_count_that_was_stopped_is_not_called_exact() -> None:
    stopped = Count(1234, False, "exact", (5, 1234), 0, 0, "highs", 0.0)
    lines = printed(count_table(stopped, WholeSpace(2), []))
    assert "activation regions  at least 1,234  (the run was stopped)" in lines


def test_words_of_a_network_are_neither_markup_nor_commands_to_a_terminal() -> None:
    plain = mlp([([[1]], [0])])
    name, source = "[/b] :smile: [red]", "\x1b[2J\ud800\ttab\nline two"
    net = Network((1,), plain.nodes, plain.output, name=name, source=source)
    lines = printed(network_table(net, WholeSpace(1)))
    assert "name         [/b] :smile: [red]" in lines
    (row,) = (k for k, line in enumerate(lines) if line.startswith("source"))
    assert lines[row : row + 2] == [
        "source       \ufffd[2J\ufffd\ufffdtab",
        "             line two",
    ]
