"""Machine code: the rows of a stage as forms of the input, with error bounds.

The error bound of a composite map. A row of a stage is sum_j w_j h_j + b over the outputs h_j of
the stage before, and h_j is a form of the input. Take one entry of all forms, the coefficient of an
input or the constant: a_j with an error e_j, and the weights w_j with errors v_j. Exact numbers
within these errors give

    |sum_j (w_j + dw_j)(a_j + da_j) - fl(sum_j w_j a_j)|
        <= sum_j (|w_j| e_j + v_j (|a_j| + e_j)) + gamma sum_j |w_j a_j|,

where gamma bounds the rounding of a sum of products (`gamma_of_sum`), or, for the constant, of one
that the bias is added to (`gamma_of_form`). The first sum is called the error, sum_j |w_j a_j| the
size. Where all numbers are integers without an error and the size is below `EXACT`, nothing is
rounded and the bound is 0; so it is for a single term of weight 1 or -1, which is copied.

An output is slope times row plus intercept, on the unit's piece: the same with one term.

Cells that enter a stage one after another differ in few units. A row is added up again where one of
the outputs that it reads is not the same number, bit by bit, and is else what it was.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from linreg.kernel.data.flags import INTEGER, INTEGER_CONSTANT, INTEGER_GRADIENT, NOT_INTEGER
from linreg.kernel.data.roundoff import (
    EXACT,
    GAMMA_2,
    HIGHEST,
    LOWEST,
    ROUNDOFF,
    UP,
    gamma_of_form,
    gamma_of_sum,
)
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import Maps
from linreg.kernel.machine import NOTHING, compiled

ALL, USUAL, OTHERS = (cast("int", np.int64(i)) for i in range(3))
"""Which outputs of a stage are added up: of the first one those that are usual, or all others."""

TO_SUM, TO_SELECT, TO_SEE, TO_DRAW, TO_RELATE = (cast("int", np.int64(1 << i)) for i in range(5))
"""Of a row: it is to be added up; it has been since it was last selected, since `see_contests` last
looked at it, or since its lines were last drawn; what it is a multiple of may have changed."""


@compiled
def compose(t: Tables, maps: Maps, s: int, pieces: np.ndarray) -> None:
    """The rows of a stage as forms of the input, where the units before are on these pieces.

    The stages before must have been composed with the same pieces.
    """
    if s > 0:
        some = select(t, maps, s - 1, pieces)
        if maps.made[s] == 0:
            maps.made[s] = 1
            for r in range(t.stages[s].row, t.stages[s + 1].row):
                maps.stale[r] |= TO_SUM
        elif some == 0:
            return
        if t.stages[s].dense >= 0:
            _sum_densely(t, maps, s, pieces)
        else:
            _sum_sparsely(t, maps, s)
        return
    if maps.made[0]:
        return
    maps.made[0] = 1
    n = t.dim
    for r in range(t.stages[1].row):
        gradient, errors = maps.gradients[r], maps.gradient_errors[r]
        for k in range(n):
            gradient[k] = 0.0
            errors[k] = 0.0
        for e in range(t.rows[r].term, t.rows[r + 1].term):
            gradient[t.terms[e].column] = t.terms[e].weight
            errors[t.terms[e].column] = t.terms[e].error
        _finish(t, maps, r, t.rows[r].integer, 0.0, 0.0, 0.0, NOTHING)


@compiled
def _sum_sparsely(t: Tables, maps: Maps, s: int) -> None:
    """The rows of a stage that are to be added up, one coefficient after another."""
    for o in range(t.stages[s - 1].out, t.stages[s].out):
        if maps.changed[o]:
            for i in range(t.reading[o], t.reading[o + 1]):
                maps.stale[t.readers[i]] |= TO_SUM
    for r in range(t.stages[s].row, t.stages[s + 1].row):
        if maps.stale[r] & TO_SUM:
            sum_row(t, maps, s, r)


@compiled
def sum_row(t: Tables, maps: Maps, s: int, r: int) -> None:
    """One row of a stage after the first, whose inputs are selected."""
    if t.dim <= 2 and t.rows[r].many:
        _sum_many(t, maps, s, r)
        return
    n = t.dim
    first_out = t.stages[s - 1].out
    gradient, errors, sizes = maps.gradients[r], maps.gradient_errors[r], maps.sizes
    for k in range(n):
        gradient[k] = 0.0
        errors[k] = 0.0
        sizes[k] = 0.0
    constant = 0.0
    constant_error = 0.0
    constant_size = 0.0
    terms = NOTHING
    constants = NOTHING
    integer = t.rows[r].integer
    plain = True  # one term with weight 1 or -1
    for e in range(t.rows[r].term, t.rows[r + 1].term):
        j, by, by_error = t.terms[e].column, t.terms[e].weight, t.terms[e].error
        out = maps.out_ends[first_out + j]
        c, c_error = out.constant, out.error
        if c != 0.0 or c_error != 0.0:
            constants += 1
            constant += by * c
            constant_size += abs(by * c)
            constant_error += abs(by) * c_error + by_error * (abs(c) + c_error)
            if out.integer & INTEGER_CONSTANT == 0:
                integer &= INTEGER_GRADIENT
        if out.live == 0:
            continue
        terms += 1
        integer &= out.integer | INTEGER_CONSTANT
        plain = plain and abs(by) == 1.0 and by_error == 0.0
        above = maps.out_gradients[first_out + j]
        above_error = maps.out_gradient_errors[first_out + j]
        for k in range(n):
            a = by * above[k]
            gradient[k] += a
            sizes[k] += abs(a)
            errors[k] += abs(by) * above_error[k] + by_error * (abs(above[k]) + above_error[k])
    if not (plain and terms <= 1):
        integer = _bound_sums(errors, sizes, n, terms, integer)
    _finish(t, maps, r, integer, constant, constant_error, constant_size, constants)


@compiled
def _sum_many(t: Tables, maps: Maps, s: int, r: int) -> None:
    """A row of many exact terms that are no integers, of at most two inputs, without a branch."""
    first_out = t.stages[s - 1].out
    a, b, c, a_size, b_size, c_size, a_error, b_error, c_error = (0.0,) * 9
    first, last = t.rows[r].term, t.rows[r + 1].term
    for e in range(first, last):
        by = t.terms[e].weight
        size = abs(by)
        out = maps.together[first_out + t.terms[e].column]
        x, y, w = by * out[0], by * out[1], by * out[2]
        a += x
        b += y
        c += w
        a_size += abs(x)
        b_size += abs(y)
        c_size += abs(w)
        a_error += size * out[3]
        b_error += size * out[4]
        c_error += size * out[5]
    n, terms = t.dim, last - first
    gradient, errors, sizes = maps.gradients[r], maps.gradient_errors[r], maps.sizes
    gradient[n - 1], errors[n - 1], sizes[n - 1] = b, b_error, b_size
    gradient[0], errors[0], sizes[0] = a, a_error, a_size
    _bound_sums(errors, sizes, n, terms, NOT_INTEGER)
    constants = terms if c_size != 0.0 or c_error != 0.0 else NOTHING
    _finish(t, maps, r, NOT_INTEGER, c, c_error, c_size, constants)


@compiled
def _sum_densely(t: Tables, maps: Maps, s: int, pieces: np.ndarray) -> None:
    """The rows of a stage all at once, which suits the processor where few weights are zero.

    Line k of `sums` has entry k of all rows, line n their constants. Sizes and errors are those of
    sums of absolute products, sum_j |w_j| |a_j|: worked out for few terms, some of which may well
    be zero, and bounded by |w / c| |c a| in the Euclidean norm for many (Cauchy and Schwarz), where
    the scales c of outputs make up for what they were multiplied by, which may differ by 2^40.
    """
    n = t.dim
    first, last = t.stages[s].row, t.stages[s + 1].row
    first_out, last_out = t.stages[s - 1].out, t.stages[s].out
    height = last - first
    terms = NOTHING
    constants = NOTHING
    used = NOTHING
    integer = INTEGER
    for o in range(first_out, last_out):
        out = maps.out_ends[o]
        if out.live or out.constant != 0.0 or out.error != 0.0:
            maps.used[used] = o
            used += 1
        if out.live:
            terms += 1
            integer &= out.integer | INTEGER_CONSTANT
        if out.constant != 0.0 or out.error != 0.0:
            constants += 1
            if out.integer & INTEGER_CONSTANT == 0:
                integer &= INTEGER_GRADIENT
    if s == 1 and _is_usual(t, pieces):
        if maps.usual[-1, 0] == 0.0:
            _add_columns(t, maps, s, maps.usual, height, used, USUAL)
            maps.usual[-1, 0] = 1.0
        for k in range(n + 1):
            for i in range(height):
                maps.sums[k, i] = maps.usual[k, i]
        _add_columns(t, maps, s, maps.sums, height, used, OTHERS)
    else:
        for k in range(n + 1):
            for i in range(height):
                maps.sums[k, i] = 0.0
        _add_columns(t, maps, s, maps.sums, height, used, ALL)
    few = terms + constants <= t.few
    for k in range(n + 1):
        if few:
            _add_sizes(t, maps, s, k, height)
        else:
            size, error = _norms(t, maps, k, n, used)
            for i in range(height):
                maps.sums[n + 1 + k, i] = size * t.norms[first + i]
                maps.sums[2 * n + 2 + k, i] = error * t.norms[first + i]
    for i in range(height):
        r = first + i
        errors = maps.gradient_errors[r]
        for k in range(n):
            maps.gradients[r, k] = maps.sums[k, i]
            maps.sizes[k] = maps.sums[n + 1 + k, i]
            errors[k] = maps.sums[2 * n + 2 + k, i]
        whole = _bound_sums(errors, maps.sizes, n, terms, integer & t.rows[r].integer)
        constant, size, error = (
            maps.sums[n, i],
            maps.sums[2 * n + 1, i],
            maps.sums[3 * n + 2, i],
        )
        _finish(t, maps, r, whole, constant, error, size, constants)


@compiled
def _entry(maps: Maps, o: int, k: int, n: int) -> tuple[float, float]:
    """Entry k of an output's form, of which number n is the constant, and its error."""
    if k == n:
        return maps.out_ends[o].constant, maps.out_ends[o].error
    return maps.out_gradients[o, k], maps.out_gradient_errors[o, k]


