"""Persistent homology in pictures: diagrams and barcodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import inf, isinf
from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.pictures.drawing import STYLE, axes_for, matplotlib_package
from linreg.pictures.legend import PLAIN
from linreg.pictures.palettes import colours_of_lines
from linreg.pictures.statistics import quiet
from linreg.topology import Bar
from linreg.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKS = "os^Dv"

GUIDE = "#9aa3ad"
"""Lines that are no data: the diagonal, and where infinite values are drawn."""

MOST_BARS = 60
"""Bars from which on they are drawn thinner, without room between them."""


def plot_diagram(bars: Sequence[Bar], ax: Axes | None = None, *, title: str | None = None) -> Axes:
    """Draw a persistence diagram: a point for each bar, its birth to the right, its death upwards.

    Values that are infinite lie on dashed lines. Bars that coincide are one point with their
    number beside it.

    Parameters
    ----------
    bars : sequence of (dimension, birth, death)
        As `PolyhedralComplex.persistence` finds them.
    ax : matplotlib Axes, optional
    title : str, optional
        By default the number of bars.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    LinregError
        If matplotlib is not installed.

    Examples
    --------
    Where -|x| is at most t there are two half-lines, until they meet at 0:

    >>> from linreg import absolute, mlp, polyhedral_complex
    >>> hat = mlp([([[1]], [0])], ([[-1]], [0]), activation=absolute())
    >>> ax = plot_diagram(polyhedral_complex(hat).persistence())
    >>> ax.get_title(loc="left")
    '2 bars'
    """
    matplotlib = matplotlib_package()
    axes = axes_for(ax, size=(5.2, 4.8))
    scale = _Values(bars)
    with matplotlib.rc_context(STYLE):
        ends = [scale.low, scale.high]
        axes.plot(ends, ends, color=GUIDE, linewidth=0.8, zorder=1)
        falling = any(birth > death for _, birth, death in bars)
        empty = scale.high if falling else scale.low
        axes.fill_between(ends, [empty] * 2, ends, color=PLAIN, linewidth=0, zorder=0)
        for value in scale.endless(1):
            axes.axvline(scale.at(value), color=GUIDE, linewidth=0.8, linestyle="--", zorder=1)
        for value in scale.endless(2):
            axes.axhline(scale.at(value), color=GUIDE, linewidth=0.8, linestyle="--", zorder=1)
        dims = sorted({dim for dim, _, _ in bars})
        for dim, colour in zip(dims, _colours(dims), strict=True):
            points = Counter((birth, death) for degree, birth, death in bars if degree == dim)
            xs, ys = ([scale.at(pair[k]) for pair in points] for k in (0, 1))
            axes.scatter(
                xs,
                ys,
                s=34,
                marker=MARKS[dim % len(MARKS)],
                color=[(*colour, 0.85)],
                edgecolors="#ffffff",
                linewidths=0.7,
                zorder=3,
                label=_called(dim),
            )
            for x, y, number in zip(xs, ys, points.values(), strict=True):
                if number > 1:
                    axes.annotate(
                        f"x{number}", (x, y), xytext=(5, 3), textcoords="offset points", fontsize=8
                    )
        axes.set_xlim(*ends)
        axes.set_ylim(*ends)
        axes.set_aspect("equal")
        axes.set_xticks(*scale.ticks(1))
        axes.set_yticks(*scale.ticks(2))
        axes.set_xlabel("birth")
        axes.set_ylabel("death")
        if dims:
            axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), borderaxespad=0.0)
        axes.set_title(counted(len(bars), "bar") if title is None else title, loc="left")
    return axes


def plot_barcode(bars: Sequence[Bar], ax: Axes | None = None, *, title: str | None = None) -> Axes:
    """Draw a barcode: a bar from birth to death for each class, those of one dimension together.

    Ends at infinity are arrows.

    Parameters
    ----------
    bars : sequence of (dimension, birth, death)
        As `PolyhedralComplex.persistence` finds them.
    ax : matplotlib Axes, optional
    title : str, optional
        By default the number of bars.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    LinregError
        If matplotlib is not installed.

    Examples
    --------
    >>> from linreg import absolute, mlp, polyhedral_complex
    >>> hat = mlp([([[1]], [0])], ([[-1]], [0]), activation=absolute())
    >>> ax = plot_barcode(polyhedral_complex(hat).persistence())
    >>> ax.get_title(loc="left")
    '2 bars'
    """
    matplotlib = matplotlib_package()
    count = len(bars)
    axes = axes_for(ax, size=(6.4, float(np.clip(0.9 + 0.13 * count, 1.8, 6.0))))
    scale = _Values(bars)
    with matplotlib.rc_context(STYLE):
        dims = sorted({dim for dim, _, _ in bars})
        width = 3.4 if count <= MOST_BARS else float(np.clip(240.0 / count, 0.4, 3.4))
        height, middles = 0.0, []
        for dim, colour in zip(dims, _colours(dims), strict=True):
            mine = [(birth, death) for degree, birth, death in bars if degree == dim]
            mine.sort(key=lambda pair: (scale.at(min(pair)), scale.at(max(pair))))
            heights = height + np.arange(len(mine))
            ends = np.array([[scale.at(min(pair)), scale.at(max(pair))] for pair in mine])
            axes.hlines(heights, ends[:, 0], ends[:, 1], color=colour, linewidth=width, zorder=2)
            # A bar that is too short to be seen is a small square.
            middle = ends.mean(axis=1)
            axes.scatter(middle, heights, s=(0.7 * width) ** 2, marker="s", color=[colour], lw=0)
            for k, mark in ((0, "<"), (1, ">")):
                far = np.array([isinf(sorted(pair)[k]) for pair in mine])
                axes.plot(
                    ends[far, k],
                    heights[far],
                    linestyle="none",
                    marker=mark,
                    markersize=1.7 * width,
                    color=colour,
                    markeredgewidth=0,
                    clip_on=False,
                    zorder=3,
                )
            middles.append(height + (len(mine) - 1) / 2)
            height += len(mine) + 0.8
        axes.set_xlim(scale.low, scale.high)
        axes.set_ylim(max(height, 1.0) - 0.2, -0.9)  # the first bars on top
        axes.set_yticks(middles, [_called(dim) for dim in dims])
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_xticks(*scale.ticks(1, 2))
        axes.set_xlabel("value")
        axes.grid(axis="x", color="#e3e7eb", linewidth=0.6)
        axes.set_axisbelow(True)
        quiet(axes)
        axes.set_title(counted(count, "bar") if title is None else title, loc="left")
    return axes


class _Values:
    """Where values are drawn: infinite ones a little beyond all others."""

    def __init__(self, bars: Sequence[Bar]) -> None:
        self._bars = bars
        finite = [float(x) for _, *ends in bars for x in ends if not isinf(x)]
        least, most = min(finite, default=0.0), max(finite, default=0.0)
        extent = (most - least) or 1.0
        below, above = (0.26 if x in self.endless(1, 2) else 0.08 for x in (-inf, inf))
        self.low, self.high = least - below * extent, most + above * extent
        self._least, self._most = least, most
        self._ends = least - 0.18 * extent, most + 0.18 * extent

    def at(self, value: Any) -> float:
        """Where a value is."""
        if isinf(value):
            return self._ends[value > 0]
        return float(value)

    def endless(self, *places: int) -> list[float]:
        """The infinite values among births (1) and deaths (2)."""
        found = {bar[place] for bar in self._bars for place in places}
        return [value for value in (-inf, inf) if value in found]

    def ticks(self, *places: int) -> tuple[list[float], list[str]]:
        """Where ticks are, and what they say: only between the finite values, and at infinity."""
        ticker = matplotlib_package().ticker
        room = 0.03 * (self._most - self._least)
        found = ticker.MaxNLocator(6).tick_values(self._least, self._most).tolist()
        found = [x for x in found if self._least - room <= x <= self._most + room] or [self._least]
        form = ticker.ScalarFormatter(useOffset=False)
        form.create_dummy_axis()
        names = form.format_ticks(found) if found else []
        endless = self.endless(*places)
        signs = {-inf: "\N{MINUS SIGN}∞", inf: "∞"}
        return [*found, *map(self.at, endless)], [*names, *(signs[x] for x in endless)]


def _called(dim: int) -> str:
    return f"dimension {dim}"


def _colours(dims: list[int]) -> list[tuple[float, ...]]:
    """One for each dimension: that of dimension 1 is the same whether there are others or not."""
    every = colours_of_lines(max([*dims, 1]) + 1)
    return [every[dim] for dim in dims]
