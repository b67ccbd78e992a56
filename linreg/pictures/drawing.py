"""Matplotlib, where it is used: axes to draw on, and files with the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linreg.errors import LinregError, UnwritableFile
from linreg.files import StrPath, check_writable, replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg", ".pdf")

STYLE = {
    "font.size": 9.0,
    "font.family": "sans-serif",
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "axes.titlepad": 8.0,
    "axes.linewidth": 0.6,
    "axes.edgecolor": "#4a4a4a",
    "axes.labelcolor": "#303030",
    "text.color": "#202020",
    "xtick.color": "#4a4a4a",
    "ytick.color": "#4a4a4a",
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "svg.hashsalt": "linreg",
    "path.simplify": False,
}
"""Quiet axes; the salt makes the names in SVG files the same every time."""

_METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None, "ModDate": None},
}


def matplotlib_package() -> Any:
    """Matplotlib, with what is needed of it.

    Raises
    ------
    LinregError
        If it is not installed.
    """
    try:
        import matplotlib
        import matplotlib.collections
        import matplotlib.colors
        import matplotlib.figure
        import matplotlib.lines
        import matplotlib.ticker
    except ImportError as error:
        raise LinregError(
            "pictures need the extra plot: pip install 'linreg-exact[plot]'"
        ) from error
    return matplotlib


def axes_for(ax: Axes | None, *, dim: int = 2, size: tuple[float, float] = (6.0, 5.2)) -> Axes:
    """The axes to draw on: those given, or new ones of a figure of its own.

    A new figure is pyplot's if pyplot is in use, so that notebooks and `plt.show()` show it, and
    otherwise one that nobody keeps.
    """
    import sys

    matplotlib = matplotlib_package()
    if ax is not None:
        if dim == 3 and not hasattr(ax, "get_zlim"):
            raise ValueError(
                "ax: axes in three dimensions are needed: plt.subplot(projection='3d')"
            )
        return ax
    pyplot = sys.modules.get("matplotlib.pyplot")
    with matplotlib.rc_context(STYLE):
        if pyplot is not None:
            figure = pyplot.figure(figsize=size, layout="constrained")
        else:
            figure = matplotlib.figure.Figure(figsize=size, layout="constrained")
        axes: Axes = figure.add_subplot(projection="3d" if dim == 3 else None)
    return axes


def number_logarithms(axis: Any, low: float, high: float) -> None:
    """Numbers on a logarithmic axis: powers of ten, or 1, 2, 5, 10 where those are few."""
    ticker = matplotlib_package().ticker
    if high < 1e3 * low:
        axis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(lambda value, _place: f"{value:g}")
    axis.set_minor_formatter(ticker.NullFormatter())


def check_picture_path(path: StrPath, reading: Iterable[StrPath | None] = ()) -> str:
    """The suffix of a path that a picture can be written to.

    Parameters
    ----------
    path : str or path
    reading : iterable of str, path or None
        Files that must not be replaced.

    Returns
    -------
    str
        One of `SUFFIXES`.

    Raises
    ------
    UnwritableFile
        If the suffix names no format of pictures, or the path cannot be written.

    Examples
    --------
    >>> check_picture_path("regions.SVG")
    '.svg'
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise UnwritableFile(
            f"{path}: the suffix {suffix or '(none)'} names no format of pictures; known are "
            f"{', '.join(SUFFIXES)}"
        )
    check_writable(path, reading)
    return suffix


def save_picture(figure: Figure, path: StrPath, *, dpi: float = 150.0) -> None:
    """Write a figure to a file, whole or not at all.

    A figure has the same bytes however often it is drawn or written: its layout is that of the
    first file. What is added later is not made room for until `figure.set_layout_engine` is called.

    Parameters
    ----------
    figure : matplotlib Figure
    path : str or path
        A `.png`, `.svg` or `.pdf` file.
    dpi : float
        Dots per inch.

    Raises
    ------
    UnwritableFile
        If the suffix names no format, or the path cannot be written.
    LinregError
        If matplotlib is not installed.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from linreg import mlp, plot_regions
    >>> net = mlp([([[1]], [0])])
    >>> with TemporaryDirectory() as folder:
    ...     for name in ("once.svg", "again.svg"):
    ...         save_picture(plot_regions(net).figure, Path(folder, name))
    ...     once, again = (path.read_bytes() for path in Path(folder).iterdir())
    >>> once == again
    True
    """
    matplotlib = matplotlib_package()
    suffix = check_picture_path(path)
    with matplotlib.rc_context(STYLE), replacing(path) as temporary:
        figure.savefig(
            temporary,
            format=suffix[1:],
            dpi=dpi,
            metadata=_METADATA[suffix],
            bbox_inches="tight",  # lists beside the axes are never cut off
            pad_inches=0.08,
        )
    # The layout would go on from where it is, and move in the last digits.
    if figure.get_layout_engine() is not None:
        figure.set_layout_engine("none")
