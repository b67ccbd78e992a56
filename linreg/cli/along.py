"""The command `along`: the regions that a polyline passes through."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from linreg.cli.codes import DONE, STOPPED
from linreg.cli.console import message, progress, show, show_json
from linreg.cli.interrupts import see_through
from linreg.cli.options import Decimal, DomainText, Json, NetworkFile, SliceFile, network_and_domain
from linreg.lines import LineRegions, LineSweeper
from linreg.lines.points_file import PointsFile
from linreg.lines.table import check_pieces_path, writing_pieces
from linreg.network import StagedNetwork
from linreg.progress import Progress
from linreg.wording import counted


def along(
    net: NetworkFile,
    points: Annotated[
        Path,
        typer.Option(
            "--points",
            metavar="FILE",
            help="A .csv or .npy file with a point in each row, which segments join in order.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="A .parquet file for a row for each piece."
        ),
    ] = None,
    closed: Annotated[
        bool, typer.Option("--closed", help="Go on from the last point to the first one.")
    ] = False,
    domain: DomainText = None,
    slice_: SliceFile = None,
    decimal: Decimal = False,
    as_json: Json = False,
) -> int:
    """Find the regions that a polyline passes through, exactly and in order.

    What is in memory does not grow with the number of points, except with --json.
    """
    if output is not None:
        check_pieces_path(output, (net, points, domain, slice_))
    network, where = network_and_domain(net, domain, slice_, decimal)
    source = PointsFile(points, network.input_dim, decimal=decimal)
    sweeper = LineSweeper(network, where)
    totals = _Totals(network.staged)
    segments: list[dict[str, object]] = []
    stopped = False
    with ExitStack() as stack:
        told = stack.enter_context(progress("along"))
        table = None
        if output is not None:
            table = stack.enter_context(writing_pieces(output, network.fingerprint))
        try:
            for part in source.parts(sweeper.chunk, closed=closed):
                if len(part) < 2:
                    continue
                found = sweeper.along(part)
                totals.add(found)
                if table is not None:
                    table.write(found)
                if as_json:
                    segments += [_segment(found, k) for k in range(found.n_segments)]
                told(Progress(source.share, 1, f"{totals.pieces:,} pieces"))
        except KeyboardInterrupt:
            if table is not None:
                raise  # half a table is none
            see_through()
            stopped = True
            message(f"interrupted, after {counted(totals.segments, 'segment')}")
    if as_json:
        path = None if output is None else str(output)
        show_json({"segments": segments, **totals.as_json(), "output": path})
    else:
        show(totals.text())
        if output is not None:
            show(f"written to {output}")
    return STOPPED if stopped else DONE


class _Totals:
    """What is summed up of all segments."""

    def __init__(self, network: StagedNetwork) -> None:
        self.segments = self.pieces = self.breakpoints = self.certified = 0
        self._length = 0.0
        self._crossings = np.zeros(len(network.units), dtype=np.int64)
        self._starts = np.cumsum([0, *(len(stage.units) for stage in network.stages)])

    def add(self, found: LineRegions) -> None:
        """Count what was found on more segments."""
        self.segments += found.n_segments
        self.pieces += int(found.n_pieces.sum())
        self.breakpoints += len(found.breakpoints)
        self.certified += int(found.certified.sum())
        self._length += found.total_length()
        self._crossings += found.crossings()

    def as_json(self) -> dict[str, object]:
        return {
            "pieces": self.pieces,
            "breakpoints": self.breakpoints,
            "length": self._length,
            "breakpoints_per_length": self._density(),
            "crossings": self._crossings.tolist(),
            "certified_segments": self.certified,
        }

    def text(self) -> str:
        """What a person reads."""
        rest = self.segments - self.certified
        density = self._density()
        lines = [
            f"segments     {self.segments:,}",
            f"pieces       {self.pieces:,}",
            f"breakpoints  {self.breakpoints:,}",
            f"length       {self._length:.6g}, Euclidean, in input units",
            f"density      {'none' if density is None else f'{density:.6g}'} breakpoints a unit of "
            "length",
            f"proofs       {counted(self.certified, 'segment')} by machine code, "
            f"{rest:,} in integers",
        ]
        if len(self._crossings):
            often = int(self._crossings.argmax())
            never = int((self._crossings == 0).sum())
            stage = int(np.searchsorted(self._starts, often, side="right"))
            unit = often - int(self._starts[stage - 1])
            times = counted(int(self._crossings[often]), "time")
            lines.append(f"switches     most often unit {unit} of stage {stage}, {times}")
            lines.append(f"never        {counted(never, 'unit')} of {len(self._crossings):,}")
        return "\n".join(lines)

    def _density(self) -> float | None:
        return self.breakpoints / self._length if self._length > 0 else None


def _segment(found: LineRegions, k: int) -> dict[str, object]:
    """One segment in JSON, whose breakpoints are exact."""
    exact = found.exact_breakpoints(k)
    comma = "," if any(unit.n_pieces > 10 for unit in found.network.units) else ""
    return {
        "breakpoints": [str(u) for u in exact],
        "breakpoints_float": [float(u) for u in exact],
        "patterns": [comma.join(map(str, pattern)) for pattern in found.patterns(k)],
        "switches": [[list(pair) for pair in group] for group in found.switches(k)],
    }
