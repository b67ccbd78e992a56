"""Colours that differ in lightness, so that they hold for colour-blind eyes and in grey."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.pictures.drawing import matplotlib_package

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

BATLOW = (
    "#011959",
    "#103f60",
    "#1c5a62",
    "#3c6d56",
    "#687b3e",
    "#9d892b",
    "#d29343",
    "#f8a17b",
    "#fdc7ae",
)
"""From dark to light in even steps: batlow of Crameri (2018), "Scientific colour maps", up to where
it turns pink."""

BOUNDARY = "#b3123a"
"""The decision boundary: a red that is dark in grey too."""

INK = "#1d2733"
"""Lines without a category."""

POINTS = ("#1d2733", "#ffffff", "#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#d55e00", "#f0e442")
"""Fills of data points by label, each with a dark rim; after Okabe and Ito (2008)."""

MUTED = 0.42
"""The share of white in fills: lines and points stand out from them."""


def scale_of_colours(muted: float = MUTED) -> Colormap:
    """The colours of numbers, from low (dark) to high (light), mixed with white."""
    colors = matplotlib_package().colors
    stops = [_mixed(colors.to_rgb(stop), muted) for stop in BATLOW]
    made: Colormap = colors.LinearSegmentedColormap.from_list("linreg", stops)
    return made


def colours_of_categories(count: int, muted: float = MUTED) -> list[tuple[float, ...]]:
    """One colour for each of some categories, of different lightness."""
    scale = scale_of_colours(muted)
    if count == 1:
        return [tuple(scale(0.55)[:3])]
    return [tuple(scale(x)[:3]) for x in np.linspace(0.1, 0.95, count)]


def colours_of_lines(count: int) -> list[tuple[float, ...]]:
    """Dark to middle colours of hairlines, one for each stage."""
    scale = scale_of_colours(0.0)
    if count == 1:
        return [tuple(matplotlib_package().colors.to_rgb(INK))]
    return [tuple(scale(x)[:3]) for x in np.linspace(0.0, 0.62, count)]


def rgb(colour: str) -> tuple[float, ...]:
    """Red, green and blue from 0 to 1."""
    return tuple(matplotlib_package().colors.to_rgb(colour))


def _mixed(colour: tuple[float, float, float], white: float) -> Any:
    return tuple(channel + (1 - channel) * white for channel in colour)
