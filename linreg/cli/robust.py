"""The command `robust`."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

import linreg
from linreg.cli.codes import DONE, STOPPED
from linreg.cli.console import message, progress, show, show_json
from linreg.cli.exact_json import (
    exact_json,
    exact_list,
    float_list,
    number_text,
    point_text,
)
from linreg.cli.interrupts import see_through
from linreg.cli.options import (
    Decimal,
    DomainText,
    Json,
    NetworkFile,
    SliceFile,
    Workers,
    network_and_domain,
)
from linreg.cli.question_options import (
    RUN_HELP,
    Certify,
    NodeLimit,
    Timeout,
    numbers_of,
    seconds_of,
    show_written,
)
from linreg.errors import IncompleteError
from linreg.files import check_writable
from linreg.progress import Progress
from linreg.questions import Distance, Robustness, robustness
from linreg.questions.loop_or_search import Budget
from linreg.questions.many_points import robustness_of_points
from linreg.questions.norms import NORMS
from linreg.questions.point_files import check_radii_path, read_points, write_radii
from linreg.report import answer_table
from linreg.wording import counted

MOST_SHOWN = 10
"""Points that are shown one by one."""


def robust(
    net: NetworkFile,
    point: Annotated[
        str | None, typer.Option("--point", metavar="X1,..", help="The point that is asked about.")
    ] = None,
    points: Annotated[
        Path | None,
        typer.Option(
            "--points", metavar="FILE", help="Many points: .csv, .npy, .npz or .parquet, one a row."
        ),
    ] = None,
    norm: Annotated[str, typer.Option("--norm", metavar="P", help="linf, l1 or l2.")] = "linf",
    sense: Annotated[
        str, typer.Option("--sense", help="max, or min where the least output wins.")
    ] = "max",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="A table to write: .csv or .parquet, a row each."
        ),
    ] = None,
    run: Annotated[Path | None, typer.Option("--run", metavar="DIR", help=RUN_HELP)] = None,
    domain: DomainText = None,
    slice_: SliceFile = None,
    certificate: Certify = None,
    decimal: Decimal = False,
    workers: Workers = 1,
    limit: NodeLimit = None,
    timeout: Timeout = None,
    as_json: Json = False,
) -> int:
    """Find how far points are from inputs of another class, exactly."""
    seconds = seconds_of(timeout)
    if (point is None) == (points is None):
        raise typer.BadParameter("--point X1,X2,.. or --points FILE says what is asked about")
    if certificate is not None and point is None:
        raise typer.BadParameter(
            "--certify: a proof is of one point; give --point X1,X2,.. instead of --points"
        )
    if run is not None and points is None:
        raise typer.BadParameter("--run: a directory keeps many points; give --points FILE")
    if norm not in NORMS:
        raise typer.BadParameter(f"--norm: linf, l1 or l2 was expected, got {norm!r}")
    if sense not in ("max", "min"):
        raise typer.BadParameter(f"--sense: max or min was expected, got {sense!r}")
    if output is not None:
        check_radii_path(output)
        check_writable(output, (net, points))
    if certificate is not None:
        check_writable(certificate, (net, domain, slice_))
    network, where = network_and_domain(net, domain, slice_, decimal)
    dim = network.input_dim
    if point is not None:
        given = [numbers_of(point, "--point", decimal)]
        if len(given[0]) != dim:
            raise typer.BadParameter(
                f"--point: the network has {counted(dim, 'input')}, got "
                f"{counted(len(given[0]), 'number')}"
            )
    else:
        assert points is not None
        given = read_points(points, dim)
    found: list[Robustness] = []
    interrupted, was_stopped = False, False
    budget = Budget(limit, seconds, workers)
    try:
        with progress("measuring") as shown:
            if certificate is not None:
                found.append(
                    robustness(
                        network,
                        given[0],
                        NORMS[norm],
                        where,
                        sense=sense,
                        limit=limit,
                        timeout=seconds,
                        workers=workers,
                        certificate=certificate,
                    )
                )
            else:
                about = network, given, NORMS[norm], where, sense
                for each in robustness_of_points(*about, budget, run):
                    found.append(each)
                    shown(Progress(len(found), len(given), "points"))
    except IncompleteError as error:
        if not isinstance(error.answer, Robustness):
            raise
        message(str(error))
        found.append(error.answer)
        was_stopped = True
    except KeyboardInterrupt as interrupt:
        see_through()
        interrupted = True
        if hasattr(interrupt, "answer"):
            found.append(interrupt.answer)
    if interrupted or len(found) < len(given):
        why = "interrupted" if interrupted else "the time was over"
        message(f"{why}, after {len(found):,} of {counted(len(given), 'point')}")
    if output is not None:
        write_radii(output, found)
    complete = len(found) == len(given) and all(each.complete for each in found)
    written = certificate if complete and not was_stopped else None
    if as_json:
        show_json(
            {
                "points": [_json(each) for each in found],
                "output": None if output is None else str(output),
                "certificate": None if written is None else str(written),
                "complete": complete,
                "version": linreg.__version__,
            }
        )
    else:
        _show(found, output)
        show_written(written)
    return DONE if complete and not was_stopped else STOPPED


def _json(found: Robustness) -> dict[str, object]:
    return {
        "norm": found.norm,
        "label": found.label,
        "tie": _distance_json(found.tie),
        "flip": _distance_json(found.flip),
        "lower_bound": exact_json(found.lower_bound),
        "complete": found.complete,
    }


def _distance_json(found: Distance | None) -> dict[str, object] | None:
    if found is None:
        return None
    name = "value" if found.exact is not None else "squared"
    size = found.exact if found.exact is not None else found.squared
    return {
        name: exact_json(size),
        "value_float": found.value,
        "point": exact_list(found.point),
        "point_float": float_list(found.point),
        "label": found.label,
        "lower_bound": exact_json(found.lower_bound),
        "complete": found.complete,
    }


def _show(found: list[Robustness], output: Path | None) -> None:
    for k, each in enumerate(found[:MOST_SHOWN]):
        title = "robustness" if len(found) == 1 else f"point {k}"
        lines = [("class", f"{each.label}"), ("norm", each.norm)]
        lines += [("tie", _text(each.tie, each)), ("flip", _text(each.flip, each))]
        if not each.complete:
            square = " (its square)" if each.norm == "l2" else ""
            lines.append(
                ("at least", f"{number_text(each.lower_bound or Fraction(0))}{square}, proved")
            )
        show(answer_table(title, lines))
    if len(found) > 1:
        show(answer_table("all points", list(_summary(found))))
    if output is not None:
        show(f"written to {output}")


def _summary(found: list[Robustness]) -> Iterable[tuple[str, str]]:
    yield "points", f"{len(found):,}, {sum(each.complete for each in found):,} exactly"
    values = sorted(each.flip.value for each in found if each.flip is not None)
    if values:
        middle = values[len(values) // 2]
        yield "flip", f"{values[0]:.6g} least, {middle:.6g} median, {values[-1]:.6g} most"


def _text(found: Distance | None, of: Robustness) -> str:
    if found is None:
        return "none: no input of the domain" if of.complete else "none seen"
    if found.exact is not None:
        size = number_text(found.exact)
    else:
        assert found.squared is not None
        size = f"{found.value:.9g} (its square is {number_text(found.squared)})"
    seen = "" if found.complete else "at most "
    return f"{seen}{size}  to class {found.label} at {point_text(found.point)}"
