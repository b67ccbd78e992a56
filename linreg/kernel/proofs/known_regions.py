"""Machine code: the tree of a cell all of whose regions are known, as records of a certificate.

The regions tell which hyperplanes cut a cell, and so how it is split. That the others do not is
proved with every rounding accounted for; what is not proved, or in doubt, is left to exact
arithmetic, with the place where its record belongs.
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.flags import INTEGER_GRADIENT
from linreg.kernel.data.outcomes import DONE, FULL, LEAST, TWICE, UNCLEAR
from linreg.kernel.data.records import CUT, IN_SPAN, MISSES, NO_CUT, REGION
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.telling import (
    DEPTH,
    DOUBTS,
    ENTERED,
    ENTERS,
    FIRST,
    FORM,
    GOES_ON,
    LAST,
    LEFT,
    LENGTH,
    OF_FORM,
    OF_POINT,
    RIVAL,
    STAGE,
    STARTS,
    STATE,
    TOP,
    Found,
    Telling,
)
from linreg.kernel.data.work import NEGATIVE, POSITIVE, HalfspaceRows, Maps, Program, Proof, Work
from linreg.kernel.machine import NONE, compiled, entry
from linreg.kernel.maps.affine_maps import (
    form_constant_error,
    form_value,
    form_value_error,
    inside,
    put_domain,
    put_halfspace,
    put_side,
)
from linreg.kernel.maps.composing import compose
from linreg.kernel.proofs.bases import complete, propose, put_rows
from linreg.kernel.proofs.candidates import (
    number_candidates,
    put_leads,
    see_candidates,
    split_contest,
    tell_contests,
)
from linreg.kernel.proofs.facet_records import tell_facets
from linreg.kernel.proofs.hyperplanes import number_hyperplanes
from linreg.kernel.proofs.multipliers import proves
from linreg.kernel.proofs.whole_multipliers import put_multipliers, whole_multipliers
from linreg.kernel.proofs.writing import few_digits, put_byte, put_number, put_path, put_point
from linreg.kernel.simplex.contests import has_contests
from linreg.kernel.simplex.points import ONE, ZERO
from linreg.kernel.simplex.program import descend, load

CENTRES = 8
"""Regions of a part, at most, at whose points it is tried to centre a program."""


@entry
def tell(t: Tables, w: Work, found: Found, telling: Telling) -> int:
    """Write records and doubts of all parts that wait, and what they are split into, in order.

    `DONE`, or what is needed to go on: `FULL` if what is written is to be taken away, `UNCLEAR` if
    the hyperplanes and candidates of the last part that waits have to be numbered. `TWICE` if
    several regions are the same.
    """
    counters, parts = telling.counters, telling.parts
    while counters[TOP] > 0:
        if counters[LENGTH] > telling.most_bytes or counters[DOUBTS] > telling.most_doubts:
            return FULL
        top = counters[TOP] - 1
        part = parts[top]
        if part[STATE] == STARTS:
            _start(t, w, found, telling, part)
        elif part[FORM] >= 0 and part[RIVAL] >= 0:
            put_leads(t, w, telling, part, top)
        elif part[FORM] >= 0:
            i = part[DEPTH] - 1
            telling.path[i, 0], telling.path[i, 1] = part[FORM], part[RIVAL]
            put_side(t, w.maps, w.halfspaces, len(t.halfspaces) + i, part[FORM], part[RIVAL])
        if part[STATE] == ENTERS:
            _take_pieces(t, found, telling, part)
            compose(t, w.maps, part[STAGE], telling.pieces)
        if part[STATE] == STARTS or part[STATE] == ENTERS:
            part[STATE] = ENTERED
            if not _number(t, w, telling, part[STAGE]):
                return UNCLEAR
        if part[STATE] == ENTERED:
            _see_regions(t, found, telling, part, top)
            if has_contests(w.tree):
                see_candidates(t, telling, part[STAGE], top)
        counters[TOP] = top
        if not _take(t, w, found, telling, top):
            return TWICE
    return DONE


@compiled
def _start(t: Tables, w: Work, found: Found, telling: Telling, part: np.ndarray) -> None:
    """Put the domain, all maps and the path of the first part in place."""
    put_domain(t, w.halfspaces)
    for s in range(part[STAGE] + 1):
        _take_pieces(t, found, telling, part)
        compose(t, w.maps, s, telling.pieces)
    for i in range(part[DEPTH]):
        row, rival = telling.path[i, 0], telling.path[i, 1]
        put_halfspace(t, w.maps, w.halfspaces, len(t.halfspaces) + i, row, rival)


@compiled
def _number(t: Tables, w: Work, telling: Telling, s: int) -> bool:
    """Number the hyperplanes and candidates of a stage; False if there is any doubt."""
    if has_contests(w.tree) and not number_candidates(t, w.maps, w.tree, telling, s):
        return False
    return number_hyperplanes(t, w.maps, telling, s)


@compiled
def _take_pieces(t: Tables, found: Found, telling: Telling, part: np.ndarray) -> None:
    """The pieces of the stages before a part's."""
    region = found.order[part[FIRST]]
    for u in range(t.stages[part[STAGE]].unit):
        telling.pieces[u] = found.patterns[region, u]


