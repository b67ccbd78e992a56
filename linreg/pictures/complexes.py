"""Cells of all dimensions in a picture: of a whole complex, and of a union of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.complex import CellComplex
from linreg.domains import Box
from linreg.pictures.cells import corners_of, frame_of_cells, stages_of_facets
from linreg.pictures.drawing import STYLE, axes_for, matplotlib_package
from linreg.pictures.legend import add_legend, line, patch
from linreg.pictures.palettes import BOUNDARY, INK, colours_of_categories, colours_of_lines
from linreg.pictures.plane import LEAST_RATIO, MOST_NAMES, hairline, show_frame
from linreg.pictures.space import dress
from linreg.pictures.subject import ON_A_SLICE
from linreg.readers import DomainLike, NetworkLike
from linreg.topology import PolyhedralComplex, Subcomplex, pieces, polyhedral_complex, total_size
from linreg.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNBOUNDED = "#ffffff"

FAINT = "#c9cfd6"


def plot_complex(
    cells: PolyhedralComplex | NetworkLike,
    ax: Axes | None = None,
    frame: DomainLike = None,
    *,
    domain: DomainLike = None,
    title: str | None = None,
) -> Axes:
    """Draw the cells of a complex of two or three inputs: vertices, edges and regions.

    Bounded regions are shaded, or, if levels cut the complex, those where the first output is
    above the first level. Edges (facets, with three inputs) have the colour of the first stage
    with a unit that switches on them; where only a level is met they are bold.

    Parameters
    ----------
    cells : PolyhedralComplex, Network, or what `as_network` accepts
    ax : matplotlib Axes, optional
    frame : Box, "box:LO,HI" or [[lo, hi], ...], optional
        What is shown; unbounded cells go to its edge. By default all vertices but a few far away.
    domain : Domain, or what `as_domain` accepts, optional
        For a network: where its cells are asked for.
    title : str, optional
        By default the f-vector: how many vertices, edges and regions there are.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If the network has another number of inputs than two or three, or a domain is given for a
        complex that has one.
    LinregError
        If matplotlib is not installed.

    Examples
    --------
    Three lines in general position have three vertices and cut each other into nine edges:

    >>> from linreg import mlp
    >>> ax = plot_complex(mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])]))
    >>> ax.get_title(loc="left")
    '3 vertices, 9 edges, 7 regions'
    """
    matplotlib = matplotlib_package()
    if not isinstance(cells, PolyhedralComplex):
        cells = polyhedral_complex(cells, domain)
    elif domain is not None:
        raise ValueError("domain: the complex has one; a domain is for a network")
    _check_inputs(cells)
    shown = frame_of_cells(cells, np.ones(len(cells), dtype=bool), frame)
    axes = axes_for(ax, dim=cells.dim, size=_size(shown))
    with matplotlib.rc_context(STYLE):
        canvas = _Canvas(axes, cells, shown)
        groups = _shade(canvas, cells) if cells.dim == 2 else []
        groups.append(_add_facets(canvas, cells))
        width = hairline(int((cells.dims == 1).sum()))
        if cells.dim == 3:
            canvas.lines(np.flatnonzero(cells.dims == 1), INK, width, 2)
        canvas.dots(np.flatnonzero(cells.dims == 0), INK)
        add_legend(axes, groups)
        canvas.finish()
        axes.set_title(_said(cells.f_vector) if title is None else title, loc="left")
    return axes


def plot_pieces(
    union: Subcomplex,
    ax: Axes | None = None,
    frame: DomainLike = None,
    *,
    around: bool = True,
    title: str | None = None,
) -> Axes:
    """Draw a union of cells of two or three inputs: a level set, a decision boundary or region.

    Each connected component has a colour of its own. Lines are cells of dimension 1, filled
    polygons those of dimension 2, dots vertices; what is not in the union is not drawn, so an open
    region has no outline.

    Parameters
    ----------
    union : Subcomplex
        As of `level_set`, `decision_boundary`, `PolyhedralComplex.where`.
    ax : matplotlib Axes, optional
    frame : Box, "box:LO,HI" or [[lo, hi], ...], optional
        What is shown; by default all vertices of the union but a few far away.
    around : bool
        Whether to draw the edges of the other cells, faintly. For two inputs.
    title : str, optional
        By default the number of components, and the length or area if it is finite.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        If the network has another number of inputs than two or three.
    LinregError
        If matplotlib is not installed.

    Examples
    --------
    The square |x| + |y| = 1 has sides of length sqrt(2):

    >>> from linreg import absolute, level_set, mlp
    >>> net = mlp([([[1, 0], [0, 1]], [0, 0])], ([[1, 1]], [-1]), activation=absolute())
    >>> ax = plot_pieces(level_set(net))
    >>> ax.get_title(loc="left")
    '1 component, length 5.657'
    """
    matplotlib = matplotlib_package()
    cells = union.complex
    _check_inputs(cells)
    shown = frame_of_cells(cells, union.chosen, frame)
    axes = axes_for(ax, dim=cells.dim, size=_size(shown))
    with matplotlib.rc_context(STYLE):
        canvas = _Canvas(axes, cells, shown)
        if around and cells.dim == 2:
            others = np.flatnonzero((cells.dims == 1) & ~union.chosen)
            canvas.lines(others, FAINT, hairline(len(others)), 2)
        groups = _add_components(canvas, union)
        add_legend(axes, groups)
        canvas.finish()
        axes.set_title(_measured(union) if title is None else title, loc="left")
    return axes


class _Canvas:
    """Axes in two or three dimensions, on which cells are drawn by their numbers."""

    def __init__(self, axes: Any, cells: CellComplex, frame: Box) -> None:
        self.axes, self.cells, self.frame = axes, cells, frame

    def shapes(self, indices: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
        """The corners of those cells that the frame shows, and which they are."""
        found = [corners_of(self.cells, self.cells.cell(k), self.frame) for k in indices.tolist()]
        shown = [place for place, corners in enumerate(found) if len(corners)]
        return [found[place] for place in shown], np.array(shown, dtype=np.int64)

    def polygons(
        self, indices: np.ndarray, colours: np.ndarray, opacity: float, edge: str = "face"
    ) -> None:
        """Fill cells of dimension 2, one colour each."""
        paths, shown = self.shapes(indices)
        if not paths:
            return
        if self.cells.dim == 3:
            from mpl_toolkits.mplot3d.art3d import Poly3DCollection

            made = Poly3DCollection(
                paths,
                facecolors=[(*colour[:3], opacity) for colour in _lit(paths, colours[shown])],
                edgecolors="none" if edge == "face" else edge,
                linewidths=0.35,
            )
            self.axes.add_collection3d(made)
            return
        self.axes.add_collection(
            matplotlib_package().collections.PolyCollection(
                paths,
                facecolors=colours[shown],
                edgecolors="face",
                linewidths=0.35,
                alpha=opacity,
                joinstyle="round",
                zorder=1,
            ),
            autolim=False,
        )

    def lines(self, indices: np.ndarray, colours: Any, width: float, zorder: float) -> None:
        """Draw cells of dimension 1."""
        ends, shown = self.shapes(indices)
        if not ends:
            return
        own = colours if isinstance(colours, str) else np.asarray(colours)[shown]
        if self.cells.dim == 3:
            from mpl_toolkits.mplot3d.art3d import Line3DCollection

            self.axes.add_collection3d(Line3DCollection(ends, colors=own, linewidths=width))
            return
        self.axes.add_collection(
            matplotlib_package().collections.LineCollection(
                ends, colors=own, linewidths=width, capstyle="round", zorder=zorder
            ),
            autolim=False,
        )

    def dots(self, indices: np.ndarray, colours: Any, size: float | None = None) -> None:
        """Draw vertices."""
        places, shown = self.shapes(indices)
        if not places or self.cells.lines:
            return
        own = colours if isinstance(colours, str) else np.asarray(colours)[shown]
        size = float(np.clip(1600.0 / len(places), 0.5, 13.0)) if size is None else size
        points = np.concatenate(places)
        extra = {"depthshade": False} if self.cells.dim == 3 else {}
        self.axes.scatter(
            *points.T,
            s=size,
            c="#ffffff",
            edgecolors=own,
            linewidths=min(0.8, size / 8),
            zorder=5,
            **extra,
        )

    def finish(self) -> None:
        """Limits and names of axes."""
        if self.cells.dim == 3:
            dress(self.axes, self.frame, 0.0)
        else:
            show_frame(self.axes, self.frame)


def _shade(canvas: _Canvas, cells: PolyhedralComplex) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Fill the regions by what is known of them: the side of a level, the class, boundedness."""
    regions = np.flatnonzero(cells.dims == cells.dim)
    if cells.levels.of_output:
        output, (level, *_) = cells.levels.of_output[0]
        kinds = cells.sides(output, level)[regions].astype(np.int64) + 1
        names = [f"output {output} {sign} {level}" for sign in ("<", "=", ">")]
        palette = np.array(colours_of_categories(3, 0.72))
        what = "where"
    elif cells.levels.classes:
        wins = np.stack(
            [cells.decision_region(c).chosen[regions] for c in cells.levels.classes], axis=1
        )
        kinds = np.where(wins.sum(axis=1) > 1, len(cells.levels.classes), wins.argmax(axis=1))
        names = [*map(str, cells.levels.classes), "tied"]
        palette = np.array(colours_of_categories(len(names), 0.6))
        what = "largest output"
    else:
        kinds = cells.bounded[regions].astype(np.int64)
        names, what = ["unbounded", "bounded"], "regions"
        palette = np.array([_rgb(UNBOUNDED), colours_of_categories(1, 0.78)[0]])
    canvas.polygons(regions, palette[kinds], 1.0)
    present = sorted(set(kinds.tolist()))
    return [(what, [(names[k], patch(palette[k])) for k in present])] if len(present) > 1 else []


