"""Machine code: what stands in a certificate, or is left to exact arithmetic, number by number."""

from __future__ import annotations

from typing import cast

import numpy as np

from linreg.kernel.data.telling import DOUBTS, LENGTH, ON_PATH, Telling
from linreg.kernel.data.work import HalfspaceRows
from linreg.kernel.machine import NONE, compiled
from linreg.kernel.simplex.points import halfspace_value

MOST_PLACES = 60
"""Binary places of a coordinate, at most."""

ONE = cast("int", np.int64(1))

LARGEST = 2.0**62
"""Numerators below this are written; larger ones are left to integers of any size."""


@compiled
def put_byte(telling: Telling, byte: int) -> None:
    """Append a byte."""
    at = telling.counters[LENGTH]
    telling.text[at] = byte
    telling.counters[LENGTH] = at + 1


@compiled
def put_number(telling: Telling, number: int) -> None:
    """Append a number that is not negative: seven bits a byte, the top bit where more follow."""
    while number >= 0x80:
        put_byte(telling, number & 0x7F | 0x80)
        number >>= 7
    put_byte(telling, number)


@compiled
def put_integer(telling: Telling, number: int) -> None:
    """Append an integer: the bytes that its absolute value and a sign bit fill, and how many."""
    size = 0
    left = abs(number)
    if left > 0:
        size = 1
        while left >= 0x80:
            left >>= 8
            size += 1
    put_byte(telling, size)
    for _ in range(size):
        put_byte(telling, number & 0xFF)
        number >>= 8


@compiled
def put_point(telling: Telling, n: int, places: int) -> None:
    """Append `telling.digits` with so many binary places."""
    put_integer(telling, ONE << places)
    for k in range(n):
        put_integer(telling, telling.digits[k])


@compiled
def put_path(telling: Telling, depth: int) -> None:
    """Tell the half-spaces of the path, for the doubts that follow."""
    doubts, at = telling.doubts, telling.counters[DOUBTS]
    doubts[at], doubts[at + 1] = ON_PATH, depth
    at += 2
    for i in range(depth):
        doubts[at], doubts[at + 1] = telling.path[i, 0], telling.path[i, 1]
        at += 2
    telling.counters[DOUBTS] = at


@compiled
def few_digits(
    halfspaces: HalfspaceRows, telling: Telling, n: int, m: int, x: np.ndarray, beyond: int
) -> int:
    """Round a point as far as it stays certainly inside the first half-spaces: to which place.

    Its numerators are `telling.digits`. -1 if neither it nor what it is rounded to is certainly
    inside, or if numerators are too large. It has to be beyond one half-space, if that is one.
    """
    room = _room(halfspaces, n, m, x, beyond)
    if not room > 0.0:
        return NONE
    places = 0
    unit = 1.0
    while places < MOST_PLACES and not 0.5 * unit < room:
        unit *= 0.5
        places += 1
    for k in range(n):
        scaled = np.rint(x[k] / unit)
        if not abs(scaled) < LARGEST:
            return NONE
        telling.digits[k] = np.int64(scaled)
        telling.point[k] = scaled * unit
    return places if _room(halfspaces, n, m, telling.point, beyond) > 0.0 else NONE


@compiled
def _room(halfspaces: HalfspaceRows, n: int, m: int, x: np.ndarray, beyond: int) -> float:
    """About how far each coordinate of a point may move; 0 if it is not certainly in its place."""
    room = np.inf
    for i in range(m):
        value, error = halfspace_value(halfspaces, n, i, x)
        if i == beyond:
            value = -value
        if not value > error:
            return 0.0
        size = 0.0
        for k in range(n):
            size += abs(halfspaces.normals[i, k])
        if size > 0.0:
            room = min(room, value / size)
    return room
