"""The closed regions of a network one after another, with its map on each: the plain loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from flint import fmpq

from linreg.network import StagedNetwork
from linreg.polyhedra import IntegerRow, Point
from linreg.problem import StagesOnRegions
from linreg.problem.region_rows import Boundaries
from linreg.progress import Progress
from linreg.questions.input_sets import InputSet
from linreg.regions import Enumeration, enumerate_regions


@dataclass(frozen=True, eq=False)
class Piece:
    """A closed region {x : rows >= 0} on which the network is one affine map.

    Attributes
    ----------
    pattern : tuple of int
        The piece of every unit.
    rows : list of integer rows, shape (inputs + 1,) each
    inside : Point
        Where all rows are positive.
    outputs : list of lists of fmpq, shape (inputs + 1,) each
        The network's outputs as affine forms of the input.
    """

    pattern: tuple[int, ...]
    rows: list[IntegerRow]
    inside: Point
    outputs: list[list[fmpq]]

    def combined(self, by: Sequence[fmpq]) -> list[fmpq]:
        """A combination of the outputs as a form of the input."""
        return [
            sum((a * entry for a, entry in zip(by, column, strict=True) if a != 0), fmpq(0))
            for column in zip(*self.outputs, strict=True)
        ]


@dataclass(frozen=True, eq=False)
class Pieces:
    """All regions of a network on a set of inputs, whose coordinates they are in.

    Attributes
    ----------
    regions : Enumeration
    complete : bool
        False if a limit was reached before all were found.
    """

    regions: Enumeration

    @property
    def complete(self) -> bool:
        """Whether these are all regions."""
        return self.regions.counted.complete

    def __len__(self) -> int:
        return len(self.regions)

    def __iter__(self) -> Iterator[Piece]:
        problem = self.regions.problem
        boundaries, on_cells = Boundaries(problem), StagesOnRegions(problem)
        scales = problem.readout_scales
        for index, pieces in enumerate(self.regions.patterns.tolist()):
            pattern = tuple(pieces)
            outputs = [
                [fmpq(entry) / by for entry in row]
                for row, by in zip(on_cells.outputs(pattern), scales, strict=True)
            ]
            rows = boundaries.of(pattern).rows
            yield Piece(pattern, rows, self.regions.point(index), outputs)


def pieces_on(
    network: StagedNetwork,
    inputs: InputSet,
    *,
    limit: int | None = None,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
) -> Pieces:
    """The regions of a network on a set of inputs that is no single point."""
    return Pieces(
        enumerate_regions(
            inputs.restricted(network),
            inputs.domain,
            limit=limit,
            workers=workers,
            progress=progress,
        )
    )