@compiled
def _see_regions(t: Tables, found: Found, telling: Telling, part: np.ndarray, top: int) -> None:
    """Note which forms of its stage the regions of a part are above, and which are to be decided.

    What is known already stays so.
    """
    s = part[STAGE]
    first, last = t.stages[s].form, t.stages[s + 1].form
    for f in range(first, last):
        if telling.numbers[f] < 0:
            telling.known[top, (f - first) >> 6] |= ONE << np.uint64((f - first) & 63)
    for i in range(part[FIRST], part[LAST]):
        region = found.order[i]
        bits = telling.bits[region]
        for word in range(t.n_words):
            bits[word] = ZERO
        for f in range(first, last):
            u = t.forms[f].unit
            if found.patterns[region, u] > f - t.units[u].form:
                bits[(f - first) >> 6] |= ONE << np.uint64((f - first) & 63)


@compiled
def _take(t: Tables, w: Work, found: Found, telling: Telling, top: int) -> bool:
    """Tell of one part up to its split; False if it is a region, and found twice."""
    part, known = telling.parts[top], telling.known[top]
    start, stop, s = part[FIRST], part[LAST], part[STAGE]
    first, last = t.stages[s].form, t.stages[s + 1].form
    _survey(found, telling, start, stop)
    _tell_misses(t, w, found, telling, part, known)
    cut = _most_even(found, telling, known, last - first, start, stop)
    if cut < 0 and has_contests(w.tree):
        m = len(t.halfspaces) + part[DEPTH]
        region, is_inside = _centre(w.halfspaces, found, part, t.dim, m)
        u = tell_contests(t, w, found, telling, part, top, region, is_inside)
        if u >= 0:
            split_contest(t, found, telling, part, top, u)
            return True
    if cut < 0:
        telling.cells[s] += 1
        if s + 1 < t.n_stages:
            part[STAGE], part[FORM], part[STATE] = s + 1, -1, ENTERS
            for word in range(t.n_words):
                known[word] = ZERO
            for i in range(telling.running.shape[1]):
                telling.running[top, i] = LEFT
            telling.counters[TOP] = top + 1
            return True
        _tell_region(t, w.halfspaces, found, telling, part)
        if telling.wants_facets == 1:
            region = found.order[start]
            tell_facets(t, w, telling, region, found.points[region], part[DEPTH])
        return stop == start + 1
    f = first + cut
    put_byte(telling, CUT)
    put_number(telling, telling.numbers[f])
    known[cut >> 6] |= ONE << np.uint64(cut & 63)
    for word in range(t.n_words):
        telling.known[top + 1, word] = known[word]
    for i in range(telling.running.shape[1]):
        telling.running[top + 1, i] = telling.running[top, i]
    # The negative part of the hyperplane is the next one.
    below = POSITIVE if telling.above[f] < 0 else NEGATIVE
    above = NEGATIVE if telling.above[f] < 0 else POSITIVE
    middle = _partition(found, telling, start, stop, cut, below)
    depth = part[DEPTH] + 1
    _put_part(telling, top, middle, stop, depth, s, f, above)
    _put_part(telling, top + 1, start, middle, depth, s, f, below)
    telling.counters[TOP] = top + 2
    return True


