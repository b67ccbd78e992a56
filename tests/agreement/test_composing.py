"""Rows of stages: within their bounds, and the same whichever cells came before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from plain_machine import by_attribute, plain_machine

from linreg import clip, enumerate_regions, maxout, mlp
from linreg.kernel.data.polygons import plane_for
from linreg.kernel.data.roundoff import MOST_TERMS
from linreg.kernel.data.tables import FEW, readers_of
from linreg.network import Network
from linreg.problem import problem_of
from linreg.regions.polygons.branches import Branches
from linreg.units import Unit


@pytest.fixture
def plain() -> Iterator[SimpleNamespace]:
    """Machine code as plain Python."""
    with np.errstate(all="ignore"):
        yield plain_machine()


def network(*widths: int, unit: Unit | None = None, kind: str = "gaussian") -> Network:
    rng = np.random.default_rng(0)
    rank = 1 if unit is None else unit.n_inputs
    layers = []
    for inputs, units in pairwise(widths):
        weights, shifts = rng.normal(size=(units * rank, inputs)), rng.normal(size=units * rank)
        if kind == "integers":
            weights, shifts = np.rint(2 * weights), np.rint(2 * shifts)
        if kind == "sparse":
            weights[rng.random(weights.shape) < 0.6] = 0.0
        layers.append((weights, shifts))
    return mlp(layers, activation=unit)


NETS = {
    "dense": network(2, 6, 5, 4),
    "sparse": network(2, 8, 8, 6, kind="sparse"),
    "many terms": network(2, 20, 18, 3),
    "integers": network(3, 5, 4, 4, kind="integers"),
    "one input": network(1, 5, 5, kind="integers"),
    "maxima": network(2, 4, 3, 3, unit=maxout(3)),
    "three pieces": network(3, 5, 4, 3, unit=clip("-1/2", 1)),
}


def tables(plain: SimpleNamespace, net: Network) -> Any:
    """The tables of a network, of whose stages none is dense: dense ones round in another order."""
    t = plain.tables.tables_of(problem_of(net, None))
    stages = t.stages.copy()
    stages["dense"] = -1
    reading, readers = readers_of(stages, t.rows, t.terms)
    return by_attribute(t._replace(stages=stages, reading=reading, readers=readers))


def patterns(t: Any, size: int) -> list[np.ndarray]:
    """Pieces of all units, of which few change from one pattern to the next."""
    rng = np.random.default_rng(1)
    sizes = np.array([u.size if u.is_max else u.size + 1 for u in t.units])
    pieces = rng.integers(sizes)
    found = []
    for _ in range(size):
        changed = rng.random(len(sizes)) < rng.choice([0.0, 0.1, 0.5])
        pieces = np.where(changed, rng.integers(sizes), pieces)
        found.append(pieces)
    return found


def rows(maps: Any, first: int, last: int) -> list[bytes]:
    parts = maps.gradients, maps.gradient_errors, maps.ends
    return [bytes(np.asarray(part[first:last])) for part in parts]


def composed(plain: SimpleNamespace, t: Any, upto: int, pieces: np.ndarray, maps: Any) -> Any:
    for s in range(upto):
        plain.composing.compose(t, maps, s, pieces)
    return maps


def differing(plain: SimpleNamespace, t: Any) -> int:
    """How often rows are others than those of an empty memory."""
    rng = np.random.default_rng(2)
    maps, found = by_attribute(plain.work.work_for(t, 1)).maps, 0
    for pieces in patterns(t, 60):
        upto = int(rng.integers(1, t.n_stages + 1))
        fresh = by_attribute(plain.work.work_for(t, 1)).maps
        last = int(t.stages[upto].row)
        kept = rows(composed(plain, t, upto, pieces, maps), 0, last)
        found += kept != rows(composed(plain, t, upto, pieces, fresh), 0, last)
    return found


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("dense", [False, True])
def test_rows_do_not_depend_on_the_cells_before(
    plain: SimpleNamespace, name: str, *, dense: bool
) -> None:
    """Each stage may be left out: it is not composed for each cell that enters the one before."""
    t = tables(plain, NETS[name])
    if dense:
        t = by_attribute(plain.tables.tables_of(problem_of(NETS[name], None)))
    assert differing(plain, t) == 0


def unmarked(plain: SimpleNamespace) -> None:
    """One output is never seen to change."""
    honest = plain.composing.select

    def select(t: Any, maps: Any, s: int, pieces: Any) -> int:
        some = honest(t, maps, s, pieces)
        maps.changed[t.stages[s].out] = 0
        return some

    plain.composing.select = select


def unread(plain: SimpleNamespace) -> None:
    """A row that was added up again is not handed on again."""
    honest = plain.composing._finish

    def finish(t: Any, maps: Any, r: int, *rest: Any) -> None:
        honest(t, maps, r, *rest)
        if maps.made[t.rows[r].stage] and maps.out_ends[0].piece >= 0 and r % 2:
            maps.stale[r] &= ~plain.composing.TO_SELECT

    plain.composing._finish = finish


@pytest.mark.parametrize("damage", [unmarked, unread])
def test_a_memory_that_misses_a_change_is_seen(
    plain: SimpleNamespace, damage: Callable[[SimpleNamespace], None]
) -> None:
    damage(plain)
    assert differing(plain, tables(plain, NETS["sparse"]))


def differing_on_path(plain: SimpleNamespace, net: Network) -> int:
    """How often rows and lines of a path of regions are others than those of an empty memory."""
    t, rng = tables(plain, net), np.random.default_rng(3)
    regions = enumerate_regions(net, limit=60)
    size, found = len(t.units), 0
    path = plain.path.path_for(t, Branches.of(regions).splits)
    lookup = by_attribute(plain.lookup.lookup_of(regions.patterns))
    maps = by_attribute(plain.work.work_for(t, 1)).maps
    plane = by_attribute(plane_for(t, size + 1, 0))
    for i in range(len(regions)):
        plain.path.turn_to(t, path, lookup, i)
        pieces = regions.patterns[i].astype(np.int64)
        fresh = by_attribute(plain.work.work_for(t, 1))
        composed(plain, t, t.n_stages, pieces, fresh.maps)
        if t.dim <= 2:
            for s in range(t.n_stages):
                plain.lines.draw(t, fresh.maps, fresh.plane, s, pieces)
        for u in np.flatnonzero(rng.random(size) < 0.3).tolist():
            plain.path.put_unit(t, maps, plane, path, u)
            unit = t.units[u]
            last = unit.row + (unit.size if unit.is_max else 1)
            found += rows(maps, unit.row, last) != rows(fresh.maps, unit.row, last)
            if t.dim <= 2 and not unit.is_max:
                forms = slice(unit.form, unit.form + unit.size)
                found += bytes(plane.lines[forms]) != bytes(fresh.plane.lines[forms])
    return found


@pytest.mark.parametrize("name", NETS)
def test_rows_of_single_units_do_not_depend_on_the_regions_before(
    plain: SimpleNamespace, name: str
) -> None:
    assert differing_on_path(plain, NETS[name]) == 0


def unstamped(plain: SimpleNamespace) -> None:
    """Rows that were added up for another cell are taken for those of this one."""
    honest = plain.path.turn_to

    def turn_to(t: Any, path: Any, lookup: Any, i: int) -> int:
        split = int(honest(t, path, lookup, i))
        path.stamps[:] = 1
        return split

    plain.path.turn_to = turn_to


def half_made(plain: SimpleNamespace) -> None:
    """Of a stage of which single rows were added up, the others are taken to be there too."""
    honest = plain.path.put_unit

    def put_unit(t: Any, maps: Any, *rest: Any) -> None:
        before = maps.made.copy()
        honest(t, maps, *rest)
        np.maximum(maps.made, before, out=maps.made)

    plain.path.put_unit = put_unit


@pytest.mark.parametrize("damage", [unstamped, half_made])
def test_a_path_that_keeps_what_is_another_cell_s_is_seen(
    plain: SimpleNamespace, damage: Callable[[SimpleNamespace], None]
) -> None:
    damage(plain)
    assert differing_on_path(plain, network(2, 6, 6, 6, 4, kind="sparse"))


def rows_apart(plain: SimpleNamespace, few: int) -> tuple[int, float]:
    """How many numbers of rows are off by more than their bounds, and how large bounds are."""
    net = network(2, 24, 20, 3)
    t = by_attribute(plain.tables.tables_of(problem_of(net, None))._replace(few=few))
    assert t.stages[1].dense >= 0
    maps, found, size = by_attribute(plain.work.work_for(t, 1)).maps, 0, 0.0
    for pieces in patterns(t, 5):
        composed(plain, t, t.n_stages, pieces, maps)
        given = [[Fraction(1), Fraction(0), Fraction(0)], [Fraction(0), Fraction(1), Fraction(0)]]
        for s in range(t.n_stages):
            forms = []
            for r in range(t.stages[s].row, t.stages[s + 1].row):
                terms = t.terms[t.rows[r].term : t.rows[r + 1].term]
                form = [
                    sum((Fraction(e.weight) * given[e.column][k] for e in terms), Fraction(0))
                    for k in range(3)
                ]
                form[2] += Fraction(t.rows[r].bias)
                forms.append(form)
                floats = *maps.gradients[r], maps.ends[r].constant
                errors = *maps.gradient_errors[r], maps.ends[r].error
                size += sum(errors)
                found += sum(
                    abs(Fraction(x) - y) > Fraction(error)
                    for x, y, error in zip(floats, form, errors, strict=True)
                )
            on = pieces[t.stages[s].unit : t.stages[s + 1].unit]
            given = [[x * int(piece) for x in form] for form, piece in zip(forms, on, strict=True)]
    return found, size


def test_bounds_by_sums_hold_and_are_closer_than_bounds_by_norms(plain: SimpleNamespace) -> None:
    found, by_sums = rows_apart(plain, MOST_TERMS)
    more, by_norms = rows_apart(plain, FEW)
    assert found == more == 0
    assert by_sums < 0.8 * by_norms


@pytest.mark.parametrize(("name", "few"), [("_add_sizes", MOST_TERMS), ("_norms", FEW)])
def test_a_bound_of_a_sum_that_is_left_out_is_seen(
    plain: SimpleNamespace, name: str, few: int
) -> None:
    def nothing(t: Any, maps: Any, s: int, k: int, height: int) -> None:
        maps.sums[t.dim + 1 + k, :height] = 0.0
        maps.sums[2 * t.dim + 2 + k, :height] = 0.0

    setattr(plain.composing, name, nothing if name == "_add_sizes" else lambda *_: (0.0, 0.0))
    assert rows_apart(plain, few)[0] > 0
