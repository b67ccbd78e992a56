"""Regions of three inputs: transparent solids, or their edges; moved apart on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.domains import Box
from linreg.pictures.drawing import matplotlib_package
from linreg.pictures.edges import stages_of_units
from linreg.pictures.fills import Colour, fill_of
from linreg.pictures.legend import add_colorbar, add_legend, colours_for, line, names_of
from linreg.pictures.palettes import colours_of_lines, rgb
from linreg.pictures.plane import add_data
from linreg.regions import Enumeration
from linreg.regions.polygons import Solids
from linreg.regions.polygons.ragged import labels_of, next_in_ring

if TYPE_CHECKING:
    from matplotlib.axes import Axes

QUIET = "#c4cad1"

SOLID = 0.8
"""How opaque facets are from which on they hide what is behind them."""


def draw_space(
    ax: Axes,
    regions: Enumeration,
    *,
    frame: Box | None,
    color: Colour,
    edges: str | None,
    data: Any,
    colorbar: bool,
    log: bool | None,
    explode: float,
    alpha: float | None,
) -> None:
    """Draw regions of three inputs as solids."""
    from mpl_toolkits.mplot3d.art3d import Line3DCollection, Poly3DCollection

    solids = regions.solids(frame)
    network = regions.problem.network
    stages = np.append(stages_of_units(network), 0)
    own = np.where(solids.owners >= 0, stages[np.maximum(solids.owners, -1)], 0)
    of_face = labels_of(solids.offsets)
    of_corner = of_face[labels_of(solids.face_offsets)]
    deepest, sizes = np.zeros(len(regions), dtype=np.int64), np.zeros(len(regions))
    centres = regions.witnesses.copy()
    count = np.bincount(of_corner, minlength=len(solids))[:, np.newaxis]
    middles = np.stack(
        [np.bincount(of_corner, solids.corners[:, k], len(solids)) for k in range(3)], axis=1
    ) / np.maximum(count, 1)
    if len(solids):
        deepest[solids.regions] = np.maximum.reduceat(own, solids.offsets[:-1])
        sizes[solids.regions] = solids.volumes
        centres[solids.regions] = middles
    if isinstance(color, str) and color == "class":
        raise ValueError("color: classes are drawn for two inputs; use 'output:K' or a slice")
    fill = fill_of(regions, color, deepest=deepest, sizes=sizes, centres=centres, log=log)
    corners = _apart(solids, middles, of_corner, explode)
    # A facet that two solids share is drawn once, unless they are moved apart.
    faces = np.arange(len(solids.owners)) if explode else _shared_once(solids)
    paths = [corners[solids.face_offsets[k] : solids.face_offsets[k + 1]] for k in faces.tolist()]
    groups = []
    lines_of_stages = np.array([*colours_of_lines(max(len(network.stages), 1)), rgb(QUIET)])
    hides = False
    if fill is not None:
        colours, mappable = colours_for(fill, solids.regions)
        opacity = (0.9 if explode else 0.22) if alpha is None else alpha
        shown = np.array(colours)[of_face[faces]]
        if opacity >= SOLID:
            shown[:, :3] = lit(paths, shown)
        shown[:, 3] = opacity
        # What is behind solids is hidden, and so are its edges if they belong to its facets.
        hides = opacity >= SOLID and edges is not None
        rims = lines_of_stages[own[faces] - 1] if hides else "none"
        made = Poly3DCollection(paths, facecolors=shown, edgecolors=rims, linewidths=0.6)
        ax.add_collection(made)
        if mappable is not None and colorbar:
            add_colorbar(ax, mappable, fill.label)
        elif mappable is None:
            groups.append((fill.label, names_of(fill, solids.regions)))
    if edges is not None:
        following = next_in_ring(solids.face_offsets)
        member = np.isin(labels_of(solids.face_offsets), faces)
        ends = np.stack([corners, corners[following]], axis=1)[member]
        stage = own[labels_of(solids.face_offsets)][member]
        # An edge belongs to the first stage of the facets that meet there.
        order = np.argsort(np.where(stage == 0, 99, stage), kind="stable")
        chosen = order[_first_of_each(ends[order])]
        width = float(np.clip(14.0 / np.sqrt(max(len(solids), 1)), 0.12, 0.7))
        if not hides:
            own_lines = lines_of_stages[stage[chosen] - 1]
            ax.add_collection(Line3DCollection(ends[chosen], colors=own_lines, linewidths=width))
        present = sorted(set(stage.tolist()) - {0})
        if len(network.stages) > 1:
            groups.append(
                ("edges of", [(f"stage {k}", line(lines_of_stages[k - 1], 1.2)) for k in present])
            )
    if data is not None:
        groups.append(("data", add_data(ax, data, 3)))
    if colorbar:
        add_legend(ax, groups)
    dress(ax, solids.frame, explode)


def dress(ax: Any, frame: Box, explode: float) -> None:
    """Limits and names of axes in three dimensions, on a white ground."""
    low = np.array([float(x) for x in frame.lower])
    high = np.array([float(x) for x in frame.upper])
    room = explode * (high - low) / 2
    ax.set_xlim(low[0] - room[0], high[0] + room[0])
    ax.set_ylim(low[1] - room[1], high[1] + room[1])
    ax.set_zlim(low[2] - room[2], high[2] + room[2])
    ax.set_box_aspect((1.0, 1.0, 1.0))
    ax.set_xlabel("$x_1$")
    ax.set_ylabel("$x_2$")
    ax.set_zlabel("$x_3$")
    quiet_panes(ax, elev=22.0)


def quiet_panes(ax: Any, *, elev: float) -> None:
    """A white ground, few numbers, and where it is seen from: so many degrees above."""
    ax.grid(False)
    for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
        axis.pane.set_facecolor("#ffffff")
        axis.pane.set_edgecolor(QUIET)
        axis.pane.set_alpha(1.0)
        # Numbers at both ends of an edge of the box would run into those of the next.
        axis.set_major_locator(matplotlib_package().ticker.MaxNLocator(5, prune="both"))
    ax.view_init(elev=elev, azim=-57.0)


def lit(paths: list[np.ndarray], colours: np.ndarray) -> np.ndarray:
    """Colours under a light from above on the left: dark where a polygon turns away from it."""
    light = np.array([-0.35, -0.45, 0.82])
    shares = []
    for path in paths:
        away = path - path.mean(axis=0)
        normal = np.linalg.svd(away, full_matrices=False)[2][-1]
        shares.append(abs(float(normal @ light)))
    share = 0.55 + 0.45 * np.array(shares)[:, np.newaxis]
    return np.clip(colours[:, :3] * share, 0, 1)


def _apart(
    solids: Solids, middles: np.ndarray, of_corner: np.ndarray, explode: float
) -> np.ndarray:
    """The corners, moved away from the middle of the frame together with their solid's."""
    if not explode:
        return solids.corners
    lower = np.array([float(x) for x in solids.frame.lower])
    upper = np.array([float(x) for x in solids.frame.upper])
    away = explode * (middles - (lower + upper) / 2)
    return np.asarray(solids.corners + away[of_corner])


def _shared_once(solids: Solids) -> np.ndarray:
    """The facets, each once: those on both sides have their middles in common."""
    counts = np.diff(solids.face_offsets)[:, np.newaxis]
    middles = np.add.reduceat(solids.corners, solids.face_offsets[:-1], axis=0) / counts
    return np.sort(_first_of_each(middles[:, np.newaxis]))


def _first_of_each(points: np.ndarray) -> np.ndarray:
    """The first of those that have the same middle, up to rounding; (things, points, 3)."""
    middles = points.mean(axis=1)
    extent = float(np.ptp(middles, axis=0).max()) if len(middles) else 1.0
    keys = np.round(middles / (extent or 1.0) * 1e7).astype(np.int64)
    return np.unique(keys, axis=0, return_index=True)[1]
