"""Everything public that takes arguments says what they are, what it returns, and shows it."""

from __future__ import annotations

from types import ModuleType

import docstrings
import pytest

import linreg
import linreg.checker
import linreg.datasets
import linreg.formulas
import linreg.oracle

MODULES = [linreg, linreg.datasets, linreg.formulas, linreg.oracle, linreg.checker]
"""`linreg` exports `linreg.theory` and `linreg.zoo`, which are looked into from there."""


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_docstrings_list_arguments_say_what_is_returned_and_show_it(module: ModuleType) -> None:
    faults = {name: docstrings.left_out(value) for name, value in docstrings.public(module)}
    assert {name: fault for name, fault in faults.items() if fault} == {}


def test_exported_modules_and_methods_are_looked_into() -> None:
    names = {name for name, _ in docstrings.public(linreg)}
    assert {"linreg.count", "linreg.Box", "linreg.Region.sample"} <= names
    assert {"linreg.theory.raghu_2017", "linreg.zoo.shi", "linreg.StoredRegions.locate"} <= names
    assert {"linreg.ExactAffineMap.of", "linreg.LinregError"} & names == {
        "linreg.ExactAffineMap.of"
    }


GOOD = """Number of sides.

Parameters
----------
corners : int
    Of a polygon.
units, *rest : str

Returns
-------
int

Examples
--------
>>> sides(3, "cm")
3
"""


def sides(corners: int, units: str, *rest: str) -> int:
    return corners


def drawn(corners: int) -> None: ...


class Polygon:
    def __init__(self, corners: int) -> None: ...


WRONG = {
    "units is not listed": GOOD.replace("units, *rest", "*rest"),
    "width is listed and no argument": GOOD.replace("units,", "units, width,"),
    "what it returns is not said": GOOD.replace("Returns\n-------\nint\n", ""),
    "there is no example": GOOD.replace(">>> ", ""),
}


def test_a_docstring_that_says_everything_passes() -> None:
    sides.__doc__ = GOOD
    assert docstrings.left_out(sides) == []
    sides.__doc__ = GOOD.replace("Returns\n", "Yields\n").replace("\n-------\n", "\n------\n")
    assert docstrings.left_out(sides) == []
    assert docstrings.left_out(lambda: 3) == []


@pytest.mark.parametrize("fault", WRONG)
def test_a_docstring_that_leaves_something_out_fails(fault: str) -> None:
    sides.__doc__ = WRONG[fault]
    assert docstrings.left_out(sides) == [fault]


def test_no_docstring_leaves_out_everything() -> None:
    sides.__doc__ = None
    listed = [f"{name} is not listed" for name in ("corners", "units", "rest")]
    assert docstrings.left_out(sides) == [
        *listed,
        "what it returns is not said",
        "there is no example",
    ]
    drawn.__doc__ = None
    assert docstrings.left_out(drawn) == ["corners is not listed", "there is no example"]


def test_a_class_lists_its_arguments_or_has_them_as_attributes() -> None:
    example = "\n\nExamples\n--------\n>>> Polygon(3)\n"
    Polygon.__doc__ = "A polygon.\n\nAttributes\n----------\ncorners, sides : int" + example
    assert docstrings.left_out(Polygon) == []
    Polygon.__doc__ = "A polygon.\n\nParameters\n----------\ncorners, sides : int" + example
    assert docstrings.left_out(Polygon) == ["sides is listed and no argument"]
    Polygon.__doc__ = "A polygon."
    assert docstrings.left_out(Polygon) == ["corners is not listed", "there is no example"]
