"""The command `verify`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

import linreg
from linreg.cli.codes import DONE, REFUTED, STOPPED
from linreg.cli.console import progress, show, show_json
from linreg.cli.exact_json import exact_json, exact_list, float_list, number_text, point_text
from linreg.cli.options import Decimal, Json, Workers
from linreg.cli.question_options import (
    RUN_HELP,
    NodeLimit,
    Timeout,
    or_so_far,
    seconds_of,
    show_written,
)
from linreg.cli.reading_options import reading
from linreg.files import check_writable
from linreg.network import Network
from linreg.questions import Verification, verify
from linreg.readers import load, load_query
from linreg.readers.query import Query
from linreg.report import answer_table
from linreg.wording import counted

Networks = Annotated[
    list[str] | None,
    typer.Option(
        "--network",
        metavar="NAME=FILE",
        help="Where a query speaks of several networks: another one, by its name there.",
    ),
]


def verify_(
    net: Annotated[
        Path,
        typer.Argument(metavar="NET", help="The network: a .json, .npz, .onnx or .nnet file."),
    ],
    query: Annotated[
        Path, typer.Argument(metavar="QUERY", help="What is unsafe: a .vnnlib file, or .gz of one.")
    ],
    networks: Networks = None,
    certificate: Annotated[
        Path | None,
        typer.Option(
            "--certify", metavar="FILE", help="Write the verdict with its proof, for linreg check."
        ),
    ] = None,
    run: Annotated[Path | None, typer.Option("-o", "--run", metavar="DIR", help=RUN_HELP)] = None,
    decimal: Decimal = False,
    workers: Workers = 1,
    limit: NodeLimit = None,
    timeout: Timeout = None,
    as_json: Json = False,
) -> int:
    """Say whether a network has an input that a query calls unsafe, with an exact proof."""
    seconds = seconds_of(timeout)
    asked = load_query(query)
    if certificate is not None:
        check_writable(certificate, (net, query))
    if certificate is not None and run is not None:
        raise typer.BadParameter("--certify: a search that is kept in a directory has none")
    given = networks_of(net, asked, networks, decimal)
    runnable = net.suffix.lower() == ".onnx" and len(asked.networks) == 1 and not reading()
    with progress("verifying") as shown:
        found, _ = or_so_far(
            lambda: verify(
                given,
                asked,
                limit=limit,
                timeout=seconds,
                workers=workers,
                file=net if runnable and not asked.networks[0].hidden else None,
                certificate=certificate,
                run=run,
                progress=shown,
            )
        )
    if as_json:
        written = None if certificate is None or found.holds is None else str(certificate)
        show_json(_json(found) | {"certificate": written})
    else:
        show(answer_table("verification", _lines(found)))
        show_written(None if found.holds is None else certificate)
    return STOPPED if found.holds is None else DONE if found.holds else REFUTED


def networks_of(
    net: Path, query: Query, named: Sequence[str] | None, decimal: bool
) -> Network | dict[str, Network]:
    """The network of a query, or its networks by their names there."""
    first = load(net, decimal=decimal, **reading())
    if not named and len({each.same_as or each.name for each in query.networks}) == 1:
        return first
    by_name = {query.networks[0].name: first}
    for text in named or []:
        name, equals, file = text.partition("=")
        if not (name and equals and file):
            raise typer.BadParameter(f"--network: NAME=FILE was expected, got {text!r}")
        by_name[name] = load(file, decimal=decimal)
    return by_name


def _json(found: Verification) -> dict[str, object]:
    replays = found.replays
    return {
        "verdict": found.verdict,
        "counterexample": exact_list(found.counterexample),
        "counterexample_float": float_list(found.counterexample),
        "output": exact_list(found.output),
        "output_float": float_list(found.output),
        "slack": exact_json(found.slack),
        "replays": None
        if replays is None
        else {"float64": replays.float64, "float32": replays.float32},
        "nodes": found.nodes,
        "complete": found.complete,
        "bound": exact_json(found.bound),
        "reason": found.reason,
        "seconds": found.seconds,
        "version": linreg.__version__,
    }


def _lines(found: Verification) -> list[tuple[str, str]]:
    words = {
        "holds": "holds: no input is unsafe (proved)",
        "violated": "violated: an input is unsafe (replayed exactly)",
        "unknown": f"unknown: {found.reason}",
    }
    lines = [("verdict", words[found.verdict])]
    if found.counterexample is not None and found.output is not None:
        lines += [
            ("counterexample", point_text(found.counterexample)),
            ("output", point_text(found.output)),
        ]
        if found.slack is not None:
            lines.append(("slack", number_text(found.slack)))
        if found.replays is not None:
            seen = {True: "seen", False: "not seen"}
            lines.append(
                (
                    "in floats",
                    f"{seen[found.replays.float64]} in float64, {seen[found.replays.float32]} in "
                    f"float32 ({found.replays.by})",
                )
            )
    if found.bound is not None:
        lines.append(("slack at most", number_text(found.bound)))
    lines.append(("work", counted(found.nodes, "region or box", "regions and boxes")))
    lines.append(("time", f"{found.seconds:.2f} s"))
    return lines
