"""Machine code: vertices and volumes of regions of two and three inputs, with bounds on errors.

A vertex v' = x' / w' for x' within e of x and w' within f of w, where f < w, is at most
(e + |x / w| f) / (w - f) from x / w. A volume is a sum over the triangles or tetrahedra from one
vertex, whose others come from the boundary; all have the sign of the whole, so that absolute values
are added up. With edges u, v, s from that vertex, each entry of them within e,

    |det(u', v') - det(u, v)| <= e (|u| + |v|) + 2 e^2
    |det(u', v', s') - det(u, v, s)| <= e (|v x s| + |s x u| + |u x v|)
                                        + 2 e^2 (|u| + |v| + |s|) + 6 e^3

in 1-norms, by multilinearity: a minor of two rows within e is at most 2 e^2, of three 6 e^3.
"""

from __future__ import annotations

import numpy as np

from linreg.kernel.data.polygons import Plane
from linreg.kernel.data.polyhedra import Space
from linreg.kernel.data.roundoff import FLOOR, GAMMA_3, ROUNDOFF, UP
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.work import HalfspaceRows, Maps
from linreg.kernel.machine import compiled, entry
from linreg.kernel.outlines.lookup import Lookup
from linreg.kernel.outlines.path import Path
from linreg.kernel.outlines.polygons import UNKNOWN, next_polygon
from linreg.kernel.outlines.polyhedra import next_polyhedron
from linreg.kernel.plane.cuts import WHOLE_PLANE
from linreg.kernel.plane.signs import is_far

GAMMA_DET = 12.0 * ROUNDOFF
"""Bound on gamma(8) and some more, relative to the sum of absolute products of a determinant of
three differences: two roundings make a minor, with three products and their sum it is six, and one
more each for the sizes and the total."""


@entry
def outline_polygons(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    plane: Plane,
    path: Path,
    lookup: Lookup,
    first: int,
    last: int,
    vertices: np.ndarray,
    sizes: np.ndarray,
    volumes: np.ndarray,
) -> tuple[int, int]:
    """Write vertices and volumes of some regions: the first region left, how many vertices.

    `vertices` gets points and a bound on the error of each coordinate; `sizes`, by region, the
    number of vertices or UNKNOWN; `volumes` areas, infinite where there is no end, and their
    errors. Regions have to be taken from the first one on, without a gap.
    """
    written = 0
    for i in range(first, last):
        if written + len(plane.signs) > len(vertices):
            return i, written
        n, now = next_polygon(t, maps, halfspaces, plane, path, lookup, i)
        m = 0
        is_bounded = n != WHOLE_PLANE
        for k in range(n):
            at, before = plane.at[now, k], plane.along[now, k - 1 if k > 0 else n - 1]
            if is_far(at):
                is_bounded = False
            elif plane.along[now, k].halfspace != before.halfspace:  # else it is amid an edge
                vertex = vertices[written + m]
                floor = abs(at.w) - at.w_error
                vertex[2] = 0.0
                _divide(vertex, 0, 2, at.x, at.x_error, at.w, at.w_error, floor)
                _divide(vertex, 1, 2, at.y, at.y_error, at.w, at.w_error, floor)
                m += 1
        sizes[i] = UNKNOWN if n == UNKNOWN else m
        volumes[i, 0] = np.inf
        volumes[i, 1] = 0.0
        if is_bounded:
            _measure_polygon(vertices[written : written + m], volumes[i])
        written += m
    return last, written


@compiled
def _divide(
    vertex: np.ndarray,
    k: int,
    n: int,
    x: float,
    x_error: float,
    w: float,
    w_error: float,
    floor: float,
) -> None:
    """Write coordinate k of n of a vertex, and make its error, which comes last, large enough."""
    vertex[k] = x / w
    size = abs(vertex[k])
    error = ((x_error + size * w_error) / floor + ROUNDOFF * size) * UP + FLOOR
    if not (floor > 0.0 and error >= 0.0):
        error = np.inf
    vertex[n] = max(vertex[n], error)


@compiled
def _measure_polygon(vertices: np.ndarray, volume: np.ndarray) -> None:
    """Write the area of a polygon, whose vertices go round, and its error."""
    total, error = 0.0, 0.0
    for k in range(1, len(vertices) - 1):
        u_x, u_y = vertices[k, 0] - vertices[0, 0], vertices[k, 1] - vertices[0, 1]
        v_x, v_y = vertices[k + 1, 0] - vertices[0, 0], vertices[k + 1, 1] - vertices[0, 1]
        size = max(max(abs(u_x), abs(u_y)), max(abs(v_x), abs(v_y)))
        e = vertices[0, 2] + max(vertices[k, 2], vertices[k + 1, 2]) + ROUNDOFF * size
        one, two = u_x * v_y, u_y * v_x
        total += abs(one - two)
        error += e * (abs(u_x) + abs(u_y) + abs(v_x) + abs(v_y)) + 2.0 * e * e
        error += GAMMA_3 * (abs(one) + abs(two))
    # The sum of fewer terms than there are generators, all of one sign.
    rounding = len(vertices) * ROUNDOFF * total
    volume[0] = 0.5 * total
    volume[1] = 0.5 * (error + rounding) * UP + FLOOR


