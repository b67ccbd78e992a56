"""Small pictures of regions as SVG, for notebooks: no library needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from linreg.regions.polygons.one_region import polygon_of
from linreg.regions.polygons.shapes import polygons_of

if TYPE_CHECKING:
    from linreg.regions.enumeration import Enumeration
    from linreg.regions.region import Region

PIXELS = 260.0
"""Of a picture, in pixels."""

MOST_POLYGONS = 3000
"""Polygons of one picture: more are too much for a notebook's file."""

SHADES = ("#9db2bf", "#b3c4b1", "#d3cda4", "#e8cfae", "#f2ddd0", "#c9d3dc")
"""Fills, from region to region by how many units are above their lowest piece."""


def thumbnail(regions: Enumeration) -> str:
    """A small picture of the regions of two inputs; nothing for others, or for very many."""
    if regions.problem.network.input_dim != 2 or not 0 < len(regions) <= MOST_POLYGONS:
        return ""
    polygons = polygons_of(regions)
    heights = (regions.patterns[polygons.regions] > 0).sum(axis=1)
    rings = [polygons[k] for k in range(len(polygons))]
    fills = [SHADES[int(height) % len(SHADES)] for height in heights]
    return _svg(rings, fills, _ends(polygons.frame.lower), _ends(polygons.frame.upper))


def picture_of(region: Region) -> str | None:
    """A region of two inputs as SVG; None for others, and for unbounded ones."""
    if region.problem.network.input_dim != 2 or not region.is_bounded:
        return None
    corners = polygon_of(region).corners
    low, high = corners.min(axis=0), corners.max(axis=0)
    room = 0.08 * (high - low)
    return _svg([corners], [SHADES[0]], low - room, high + room)


def _ends(numbers: tuple[object, ...]) -> np.ndarray:
    return np.array([float(x) for x in numbers])  # type: ignore[arg-type]


def _svg(rings: list[np.ndarray], fills: list[str], low: np.ndarray, high: np.ndarray) -> str:
    """Filled polygons with hairlines, the second coordinate upward."""
    extent = high - low
    height = PIXELS * float(np.clip(extent[1] / extent[0], 0.4, 1.6))
    scale = np.array([PIXELS, height]) / extent
    paths = []
    for ring, fill in zip(rings, fills, strict=True):
        at = (ring - low) * scale
        at[:, 1] = height - at[:, 1]
        points = " ".join(f"{x:.2f},{y:.2f}" for x, y in at.tolist())
        paths.append(f'<polygon points="{points}" fill="{fill}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{PIXELS:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {PIXELS:.0f} {height:.0f}" stroke="#1d2733" stroke-width="0.5" '
        f'stroke-linejoin="round">{"".join(paths)}</svg>'
    )
