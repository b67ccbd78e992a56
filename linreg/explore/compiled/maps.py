"""Machine code: affine maps on a cell with error bounds, and the walls that they put up."""

from __future__ import annotations

import numpy as np

from linreg.explore.compiled.machine import compiled, entry
from linreg.explore.compiled.tables import Tables
from linreg.explore.compiled.work import NEGATIVE, OF_DOMAIN, Maps, Walls

ROUNDOFF = 2.0**-53
EXACT = 2.0**53
"""Integers below this, and sums of them whose terms add up to less, are exact in floats."""

LOWEST, HIGHEST = 1e-140, 1e140
"""Entries outside this range are not trusted: products of two might leave the floats' range."""

UP = 1.0 + 2.0**-30
"""Makes up for the rounding of a computed error bound, a sum of up to a million numbers."""

FLOOR = 1e-290
"""Added to error bounds, which might else vanish by underflow."""


@compiled
def compose(t: Tables, maps: Maps, s: int, pieces: np.ndarray) -> None:
    """The rows of a stage as forms of the input, where the units before are on these pieces."""
    n = t.dim
    first_out = 0
    if s > 0:
        _select(t, maps, s - 1, pieces)
        first_out = t.stages[s - 1].out
    for r in range(t.stages[s].row, t.stages[s + 1].row):
        gradient, errors, sizes = maps.gradients[r], maps.gradient_errors[r], maps.sizes
        for k in range(n):
            gradient[k] = 0.0
            errors[k] = 0.0
            sizes[k] = 0.0
        constant = 0.0
        constant_error = 0.0
        constant_size = 0.0
        terms = 0
        constants = 0
        integer = t.rows[r].integer
        plain = True  # one term with weight 1 or -1
        for e in range(t.rows[r].term, t.rows[r + 1].term):
            j, by, by_error = t.terms[e].column, t.terms[e].weight, t.terms[e].error
            if s == 0:
                gradient[j] = by
                errors[j] = by_error
                continue
            o = first_out + j
            c, c_error = maps.out_ends[o].constant, maps.out_ends[o].error
            if c != 0.0 or c_error != 0.0:
                constants += 1
                constant += by * c
                constant_size += abs(by * c)
                constant_error += abs(by) * c_error + by_error * (abs(c) + c_error)
                if maps.out_ends[o].integer & 2 == 0:
                    integer &= 1
            if maps.out_ends[o].live == 0:
                continue
            terms += 1
            integer &= maps.out_ends[o].integer | 2
            plain = plain and abs(by) == 1.0 and by_error == 0.0
            above, above_error = maps.out_gradients[o], maps.out_gradient_errors[o]
            for k in range(n):
                a = by * above[k]
                gradient[k] += a
                sizes[k] += abs(a)
                errors[k] += abs(by) * above_error[k] + by_error * (abs(above[k]) + above_error[k])
        if s > 0 and not (plain and terms <= 1):
            gamma = (terms + 3) * ROUNDOFF
            whole = integer & 1 == 1
            for k in range(n):
                whole = whole and sizes[k] < EXACT
            if not whole:
                integer = 0
            for k in range(n):
                errors[k] = 0.0 if whole else (errors[k] + gamma * sizes[k]) * UP
        bias, bias_error = t.rows[r].bias, t.rows[r].bias_error
        total = constant + bias
        constant_size += abs(bias)
        if integer == 3 and constant_size < EXACT:
            constant_error = 0.0
        else:
            integer &= 1
            if constants == 0:
                constant_error = bias_error
            else:
                gamma = (constants + 4) * ROUNDOFF
                constant_error = (constant_error + bias_error + gamma * constant_size) * UP
        rate = 0.0
        for k in range(n):
            a = abs(gradient[k])
            if (a != 0.0 and not LOWEST < a < HIGHEST) or not errors[k] < HIGHEST:
                errors[k] = np.inf  # never NaN, which the larger of two numbers forgets
            rate = max(rate, errors[k] + (n + 4) * ROUNDOFF * a)
        if (total != 0.0 and not LOWEST < abs(total) < HIGHEST) or not constant_error < HIGHEST:
            constant_error = np.inf
        end = maps.ends[r]
        end.constant = total
        end.error = constant_error
        end.rate = rate * UP
        end.integer = integer


@compiled
def _select(t: Tables, maps: Maps, s: int, pieces: np.ndarray) -> None:
    """What a stage hands on where its units are on the node's pieces."""
    n = t.dim
    for o in range(t.stages[s].out, t.stages[s + 1].out):
        u = t.outs[o].unit
        slope, slope_error, intercept, intercept_error = 1.0, 0.0, 0.0, 0.0
        if u < 0:
            r = t.outs[o].row
        elif t.units[u].is_max:
            r = t.units[u].row + pieces[u]
        else:
            r = t.units[u].row
            piece = t.pieces[t.units[u].piece + pieces[u]]
            slope, slope_error = piece.slope, piece.slope_error
            intercept, intercept_error = piece.intercept, piece.intercept_error
        end, out = maps.ends[r], maps.out_ends[o]
        whole = end.integer
        out.live = 0
        if slope == 0.0 and slope_error == 0.0:
            for k in range(n):
                maps.out_gradients[o, k] = 0.0
                maps.out_gradient_errors[o, k] = 0.0
            out.constant = intercept
            out.error = intercept_error
            out.integer = 3 if intercept_error == 0.0 and np.floor(intercept) == intercept else 1
            continue
        is_plain = slope_error == 0.0 and abs(slope) == 1.0
        is_whole = slope_error == 0.0 and np.floor(slope) == slope
        for k in range(n):
            a, e = maps.gradients[r, k], maps.gradient_errors[r, k]
            b = slope * a
            maps.out_gradients[o, k] = b
            if not (is_plain or (is_whole and whole & 1 and abs(b) < EXACT)):
                whole = 0
                e = UP * (abs(slope) * e + slope_error * (abs(a) + e) + ROUNDOFF * abs(b))
            maps.out_gradient_errors[o, k] = e
            if b != 0.0 or e != 0.0:
                out.live = 1
        c, e = end.constant, end.error
        out.constant = slope * c + intercept
        if not (is_plain and intercept == 0.0 and intercept_error == 0.0):
            size = abs(slope * c) + abs(intercept)
            exact = is_whole and whole == 3 and np.floor(intercept) == intercept
            if exact and intercept_error == 0.0 and size < EXACT:
                e = 0.0
            else:
                whole &= 1
                e = abs(slope) * e + slope_error * (abs(c) + e) + intercept_error
                e = (e + 3.0 * ROUNDOFF * size) * UP
        out.error = e
        out.integer = whole


