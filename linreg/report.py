"""Tables for people, made of finished values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction
from typing import Any

from flint import fmpz
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from linreg.adjacency import GraphStatistics, RegionCounts
from linreg.domains import Box, Domain, WholeSpace
from linreg.network import Network
from linreg.run import Count
from linreg.store import RunStatus
from linreg.theory import Bound
from linreg.units import MaxUnit, Unit, absolute, hard_tanh, relu
from linreg.wording import counted

MOST_WARNINGS = 5
"""Most warnings that are spelled out."""

SPELLED_DIGITS = 15
"""Longest number that is spelled out; Python refuses to spell those of thousands of digits."""

CYCLE_NODES = 9
"""Longest part of a cycle that is spelled out."""

_NAMES: dict[Unit, str] = {relu(): "relu", absolute(): "abs", hard_tanh(): "hardtanh"}


def network_table(net: Network, domain: Domain, warnings: Sequence[str] = ()) -> RenderableType:
    """What a network is made of, and what makes it suspect."""
    table = _table("network")
    staged = net.staged
    if net.name:
        table.add_row("name", _printable(net.name))
    if net.source:
        table.add_row("source", _printable(net.source))
    table.add_row("inputs", f"{staged.input_dim}" + _shape(net.input_shape))
    for k, stage in enumerate(staged.stages, start=1):
        passing = stage.map.n_outputs - stage.starts[-1]
        table.add_row(f"stage {k}", _units(stage.units) + _passing(passing))
    table.add_row("outputs", f"{staged.readout.n_outputs}")
    table.add_row("units", f"{len(staged.units)}")
    table.add_row("domain", domain_text(domain))
    table.add_row("fingerprint", net.fingerprint)
    for note in net.notes:
        table.add_row("note", _printable(note))
    for warning in warnings[:MOST_WARNINGS]:
        table.add_row("warning", warning)
    if len(warnings) > MOST_WARNINGS:
        table.add_row("warning", f"and {len(warnings) - MOST_WARNINGS:,} more of this kind")
    return table


def layer_table(net: Network) -> RenderableType:
    """The layers that a reader found, before they were lowered to stages."""
    table = Table(
        box=None, title="\nlayers", title_justify="left", title_style="bold", pad_edge=False
    )
    for heading in ("name", "kind", "shape"):
        table.add_column(heading)
    for heading in ("units", "pieces", "parameters"):
        table.add_column(heading, justify="right")
    for layer in net.layers:
        pieces = layer.pieces
        shapes = (_lengths(layer.in_shape), _lengths(layer.out_shape))
        table.add_row(
            _printable(layer.name),
            _printable(layer.kind),
            " → ".join(shapes),
            f"{len(layer.units):,}" if layer.units else "",
            " to ".join(map(str, sorted({pieces[0], pieces[-1]}))) if pieces else "",
            f"{layer.parameters:,}" if layer.parameters else "",
        )
    return table


def count_table(
    count: Count, domain: Domain, bounds: Sequence[Bound], counts: RegionCounts | None = None
) -> RenderableType:
    """How many regions there are, how the number grows, and how much of the maximum that is.

    `counts` adds the numbers by other definitions.
    """
    table = _table("regions")
    known = count.evidence if count.complete else "the run was stopped"
    found = f"{count.regions:,}" if count.complete else f"at least {count.regions:,}"
    table.add_row("activation regions", Text.assemble((found, "bold"), f"  ({known})"))
    if counts is not None:
        table.add_row("linear regions", f"{counts.linear_regions:,}")
        table.add_row("affine maps", f"{counts.affine_maps:,}")
        table.add_row("pairs with a facet", f"{counts.dual_edges:,}")
        table.add_row("bounded regions", f"{counts.bounded_regions:,}")
    table.add_row("domain", domain_text(domain))
    growth = " → ".join(f"{cells:,}" for cells in (1, *count.regions_per_stage))
    table.add_row("growth by stage", growth)
    for bound in bounds:
        share = 100 * count.regions / bound.value
        most = whole_text(bound.value)
        table.add_row(f"at most ({bound.title})", f"{most}  ({share:.3g} % reached)")
    table.add_row(
        "work",
        f"{counted(count.lps, 'linear program')}, "
        f"{counted(count.exact_decisions, 'decision')} left to exact arithmetic",
    )
    table.add_row("time", f"{count.seconds:.2f} s")
    return table


def answer_table(title: str, lines: Sequence[tuple[str, str]]) -> RenderableType:
    """An answer, line by line: what it says, and of what."""
    table = _table(title)
    for name, text in lines:
        table.add_row(name, _printable(text))
    return table


def comparison_table(rows: Sequence[Mapping[str, Any]]) -> RenderableType:
    """Several networks, one in a line: sizes, regions, and the sharpest bound on these."""
    table = Table(title="networks", title_justify="left", box=None, pad_edge=False)
    table.add_column("network", overflow="fold")
    for name in ("inputs", "units", "regions", "at most", "times the first"):
        table.add_column(name, justify="right")
    first = max(1, rows[0]["activation_regions"])
    for row in rows:
        regions = row["activation_regions"]
        table.add_row(
            _printable(row["network"]),
            str(row["input_dim"]),
            f"{row['units']:,}",
            ("" if row["complete"] else "at least ") + whole_text(regions),
            whole_text(row["at_most"]),
            f"{regions / first:.3g}",
        )
    return table


def status_table(status: RunStatus, domain: Domain) -> RenderableType:
    """What is in a run directory."""
    table = _table("run")
    count, description = status.count, status.description
    if count.complete:
        known = "all of them" if description.keeps == "regions" else "counted"
    else:
        known = f"{100 * status.share:.3g} % of the tree is done"
    found = f"{count.regions:,}" if count.complete else f"at least {count.regions:,}"
    table.add_row("activation regions", Text.assemble((found, "bold"), f"  ({known})"))
    growth = " → ".join(f"{cells:,}" for cells in (1, *count.regions_per_stage))
    table.add_row("growth by stage", growth)
    table.add_row("units", f"{description.units}")
    table.add_row("domain", domain_text(domain))
    table.add_row("strategy", description.strategy)
    if description.keeps == "regions":
        order = "sorted by pattern" if status.is_sorted else "not sorted yet"
        files = f"{counted(status.shards, 'file')}, {counted(status.size, 'byte')}, {order}"
        table.add_row("kept", files)
    else:
        table.add_row("kept", "the count alone")
    table.add_row("commits", f"{status.commits:,}")
    table.add_row("work", counted(count.lps, "linear program"))
    table.add_row("time", f"{count.seconds:.2f} s")
    table.add_row("now", "a process works on it" if status.in_use else "nobody works on it")
    table.add_row("fingerprint", description.fingerprint)
    for damage in status.damage:
        table.add_row("damage", _printable(damage))
    return table


def graph_table(
    statistics: GraphStatistics, *, merged: bool = False, in_full: bool = False
) -> RenderableType:
    """The size of a graph of regions, its degrees and its diameter; in full, all statistics."""
    table = _table("graph of linear regions" if merged else "adjacency graph")
    table.add_row("linear regions" if merged else "regions", f"{statistics.nodes:,}")
    table.add_row("edges", f"{statistics.edges:,}")
    most = statistics.mean_degree_at_most
    table.add_row(
        "degree",
        f"{statistics.mean_degree:.2f} on average, from {statistics.smallest_degree} to "
        f"{statistics.largest_degree}",
    )
    if in_full and most:
        table.add_row("mean degree", f"at most {most} (Gaines and Bi 2026)")
    unsettled = f"at least {statistics.diameter_at_least:,}; more would be too many searches"
    table.add_row(
        "diameter", unsettled if statistics.diameter is None else f"{statistics.diameter:,}"
    )
    if in_full:
        degrees = enumerate(statistics.degrees)
        table.add_row("of degree", ", ".join(f"{d}: {n:,}" for d, n in degrees if n))
        table.add_row("components", f"{statistics.components:,}")
        table.add_row("bipartite", _bipartite(statistics))
        gap = statistics.spectral_gap
        table.add_row("spectral gap", "not found" if gap is None else f"{gap:.6g}")
    return table


def _bipartite(statistics: GraphStatistics) -> str:
    """Yes, or no with the reason."""
    walk, edge = statistics.odd_cycle, statistics.even_edge
    if walk is None:
        return "yes"
    shown = ", ".join(map(str, walk[:CYCLE_NODES]))
    rest = f" ... {walk[-1]}" if len(walk) > CYCLE_NODES else ""
    because = f"; from {edge[0]} to {edge[1]} pieces change by an even number" if edge else ""
    return f"no: {shown}{rest} is a cycle of {len(walk)} regions{because}"


def _passing(values: int) -> str:
    passes = "passes" if values == 1 else "pass"
    return f", and {counted(values, 'value')} that {passes} through" if values else ""


def domain_text(domain: Domain) -> str:
    """A domain in a few words.

    Examples
    --------
    >>> domain_text(Box([-1, -1], [1, 1])), domain_text(Box([0], [1]))
    ('box, [-1, 1] in each of 2 coordinates', 'box, [0, 1]')
    """
    if isinstance(domain, WholeSpace):
        return f"the whole space, R^{domain.dim}"
    if isinstance(domain, Box):
        sides = set(zip(domain.lower, domain.upper, strict=True))
        if len(sides) == 1:
            ((low, high),) = sides
            each = f" in each of {domain.dim} coordinates" if domain.dim > 1 else ""
            return f"box, [{_number(low)}, {_number(high)}]{each}"
        return f"box in R^{domain.dim}"
    return f"polytope of {counted(len(domain.offsets), 'row')} in R^{domain.dim}"


def whole_text(number: int) -> str:
    """A whole number, spelled out or, if it is long, rounded.

    Examples
    --------
    >>> whole_text(1234), whole_text(2**100)
    ('1,234', '1.27e+30')
    """
    return f"{number:,}" if number < 10**SPELLED_DIGITS else _rounded(Fraction(number), digits=3)


def _printable(text: str) -> Text:
    """Words from a file: no markup, and nothing that a terminal would obey."""
    return Text(
        "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
    )


def _number(number: Fraction) -> str:
    """A number, exactly if that is short."""
    if number.denominator == 1 and abs(number) < 10**SPELLED_DIGITS:
        return str(number)
    if max(abs(number.numerator), number.denominator) < 10**6:
        return str(number)
    return _rounded(number, digits=6)


def _rounded(number: Fraction, digits: int) -> str:
    # fmpz spells long numbers faster than Decimal takes them.
    top, bottom = (Decimal(str(fmpz(part))) for part in (number.numerator, number.denominator))
    context = Context(prec=digits, Emax=MAX_EMAX, Emin=MIN_EMIN)
    return f"{context.divide(top, bottom).normalize(context):g}"


def _shape(shape: Sequence[int]) -> str:
    return f", of shape {_lengths(shape)}" if len(shape) > 1 else ""


def _lengths(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))


def _units(units: Sequence[Unit]) -> str:
    """The units of a stage, counted by kind."""
    kinds: dict[str, int] = {}
    for unit in units:
        kinds[_kind(unit)] = kinds.get(_kind(unit), 0) + 1
    return ", ".join(
        f"{number} {kind if number > 1 else kind.replace('units', 'unit')}"
        for kind, number in kinds.items()
    )


def _kind(unit: Unit) -> str:
    if isinstance(unit, MaxUnit):
        return f"maxout of rank {unit.rank}"
    return _NAMES.get(unit, f"units of {counted(unit.n_pieces, 'piece')}")


def _table(title: str) -> Table:
    table = Table(
        box=None,
        show_header=False,
        title=f"\n{title}",
        title_justify="left",
        title_style="bold",
        pad_edge=False,
    )
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    return table