@compiled
def _is_usual(t: Tables, pieces: np.ndarray) -> bool:
    """Whether some units of the first stage have usual pieces, and have them here."""
    some = False
    for u in range(t.stages[1].unit):
        if t.usual[u] >= 0:
            some = True
            if pieces[u] != t.usual[u]:
                return False
    return some


@compiled
def _add_columns(
    t: Tables, maps: Maps, s: int, sums: np.ndarray, height: int, used: int, which: int
) -> None:
    """Add columns of weights, times the outputs, to `sums`: four at a time, of few loads."""
    n = t.dim
    first_out = t.stages[s - 1].out
    i = NOTHING
    while i < used:
        m = NOTHING
        a, b, c, d = first_out, first_out, first_out, first_out
        while i < used and m < 4:
            o = maps.used[i]
            out = maps.out_ends[o]
            u = t.outs[o].unit
            is_usual = which != ALL and u >= 0 and t.usual[u] >= 0
            if (out.live or out.constant != 0.0) and (which == ALL or is_usual == (which == USUAL)):
                if m == 0:
                    a = o
                elif m == 1:
                    b = o
                elif m == 2:
                    c = o
                else:
                    d = o
                m += 1
            i += 1
        if m == 0:
            return
        at = t.stages[s].dense - first_out * height
        u, v = t.dense[at + a * height :], t.dense[at + b * height :]
        w, x = t.dense[at + c * height :], t.dense[at + d * height :]
        for k in range(n + 1):
            by, _ = _entry(maps, a, k, n)
            by_b, _ = _entry(maps, b, k, n)
            by_c, _ = _entry(maps, c, k, n)
            by_d, _ = _entry(maps, d, k, n)
            if m < 4:  # what is left is not added twice
                by_d = 0.0
                by_c = by_c if m > 2 else 0.0
                by_b = by_b if m > 1 else 0.0
            values = sums[k]
            for r in range(height):
                values[r] += (by * u[r] + by_b * v[r]) + (by_c * w[r] + by_d * x[r])