@entry
def put_domain(t: Tables, walls: Walls) -> None:
    """Write the walls of the domain."""
    n = t.dim
    for i in range(len(t.walls)):
        rate = 0.0
        for k in range(n):
            a, e = t.normals[i, k], t.normal_errors[i, k]
            walls.normals[i, k] = a
            walls.errors[i, k] = e
            rate = max(rate, e + (n + 4) * ROUNDOFF * abs(a))
        walls.normals[i, n] = 0.0
        walls.errors[i, n] = 0.0
        end = walls.ends[i]
        end.constant = t.walls[i].constant
        end.error = t.walls[i].error
        end.integer = t.walls[i].integer
        end.rate = rate * UP
        end.rival = OF_DOMAIN


@compiled
def put_side(t: Tables, maps: Maps, walls: Walls, i: int, f: int, rival: int) -> None:
    """Make wall i a side of a form."""
    r = t.forms[f].row
    sign = -1.0 if rival == NEGATIVE else 1.0
    for k in range(t.dim):
        walls.normals[i, k] = sign * maps.gradients[r, k]
        walls.errors[i, k] = maps.gradient_errors[r, k]
    walls.normals[i, t.dim] = 0.0
    walls.errors[i, t.dim] = 0.0
    constant = maps.ends[r].constant - t.forms[f].breakpoint
    end = walls.ends[i]
    end.row = f
    end.rival = rival
    end.constant = sign * constant
    end.error = form_constant_error(t, maps, f)
    end.rate = maps.ends[r].rate
    end.integer = maps.ends[r].integer
    if end.error != 0.0 or np.floor(constant) != constant:
        end.integer &= 1


@compiled
def put_lead(t: Tables, maps: Maps, walls: Walls, i: int, row: int, rival: int) -> None:
    """Make wall i the lead of one candidate over another."""
    n = t.dim
    whole = maps.ends[row].integer & maps.ends[rival].integer
    rate = 0.0
    for k in range(n):
        a = maps.gradients[row, k] - maps.gradients[rival, k]
        walls.normals[i, k] = a
        error = maps.gradient_errors[row, k] + maps.gradient_errors[rival, k]
        if not (whole & 1 and abs(a) < EXACT):
            error = (error + ROUNDOFF * abs(a)) * UP
            whole = 0
        walls.errors[i, k] = error
        rate = max(rate, error + (n + 4) * ROUNDOFF * abs(a))
    walls.normals[i, n] = 0.0
    walls.errors[i, n] = 0.0
    constant = maps.ends[row].constant - maps.ends[rival].constant
    error = maps.ends[row].error + maps.ends[rival].error
    if not (whole == 3 and abs(constant) < EXACT):
        error = (error + ROUNDOFF * abs(constant)) * UP
        whole &= 1
    end = walls.ends[i]
    end.row = row
    end.rival = rival
    end.constant = constant
    end.error = error
    end.rate = rate * UP
    end.integer = whole


@compiled
def form_constant_error(t: Tables, maps: Maps, f: int) -> float:
    """How far the constant of a form, less its breakpoint, may be from the exact one."""
    end = maps.ends[t.forms[f].row]
    point, error = t.forms[f].breakpoint, t.forms[f].error
    if point == 0.0:
        return end.error + error
    c = end.constant - point
    if end.integer == 3 and error == 0.0 and np.floor(point) == point and abs(c) < EXACT:
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
    gamma = (t.dim + 4) * ROUNDOFF
    error = form_constant_error(t, maps, f)
    error += gamma * abs(maps.ends[r].constant - t.forms[f].breakpoint)
    for k in range(t.dim):
        error += (maps.gradient_errors[r, k] + gamma * abs(maps.gradients[r, k])) * abs(x[k])
    return error * UP + FLOOR


@compiled
def inside(walls: Walls, n: int, x: np.ndarray, last: int) -> bool:
    """Whether a point is certainly strictly inside the first walls; their slacks are written."""
    norm = 0.0
    for k in range(n):
        norm += abs(x[k])
    if not norm < HIGHEST:
        return False
    gamma = (n + 4) * ROUNDOFF
    for i in range(last):
        end = walls.ends[i]
        value = end.constant
        for k in range(n):
            value += walls.normals[i, k] * x[k]
        error = end.error + gamma * abs(end.constant) + FLOOR
        coarse = (error + end.rate * norm) * UP
        if not value > coarse:
            for k in range(n):
                error += (walls.errors[i, k] + gamma * abs(walls.normals[i, k])) * abs(x[k])
            coarse = error * UP
            if not value > coarse:
                return False
        end.slack = value
        end.slack_error = coarse
    return True
