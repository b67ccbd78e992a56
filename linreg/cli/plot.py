"""The command `plot`: a picture of the regions."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from linreg.cli.codes import DONE, STOPPED
from linreg.cli.console import message, show, show_json
from linreg.cli.json_answers import count_json, nothing_yet
from linreg.cli.options import (
    Decimal,
    DomainText,
    Json,
    Limit,
    NetworkFile,
    SliceFile,
    Strategy,
    Workers,
    network_and_domain,
)
from linreg.cli.watch import Watch
from linreg.errors import UnreadableFile
from linreg.files import read_bytes
from linreg.json_values import nearest, shown
from linreg.pictures import (
    SUFFIXES,
    check_page_path,
    check_picture_path,
    explore_page,
    plot_arrangement,
    plot_degrees,
    plot_graph,
    plot_regions,
    plot_surface,
    plot_volumes,
    save_picture,
)
from linreg.pictures.drawing import matplotlib_package
from linreg.pictures.fills import NAMES
from linreg.pictures.page import PAGE_SUFFIX
from linreg.pictures.subject import ON_A_SLICE
from linreg.progress import Progress
from linreg.readers import domain_from_text
from linreg.regions import Enumeration, enumerated
from linreg.run import Options
from linreg.wording import counted, expected

KINDS = ("regions", "surface", "graph", "arrangement", "degrees", "volumes")
LARGEST_SIDE, MOST_DPI = 100.0, 2400.0


def kind_of(text: str) -> str:
    """What is drawn."""
    if text not in KINDS:
        raise typer.BadParameter(f"{shown(text)} is not known{nearest(text, KINDS)}")
    return text


def color_of(text: str) -> str:
    """What regions are coloured by."""
    if text not in (*NAMES[:-1], "none") and not re.fullmatch(r"output:\d+", text):
        raise typer.BadParameter(f"{shown(text)} is not known{nearest(text, (*NAMES, 'none'))}")
    return text


def boundary_of(text: str) -> Any:
    """The largest output, one output, or a pair."""
    if text == "class":
        return True
    if not re.fullmatch(r"\d{1,9}(,\d{1,9})?", text):
        raise typer.BadParameter(
            f"class, the number of an output K or a pair I,J was expected, got {shown(text)}"
        )
    numbers = tuple(int(part) for part in text.split(","))
    return numbers[0] if len(numbers) == 1 else numbers


def size_of(text: str) -> tuple[float, float]:
    """Width and height in inches."""
    parts = re.split("[x,]", text)
    try:
        width, height = (float(part) for part in parts)
    except ValueError:
        width = height = 0.0
    if not (0.5 <= width <= LARGEST_SIDE and 0.5 <= height <= LARGEST_SIDE):
        raise typer.BadParameter(
            f"width and height in inches, as in 6x4, were expected, got {shown(text)}"
        )
    return width, height


def dots(text: str | float) -> float:
    """Dots per inch."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 10.0 <= number <= MOST_DPI:
        raise typer.BadParameter(
            f"a number from 10 to {MOST_DPI:g} was expected, got {shown(text)}"
        )
    return number