@compiled
def _add_sizes(t: Tables, maps: Maps, s: int, k: int, height: int) -> None:
    """Add the absolute values of the products in line k of `sums`, and their errors."""
    n = t.dim
    first_out = t.stages[s - 1].out
    sizes, errors = maps.sums[n + 1 + k], maps.sums[2 * n + 2 + k]
    for i in range(height):
        sizes[i] = 0.0
        errors[i] = 0.0
    for o in range(first_out, t.stages[s].out):
        by, error = _entry(maps, o, k, n)
        at = t.stages[s].dense + (o - first_out) * height
        if by != 0.0 or error != 0.0:
            for i in range(height):
                a = abs(t.dense[at + i])
                sizes[i] += a * abs(by)
                errors[i] += a * error


@compiled
def _norms(t: Tables, maps: Maps, k: int, n: int, used: int) -> tuple[float, float]:
    """Bounds on the norms of entry k of all outputs times their scales, and of its errors."""
    largest, most = 0.0, 0.0
    for i in range(used):
        o = maps.used[i]
        by, error = _entry(maps, o, k, n)
        largest = max(largest, abs(by) * t.outs[o].scale)
        most = max(most, error * t.outs[o].scale)
    # Divided by the largest, whose square is then 1, nothing is lost where squares underflow; what
    # is no number makes the sums none, and what is infinite too.
    size, errors = 0.0, 0.0
    over = 1.0 / largest if largest != 0.0 else 0.0
    over_most = 1.0 / most if most != 0.0 else 0.0
    for i in range(used):
        o = maps.used[i]
        by, error = _entry(maps, o, k, n)
        if by != 0.0:
            size += (by * t.outs[o].scale * over) ** 2
        if error != 0.0:
            errors += (error * t.outs[o].scale * over_most) ** 2
    return largest * np.sqrt(size) * UP, most * np.sqrt(errors) * UP


