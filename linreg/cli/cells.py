"""The commands `faces`, `topology` and `boundary`."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import isinf
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from linreg.arguments import numbered
from linreg.cli.codes import DONE, STOPPED
from linreg.cli.console import Show, message, progress, show, show_json
from linreg.cli.options import (
    Decimal,
    DomainText,
    Json,
    NetworkFile,
    SliceFile,
    network_and_domain,
    whole,
)
from linreg.errors import IncompleteError
from linreg.export import check_cells_path, check_pieces_path, write_cells, write_pieces
from linreg.network import Network
from linreg.rational import fraction, nearest_float
from linreg.topology import (
    RELATIONS,
    Bar,
    PolyhedralComplex,
    Subcomplex,
    decision_boundary,
    level_set,
    pieces,
    polyhedral_complex,
    total_size,
)
from linreg.topology.boundaries import SENSES
from linreg.topology.elimination import check_field
from linreg.topology.values import Value
from linreg.wording import counted

BOUNDARY_KEYS = (
    "faces_by_dimension",
    "pieces",
    "components",
    "bounded_components",
    "is_bounded",
    "is_pure",
    "size_float",
    "output",
)
"""What `boundary --json` says."""

Found = TypeVar("Found", PolyhedralComplex, Subcomplex)
"""What is searched for."""

LISTED_BARS = 40
"""Most bars that are shown; `--json` has them all."""

CellLimit = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", parser=whole, help="Stop at this many cells."),
]
Output = Annotated[int, typer.Option("--output", metavar="I", help="Which output, counted from 0.")]
Level = Annotated[str | None, typer.Option("--level", metavar="C", help="A number: p/q is exact.")]


def _field(text: str | int) -> int:
    """A prime, or 0."""
    try:
        return check_field(int(text))
    except ValueError:
        raise typer.BadParameter(
            f"a prime, or 0 for the rational numbers, was expected, got {reprlib.repr(text)}"
        ) from None


def _sense(text: str) -> str:
    """max or min."""
    if text not in SENSES:
        raise typer.BadParameter(f"max or min was expected, got {reprlib.repr(text)}")
    return text


def faces(
    net: NetworkFile,
    output: Output = 0,
    level: Level = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "-o",
            metavar="FILE",
            help="Write all cells to a .parquet file, and vertices to another beside it.",
        ),
    ] = None,
    domain: DomainText = None,
    slice_: SliceFile = None,
    decimal: Decimal = False,
    limit: CellLimit = None,
    as_json: Json = False,
) -> int:
    """Count the cells of every dimension of a network's polyhedral complex, exactly.

    With --level, cells are cut where the output has that value, too.
    """
    if file is not None:
        check_cells_path(file, (net, slice_))
    network, where = network_and_domain(net, domain, slice_, decimal)
    output = _output(output, network)
    levels = [] if level is None else [(output, _number(level, decimal))]
    cells = _found(
        lambda told: polyhedral_complex(network, where, levels=levels, limit=limit, progress=told)
    )
    if cells is None:
        return _stopped(as_json, ("f_vector", "bounded_f_vector", "euler", "lines", "output"))
    files = () if file is None else write_cells(cells, file)
    if as_json:
        show_json(
            {
                "f_vector": cells.f_vector,
                "bounded_f_vector": cells.bounded_f_vector,
                "euler": cells.euler,
                "lines": [list(line[:-1]) for line in cells.lines],
                "output": str(files[0]) if files else None,
            }
        )
        return DONE
    table = _table("dimension", "cells", "bounded")
    for dim, pair in enumerate(zip(cells.f_vector, cells.bounded_f_vector, strict=True)):
        table.add_row(str(dim), *(f"{count:,}" for count in pair))
    table.add_row("Euler", str(cells.euler), "")
    show(table)
    _show_files(files)
    return DONE


def topology(
    net: NetworkFile,
    output: Output = 0,
    level: Annotated[
        str, typer.Option("--level", metavar="C", help="A number: p/q is exact.")
    ] = "0",
    persistence: Annotated[
        bool,
        typer.Option("--persistence", help="The bars of all sublevel sets of the output, too."),
    ] = False,
    field: Annotated[
        int,
        typer.Option(
            "--field",
            metavar="P",
            parser=_field,
            help="Count modulo a prime, or over the rationals with 0.",
        ),
    ] = 2,
    file: Annotated[
        Path | None,
        typer.Option(
            "-o",
            metavar="FILE",
            help="Write the cells to a .parquet file, and vertices to another beside it.",
        ),
    ] = None,
    domain: DomainText = None,
    slice_: SliceFile = None,
    decimal: Decimal = False,
    limit: CellLimit = None,
    as_json: Json = False,
) -> int:
    """Count the components, loops and voids of level sets of an output, exactly."""
    if file is not None:
        check_cells_path(file, (net, slice_))
    network, where = network_and_domain(net, domain, slice_, decimal)
    output, cut = _output(output, network), _number(level, decimal)
    cells = _found(
        lambda told: polyhedral_complex(
            network, where, levels=[(output, cut)], limit=limit, progress=told
        )
    )
    if cells is None:
        return _stopped(as_json, ("level", "output", "betti", "persistence", "field", "file"))
    unions = {relation: cells.where(output, relation, cut) for relation in RELATIONS}
    betti = {relation: union.betti_numbers(field) for relation, union in unions.items()}
    bars = cells.persistence(output, field=field) if persistence else None
    files = () if file is None else write_cells(cells, file)
    if as_json:
        show_json(
            {
                "level": str(fraction(cut)),
                "output": output,
                "betti": betti,
                "persistence": None
                if bars is None
                else [[dim, _json_value(birth), _json_value(end)] for dim, birth, end in bars],
                "field": field,
                "file": str(files[0]) if files else None,
            }
        )
        return DONE
    table = _table("set", *(f"b{k}" for k in range(cells.dim + 1)), "cells")
    for relation, union in unions.items():
        name = f"output {output} {relation} {_shown(fraction(cut))}"
        table.add_row(name, *map(str, betti[relation]), f"{len(union):,}")
    show(table)
    if bars is not None:
        show(_bars(bars))
    _show_files(files)
    return DONE


def boundary(
    net: NetworkFile,
    classes: Annotated[
        str | None,
        typer.Option(
            "--classes",
            metavar="I,J",
            help="Where these two outputs are equal; by default where no output is largest.",
        ),
    ] = None,
    output: Output = 0,
    level: Annotated[
        str | None,
        typer.Option(
            "--level", metavar="C", help="Where one output has this value, instead of classes."
        ),
    ] = None,
    sense: Annotated[
        str,
        typer.Option(
            "--sense",
            metavar="SENSE",
            parser=_sense,
            help="max or min: which output names the class.",
        ),
    ] = "max",
    file: Annotated[
        Path | None,
        typer.Option(
            "-o", metavar="FILE", help="Write the pieces to an .obj, .ply, .json or .parquet file."
        ),
    ] = None,
    domain: DomainText = None,
    slice_: SliceFile = None,
    decimal: Decimal = False,
    limit: CellLimit = None,
    as_json: Json = False,
) -> int:
    """Find the decision boundary of a network, or a level set of an output, exactly.

    A network with one output has the level set at 0 by default.
    """
    if file is not None:
        check_pieces_path(file, (net, slice_))
    pair = None if classes is None else _pair(classes)
    network, where = network_and_domain(net, domain, slice_, decimal)
    output = _output(output, network)
    if level is None and network.staged.readout.n_outputs == 1:
        level = "0"
    if level is not None and pair is not None:
        raise typer.BadParameter("--level and --classes ask for different sets; give one of them")
    if level is not None:
        cut = _number(level, decimal)
        union = _found(
            lambda told: level_set(network, output, cut, where, limit=limit, progress=told)
        )
    else:
        i, j = pair or (None, None)
        union = _found(
            lambda told: decision_boundary(
                network, i, j, where, sense=sense, limit=limit, progress=told
            )
        )
    if union is None:
        return _stopped(as_json, BOUNDARY_KEYS)
    written = None if file is None else write_pieces(union, file)
    _show_boundary(union, written, as_json)
    return DONE


def _show_boundary(union: Subcomplex, written: Path | None, as_json: bool) -> None:
    found = pieces(union)
    size = total_size(found, union.complex.dim - 1)
    finite = None if size is None or isinf(size) else size
    if as_json:
        values = (
            union.faces_by_dimension,
            len(found),
            union.components,
            union.bounded_components,
            union.is_bounded,
            union.is_pure,
            finite,
            None if written is None else str(written),
        )
        show_json(dict(zip(BOUNDARY_KEYS, values, strict=True)))
        return
    table = _table("boundary", "")
    for dim, count in enumerate(union.faces_by_dimension):
        table.add_row(f"cells of dimension {dim}", f"{count:,}")
    table.add_row("pieces", f"{len(found):,}")
    table.add_row("components", f"{union.components:,}")
    table.add_row("bounded components", f"{union.bounded_components:,}")
    if size is not None:
        name = {1: "length", 2: "area"}[union.complex.dim - 1]
        table.add_row(name, "infinite" if finite is None else f"{finite:.6g}")
    show(table)
    if union.faces_by_dimension[-1]:
        flat = counted(union.faces_by_dimension[-1], "region")
        show(f"flat on {flat}: there the boundary is as thick as the space")
    _show_files(() if written is None else (written,))


def _found(search: Callable[[Show], Found]) -> Found | None:
    """What a search finds, given whom to tell of its progress; None if a limit stops it."""
    with progress("cells") as tell:
        try:
            return search(tell)
        except IncompleteError as error:
            message(str(error))
            return None


def _stopped(as_json: bool, keys: Sequence[str]) -> int:
    """The exit code of a search that a limit has stopped: part of a complex has no answer."""
    if as_json:
        show_json(dict.fromkeys(keys))
    return STOPPED


def _show_files(files: Sequence[Path]) -> None:
    if files:
        show(f"written to {' and '.join(map(str, files))}")


def _bars(bars: Sequence[Bar]) -> Table:
    table = _table("degree", "birth", "death", title="\nsublevel sets")
    for dim, birth, death in bars[:LISTED_BARS]:
        table.add_row(str(dim), _shown(birth), _shown(death))
    if len(bars) > LISTED_BARS:
        table.add_row("...", f"and {len(bars) - LISTED_BARS:,} more", "")
    return table


def _table(*headings: str, title: str | None = None) -> Table:
    table = Table(box=None, title=title, title_justify="left", title_style="bold", pad_edge=False)
    table.add_column(headings[0])
    for heading in headings[1:]:
        table.add_column(heading, justify="right")
    return table


def _shown(value: Value) -> str:
    """A value for people: exactly if that is short."""
    exact = str(value)
    if len(exact) <= 12 or not isinstance(value, Fraction):
        return exact
    return f"{nearest_float(value.numerator, value.denominator):.9g}"


def _json_value(value: Value) -> int | str:
    """A number as in JSON answers; infinities as text."""
    if isinstance(value, Fraction) and value.denominator == 1 and abs(value) <= 2**53:
        return int(value)
    return str(value)


def _number(text: str, decimal: bool) -> Fraction | float:
    """A number as in JSON: p/q is exact, and a decimal its float64, or exact too."""
    try:
        exact = fraction(text)
    except ValueError as error:
        raise typer.BadParameter(f"--level: {error}") from None
    return exact if decimal or "/" in text or exact.denominator == 1 else float(exact)


def _output(output: int, network: Network) -> int:
    """An output that the network has."""
    return numbered(output, network.staged.readout.n_outputs, "--output", "outputs")


def _pair(text: str) -> tuple[int, int]:
    """Two outputs."""
    try:
        i, j = (int(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(
            f"--classes: two outputs such as 0,1 were expected, got {reprlib.repr(text)}"
        ) from None
    if i == j:
        raise typer.BadParameter(f"--classes: two different outputs were expected, got {i} twice")
    return i, j