@compiled
def _put_part(
    telling: Telling, at: int, first: int, last: int, depth: int, s: int, f: int, rival: int
) -> None:
    part = telling.parts[at]
    part[FIRST], part[LAST], part[DEPTH], part[STAGE] = first, last, depth, s
    part[FORM], part[RIVAL], part[STATE] = f, rival, GOES_ON


@compiled
def _survey(found: Found, telling: Telling, start: int, stop: int) -> None:
    """Which forms have regions above them, and which have all."""
    for word in range(len(telling.some)):
        some = ZERO
        every = ~ZERO
        for i in range(start, stop):
            bits = telling.bits[found.order[i], word]
            some |= bits
            every &= bits
        telling.some[word] = some
        telling.every[word] = every


@compiled
def _tell_misses(
    t: Tables, w: Work, found: Found, telling: Telling, part: np.ndarray, known: np.ndarray
) -> None:
    """Tell of each open form that has all regions on one side, and what proves it."""
    n, p, s = t.dim, w.program, part[STAGE]
    first = t.stages[s].form
    m = len(t.halfspaces) + part[DEPTH]
    region = NONE
    is_loaded = False
    is_inside = False
    is_path_told = False
    for f in range(first, t.stages[s + 1].form):
        word, bit = (f - first) >> 6, ONE << np.uint64((f - first) & 63)
        if known[word] & bit != ZERO:
            continue
        is_over = telling.every[word] & bit != ZERO
        if not is_over and telling.some[word] & bit != ZERO:
            continue
        known[word] |= bit
        if region < 0:
            region, is_inside = _centre(w.halfspaces, found, part, n, m)
        if is_inside and not is_loaded:
            for i in range(m):
                p.rows[i].halfspace = i
            load(p, w.halfspaces, n, m)
        rival = POSITIVE if is_over else NEGATIVE
        x = found.points[region]
        is_loaded = is_inside and _prove(
            t, w.maps, w.halfspaces, p, w.proof, telling.pieces, s, f, rival, x, m
        )
        some = complete(w.halfspaces, p, n, m) if is_loaded else 0
        k = NONE
        if is_loaded and some < n:
            k = whole_multipliers(w.halfspaces, p, w.proof, n, n, m)
        if some > 0 or k >= 0:
            put_byte(telling, NO_CUT if k >= 0 else MISSES if some == n else IN_SPAN)
            put_number(telling, telling.numbers[f])
            put_byte(telling, 1 if is_over == (telling.above[f] > 0) else 0)
            if k >= 0:
                put_multipliers(telling, p, w.proof, k, m)
            else:
                put_rows(telling, p, n, some)
        else:
            is_loaded = False
            if not is_path_told:
                is_path_told = True
                put_path(telling, part[DEPTH])
            _doubt(p, telling, region, s, f, rival, n, m if is_inside else 0)


@compiled
def _centre(
    halfspaces: HalfspaceRows, found: Found, part: np.ndarray, n: int, m: int
) -> tuple[int, bool]:
    """A region of a part whose point is certainly inside the part; the first one if none is."""
    for i in range(part[FIRST], min(part[LAST], part[FIRST] + CENTRES)):
        if inside(halfspaces, n, found.points[found.order[i]], m):
            return found.order[i], True
    return found.order[part[FIRST]], False


