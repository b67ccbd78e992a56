"""The closed regions of a network one after another, with its map on each: the plain loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from flint import fmpq

from linreg.network import StagedNetwork
from linreg.polyhedra import Forms, IntegerRow, Multipliers, Point, Solver, decide_interior
from linreg.problem import Problem
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
        return self.at(range(len(self)))

    def at(self, chosen: Iterable[int]) -> Iterator[Piece]:
        """Those of these numbers."""
        made = PieceMaker(self.regions.problem)
        for index in chosen:
            pattern = tuple(self.regions.patterns[index].tolist())
            yield made.of(pattern, self.regions.point(int(index)))


class PieceMaker:
    """The regions of a problem by their patterns; fastest when these come sorted."""

    def __init__(self, problem: Problem) -> None:
        self._boundaries = Boundaries(problem)
        self._scales = problem.readout_scales

    def of(self, pattern: tuple[int, ...], inside: Point) -> Piece:
        """The region of a pattern and a point strictly inside it."""
        return Piece(pattern, self.rows(pattern), inside, self._outputs(pattern))

    def at(self, pattern: tuple[int, ...], x: Point, solver: Solver) -> Piece | None:
        """The region of a pattern that a point has, perhaps on its boundary; None if it is flat."""
        rows = self.rows(pattern)
        dim = len(x.rationals)
        answer: Point | Multipliers = x
        if any(value <= 0 for value in Forms(rows, dim).at(x)):
            answer = decide_interior(rows, dim, solver)
        if isinstance(answer, Multipliers):
            return None
        return Piece(pattern, rows, answer, self._outputs(pattern))

    def rows(self, pattern: tuple[int, ...]) -> list[IntegerRow]:
        """What bounds the region of a pattern."""
        return self._boundaries.of(pattern).rows

    def _outputs(self, pattern: tuple[int, ...]) -> list[list[fmpq]]:
        return [
            [fmpq(entry) / by for entry in row]
            for row, by in zip(
                self._boundaries.on_cells.outputs(pattern), self._scales, strict=True
            )
        ]


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
