"""Arrays of frames in machine code: elements, rows and slices are those of NumPy."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy as np
import pytest
from numba import njit
from numba.core import event, types
from numba.core.errors import TypingError
from numba.core.postproc import PostProcessor

from linreg.kernel import machine
from linreg.kernel.data.frames import as_frame

PAIR = np.dtype([("number", "i8"), ("value", "f8")])


@as_frame
class Arrays(NamedTuple):
    numbers: np.ndarray  # (12,)
    cube: np.ndarray  # (2, 3, 4)
    pairs: np.ndarray  # (3,) of PAIR
    bits: np.ndarray  # (2,) unsigned
    found: np.ndarray  # (8,)


def in_machine_code(function: Any) -> Any:
    """The function, compiled with the options of the package, for this process alone."""
    return njit(**(machine._OPTIONS | {"cache": False}))(function)


def _arrays() -> Arrays:
    return Arrays(
        np.arange(12) ** 2,
        np.arange(24, dtype=np.float64).reshape(2, 3, 4),
        np.array([(1, 0.5), (2, 0.25), (3, 0.125)], dtype=PAIR),
        np.array([1, 2], dtype=np.uint64),
        np.zeros(8),
    )


def _by_attribute(a: Arrays) -> Arrays:
    """The same memory, of which Python reads records by attribute as machine code does."""
    return a._replace(pairs=a.pairs.view(np.recarray))


@machine.compiled
def _total(row: np.ndarray, first: int) -> float:
    total = 0.0
    for i in range(first, len(row)):
        total += row[i]
    return total


def _look(a: Arrays, i: int, j: int) -> None:
    a.found[0] = a.numbers[i] + a.numbers[-1] + a.numbers[3]
    a.found[1] = a.cube[i, j, -i]
    a.found[2] = _total(a.cube[i, j], 0)
    a.found[3] = _total(a.cube[i][j], j)
    a.found[4] = _total(a.numbers[i:5], 1) + len(a.numbers[j:])
    a.found[5] = a.cube.shape[1] + len(a.pairs)
    a.found[6] = a.numbers[a.bits[1]]
    a.pairs[i] = a.pairs[j]
    a.pairs[j].value += a.pairs[0].number
    a.cube[i, j, 0] -= 1.0
    a.numbers[0] = 7
    a.numbers[-2] = 9


def test_elements_rows_and_slices_are_those_of_numpy() -> None:
    """Negative indices count from the end, and slices stop where the array does."""
    compiled, plain = _arrays(), _arrays()
    _total_in_python = cast("Any", _total).py_func
    look = type(_look)(_look.__code__, {**_look.__globals__, "_total": _total_in_python})
    in_machine_code(_look)(compiled, 1, 2)
    look(_by_attribute(plain), 1, 2)
    for ours, numpys in zip(compiled, plain, strict=True):
        assert ours.tobytes() == numpys.tobytes()
    assert compiled.found[:7].tolist() == [131.0, 23.0, 86.0, 45.0, 39.0, 6.0, 4.0]


def test_a_part_is_compiled_once_whatever_literals_it_is_called_with() -> None:
    """It is called with 0, with 1 and with a variable."""
    in_machine_code(_look)(_arrays(), 1, 2)
    rows = [kinds[0].dtype for kinds in cast("Any", _total).overloads]
    assert sorted(map(str, rows)) == ["float64", "int64"]


def test_what_numba_leaves_out_of_parts_it_does_elsewhere() -> None:
    before = event.broadcast, PostProcessor.run, types.BaseFunction.get_call_type
    in_machine_code(_look)(_arrays(), 1, 2)
    assert (event.broadcast, PostProcessor.run, types.BaseFunction.get_call_type) == before


def test_a_float_is_no_index() -> None:
    with pytest.raises(TypingError):
        in_machine_code(lambda a: a.numbers[0.5])(_arrays())