@compiled
def _prove(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    p: Program,
    proof: Proof,
    pieces: np.ndarray,
    s: int,
    f: int,
    rival: int,
    x: np.ndarray,
    m: int,
) -> bool:
    """Whether it is proved that a form has one sign on the cell of the program, which is at x."""
    n, r = t.dim, t.forms[f].row
    sign = 1.0 if rival == POSITIVE else -1.0
    value = sign * form_value(t, maps, f, x)
    error = form_value_error(t, maps, f, x)
    if not value > error:
        return False
    for k in range(n):
        p.goal[k] = sign * maps.gradients[r, k]
        p.goal_error[k] = maps.gradient_errors[r, k]
    if descend(p, n, m, value) != LEAST:
        return False
    goal = proof.goal[0]
    goal.stage = s
    goal.row = f
    goal.rival = rival
    goal.value = value
    goal.value_error = error
    goal.constant = sign * (maps.ends[r].constant - t.forms[f].breakpoint)
    goal.constant_error = form_constant_error(t, maps, f)
    goal.integer = maps.ends[r].integer
    if goal.constant_error != 0.0 or np.floor(goal.constant) != goal.constant:
        goal.integer &= INTEGER_GRADIENT
    return proves(t, maps, halfspaces, p, proof, pieces, n, m)


@compiled
def _doubt(
    p: Program, telling: Telling, region: int, s: int, f: int, rival: int, n: int, m: int
) -> None:
    """Leave a form to exact arithmetic, with the rows of the program's vertex, if it has rows."""
    doubts, at = telling.doubts, telling.counters[DOUBTS]
    doubts[at], doubts[at + 1], doubts[at + 2] = OF_FORM, telling.counters[LENGTH], region
    doubts[at + 3], doubts[at + 4], doubts[at + 5] = s, f, rival
    doubts[at + 6], doubts[at + 7] = 0, 0
    telling.counters[DOUBTS] = propose(p, n, m, doubts, at + 6) if m > 0 else at + 8


@compiled
def _tell_region(
    t: Tables, halfspaces: HalfspaceRows, found: Found, telling: Telling, part: np.ndarray
) -> None:
    region = found.order[part[FIRST]]
    m = len(t.halfspaces) + part[DEPTH]
    places = few_digits(halfspaces, telling, t.dim, m, found.points[region], NONE)
    if places < 0:
        at = telling.counters[DOUBTS]
        doubts = telling.doubts
        doubts[at], doubts[at + 1], doubts[at + 2] = OF_POINT, telling.counters[LENGTH], region
        telling.counters[DOUBTS] = at + 3
        return
    put_byte(telling, REGION)
    put_point(telling, t.dim, places)


@compiled
def _most_even(
    found: Found, telling: Telling, known: np.ndarray, forms: int, start: int, stop: int
) -> int:
    """The open form with the regions shared most evenly; -1 if none is open."""
    best = -1
    most = 0
    for h in range(forms):
        word, bit = h >> 6, ONE << np.uint64(h & 63)
        if known[word] & bit != ZERO:
            continue
        over = 0
        for i in range(start, stop):
            if telling.bits[found.order[i], word] & bit != ZERO:
                over += 1
        even = min(over, stop - start - over)
        if even > most:
            most = even
            best = h
    return best


@compiled
def _partition(found: Found, telling: Telling, start: int, stop: int, cut: int, side: int) -> int:
    """Put the regions on a side of a form first; where the others begin."""
    word, bit = cut >> 6, ONE << np.uint64(cut & 63)
    order = found.order
    middle = start
    for i in range(start, stop):
        if (telling.bits[order[i], word] & bit != ZERO) == (side == POSITIVE):
            order[i], order[middle] = order[middle], order[i]
            middle += 1
    return middle