def plot(
    net: NetworkFile,
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help=f"The picture: {' '.join(SUFFIXES)}; or a page to explore: {PAGE_SUFFIX}.",
        ),
    ],
    kind: Annotated[
        str,
        typer.Option("--kind", metavar="KIND", parser=kind_of, help=f"One of {', '.join(KINDS)}."),
    ] = "regions",
    color: Annotated[
        str,
        typer.Option(
            "--color",
            metavar="WHAT",
            parser=color_of,
            help=f"What regions are coloured by: {', '.join(NAMES)} or none.",
        ),
    ] = "active",
    boundary: Annotated[
        Any,
        typer.Option(
            "--boundary",
            metavar="WHAT",
            parser=boundary_of,
            help="A bold line: class (where the largest output changes), K (where output K is 0) "
            "or I,J (where outputs I and J are equal).",
        ),
    ] = None,
    frame: Annotated[
        str | None,
        typer.Option(
            "--frame", metavar="BOX", help="What is shown: box:LO,HI or box:LO1,..:HI1,.."
        ),
    ] = None,
    stage: Annotated[
        int, typer.Option("--stage", metavar="K", help="For --kind arrangement: which stage.")
    ] = 1,
    height: Annotated[
        int, typer.Option("--height", metavar="K", help="For --kind surface: which output.")
    ] = 0,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="CSV", help="Points to draw, with a column for each input."),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option("--labels", metavar="COLUMN", help="The column of --data with labels."),
    ] = None,
    graph: Annotated[
        bool, typer.Option("--graph", help="Draw the adjacency graph on top.")
    ] = False,
    log: Annotated[bool, typer.Option("--log", help="Colour by the logarithm.")] = False,
    explode: Annotated[
        float,
        typer.Option("--explode", metavar="X", help="Three inputs: move solids apart, as by 0.5."),
    ] = 0.0,
    edges: Annotated[bool, typer.Option("--edges/--no-edges", help="Draw hairlines.")] = True,
    size: Annotated[
        Any, typer.Option("--size", metavar="WxH", parser=size_of, help="In inches, as in 6x4.")
    ] = None,
    dpi: Annotated[
        float, typer.Option("--dpi", metavar="N", parser=dots, help="Dots per inch.")
    ] = 150.0,
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT")] = None,
    domain: DomainText = None,
    slice_: SliceFile = None,
    decimal: Decimal = False,
    strategy: Strategy = "auto",
    workers: Workers = 1,
    limit: Limit = None,
    as_json: Json = False,
) -> int:
    """Draw the regions of a network of one, two or three inputs, or write a page to explore them.

    Of more inputs a slice can be drawn: --slice FILE. The same command writes the same bytes.
    """
    options = Options(strategy, workers, limit=limit)
    is_page = output.suffix.lower() == PAGE_SUFFIX
    if is_page:
        check_page_path(output, (net, domain, slice_, data))
        _refuse_for_pages(
            kind=None if kind == "regions" else kind,
            boundary=boundary,
            data=data,
            graph=graph,
            log=log,
            explode=explode,
            no_edges=not edges,
            size=size,
        )
    else:
        check_picture_path(output, (net, domain, slice_, data))
        matplotlib_package()
    network, where = network_and_domain(net, domain, slice_, decimal)
    dim, outputs = network.input_dim, network.staged.readout.n_outputs
    if dim > 3 and kind not in ("graph", "degrees"):
        raise typer.BadParameter(
            f"the network has {counted(dim, 'input')}: {ON_A_SLICE}", param_hint="NET"
        )
    for number in _outputs_of(color, boundary, height):
        if not 0 <= number < outputs:
            raise typer.BadParameter(
                f"outputs are numbered from 0 to {outputs - 1}, and {number} was asked for"
            )
    box = None if frame is None else domain_from_text(frame, dim, decimal=decimal, name="--frame")
    points = None if data is None else read_points(data, dim, labels)
    if labels is not None and data is None:
        raise typer.BadParameter("--labels names a column of --data CSV")
    with Watch("counting", nothing_yet(network, strategy)) as watch:
        regions = enumerated(network, where, replace(options, progress=watch.report))
        watch.found = regions.counted
    found, written = watch.found, None
    if not watch.was_stopped:
        fill = None if color == "none" else color
        drawers: dict[str, Callable[[Enumeration], Any]] = {
            "regions": lambda it: plot_regions(
                it,
                frame=box,
                color=fill,
                edges="stage" if edges else None,
                boundary=boundary,
                data=points,
                graph=graph,
                log=log or None,
                explode=explode,
                title=title,
            ),
            "surface": lambda it: plot_surface(
                it, height, frame=box, color=None if color == "active" else fill, title=title
            ),
            "graph": lambda it: plot_graph(it, color=fill, log=log or None, title=title),
            "arrangement": lambda it: plot_arrangement(it, stage, frame=box, title=title),
            "degrees": lambda it: plot_degrees(it, title=title),
            "volumes": lambda it: plot_volumes(it, frame=box, title=title),
        }
        with Watch("drawing", found) as rest:
            rest.tell(Progress(0.1, 1, counted(len(regions), "region")))
            try:
                if is_page:
                    explore_page(regions, output, frame=box, color=color, title=title)
                else:
                    axes = drawers[kind](regions)
            except ValueError as error:
                raise typer.BadParameter(str(error), param_hint=f"--kind {kind}") from None
            if not is_page:
                if slice_ is not None:
                    _name_axes(axes, kind)
                if size is not None:
                    axes.figure.set_size_inches(*size)
                rest.tell(Progress(0.6, 1, "writing"))
                save_picture(axes.figure, output, dpi=dpi)
            written = str(output)
    if as_json:
        show_json(count_json(network, where, found) | {"output": written, "kind": kind})
    elif written is not None:
        if not found.complete:
            message(f"stopped at the limit, with at least {counted(found.regions, 'region')}")
        show(f"{counted(found.regions, 'region')}, written to {written}")
    return DONE if found.complete and written is not None else STOPPED


