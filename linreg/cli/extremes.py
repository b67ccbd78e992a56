"""The command `range`."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

import typer

import linreg
from linreg.cli.codes import DONE, STOPPED
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
    NetworkFile,
    SliceFile,
    Workers,
    network_and_domain,
)
from linreg.cli.question_options import (
    Functional,
    NodeLimit,
    Output,
    Timeout,
    numbers_of,
    seconds_of,
)
from linreg.questions import Extreme, OutputRange, maximum, minimum, output_range
from linreg.report import answer_table


def range_(
    net: NetworkFile,
    output: Output = None,
    functional: Functional = None,
    only_max: Annotated[bool, typer.Option("--max", help="The greatest value alone.")] = False,
    only_min: Annotated[bool, typer.Option("--min", help="The least value alone.")] = False,
    domain: DomainText = None,
    slice_: SliceFile = None,
    decimal: Decimal = False,
    workers: Workers = 1,
    limit: NodeLimit = None,
    timeout: Timeout = None,
    as_json: Json = False,
) -> int:
    """Find the least and the greatest value of each output on a closed domain, exactly."""
    seconds = seconds_of(timeout)
    if output is not None and functional is not None:
        raise typer.BadParameter("--output and --functional ask for different things; give one")
    network, where = network_and_domain(net, domain, slice_, decimal)
    weights = None if functional is None else numbers_of(functional, "--functional", decimal)
    with progress("searching") as told:
        asked: dict[str, object] = {"limit": limit, "timeout": seconds, "workers": workers}
        found: list[tuple[int | None, Extreme | None, Extreme | None]] = []
        if weights is None and not (only_max or only_min):
            ranges: list[OutputRange] = output_range(
                network,
                where,
                output=output,
                progress=told,
                **asked,  # type: ignore[arg-type]
            )
            found = [(each.output, each.lowest, each.highest) for each in ranges]
        else:
            for number, row in _asked(network.staged.readout.n_outputs, output, weights):
                low, high = (
                    None if left_out else extreme(network, row, where, progress=told, **asked)  # type: ignore[arg-type]
                    for extreme, left_out in (
                        (minimum, only_max and not only_min),
                        (maximum, only_min and not only_max),
                    )
                )
                found.append((number, low, high))
    complete = all(each.complete for _, *both in found for each in both if each is not None)
    if as_json:
        outputs = [
            ({} if number is None else {"output": number})
            | {
                name: _json(each)
                for name, each in (("lowest", low), ("highest", high))
                if each is not None
            }
            for number, low, high in found
        ]
        show_json({"outputs": outputs, "complete": complete, "version": linreg.__version__})
    else:
        lines = [
            (f"{_named(number)} {word}", _text(each))
            for number, low, high in found
            for word, each in (("lowest", low), ("highest", high))
            if each is not None
        ]
        show(answer_table("range", lines))
    return DONE if complete else STOPPED


def _asked(
    n_outputs: int, output: int | None, weights: list[Fraction] | None
) -> list[tuple[int | None, list[Fraction]]]:
    """What is asked, as functionals: the one that is given, or outputs."""
    if weights is not None:
        return [(None, weights)]
    if output is not None and not 0 <= output < n_outputs:
        raise typer.BadParameter(
            f"--output: outputs are numbered from 0 to {n_outputs - 1}, got {output}"
        )
    chosen = range(n_outputs) if output is None else [output]
    return [(i, [Fraction(int(i == j)) for j in range(n_outputs)]) for i in chosen]


def _named(number: int | None) -> str:
    return "functional" if number is None else f"output {number}"


def _json(found: Extreme) -> dict[str, object]:
    return {
        "status": found.status,
        "value": exact_json(found.value),
        "value_float": float_json(found.value),
        "point": exact_list(found.point),
        "point_float": float_list(found.point),
        "ray": exact_list(found.ray),
        "rate": exact_json(found.rate),
        "bound": exact_json(found.bound),
        "nodes": found.nodes,
    }


def _text(found: Extreme) -> str:
    match found:
        case Extreme(status="empty"):
            return "none: the domain is empty"
        case Extreme(status="unbounded", point=point, ray=ray, rate=rate):
            assert point is not None
            assert ray is not None
            assert rate is not None
            return (
                f"unbounded: from {point_text(point)} along {point_text(ray)} it changes by "
                f"{number_text(rate)} a step"
            )
        case Extreme(status="attained", value=value, point=point):
            assert value is not None
            assert point is not None
            return f"{number_text(value)}  at {point_text(point)}"
    seen = "nothing seen"
    if found.value is not None and found.point is not None:
        seen = f"{number_text(found.value)} seen at {point_text(found.point)}"
    bound = "no bound" if found.bound is None else f"proved bound {number_text(found.bound)}"
    return f"stopped: {seen}, {bound}"