def _add_facets(canvas: _Canvas, cells: CellComplex) -> tuple[str, list[tuple[str, Any]]]:
    """Draw the cells of dimension n - 1 by stage, and say which colour is which."""
    stages = stages_of_facets(cells)
    cut = bool(cells.levels.of_output or cells.levels.classes)
    count = len(cells.problem.network.stages) - cut
    palette = [_rgb(INK), *colours_of_lines(max(count, 1)), _rgb(BOUNDARY)]
    entries = []
    width = max(1.7 * hairline(int((cells.dims == 1).sum())), 0.25)
    for stage in sorted(set(stages[cells.dims == cells.dim - 1].tolist()), reverse=True):
        mine = np.flatnonzero((cells.dims == cells.dim - 1) & (stages == stage))
        colour = palette[stage]
        is_level = cut and stage == count + 1
        if cells.dim == 3:
            canvas.polygons(mine, np.tile(colour, (len(mine), 1)), 0.55 if is_level else 0.16)
        else:
            wide = max(width, 1.6) if is_level else width
            canvas.lines(mine, np.tile(colour, (len(mine), 1)), wide, 3.0 if is_level else 2.0)
        if is_level:
            said = "a level" if cells.levels.of_output else "the largest output"
            entries.append((said, line(BOUNDARY, 1.8)))
        elif stage:
            entries.append((f"stage {stage}", line(colour, 1.4)))
    return (
        "edges of" if cells.dim == 2 else "facets of",
        entries[::-1] if len(entries) > 1 else [],
    )