@compiled
def _bound_sums(errors: np.ndarray, sizes: np.ndarray, n: int, terms: int, integer: int) -> int:
    """Add the rounding of sums of so many products to their errors; what of them is integer."""
    whole = integer & INTEGER_GRADIENT != 0
    for k in range(n):
        whole = whole and sizes[k] < EXACT
    gamma = gamma_of_sum(terms)
    for k in range(n):
        errors[k] = 0.0 if whole else (errors[k] + gamma * sizes[k]) * UP
    return integer if whole else NOT_INTEGER


@compiled
def _finish(
    t: Tables,
    maps: Maps,
    r: int,
    integer: int,
    constant: float,
    error: float,
    size: float,
    constants: int,
) -> None:
    """Write a row's constant, the sum of so many and its bias, and what is known of its errors."""
    n = t.dim
    bias, bias_error = t.rows[r].bias, t.rows[r].bias_error
    total = constant + bias
    size += abs(bias)
    if integer == INTEGER and size < EXACT:
        error = 0.0
    else:
        integer &= INTEGER_GRADIENT
        if constants == 0:
            error = bias_error
        else:
            error = (error + bias_error + gamma_of_form(constants) * size) * UP
    rate = 0.0
    gamma = gamma_of_form(n)
    errors = maps.gradient_errors[r]
    for k in range(n):
        a = abs(maps.gradients[r, k])
        if not (_is_in_range(a, LOWEST) and _is_in_range(errors[k], ROUNDOFF * LOWEST)):
            errors[k] = np.inf  # never NaN, which the larger of two numbers forgets
        rate = max(rate, errors[k] + gamma * a)
    if not (_is_in_range(abs(total), LOWEST) and _is_in_range(error, ROUNDOFF * LOWEST)):
        error = np.inf
    end = maps.ends[r]
    end.constant = total
    end.error = error
    end.rate = rate * UP
    end.integer = integer
    maps.stale[r] = (maps.stale[r] & ~TO_SUM) | TO_SELECT | TO_SEE | TO_DRAW


