"""Machine code: the hyperplanes of a stage on a cell, numbered as a certificate has them."""

from __future__ import annotations

from linreg.kernel.data.roundoff import FLOOR, GAMMA_2, UP
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.telling import Telling
from linreg.kernel.data.work import Maps
from linreg.kernel.machine import compiled
from linreg.kernel.maps.affine_maps import form_constant_error


@compiled
def number_hyperplanes(t: Tables, maps: Maps, telling: Telling, s: int) -> bool:
    """Number the hyperplanes of a stage whose maps are in place; False if there is any doubt.

    Forms that are constant have none, and of those that have the same one the first stands for it.
    """
    found = 0
    first = t.stages[s].form
    for f in range(first, t.stages[s + 1].form):
        side = _leading_side(maps, t.forms[f].row, t.dim)
        if side == _UNCLEAR:
            return False
        telling.numbers[f] = -1
        telling.above[f] = side
        if side == 0 or t.forms[f].twin != f:
            continue
        for g in range(first, f):
            if telling.numbers[g] >= 0 and not _differ(t, maps, f, g):
                return False
        telling.numbers[f] = found
        found += 1
    return True


_UNCLEAR = 2


@compiled
def _leading_side(maps: Maps, r: int, n: int) -> int:
    """The sign of a row's first coefficient that is not zero; 0 if all are."""
    for k in range(n):
        a, error = maps.gradients[r, k], maps.gradient_errors[r, k]
        if abs(a) > error:
            return 1 if a > 0.0 else -1
        if not (a == 0.0 and error == 0.0):
            return _UNCLEAR
    return 0


@compiled
def _differ(t: Tables, maps: Maps, f: int, g: int) -> bool:
    """Whether two forms certainly are no multiples of each other."""
    q, r = t.forms[f].row, t.forms[g].row
    if q == r:
        return True  # two breakpoints of a unit
    n = t.dim
    c = maps.ends[q].constant - t.forms[f].breakpoint
    d = maps.ends[r].constant - t.forms[g].breakpoint
    c_error, d_error = form_constant_error(t, maps, f), form_constant_error(t, maps, g)
    for k in range(n):
        a, b = maps.gradients[q, k], maps.gradients[r, k]
        a_error, b_error = maps.gradient_errors[q, k], maps.gradient_errors[r, k]
        if _is_minor(a, a_error, b, b_error, c, c_error, d, d_error):
            return True
    for k in range(1, n):
        if _is_minor(
            maps.gradients[q, 0],
            maps.gradient_errors[q, 0],
            maps.gradients[r, 0],
            maps.gradient_errors[r, 0],
            maps.gradients[q, k],
            maps.gradient_errors[q, k],
            maps.gradients[r, k],
            maps.gradient_errors[r, k],
        ):
            return True
    return False


@compiled
def _is_minor(
    a: float,
    a_error: float,
    b: float,
    b_error: float,
    c: float,
    c_error: float,
    d: float,
    d_error: float,
) -> bool:
    """Whether a d - b c is certainly not zero."""
    size = abs(a * d) + abs(b * c)
    error = abs(a) * d_error + (abs(d) + d_error) * a_error
    error += abs(b) * c_error + (abs(c) + c_error) * b_error
    return abs(a * d - b * c) > (error + GAMMA_2 * size) * UP + FLOOR
