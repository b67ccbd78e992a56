"""Machine code: affine maps on a cell with error bounds, and the half-spaces that they put up."""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.flags import INTEGER, INTEGER_GRADIENT, NOT_INTEGER
from linreg.kernel.data.roundoff import EXACT, FLOOR, HIGHEST, ROUNDOFF, UP, gamma_of_form
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import NEGATIVE, OF_DOMAIN, HalfspaceRows, Maps
from linreg.kernel.machine import compiled


@compiled
def put_domain(t: Tables, halfspaces: HalfspaceRows) -> None:
    """Write the half-spaces of the domain."""
    n = t.dim
    gamma = gamma_of_form(n)
    for i in range(len(t.halfspaces)):
        rate = 0.0
        for k in range(n):
            a, e = t.normals[i, k], t.normal_errors[i, k]
            halfspaces.normals[i, k] = a
            halfspaces.errors[i, k] = e
            rate = max(rate, e + gamma * abs(a))
        halfspaces.normals[i, n] = 0.0
        halfspaces.errors[i, n] = 0.0
        end = halfspaces.ends[i]
        end.constant = t.halfspaces[i].constant
        end.error = t.halfspaces[i].error
        end.integer = t.halfspaces[i].integer
        end.rate = rate * UP
        end.rival = OF_DOMAIN


@compiled
def put_side(t: Tables, maps: Maps, halfspaces: HalfspaceRows, i: int, f: int, rival: int) -> None:
    """Make half-space i a side of a form."""
    r = t.forms[f].row
    sign = -1.0 if rival == NEGATIVE else 1.0
    for k in range(t.dim):
        halfspaces.normals[i, k] = sign * maps.gradients[r, k]
        halfspaces.errors[i, k] = maps.gradient_errors[r, k]
    halfspaces.normals[i, t.dim] = 0.0
    halfspaces.errors[i, t.dim] = 0.0
    constant = maps.ends[r].constant - t.forms[f].breakpoint
    end = halfspaces.ends[i]
    end.row = f
    end.rival = rival
    end.constant = sign * constant
    end.error = form_constant_error(t, maps, f)
    end.rate = maps.ends[r].rate
    end.integer = maps.ends[r].integer
    if end.error != 0.0 or np.floor(constant) != constant:
        end.integer &= INTEGER_GRADIENT


@compiled
def put_lead(
    t: Tables, maps: Maps, halfspaces: HalfspaceRows, i: int, row: int, rival: int
) -> None:
    """Make half-space i the lead of one candidate over another."""
    n = t.dim
    gamma = gamma_of_form(n)
    whole = maps.ends[row].integer & maps.ends[rival].integer
    rate = 0.0
    for k in range(n):
        a = maps.gradients[row, k] - maps.gradients[rival, k]
        halfspaces.normals[i, k] = a
        error = maps.gradient_errors[row, k] + maps.gradient_errors[rival, k]
        if not (whole & INTEGER_GRADIENT and abs(a) < EXACT):
            error = (error + ROUNDOFF * abs(a)) * UP
            whole = NOT_INTEGER
        halfspaces.errors[i, k] = error
        rate = max(rate, error + gamma * abs(a))
    halfspaces.normals[i, n] = 0.0
    halfspaces.errors[i, n] = 0.0
    constant = maps.ends[row].constant - maps.ends[rival].constant
    error = maps.ends[row].error + maps.ends[rival].error
    if not (whole == INTEGER and abs(constant) < EXACT):
        error = (error + ROUNDOFF * abs(constant)) * UP
        whole &= INTEGER_GRADIENT
    end = halfspaces.ends[i]
    end.row = row
    end.rival = rival
    end.constant = constant
    end.error = error
    end.rate = rate * UP
    end.integer = whole


@compiled
def put_halfspace(
    t: Tables, maps: Maps, halfspaces: HalfspaceRows, i: int, row: int, rival: int
) -> None:
    """Make half-space i a side of a form, or the lead of a candidate if it has a rival."""
    if rival < 0:
        put_side(t, maps, halfspaces, i, row, rival)
    else:
        put_lead(t, maps, halfspaces, i, row, rival)


@compiled
def form_constant_error(t: Tables, maps: Maps, f: int) -> float:
    """How far the constant of a form, less its breakpoint, may be from the exact one."""
    end = maps.ends[t.forms[f].row]
    point, error = t.forms[f].breakpoint, t.forms[f].error
    if point == 0.0:
        return end.error + error
    c = end.constant - point
    if end.integer == INTEGER and error == 0.0 and np.floor(point) == point and abs(c) < EXACT:
        return 0.0
    return (end.error + error + ROUNDOFF * abs(c)) * UP


@compiled
def form_value(t: Tables, maps: Maps, f: int, x: np.ndarray) -> float:
    """The value of a form at a point, rounded."""
    r = t.forms[f].row
    value = maps.ends[r].constant - t.forms[f].breakpoint
    for k in range(t.dim):
        value += maps.gradients[r, k] * x[k]
    return value


@compiled
def form_value_error(t: Tables, maps: Maps, f: int, x: np.ndarray) -> float:
    """How far `form_value` may be from the exact value."""
    r = t.forms[f].row
    gamma = gamma_of_form(t.dim)
    error = form_constant_error(t, maps, f)
    error += gamma * abs(maps.ends[r].constant - t.forms[f].breakpoint)
    for k in range(t.dim):
        error += (maps.gradient_errors[r, k] + gamma * abs(maps.gradients[r, k])) * abs(x[k])
    return error * UP + FLOOR


@compiled
def inside(halfspaces: HalfspaceRows, n: int, x: np.ndarray, last: int) -> bool:
    """Whether a point is surely strictly inside the first half-spaces; their slacks are written."""
    norm = 0.0
    for k in range(n):
        norm += abs(x[k])
    if not norm < HIGHEST:
        return False
    gamma = gamma_of_form(n)
    for i in range(last):
        end = halfspaces.ends[i]
        value = end.constant
        for k in range(n):
            value += halfspaces.normals[i, k] * x[k]
        error = end.error + gamma * abs(end.constant) + FLOOR
        coarse = (error + end.rate * norm) * UP
        if not value > coarse:
            for k in range(n):
                error += (halfspaces.errors[i, k] + gamma * abs(halfspaces.normals[i, k])) * abs(
                    x[k]
                )
            coarse = error * UP
            if not value > coarse:
                return False
        end.slack = value
        end.slack_error = coarse
    return True