def _add_components(canvas: _Canvas, union: Subcomplex) -> list[tuple[str, list[tuple[str, Any]]]]:
    cells, component = union.complex, union.component_of
    count = union.components
    strong = np.array([_rgb(BOUNDARY)] if count == 1 else colours_of_lines(max(count, 2)))
    pale = strong + 0.45 * (1 - strong)
    filled = union.chosen & (cells.dims == 2)
    mine = np.flatnonzero(filled)
    if cells.dim == 3:
        canvas.polygons(mine, pale[component[mine]], 1.0, edge=INK)
    else:
        canvas.polygons(mine, pale[component[mine]], 0.75)
    # What lies inside a filled part is a hairline there, or an edge of its polygons.
    inside = union.chosen & _are_inside(cells, filled)
    edges = np.flatnonzero(union.chosen & (cells.dims == 1) & ~inside)
    if cells.dim == 2:
        hidden = np.flatnonzero(inside & (cells.dims == 1))
        canvas.lines(hidden, strong[component[hidden]], hairline(len(hidden)), 2.5)
        canvas.lines(edges, "#ffffff", 3.0, 3)
        canvas.lines(edges, strong[component[edges]], 1.7, 3.1)
    else:
        alone = edges[~_are_below(cells, filled)[edges]]
        canvas.lines(alone, strong[component[alone]], 1.7, 3)
    vertices = union.chosen & (cells.dims == 0) & ~inside
    if cells.dim == 3:
        vertices &= ~_are_below(cells, union.chosen)
    dots = np.flatnonzero(vertices)
    canvas.dots(dots, strong[component[dots]] if len(dots) else INK)
    if not 1 < count <= MOST_NAMES:
        return []
    return [("component", [(str(k + 1), line(strong[k], 1.8)) for k in range(count)])]