@compiled
def _is_in_range(size: float, lowest: float) -> bool:
    """Whether products with a number will not leave the floats' range.

    An error may not either: one that vanishes says that a number is exact.
    """
    return size == 0.0 or lowest < size < HIGHEST


@compiled
def select(t: Tables, maps: Maps, s: int, pieces: np.ndarray) -> int:
    """What a stage hands on where its units are on the node's pieces; how many outputs changed."""
    n = t.dim
    some = NOTHING
    for o in range(t.stages[s].out, t.stages[s + 1].out):
        u = t.outs[o].unit
        slope, slope_error, intercept, intercept_error = 1.0, 0.0, 0.0, 0.0
        number = NOTHING
        r = t.outs[o].row
        if u >= 0:
            number = pieces[u]
            r = t.units[u].row + (number if t.units[u].is_max else 0)
        end, out = maps.ends[r], maps.out_ends[o]
        maps.changed[o] = 0
        is_same = out.piece == number
        if is_same and maps.stale[r] & TO_SELECT == 0:
            continue
        maps.changed[o] = 1
        some += 1
        maps.stale[r] &= ~TO_SELECT
        out.piece = number
        if u >= 0 and t.units[u].is_max == 0:
            piece = t.pieces[t.units[u].piece + number]
            slope, slope_error = piece.slope, piece.slope_error
            intercept, intercept_error = piece.intercept, piece.intercept_error
        whole = end.integer
        if slope == 0.0 and slope_error == 0.0:
            if is_same:
                maps.changed[o] = 0
                some -= 1
                continue
            for k in range(n):
                maps.out_gradients[o, k] = 0.0
                maps.out_gradient_errors[o, k] = 0.0
            out.constant = intercept
            out.error = intercept_error
            is_integer = intercept_error == 0.0 and np.floor(intercept) == intercept
            out.integer = INTEGER if is_integer else INTEGER_GRADIENT
            out.live = 0
            _put_together(maps, n, o)
            continue
        out.live = 0
        is_plain = slope_error == 0.0 and abs(slope) == 1.0
        is_whole = slope_error == 0.0 and np.floor(slope) == slope
        for k in range(n):
            a, e = maps.gradients[r, k], maps.gradient_errors[r, k]
            b = slope * a
            maps.out_gradients[o, k] = b
            if not (is_plain or (is_whole and whole & INTEGER_GRADIENT and abs(b) < EXACT)):
                whole = NOT_INTEGER
                e = UP * (abs(slope) * e + slope_error * (abs(a) + e) + ROUNDOFF * abs(b))
            maps.out_gradient_errors[o, k] = e
            if b != 0.0 or e != 0.0:
                out.live = 1
        c, e = end.constant, end.error
        out.constant = slope * c + intercept
        if not (is_plain and intercept == 0.0 and intercept_error == 0.0):
            size = abs(slope * c) + abs(intercept)
            exact = is_whole and whole == INTEGER and np.floor(intercept) == intercept
            if exact and intercept_error == 0.0 and size < EXACT:
                e = 0.0
            else:
                whole &= INTEGER_GRADIENT
                e = abs(slope) * e + slope_error * (abs(c) + e) + intercept_error
                e = (e + GAMMA_2 * size) * UP
        out.error = e
        out.integer = whole
        _put_together(maps, n, o)
    return some


@compiled
def _put_together(maps: Maps, n: int, o: int) -> None:
    """Write the numbers of an output of at most two inputs next to each other."""
    if n <= 2:
        out = maps.together[o]
        for k in range(n):
            out[k] = maps.out_gradients[o, k]
            out[3 + k] = maps.out_gradient_errors[o, k]
        out[2] = maps.out_ends[o].constant
        out[5] = maps.out_ends[o].error
