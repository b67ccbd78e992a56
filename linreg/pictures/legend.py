"""What colours and lines mean: a scale or a list beside the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.pictures.drawing import matplotlib_package, number_logarithms
from linreg.pictures.fills import Fill
from linreg.pictures.palettes import MUTED, colours_of_categories, scale_of_colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

PLAIN = "#eef1f4"
"""The fill of regions without a colour."""

MOST_NAMES = 12
"""Categories that are named beside the picture."""


def colours_for(fill: Fill | None, chosen: np.ndarray, muted: float = MUTED) -> tuple[Any, Any]:
    """Colours of some regions, (regions, 4), and what a colour bar needs; None for categories."""
    matplotlib = matplotlib_package()
    if fill is None:
        return np.tile(matplotlib.colors.to_rgba(PLAIN), (len(chosen), 1)), None
    values = fill.values[chosen]
    if fill.categories:
        palette = np.array(
            [(*colour, 1.0) for colour in colours_of_categories(len(fill.categories), muted)]
        )
        return palette[values.astype(np.int64)], None
    finite = values[np.isfinite(values) & ((values > 0) | (not fill.is_log))]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    norm_class = (
        matplotlib.colors.LogNorm if fill.is_log and low > 0 else matplotlib.colors.Normalize
    )
    norm = norm_class(low, high, clip=True)
    scale: Colormap = scale_of_colours(muted)
    mappable = matplotlib.cm.ScalarMappable(norm, scale)
    return scale(np.asarray(norm(np.where(np.isfinite(values), values, low)))), mappable


def names_of(fill: Fill, shown: np.ndarray, muted: float = MUTED) -> list[tuple[str, Any]]:
    """The categories that are shown, with their colours; none if they are many."""
    palette = colours_of_categories(len(fill.categories), muted)
    present = sorted(set(fill.values[shown].astype(int).tolist()))
    if len(present) > MOST_NAMES:
        return []
    return [(fill.categories[k], patch(palette[k])) for k in present]


def add_colorbar(ax: Any, mappable: Any, label: str, *, whole: bool = False) -> None:
    """A thin scale beside the axes, at the bottom; lists stand above it."""
    inset = ax.inset_axes((1.03, 0.02, 0.03, 0.42)) if not hasattr(ax, "get_zlim") else None
    bar = (
        ax.figure.colorbar(mappable, cax=inset)
        if inset is not None
        else ax.figure.colorbar(
            mappable, ax=ax, fraction=0.03, pad=0.08, shrink=0.45, anchor=(0, 0)
        )
    )
    if whole:
        bar.locator = matplotlib_package().ticker.MaxNLocator(integer=True)
        bar.update_ticks()
    norm = mappable.norm
    if isinstance(norm, matplotlib_package().colors.LogNorm):
        number_logarithms(bar.ax.yaxis, norm.vmin, norm.vmax)
    bar.outline.set_linewidth(0.0)
    bar.ax.tick_params(length=2.5, width=0.5, labelsize=8)
    bar.set_label(label, fontsize=8.5)


def add_legend(ax: Axes, groups: list[tuple[str, list[tuple[str, Any]]]]) -> None:
    """A list beside the axes: (title, [(name, handle), ...]) for each group."""
    matplotlib = matplotlib_package()
    handles, names = [], []
    for title, entries in groups:
        if entries:
            handles.append(matplotlib.lines.Line2D([], [], linestyle="none"))
            names.append(title)
            for name, handle in entries:
                handles.append(handle)
                names.append(name)
    if not handles:
        return
    made = ax.legend(
        handles,
        names,
        loc="upper left",
        bbox_to_anchor=(1.02, 1.0),
        borderaxespad=0.0,
        handlelength=1.4,
        labelspacing=0.35,
        handletextpad=0.6,
        frameon=False,
        fontsize=8,
    )
    titles = {title for title, _ in groups}
    for text in made.get_texts():
        if text.get_text() in titles:
            text.set_fontweight("bold")


def patch(colour: Any) -> Any:
    """A square of a colour."""
    from matplotlib.patches import Patch

    return Patch(facecolor=colour, edgecolor="#7a828c", linewidth=0.4)


def line(colour: Any, width: float) -> Any:
    """A stroke of a colour."""
    return matplotlib_package().lines.Line2D([], [], color=colour, linewidth=width)
