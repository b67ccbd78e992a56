"""The command `plot`: pictures of regions, a page to explore them, and films."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from linreg.cli.codes import DONE, STOPPED
from linreg.cli.console import message, show, show_json
from linreg.cli.json_answers import count_json, nothing_yet
from linreg.cli.options import (
    Decimal,
    DomainText,
    Json,
    Limit,
    SliceFile,
    Strategy,
    Workers,
    network_and_domain,
)
from linreg.cli.plot_kinds import FILES, FILM, KINDS, PAGE, Asked
from linreg.cli.plot_options import (
    boundary_of,
    color_of,
    dots,
    kind_of,
    read_points,
    seconds_of,
    size_of,
)
from linreg.cli.watch import Watch
from linreg.network import Network
from linreg.pictures import (
    SUFFIXES,
    animate,
    check_page_path,
    check_picture_path,
    explore_page,
    save_picture,
)
from linreg.pictures.drawing import matplotlib_package
from linreg.pictures.fills import NAMES
from linreg.pictures.films import MOVIES, check_film_path
from linreg.pictures.page import PAGE_SUFFIX
from linreg.pictures.plane import POLYGONS_AS_IMAGE
from linreg.pictures.subject import ON_A_SLICE
from linreg.progress import Progress
from linreg.readers import domain_from_text
from linreg.regions import Enumeration, enumerated
from linreg.run import Count, Options
from linreg.wording import counted

DPI, FILM_DPI = 150.0, 110.0
"""Dots per inch, unless they are said."""

VECTORS = (".svg", ".pdf")

SECONDS = 0.6
"""How long a film shows each network, unless it is said."""


def plot(
    nets: Annotated[
        list[Path],
        typer.Argument(
            metavar="NET...",
            help="Network files: one, or in their order those of a film or of --kind counts.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help=f"A picture: {' '.join(SUFFIXES)}; a page to explore one network, or a film of "
            f"several with a slider: {PAGE_SUFFIX}; a film: {' '.join(MOVIES)}.",
        ),
    ],
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            parser=kind_of,
            help=f"One of {', '.join(KINDS)}; regions by default.",
        ),
    ] = None,
    color: Annotated[
        str | None,
        typer.Option(
            "--color",
            metavar="WHAT",
            parser=color_of,
            help=f"What regions are coloured by: {', '.join(NAMES)} or none; by default active, "
            "and a surface by its height.",
        ),
    ] = None,
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
        int | None,
        typer.Option(
            "--stage",
            metavar="K",
            help="For --kind arrangement and folds: which stage; by default 1.",
        ),
    ] = None,
    height: Annotated[
        int | None,
        typer.Option(
            "--height",
            metavar="K",
            help="For --kind surface, diagram and barcode: the output that is the height; by "
            "default 0.",
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="CSV",
            help="Points to draw, or the corners of --kind path, with a column for each input.",
        ),
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
    rasterize: Annotated[
        bool | None,
        typer.Option(
            "--rasterize/--no-rasterize",
            help=f"Whether .svg and .pdf hold fills and hairlines as an image; by default from "
            f"{POLYGONS_AS_IMAGE:,} polygons on.",
        ),
    ] = None,
    size: Annotated[
        Any, typer.Option("--size", metavar="WxH", parser=size_of, help="In inches, as in 6x4.")
    ] = None,
    dpi: Annotated[
        float | None,
        typer.Option(
            "--dpi",
            metavar="N",
            parser=dots,
            help=f"Dots per inch; by default {DPI:g}, and {FILM_DPI:g} of films.",
        ),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(
            "--seconds",
            metavar="S",
            parser=seconds_of,
            help=f"How long a film shows each network; by default {SECONDS:g}.",
        ),
    ] = None,
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT")] = None,
    domain: DomainText = None,
    slice_: SliceFile = None,
    decimal: Decimal = False,
    strategy: Strategy = "auto",
    workers: Workers = 1,
    limit: Limit = None,
    as_json: Json = False,
) -> int:
    """Draw the regions of a network of one, two or three inputs; or of several, as a film.

    Of more inputs a slice can be drawn: --slice FILE. The same command writes the same bytes.
    """
    options = Options(strategy, workers, limit=limit)
    # What was not said is None, or False.
    said = {
        "kind": kind,
        "frame": frame,
        "color": color,
        "boundary": boundary,
        "data": data,
        "graph": graph,
        "log": log,
        "explode": explode or None,
        "no-edges": not edges,
        "stage": stage,
        "height": height,
        "rasterize": rasterize,
        "size": size,
        "dpi": dpi,
        "seconds": seconds,
    }
    if labels is not None and data is None:
        raise typer.BadParameter("--labels names a column of --data CSV")
    _check_target(output, nets, said, (domain, slice_, data))
    is_page, is_series = output.suffix.lower() == PAGE_SUFFIX, len(nets) > 1
    is_film = (is_series and kind is None) or output.suffix.lower() in MOVIES
    name = "film" if is_film else kind or "regions"
    problems = [network_and_domain(net, domain, slice_, decimal) for net in nets]
    network, where = problems[0]
    chosen = KINDS[kind or "regions"]
    for each, _ in problems:
        _check_inputs(each, (2, 2) if is_film else chosen.inputs)
        _check_outputs(each, _outputs_of(color, boundary, height))
    box = None
    if frame is not None:
        box = domain_from_text(frame, network.input_dim, decimal=decimal, name="--frame")
    points = None if data is None else read_points(data, network.input_dim, labels)
    found: list[Enumeration] = []
    counts: list[Count] = []
    for each, its_domain in problems:
        with Watch("counting", nothing_yet(each, strategy)) as watch:
            regions = enumerated(each, its_domain, replace(options, progress=watch.report))
            watch.found = regions.counted
            found.append(regions)
        counts.append(watch.found)
        if watch.was_stopped:
            break
    written = False
    if len(found) == len(nets):
        with Watch("drawing", found[-1].counted) as rest, _one_line(name):
            rest.tell(Progress(0.1, 1, counted(len(found[-1]), "region")))
            if is_film:
                animate(
                    found,
                    output,
                    frame=box,
                    color=color or "active",
                    labels=[net.stem for net in nets],
                    seconds=SECONDS if seconds is None else seconds,
                    dpi=FILM_DPI if dpi is None else dpi,
                    title=title,
                    progress=rest.tell,
                )
            elif is_page:
                explore_page(regions, output, frame=box, color=color or "active", title=title)
            else:
                asked = Asked(
                    network,
                    where,
                    found,
                    frame=box,
                    color=None if color == "none" else color,
                    plain=color == "none",
                    edges=edges,
                    boundary=boundary,
                    data=points,
                    graph=graph,
                    log=log,
                    explode=explode,
                    stage=1 if stage is None else stage,
                    height=0 if height is None else height,
                    rasterized=rasterize,
                    title=title,
                )
                axes = chosen.draw(asked)
                if slice_ is not None:
                    _name_axes(axes)
                if size is not None:
                    axes.figure.set_size_inches(*size)
                rest.tell(Progress(0.6, 1, "writing"))
                save_picture(axes.figure, output, dpi=DPI if dpi is None else dpi)
                if output.suffix.lower() in VECTORS and rasterize is None:
                    _tell_of_image(axes)
            written = True
    if as_json:
        answer: dict[str, object] = {"output": str(output) if written else None, "kind": name}
        if is_series:
            answer["activation_regions"] = [count.regions for count in counts]
            answer["complete"] = all(count.complete for count in counts)
            show_json(answer)
        else:
            show_json(count_json(network, where, counts[0]) | answer)
    elif written:
        least, most = (counted(pick(len(r) for r in found), "region") for pick in (min, max))
        if not all(count.complete for count in counts):
            message(f"stopped at the limit, with at least {least}")
        said_of = f"{counted(len(nets), 'network')} of {least} to {most}" if is_series else least
        show(f"{said_of}, written to {output}")
    return DONE if written and all(count.complete for count in counts) else STOPPED


def _check_target(
    output: Path, nets: Sequence[Path], said: Mapping[str, Any], reading: Collection[Any]
) -> None:
    """Refuse a file that cannot be written, and options that mean nothing to what is in it."""
    suffix, kind = output.suffix.lower(), said["kind"]
    files = (*nets, *reading)
    if suffix in MOVIES or (suffix == PAGE_SUFFIX and len(nets) > 1):
        _refuse(said, FILM, "is not for films")
        check_film_path(output, files)
        if suffix in MOVIES:
            matplotlib_package()
        return
    if suffix == PAGE_SUFFIX:
        said = {**said, "kind": None if kind == "regions" else kind}
        _refuse(
            said, PAGE, f"is for pictures; on an {PAGE_SUFFIX} page it is chosen in the browser"
        )
        check_page_path(output, files)
        return
    check_picture_path(output, files)
    matplotlib_package()
    if len(nets) > 1 and kind != "counts":
        raise typer.BadParameter(
            f"{len(nets)} networks make a film ({', '.join((*MOVIES, PAGE_SUFFIX))}) or a picture "
            f"of --kind counts, and {output} is neither"
        )
    takes = KINDS[kind or "regions"].takes | FILES
    _refuse(said, takes, f"is not for --kind {kind or 'regions'}")


def _refuse(said: Mapping[str, Any], takes: Collection[str], why: str) -> None:
    """Refuse options that were given and are not taken."""
    for name, value in said.items():
        if value is not None and value is not False and name not in takes:
            raise typer.BadParameter(f"--{name} {why}")


def _check_inputs(network: Network, inputs: tuple[int, int]) -> None:
    """Refuse a network of more inputs than can be drawn; it is to be sliced."""
    if network.input_dim > inputs[1]:
        raise typer.BadParameter(
            f"the network has {counted(network.input_dim, 'input')}: {ON_A_SLICE}", param_hint="NET"
        )


def _check_outputs(network: Network, numbers: Sequence[int]) -> None:
    """Refuse outputs that a network does not have."""
    outputs = network.staged.readout.n_outputs
    for number in numbers:
        if not 0 <= number < outputs:
            raise typer.BadParameter(
                f"outputs are numbered from 0 to {outputs - 1}, and {number} was asked for"
            )


def _outputs_of(color: str | None, boundary: Any, height: int | None) -> list[int]:
    """All outputs that are asked for."""
    numbers = [] if height is None else [height]
    if color is not None and color.startswith("output:"):
        numbers.append(int(color.removeprefix("output:")))
    if boundary is not None and boundary is not True:
        numbers += list(boundary) if isinstance(boundary, tuple) else [boundary]
    return numbers


@contextmanager
def _one_line(name: str) -> Iterator[None]:
    """What a drawing refuses, as a mistake of the command."""
    try:
        yield
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=f"--kind {name}") from None


def _name_axes(axes: Any) -> None:
    """On a slice, coordinates are t."""
    for name in ("xlabel", "ylabel", "zlabel"):
        text = getattr(axes, f"get_{name}", str)()
        if "x_" in text or text == "$x$":
            getattr(axes, f"set_{name}")(text.replace("x_", "t_").replace("$x$", "$t$"))


def _tell_of_image(axes: Any) -> None:
    """Say that a file of vectors holds an image, if it does."""
    if any(made.get_rasterized() for made in axes.collections):
        message(
            f"fills and hairlines are an image from {POLYGONS_AS_IMAGE:,} polygons on; --dpi says "
            "how fine, and --no-rasterize keeps them vectors"
        )