def _refuse_for_pages(**options: Any) -> None:
    """Refuse options of pictures, which on a page are chosen in the browser."""
    for name, value in options.items():
        if value:
            raise typer.BadParameter(
                f"--{name.replace('_', '-')} is for pictures; on an {PAGE_SUFFIX} page it is "
                "chosen in the browser"
            )


def _name_axes(axes: Any, kind: str) -> None:
    """On a slice, coordinates are t."""
    if kind in ("regions", "surface", "arrangement"):
        for name in ("xlabel", "ylabel", "zlabel"):
            text = getattr(axes, f"get_{name}", str)()
            getattr(axes, f"set_{name}", str)(text.replace("x_", "t_").replace("$x$", "$t$"))


def _outputs_of(color: str, boundary: Any, height: int) -> list[int]:
    """All outputs that are asked for."""
    numbers = [height]
    if color.startswith("output:"):
        numbers.append(int(color.removeprefix("output:")))
    if boundary is not None and boundary is not True:
        numbers += list(boundary) if isinstance(boundary, tuple) else [boundary]
    return numbers


def read_points(
    path: Path, dim: int, labels: str | None
) -> tuple[np.ndarray, np.ndarray | None] | np.ndarray:
    """The points in a CSV file, and their labels if a column is named.

    Raises
    ------
    UnreadableFile
        If the file is missing, or a line has not a number for each input.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableFile(f"{path}: no text in UTF-8") from None
    rows = [row for row in csv.reader(text.splitlines()) if any(cell.strip() for cell in row)]
    if not rows:
        raise UnreadableFile(f"{path}: no points in it")
    header = None if all(_is_number(cell) for cell in rows[0]) else [c.strip() for c in rows[0]]
    label_at = None
    if labels is not None:
        if header is None or labels not in header:
            known = "no line of names" if header is None else f"columns {', '.join(header)}"
            raise UnreadableFile(f"{path}: no column {labels!r}: it has {known}")
        label_at = header.index(labels)
    points, found = [], []
    for number, row in enumerate(rows[1 if header else 0 :], start=2 if header else 1):
        cells = [cell for k, cell in enumerate(row) if k != label_at]
        if len(cells) != dim or not all(_is_number(cell) for cell in cells):
            raise UnreadableFile(
                f"{path}: row {number}: {expected(dim, 'number')}, one for each input, got "
                f"{shown(','.join(row))}"
            )
        points.append([float(cell) for cell in cells])
        if label_at is not None:
            found.append(row[label_at].strip() if label_at < len(row) else "")
    places = np.array(points, dtype=np.float64).reshape(-1, dim)
    return (places, np.array(found)) if label_at is not None else places


def _is_number(cell: str) -> bool:
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False