@entry
def outline_polyhedra(
    t: Tables,
    maps: Maps,
    halfspaces: HalfspaceRows,
    plane: Plane,
    space: Space,
    path: Path,
    lookup: Lookup,
    first: int,
    last: int,
    vertices: np.ndarray,
    sizes: np.ndarray,
    volumes: np.ndarray,
) -> tuple[int, int]:
    """`outline_polygons` for three inputs."""
    written = 0
    for i in range(first, last):
        if written + len(space.signs) > len(vertices):
            return i, written
        n, now = next_polyhedron(t, maps, halfspaces, plane, space, path, lookup, i)
        m = 0
        is_bounded = n > 0
        for k in range(n):
            at = space.at[now, k]
            if not at.w > 0.0:
                is_bounded = False
            elif at.first < k:
                space.places[k] = space.places[at.first]
            else:
                vertex = vertices[written + m]
                floor = at.w - at.w_error
                vertex[3] = 0.0
                _divide(vertex, 0, 3, at.x, at.x_error, at.w, at.w_error, floor)
                _divide(vertex, 1, 3, at.y, at.y_error, at.w, at.w_error, floor)
                _divide(vertex, 2, 3, at.z, at.z_error, at.w, at.w_error, floor)
                space.places[k] = m
                m += 1
        sizes[i] = UNKNOWN if n == UNKNOWN else m
        volumes[i, 0] = np.inf
        volumes[i, 1] = 0.0
        if is_bounded:
            mine = vertices[written : written + m]
            _measure_polyhedron(space, space.at[now], n, mine, volumes[i])
        written += m
    return last, written


@compiled
def _measure_polyhedron(
    space: Space, corners: np.ndarray, n: int, vertices: np.ndarray, volume: np.ndarray
) -> None:
    """Write the volume of a polyhedron, and its error: of the tetrahedra over all its faces.

    A face is gone round from corner to corner, from the first one on. Those that the first corner
    of all lies on have no volume over them, nor have triangles with two corners at one point.
    """
    total, error, terms = 0.0, 0.0, 0
    space.seams[corners[0].p] = 0
    space.seams[corners[0].q] = 0
    space.seams[corners[0].r] = 0
    for start in range(1, n):
        for which in range(3):
            corner = corners[start]
            face = corner.p if which == 0 else corner.q if which == 1 else corner.r
            if space.seams[face] >= 0:
                continue
            space.seams[face] = start
            # Along the edge that leaves one of the other two planes, and comes to a third one.
            by = corner.q if which == 0 else corner.p
            k = corner.past_q if which == 0 else corner.past_p
            stays = corner.p + corner.q + corner.r - face - by
            while k != start:
                corner = corners[k]
                by, stays = stays, corner.p + corner.q + corner.r - face - stays
                past = corner.past_q if corner.q == by else corner.past_r
                past = corner.past_p if corner.p == by else past
                i, j, m = space.places[start], space.places[k], space.places[past]
                if i != j and j != m and m != i and i * j * m != 0:
                    size, off = _tetrahedron(vertices, i, j, m)
                    total += size
                    error += off
                    terms += 1
                k = past
    for start in range(n):
        space.seams[corners[start].p] = -1
        space.seams[corners[start].q] = -1
        space.seams[corners[start].r] = -1
    rounding = terms * ROUNDOFF * total
    volume[0] = total / 6.0
    volume[1] = ((error + rounding) / 6.0 + ROUNDOFF * volume[0]) * UP + FLOOR


@compiled
def _tetrahedron(vertices: np.ndarray, i: int, j: int, k: int) -> tuple[float, float]:
    """Six times the volume over a triangle, seen from the first vertex, and its error."""
    o, p, q, r = vertices[0], vertices[i], vertices[j], vertices[k]
    u_x, u_y, u_z = p[0] - o[0], p[1] - o[1], p[2] - o[2]
    v_x, v_y, v_z = q[0] - o[0], q[1] - o[1], q[2] - o[2]
    s_x, s_y, s_z = r[0] - o[0], r[1] - o[1], r[2] - o[2]
    u = abs(u_x) + abs(u_y) + abs(u_z)
    v = abs(v_x) + abs(v_y) + abs(v_z)
    s = abs(s_x) + abs(s_y) + abs(s_z)
    e = o[3] + max(p[3], max(q[3], r[3])) + ROUNDOFF * max(u, max(v, s))
    x, y, z = v_y * s_z - v_z * s_y, v_z * s_x - v_x * s_z, v_x * s_y - v_y * s_x
    value = u_x * x + u_y * y + u_z * z
    size = abs(u_x) * (abs(v_y * s_z) + abs(v_z * s_y))
    size += abs(u_y) * (abs(v_z * s_x) + abs(v_x * s_z))
    size += abs(u_z) * (abs(v_x * s_y) + abs(v_y * s_x))
    minors = abs(x) + abs(y) + abs(z)
    minors += abs(u_y * s_z - u_z * s_y) + abs(u_z * s_x - u_x * s_z) + abs(u_x * s_y - u_y * s_x)
    minors += abs(u_y * v_z - u_z * v_y) + abs(u_z * v_x - u_x * v_z) + abs(u_x * v_y - u_y * v_x)
    minors += GAMMA_3 * (u * v + v * s + s * u)
    error = e * minors + 2.0 * e * e * (u + v + s) + 6.0 * e * e * e + GAMMA_DET * size
    return abs(value), error
