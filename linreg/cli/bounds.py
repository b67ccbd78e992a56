"""The command `bounds`: what theory says of a network or an architecture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from linreg.cli.codes import DONE, STOPPED
from linreg.cli.console import progress, show, show_json
from linreg.cli.json_answers import nothing_yet
from linreg.cli.options import Decimal, DomainText, Json, SliceFile, network_and_domain
from linreg.cli.per_parameter import (
    of_convolutions,
    of_widths,
    per_parameter_json,
    per_parameter_tables,
)
from linreg.cli.watch import Watch
from linreg.cli.whole_numbers import json_number, whole_numbers
from linreg.errors import HypothesisError
from linreg.report import whole_text
from linreg.run import Count
from linreg.run import count as count_in
from linreg.theory import Bound, LeftOut, conv_report, maxout_bounds, relu_bounds, report
from linreg.theory.report import OF_WEIGHTS
from linreg.wording import counted

SIDES = {"upper": "at most", "max_at_least": "maximum at least", "max_exactly": "maximum exactly"}
ORDER = ("max_at_least", "max_exactly", "upper")


def bounds(
    net: Annotated[
        Path | None, typer.Argument(metavar="[NET]", help="The network: any file linreg reads.")
    ] = None,
    widths: Annotated[
        str | None,
        typer.Option("--widths", metavar="N0,N1,..", help="Inputs and widths instead of NET."),
    ] = None,
    conv: Annotated[
        str | None,
        typer.Option(
            "--conv",
            metavar="SPEC",
            help="Convolutions instead of NET: C,H,W:filters,kh,kw[,stride[,padding]];... or "
            "C,N:filters,k[,stride[,padding]];...",
        ),
    ] = None,
    rank: Annotated[
        str | None,
        typer.Option("--maxout", metavar="K", help="With --widths: maxout units of this rank."),
    ] = None,
    domain: DomainText = None,
    slice_: SliceFile = None,
    decimal: Decimal = False,
    count: Annotated[
        bool, typer.Option("--count", help="Count the network's regions too.")
    ] = False,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Leave out the bound for NET's weights, which takes long."),
    ] = False,
    per_parameter: Annotated[
        bool,
        typer.Option(
            "--per-parameter",
            help="With --widths or --conv: regions for each parameter instead, against one layer.",
        ),
    ] = False,
    as_json: Json = False,
) -> int:
    """Show what theory says: lower bounds, exact maxima and upper bounds, with their sources."""
    if sum(given is not None for given in (net, widths, conv)) != 1:
        raise HypothesisError("give a network, --widths or --conv, and only one of them")
    if net is None and (count or quick or decimal or domain is not None or slice_ is not None):
        raise HypothesisError("--count, --quick, --domain, --slice and --decimal need a network")
    if rank is not None and widths is None:
        raise HypothesisError("--maxout needs --widths")
    if per_parameter:
        if net is not None or rank is not None:
            raise HypothesisError("--per-parameter needs --widths or --conv, and no --maxout")
        if widths is None:
            rows = of_convolutions(*conv_spec(conv or ""))
        else:
            rows = of_widths(*_widths(widths))
        if as_json:
            show_json(per_parameter_json(rows))
        else:
            show(per_parameter_tables(rows))
        return DONE
    found: Count | None = None
    left_out: Sequence[LeftOut] = ()
    if net is not None:
        network, where = network_and_domain(net, domain, slice_, decimal)
        with progress("bounds") as shown:
            listed: Sequence[Bound] = report(network, where, quick=quick, progress=shown)
        if quick and network.staged.units:
            left_out = [LeftOut(*OF_WEIGHTS, reason="--quick was given")]
        if count:
            with Watch("counting", nothing_yet(network, "auto")) as watch:
                watch.found = count_in(network, where, progress=watch.report)
            found = watch.found
    elif widths is not None:
        listed = _of_widths(widths, rank)
    else:
        shape, layers = conv_spec(conv or "")
        with progress("bounds") as shown:
            listed, left_out = conv_report(shape, layers, progress=shown)
    ordered = sorted(listed, key=lambda bound: ORDER.index(bound.side))
    complete = found is None or found.complete
    if as_json:
        exact = found.regions if found is not None and found.complete else None
        answer: dict[str, object] = {"exact": exact, "bounds": [_json(each) for each in ordered]}
        if left_out:
            answer["left_out"] = [
                {"name": each.name, "side": each.side, "source": each.source, "reason": each.reason}
                for each in left_out
            ]
        show_json(answer)
    else:
        show(_table(ordered, left_out, found))
    return DONE if complete else STOPPED


def conv_spec(text: str) -> tuple[tuple[int, ...], list[dict[str, object]]]:
    """The input shape and the layers that a text like 1,3,3:2,2,2 means.

    Raises
    ------
    HypothesisError
        If it means none.

    Examples
    --------
    >>> conv_spec("1,3,3:2,2,2")
    ((1, 3, 3), [{'filters': 2, 'kernel': (2, 2)}])
    >>> conv_spec("3,10:4,3,2,1;5,2")[1]
    [{'filters': 4, 'kernel': (3,), 'stride': 2, 'padding': 1}, {'filters': 5, 'kernel': (2,)}]
    """
    shape_text, colon, layers_text = text.partition(":")
    shape = tuple(whole_numbers(shape_text.split(","), "--conv"))
    axes = len(shape) - 1
    if not colon or axes not in (1, 2):
        raise HypothesisError(
            "--conv: C,H,W:filters,kh,kw or C,N:filters,k was expected, more layers after a "
            "semicolon"
        )
    layers = []
    for layer_text in layers_text.split(";"):
        numbers = whole_numbers(layer_text.split(","), "--conv")
        if not axes + 1 <= len(numbers) <= axes + 3:
            raise HypothesisError(
                f"--conv: a layer has filters, {counted(axes, 'kernel size')}, and perhaps stride "
                f"and padding: got {counted(len(numbers), 'number')}"
            )
        layer: dict[str, object] = {"filters": numbers[0], "kernel": tuple(numbers[1 : axes + 1])}
        layer.update(zip(("stride", "padding"), numbers[axes + 1 :], strict=False))
        layers.append(layer)
    return shape, layers


def _widths(text: str) -> tuple[int, list[int]]:
    inputs, *hidden = whole_numbers(text.split(","), "--widths")
    if not hidden:
        raise HypothesisError("--widths: inputs and at least one width were expected")
    return inputs, hidden


def _of_widths(text: str, rank: str | None) -> Sequence[Bound]:
    inputs, hidden = _widths(text)
    if rank is None:
        return relu_bounds(inputs, hidden)
    [k] = whole_numbers([rank], "--maxout")
    return maxout_bounds(inputs, hidden, k)


def _json(bound: Bound) -> dict[str, object]:
    return {
        "name": bound.name,
        "side": bound.side,
        "value": json_number(bound.value),
        "source": bound.source,
        "note": bound.note,
    }


def _table(listed: Sequence[Bound], left_out: Sequence[LeftOut], found: Count | None) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("", "regions", *(["reached"] if found else []), "source"):
        table.add_column(heading, justify="right" if heading in ("regions", "reached") else "left")
    for side in ORDER:
        for bound in listed:
            if bound.side == side:
                source = f"{bound.source} ({bound.note})" if bound.note else bound.source
                share = [_share(found.regions, bound.value)] if found else []
                table.add_row(SIDES[side], whole_text(bound.value), *share, source)
        for each in left_out:
            if each.side == side:
                table.add_row(SIDES[side], "left out", f"{each.source}: {each.reason}")
        if side == "max_exactly" and found:
            exactly = "this network" if found.complete else "this network, at least"
            table.add_row(exactly, whole_text(found.regions), "", "counted", style="bold")
    return table


def _share(regions: int, value: int) -> str:
    return f"{100 * regions / value:.3g} %"
