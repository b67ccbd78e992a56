"""Corners of polyhedra and their measures: bounds on errors, against fractions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from math import isfinite
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from plain_machine import by_attribute, plain_machine

from linreg.kernel.data.outcomes import NO_SIGN
from linreg.kernel.data.polyhedra import CORNER, EXPANSION, PLANE, SIDES

Form = tuple[Fraction, ...]

FORM, ERRORS = ("a", "b", "c", "d"), ("a_error", "b_error", "c_error", "d_error")
AT, OFF = ("x", "y", "z", "w"), ("x_error", "y_error", "z_error", "w_error")


@pytest.fixture(scope="module")
def plain() -> Iterator[SimpleNamespace]:
    """Machine code as plain Python."""
    with np.errstate(all="ignore"):
        yield plain_machine()


def plane(rng: random.Random, share: float, size: int) -> tuple[Any, Form]:
    """A plane with errors, and one that it may stand for; of numbers of any size up to 10^size."""
    record, exact = by_attribute(np.zeros(1, dtype=PLANE))[0], []
    for name, error in zip(FORM, ERRORS, strict=True):
        number = rng.choice((rng.gauss(0, 1), float(rng.randint(-2, 2)))) * 10.0 ** rng.randint(
            -size, size
        )
        off = abs(number) * share * rng.choice((0, 1))
        record[name], record[error] = number, off
        exact.append(Fraction(number) + Fraction(off) * rng.choice((-1, 0, 1)))
    return record, tuple(exact)


def determinant(rows: list[list[Fraction]]) -> Fraction:
    """By the first column."""
    if not rows:
        return Fraction(1)
    minors = [rows[:i] + rows[i + 1 :] for i in range(len(rows))]
    return sum(
        (
            (-1) ** i * row[0] * determinant([each[1:] for each in minor])
            for i, (row, minor) in enumerate(zip(rows, minors, strict=True))
        ),
        Fraction(0),
    )


def met(sides: list[int], forms: list[Form], dim: int = 3) -> list[Fraction] | None:
    """The corner of sides at infinity and planes, its last coordinate positive or 0; or None."""
    rows = [list(form) for form in forms]
    if sides:
        rows = [row[:dim] for row in rows]
    fixed = {side // 2: Fraction(side % 2 * 2 - 1) for side in sides}
    if not sides:
        *x, w = (
            (-1) ** (k + 3) * determinant([row[:k] + row[k + 1 :] for row in rows])
            for k in range(4)
        )
        return None if w == 0 else [entry * (1 if w > 0 else -1) for entry in (*x, w)]
    if len(sides) == 1:
        (k, way), *_ = fixed.items()
        a, b = rows
        x = [a[i - 2] * b[i - 1] - a[i - 1] * b[i - 2] for i in range(3)]
        return (
            None
            if x[k] == 0
            else [*(entry * way * (1 if x[k] > 0 else -1) for entry in x), Fraction(0)]
        )
    (row,) = rows
    (k,) = {0, 1, 2} - set(fixed)
    if row[k] == 0:
        return None
    at = [abs(row[k]) * fixed.get(i, Fraction(0)) for i in range(3)]
    at[k] = -sum(row[i] * fixed[i] for i in fixed) * (1 if row[k] > 0 else -1)
    return [*at, Fraction(0)]


def corner(
    plain: SimpleNamespace, rng: random.Random, share: float, size: int
) -> tuple[Any, list[Fraction]] | None:
    """A corner in floats, and the one of planes that the floats may stand for; None in doubt."""
    planes = [plane(rng, share, size) for _ in range(3)]
    space = SimpleNamespace(planes=[None] * SIDES + [record for record, _ in planes])
    at = by_attribute(np.zeros(1, dtype=CORNER))[0]
    sides = [2 * k + rng.randint(0, 1) for k in rng.sample(range(3), rng.choice((0, 0, 1, 2)))]
    at.p, at.q, at.r = [*sides, SIDES, SIDES + 1, SIDES + 2][:3]
    if not plain.corners.meet(space, at):
        return None
    exact = met(sides, [form for _, form in planes[: 3 - len(sides)]])
    assert exact is not None
    return at, exact


def excess(found: float, exact: Fraction, error: float) -> bool:
    """Whether a number is off by more than its bound."""
    return isfinite(found) and isfinite(error) and abs(Fraction(found) - exact) > Fraction(error)


def wrong(plain: SimpleNamespace, share: float, size: int) -> int:
    """How many coordinates, signs and vertices are not as bounds have it."""
    rng, found, told = random.Random(size), 0, 0
    for _ in range(250):
        made = corner(plain, rng, share, size)
        if made is None:
            continue
        at, exact = made
        # Only up to one positive factor: of the sides at infinity it is not fixed.
        found += sum(excess(at[x], y, at[e]) for x, y, e in zip(AT, exact, OFF, strict=True))
        fourth, form = plane(rng, share, size)
        sign = plain.corners.sign_at(fourth, at)
        value = sum((a * b for a, b in zip(form, exact, strict=True)), Fraction(0))
        told += sign != NO_SIGN
        found += sign != NO_SIGN and sign != (value > 0) - (value < 0)
        if at.w > 0:
            vertex = np.zeros(4)
            for k in range(3):
                given = at[AT[k]], at[OFF[k]], at.w, at.w_error, at.w - at.w_error
                plain.measuring._divide(vertex, k, 3, *given)
            off = vertex[3]
            found += sum(excess(vertex[k], exact[k] / exact[3], off) for k in range(3))
    assert told > 40
    return found


SHARES = [0.0, 2.0**-53, 1e-9, 1e-2]


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("size", [0, 20, 140])
def test_corners_and_signs_are_those_of_fractions_within_their_errors(
    plain: SimpleNamespace, share: float, size: int
) -> None:
    assert wrong(plain, share, size) == 0


@pytest.mark.parametrize("name", ["swing", "GAMMA_2"])
def test_a_bound_of_corners_that_is_left_out_is_seen(name: str) -> None:
    with np.errstate(all="ignore"):
        damaged = plain_machine()
        setattr(damaged.corners, name, (lambda *_: 0.0) if name == "swing" else 0.0)
        assert any(wrong(damaged, share, 1) for share in SHARES)


def unrounded(rng: random.Random, bits: int) -> list[list[float]]:
    """Four planes of few or many bits; the last one is often nearly in a corner of the others."""
    planes = [[rng.randint(-(2**bits), 2**bits) / 4.0 for _ in range(4)] for _ in range(3)]
    last = [rng.randint(-(2**bits), 2**bits) / 4.0 for _ in range(4)]
    if rng.random() < 0.8:
        by = [rng.randint(-2, 2) for _ in planes]
        last = [sum(c * p[k] for c, p in zip(by, planes, strict=True)) for k in range(4)]
        last[3] += rng.choice((0, 0, 0, -0.25, 0.25))
    return [*planes, last]


def signs_apart(plain: SimpleNamespace, bits: int) -> int:
    """How many signs at corners of planes without errors are not those of fractions.

    A side at infinity is a plane so far out that no other number matters.
    """
    rng, found, zeros, told = random.Random(bits), 0, 0, 0
    far = Fraction(10) ** 100
    for _ in range(400):
        planes = unrounded(rng, bits)
        records = by_attribute(np.zeros(4, dtype=PLANE))
        for record, plane in zip(records, planes, strict=True):
            record.a, record.b, record.c, record.d = plane
        space = SimpleNamespace(
            planes=[None] * SIDES + list(records), rows=np.zeros((4, 5)), room=np.zeros(EXPANSION)
        )
        at = by_attribute(np.zeros(1, dtype=CORNER))[0]
        sides = [2 * k + rng.randint(0, 1) for k in rng.sample(range(3), rng.randint(0, 3))]
        at.p, at.q, at.r = [*sides, SIDES, SIDES + 1, SIDES + 2][:3]
        forms = [
            *(
                [Fraction(int(i == side // 2) * (1 - side % 2 * 2)) for i in range(3)] + [far]
                for side in sides
            ),
            *([Fraction(x) for x in plane] for plane in planes),
        ]
        place = met([], [tuple(form) for form in forms[:3]])
        if place is None:
            continue
        value = sum((a * b for a, b in zip(forms[-1], place, strict=True)), Fraction(0))
        told += 1
        zeros += value == 0
        sign = plain.exact_signs.exact_sign(space, at, SIDES + 3)
        found += sign != (value > 0) - (value < 0)
    assert told > 200
    assert zeros > 40
    return found


@pytest.mark.parametrize("bits", [1, 8, 24, 45])
def test_signs_of_planes_without_errors_are_those_of_fractions(
    plain: SimpleNamespace, bits: int
) -> None:
    assert signs_apart(plain, bits) == 0


def test_what_rounding_takes_from_products_is_seen_in_signs() -> None:
    with np.errstate(all="ignore"):
        damaged = plain_machine()
        damaged.exact_signs.product_error = lambda a, b: 0.0
        assert signs_apart(damaged, 45) > 0


def test_planes_with_errors_or_numbers_beyond_the_range_have_no_sign_but_at_the_origin(
    plain: SimpleNamespace,
) -> None:
    records = by_attribute(np.zeros(4, dtype=PLANE))
    for record, plane in zip(records, ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)), strict=True):
        record.a, record.b, record.c = plane
    space = SimpleNamespace(
        planes=[None] * SIDES + list(records), rows=np.zeros((4, 5)), room=np.zeros(EXPANSION)
    )
    at = by_attribute(np.zeros(1, dtype=CORNER))[0]
    at.p, at.q, at.r = SIDES, SIDES + 1, SIDES + 2

    def sign() -> int:
        return plain.exact_signs.exact_sign(space, at, SIDES + 3)

    for name, number, at_origin, elsewhere in (
        ("a_error", 1e-300, 0, NO_SIGN),
        ("a", 1e60, 0, NO_SIGN),
        ("a", 1e-60, 0, NO_SIGN),
        ("d_error", 1e-300, NO_SIGN, NO_SIGN),
        ("b", 1.0, 0, 1),
    ):
        record, before = records[3], records[3][name]
        record[name] = number
        record.d = 0.0
        assert sign() == at_origin
        record.d = 1.0
        assert sign() == elsewhere
        record.d = 0.0
        record[name] = before


def apart(rng: random.Random, dim: int, size: int) -> tuple[np.ndarray, list[Form]]:
    """Points with an error each, last, and points within the errors of them."""
    points = np.array(
        [[rng.gauss(0, 1) * 10.0 ** rng.randint(-size, size) for _ in range(dim)] for _ in range(4)]
    )
    errors = np.abs(points).max(axis=1) * rng.choice((0.0, 2.0**-53, 1e-9, 1e-1))
    exact = [
        tuple(Fraction(x) + Fraction(error) * rng.choice((-1, 0, 1)) for x in point)
        for point, error in zip(points.tolist(), errors.tolist(), strict=True)
    ]
    return np.column_stack([points, errors]), exact


def wrong_volumes(plain: SimpleNamespace, size: int) -> int:
    """How many areas of triangles and volumes of tetrahedra are not as bounds have it."""
    rng, found = random.Random(size), 0
    for _ in range(200):
        points, exact = apart(rng, 3, size)
        edges = [[a - b for a, b in zip(point, exact[0], strict=True)] for point in exact[1:]]
        volume, off = plain.measuring._tetrahedron(points, 1, 2, 3)
        found += excess(volume, abs(determinant(edges)), (off * (1 + 2.0**-30)) + 1e-290)
        points, exact = apart(rng, 2, size)
        edges = [[a - b for a, b in zip(point, exact[0], strict=True)] for point in exact[1:]]
        area = np.zeros(2)
        plain.measuring._measure_polygon(points[:3], area)
        found += excess(area[0], abs(determinant(edges[:2])) / 2, area[1])
    return found


@pytest.mark.parametrize("size", [0, 5, 60])
def test_volumes_are_those_of_fractions_within_their_errors(
    plain: SimpleNamespace, size: int
) -> None:
    assert wrong_volumes(plain, size) == 0


def test_roundings_of_volumes_that_are_left_out_are_seen() -> None:
    """One of these bounds alone is often covered by the others."""
    with np.errstate(all="ignore"):
        damaged = plain_machine()
        for name in ("GAMMA_DET", "GAMMA_3", "ROUNDOFF"):
            setattr(damaged.measuring, name, 0.0)
        assert wrong_volumes(damaged, 0)
