"""Cells of a box by the sides of units: how many there are, and what is greatest on each."""

from __future__ import annotations

from collections.abc import Sequence

import generators
import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

import linreg
from linreg.network.rectified import rectified
from linreg.questions.box_cells import OFF, ON, BoxCells
from linreg.questions.certifying import box_rows
from linreg.questions.queries import Conditions


def _cells(net: linreg.Network, box: linreg.Box, codes: object = None) -> BoxCells:
    return BoxCells(rectified(net.staged), box_rows(_ends(box)), codes)


def _ends(box: linreg.Box) -> tuple[tuple[object, object], ...]:
    return tuple(zip(box.lower, box.upper, strict=True))


def _form(*entries: object) -> list[fmpq]:
    return [fmpq(str(entry)) for entry in entries]


def test_hyperplanes_that_coincide_cut_a_box_once() -> None:
    """relu(x), relu(-x) and relu(2x): two cells of the line, and no flat one."""
    net = linreg.mlp([([[1], [-1], [2]], [0, 0, 0])], readout=([[1, 1, 1]], [0]))
    found = [tuple(sides.values()) for sides, _ in _cells(net, linreg.Box([-1], [3])).all()]
    assert sorted(found) == [(False, True, False), (True, False, True)]


def test_a_braid_arrangement_cuts_a_box_into_all_orders() -> None:
    """x_i = x_j for i < j <= 4: 4! orders of the coordinates."""
    box = linreg.Box([-1] * 4, [1] * 4)
    assert sum(1 for _ in _cells(linreg.zoo.braid(4).network, box).all()) == 24


@settings(max_examples=10)
@given(st.data())
def test_cells_of_rectifiers_are_the_activation_regions(data: st.DataObject) -> None:
    net = data.draw(generators.networks(max_units=5, kinds=st.just(linreg.relu())))
    box = data.draw(generators.boxes(net.input_dim))
    assert sum(1 for _ in _cells(net, box).all()) == linreg.count(net, box).regions


def test_a_cell_has_its_own_greatest_value_or_no_point() -> None:
    """|x| on [-1, 3]: 3 where x >= 0, 1 where x <= 0, 0 where both, and neither is open."""
    net = linreg.mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0]))
    cells = _cells(net, linreg.Box([-1], [3]))
    value = _form(1, 0)
    expected = {(True, False): 3, (False, True): 1, (True, True): 0, (False, False): 0}
    for sides, greatest in expected.items():
        found = cells.highest(dict(zip(cells.free, sides, strict=True)), value, [])
        assert found is not None
        assert found.value == greatest
    ahead = _cells(net, linreg.Box([1], [3]))
    assert ahead.highest(dict(zip(ahead.free, (False, True), strict=True)), value, []) is None


def test_units_that_a_box_decides_are_not_cut() -> None:
    """relu(x) is on and relu(-x) off on [1, 3], where the sum is x."""
    net = linreg.mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0]))
    cells = _cells(net, linreg.Box([1], [3]), np.array([[ON, OFF]], dtype=np.int8))
    assert cells.free == []
    assert list(cells.all()) == [({}, [2])]
    found = cells.highest({}, _form(1, 0), [_form(-1, 2)])
    assert found is not None
    assert found.value == 2  # the condition is 2 - y >= 0


@pytest.mark.parametrize(
    ("weak", "strict", "equal", "is_met"),
    [
        ([(1, -3)], [], [], True),
        ([], [(1, -3)], [], False),
        ([], [(1, -2)], [(1, "-5/2")], True),
        ([], [(1, "-5/2")], [(1, "-5/2")], False),
    ],
)
def test_conditions_on_a_cell_are_weak_strict_or_equal(
    weak: Sequence[tuple[object, ...]],
    strict: Sequence[tuple[object, ...]],
    equal: Sequence[tuple[object, ...]],
    is_met: bool,
) -> None:
    """|x| is 3 at the end of [0, 3] and nowhere more."""
    net = linreg.mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0]))
    cells = _cells(net, linreg.Box([0], [3]))
    asked = Conditions(*([_form(*form) for form in some] for some in (weak, strict, equal)))
    met = cells.met(dict(zip(cells.free, (True, False), strict=True)), asked)
    assert (met is not None) is is_met