def _are_below(cells: CellComplex, chosen: np.ndarray) -> np.ndarray:
    """Which cells are faces of a chosen cell of one dimension more; bool, shape (cells,)."""
    return np.asarray(cells.cofaces @ chosen.astype(np.int32) > 0)


def _are_inside(cells: CellComplex, filled: np.ndarray) -> np.ndarray:
    """Which edges and vertices have chosen polygons on all sides; bool, shape (cells,)."""
    around = cells.cofaces @ np.ones(len(cells), dtype=np.int32)
    edges = (cells.dims == 1) & (cells.cofaces @ filled.astype(np.int32) == around)
    vertices = (cells.dims == 0) & (cells.cofaces @ edges.astype(np.int32) == around)
    return np.asarray((edges | vertices) & ~cells.on_edge)


def _measured(union: Subcomplex) -> str:
    """How many components, and how long or large they are together."""
    said = counted(union.components, "component")
    dim = max((d for d, n in enumerate(union.faces_by_dimension) if n), default=0)
    if dim not in (1, 2) or not union.is_bounded:
        return said
    size = total_size(pieces(union), dim)
    return f"{said}, {'length' if dim == 1 else 'area'} {size:.4g}"


def _said(f_vector: list[int]) -> str:
    names = [("vertex", "vertices"), ("edge", "edges"), ("facet", "facets"), ("region", "regions")]
    if len(f_vector) == 3:
        del names[2]
    return ", ".join(counted(n, *name) for n, name in zip(f_vector, names, strict=True))


def _size(frame: Box) -> tuple[float, float]:
    """The size of a new figure in inches, as high as the frame asks for."""
    if frame.dim != 2:
        return 6.8, 5.4
    width, height = (float(b - a) for a, b in zip(frame.lower, frame.upper, strict=True))
    ratio = height / width if LEAST_RATIO < height / width < 1 / LEAST_RATIO else 0.8
    return 6.6, min(max(5.0 * ratio + 0.6, 2.6), 6.4)


def _check_inputs(cells: CellComplex) -> None:
    if cells.dim not in (2, 3):
        raise ValueError(
            f"the network has {counted(cells.dim, 'input')}, and this picture is one of 2 or 3: "
            f"{ON_A_SLICE}"
        )


def _lit(paths: list[np.ndarray], colours: np.ndarray) -> np.ndarray:
    """Colours under a light from above on the left: dark where a polygon turns away from it."""
    light = np.array([-0.35, -0.45, 0.82])
    shares = []
    for path in paths:
        away = path - path.mean(axis=0)
        normal = np.linalg.svd(away, full_matrices=False)[2][-1]
        shares.append(abs(float(normal @ light)))
    share = 0.55 + 0.45 * np.array(shares)[:, np.newaxis]
    return np.clip(colours[:, :3] * share, 0, 1)


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
