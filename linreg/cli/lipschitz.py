"""The commands `lipschitz` and `diff`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import linreg
from linreg.cli.codes import DONE, REFUTED, STOPPED
from linreg.cli.console import progress, show, show_json
from linreg.cli.exact_json import (
    exact_json,
    exact_list,
    float_json,
    float_list,
    number_text,
    point_text,
)
from linreg.cli.options import (
    Decimal,
    DomainText,
    Json,
    Limit,
    NetworkFile,
    SliceFile,
    Workers,
    network_and_domain,
)
from linreg.cli.question_options import (
    Certify,
    NodeLimit,
    Timeout,
    numbers_of,
    or_so_far,
    seconds_of,
    show_written,
)
from linreg.cli.reading_options import reading
from linreg.files import check_writable
from linreg.questions import Difference, Lipschitz, difference, lipschitz, local_lipschitz
from linreg.questions.norms import NORMS
from linreg.readers import load
from linreg.report import answer_table
from linreg.wording import counted

UNITS_SPELLED = 64
"""Units whose pieces are spelled out."""


def lipschitz_(
    net: NetworkFile,
    norms: Annotated[
        str, typer.Option("--norms", metavar="P,Q", help="Of inputs and outputs: 1, 2 or inf.")
    ] = "inf,inf",
    point: Annotated[
        str | None,
        typer.Option("--point", metavar="X1,..", help="Near this point, with --radius."),
    ] = None,
    radius: Annotated[
        str | None,
        typer.Option("--radius", metavar="R", help="Half the width of the box; 0 if not given."),
    ] = None,
    domain: DomainText = None,
    slice_: SliceFile = None,
    certificate: Certify = None,
    decimal: Decimal = False,
    workers: Workers = 1,
    limit: Limit = None,
    timeout: Timeout = None,
    as_json: Json = False,
) -> int:
    """Find the Lipschitz constant of a network on a domain, or near a point, exactly."""
    seconds = seconds_of(timeout)
    names = norms.split(",")
    if len(names) != 2 or not all(name in NORMS for name in names):
        raise typer.BadParameter(f"--norms: two of 1, 2, inf were expected, got {norms!r}")
    if radius is not None and point is None:
        raise typer.BadParameter("--radius: of what point? give it with --point X1,X2,..")
    if certificate is not None and point is not None:
        raise typer.BadParameter(
            "--certify: a proof is of a domain; give --domain box:.. instead of --point"
        )
    if certificate is not None:
        check_writable(certificate, (net, domain, slice_))
    network, where = network_and_domain(net, domain, slice_, decimal)
    with progress("looking at regions") as shown:
        if point is None:
            found, was_stopped = or_so_far(
                lambda: lipschitz(
                    network,
                    where,
                    *names,
                    limit=limit,
                    timeout=seconds,
                    workers=workers,
                    progress=shown,
                    certificate=certificate,
                )
            )
        else:
            at = _point(point, network.input_dim, decimal)
            (reach,) = numbers_of(radius or "0", "--radius", decimal)[:1]
            if reach < 0:
                raise typer.BadParameter(f"--radius: it must not be negative, got {radius}")
            found, was_stopped = or_so_far(
                lambda: local_lipschitz(
                    network, at, reach, *names, domain=where, limit=limit, timeout=seconds
                )
            )
    written = certificate if found.complete and not was_stopped else None
    if as_json:
        show_json(
            _lipschitz_json(found) | {"certificate": None if written is None else str(written)}
        )
    else:
        show(answer_table("Lipschitz constant", _lipschitz_lines(found)))
        show_written(written)
    return DONE if found.complete and not was_stopped else STOPPED


def _point(text: str, dim: int, decimal: bool) -> list[object]:
    at: list[object] = list(numbers_of(text, "--point", decimal))
    if len(at) != dim:
        raise typer.BadParameter(
            f"--point: the network has {counted(dim, 'input')}, got {counted(len(at), 'number')}"
        )
    return at


def _pattern_text(pattern: tuple[int, ...]) -> str:
    separator = "," if any(piece > 9 for piece in pattern) else ""
    return separator.join(map(str, pattern))


def _lipschitz_json(found: Lipschitz) -> dict[str, object]:
    answer: dict[str, object] = {
        "value": exact_json(found.exact),
        "squared": exact_json(found.squared),
        "value_float": found.value,
        "norms": list(found.norms),
        "pattern": None if found.pattern is None else _pattern_text(found.pattern),
        "point": exact_list(found.point),
        "point_float": float_list(found.point),
        "regions": found.regions,
        "complete": found.complete,
        "upper_bound": exact_json(found.upper_bound),
        "version": linreg.__version__,
    }
    if found.root is not None:
        answer["squared_root"] = {
            "polynomial": exact_list(found.root.polynomial),
            "interval": exact_list(found.root.interval()),
        }
    return answer


def _lipschitz_lines(found: Lipschitz) -> list[tuple[str, str]]:
    atleast = "" if found.complete else "at least "
    if found.exact is not None:
        value = number_text(found.exact)
    elif found.squared is not None:
        value = f"{found.value:.12g}, the square root of {number_text(found.squared)}"
    else:
        assert found.root is not None
        value = f"{found.value:.12g}, whose square is a root of degree {found.root.degree}"
    lines = [("constant", f"{atleast}{value}"), ("norms", " to ".join(found.norms))]
    if not found.complete and found.upper_bound is not None:
        lines.insert(1, ("at most", f"{number_text(found.upper_bound)}, proved"))
    if found.point is not None:
        lines.append(("attained at", point_text(found.point)))
    if found.pattern is not None and len(found.pattern) <= UNITS_SPELLED:
        lines.append(("pattern", _pattern_text(found.pattern)))
    return [*lines, ("regions", f"{found.regions:,}")]


def diff(
    first: Annotated[Path, typer.Argument(metavar="A", help="A network file.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another network file.")],
    domain: DomainText = None,
    certificate: Certify = None,
    decimal: Decimal = False,
    workers: Workers = 1,
    limit: NodeLimit = None,
    timeout: Timeout = None,
    as_json: Json = False,
) -> int:
    """Find the largest difference of two networks, or prove that they are equal."""
    seconds = seconds_of(timeout)
    if certificate is not None:
        check_writable(certificate, (first, second, domain))
    a, where = network_and_domain(first, domain, None, decimal)
    b = load(second, decimal=decimal, **reading())
    with progress("comparing") as shown:
        found, was_stopped = or_so_far(
            lambda: difference(
                a,
                b,
                where,
                limit=limit,
                timeout=seconds,
                workers=workers,
                progress=shown,
                certificate=certificate,
            )
        )
    written = None if was_stopped or not found.complete else certificate
    if as_json:
        show_json(
            {
                "status": found.status,
                "value": exact_json(found.value),
                "value_float": float_json(found.value),
                "point": exact_list(found.point),
                "point_float": float_list(found.point),
                "output": found.output,
                "bound": exact_json(found.bound),
                "equal": _are_equal(found),
                "complete": found.complete,
                "certificate": None if written is None else str(written),
                "version": linreg.__version__,
            }
        )
    else:
        show(answer_table("difference", _difference_lines(found)))
        show_written(written)
    equal = _are_equal(found)
    if was_stopped or equal is None or not found.complete:
        return STOPPED
    return DONE if equal else REFUTED


def _are_equal(found: Difference) -> bool | None:
    if found.status == "unbounded" or found.value:
        return False
    return True if found.complete else None


def _difference_lines(found: Difference) -> list[tuple[str, str]]:
    if found.status == "empty":
        return [("largest", "none: the domain is empty")]
    if found.status == "unbounded":
        return [("largest", f"unbounded, in output {found.output}")]
    lines = []
    if found.value is not None:
        seen = "" if found.complete else "at least "
        equal = "  (the networks are equal)" if found.complete and not found.value else ""
        lines.append(("largest", f"{seen}{number_text(found.value)}{equal}"))
    if found.value and found.point is not None:
        lines += [("at", point_text(found.point)), ("output", f"{found.output}")]
    if found.bound is not None and not found.complete:
        lines.append(("at most", number_text(found.bound)))
    return lines or [("largest", "unknown: the search was stopped before anything was seen")]
