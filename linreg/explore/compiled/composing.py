"""Machine code: the rows of a stage as forms of the input, with error bounds."""

from __future__ import annotations

import numpy as np

from linreg.explore.compiled.machine import compiled
from linreg.explore.compiled.maps import EXACT, HIGHEST, LOWEST, ROUNDOFF, UP
from linreg.explore.compiled.tables import Tables
from linreg.explore.compiled.work import Maps

COEFFICIENT = 2.0**-52
"""The relative error of a coefficient that floats do not hold exactly."""


@compiled
def compose(t: Tables, maps: Maps, s: int, pieces: np.ndarray) -> None:
    """The rows of a stage as forms of the input, where the units before are on these pieces."""
    n = t.dim
    width, live, integers = 0, 0, 0
    if s > 0:
        _select(t, maps, s - 1, pieces)
        if n <= 2:
            width = t.stages[s].out - t.stages[s - 1].out
            live, integers = _gather(t, maps, s - 1)
    for r in range(t.stages[s].row, t.stages[s + 1].row):
        gradient, errors = maps.gradients[r], maps.gradient_errors[r]
        if live > 1 and t.rows[r + 1].term - t.rows[r].term == width:
            integer, constant, constant_error = _add_flat(t, maps, r, live, integers)
        else:
            integer, constant, constant_error = _add_up(t, maps, s, r)
        rate = 0.0
        for k in range(n):
            a = abs(gradient[k])
            if (a != 0.0 and not LOWEST < a < HIGHEST) or not errors[k] < HIGHEST:
                errors[k] = np.inf  # never NaN, which the larger of two numbers forgets
            rate = max(rate, errors[k] + (n + 4) * ROUNDOFF * a)
        if constant != 0.0 and not LOWEST < abs(constant) < HIGHEST:
            constant_error = np.inf
        end = maps.ends[r]
        end.constant = constant
        end.error = constant_error if constant_error < HIGHEST else np.inf
        end.rate = rate * UP
        end.integer = integer


@compiled
def _add_up(t: Tables, maps: Maps, s: int, r: int) -> tuple[int, float, float]:
    """Write the gradient of a row; what of it is integer, its constant, and the error of that."""
    n = t.dim
    first_out = t.stages[s - 1].out if s > 0 else 0
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
    return integer, total, constant_error


@compiled
def _gather(t: Tables, maps: Maps, s: int) -> tuple[int, int]:
    """Bring the outputs of a stage together that are not zero: how many, and if all are integers.

    What each adds to the error of a sum, for a coefficient of size 1, becomes its error.
    """
    first, last = t.stages[s].out, t.stages[s + 1].out
    k = t.dim - 1
    n, integers = 0, 3
    for o in range(first, last):
        out = maps.out_ends[o]
        is_constant = out.constant == 0.0 and out.error == 0.0
        if out.live == 0 and is_constant:
            continue
        live = maps.live[n]
        live.column = o - first
        live.x = maps.out_gradients[o, 0]
        live.y = maps.out_gradients[o, k]
        live.c = out.constant
        live.x_error = maps.out_gradient_errors[o, 0]
        live.y_error = maps.out_gradient_errors[o, k]
        live.c_error = out.error
        n += 1
        if out.live:
            integers &= out.integer | 2
        if not is_constant and out.integer & 2 == 0:
            integers &= 1
    gamma = (n + 4) * ROUNDOFF
    for i in range(n):
        live = maps.live[i]
        live.x_error += gamma * abs(live.x) + COEFFICIENT * (abs(live.x) + live.x_error)
        live.y_error += gamma * abs(live.y) + COEFFICIENT * (abs(live.y) + live.y_error)
        live.c_error += gamma * abs(live.c) + COEFFICIENT * (abs(live.c) + live.c_error)
    return n, integers


@compiled
def _add_flat(t: Tables, maps: Maps, r: int, n: int, integers: int) -> tuple[int, float, float]:
    """The same for a row of at most two inputs that reads all of the n outputs gathered."""
    x, y, c = 0.0, 0.0, 0.0
    x_error, y_error, c_error = 0.0, 0.0, 0.0
    term = t.rows[r].term
    for i in range(n):
        live = maps.live[i]
        by = t.terms[term + live.column].weight
        size = abs(by)
        x += by * live.x
        y += by * live.y
        c += by * live.c
        x_error += size * live.x_error
        y_error += size * live.y_error
        c_error += size * live.c_error
    gamma = (n + 4) * ROUNDOFF
    integer = t.rows[r].integer & integers
    # An error is at least gamma times the sum of the sizes.
    if integer & 1 and x_error < gamma * EXACT and y_error < gamma * EXACT:
        x_error, y_error = 0.0, 0.0
    else:
        integer = 0
    maps.gradients[r, t.dim - 1] = y
    maps.gradient_errors[r, t.dim - 1] = y_error * UP
    maps.gradients[r, 0] = x
    maps.gradient_errors[r, 0] = x_error * UP
    bias, bias_error = t.rows[r].bias, t.rows[r].bias_error
    if integer == 3 and c_error + gamma * abs(bias) < gamma * EXACT:
        return 3, c + bias, 0.0
    return integer & 1, c + bias, (c_error + bias_error + gamma * abs(bias)) * UP


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
