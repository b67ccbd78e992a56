"""The cells that a walk along a tree is at, and what is said of them that is false."""

from __future__ import annotations

from dataclasses import dataclass, field

from linreg.checker.claims import FalseClaim
from linreg.checker.forms import Form
from linreg.checker.stages import StageOnCell, State

Path = tuple[object, str, int]
"""What leads to a cell: the path to the one before, and a word and a number for the last step."""


IS_INSIDE = "the point of the region does not lie strictly inside it"
IS_MISSED = "its rows do not prove that hyperplane {} misses the cell"
IS_FACET = "its point does not show that row {} is a facet"
IS_REDUNDANT = "its rows do not prove that row {} is redundant"
"""What is said of claims that do not hold."""

About = tuple[int, Path, str, int, StageOnCell | None]
"""The number of the region that a claim comes with or before, the path, one of these texts and its
number, and the stage on the cell whose hyperplane is claimed to be missed."""


@dataclass(slots=True, eq=False)
class Branch:
    """A cell of the tree, of which more and more is decided.

    Attributes
    ----------
    stage : int
        The stage whose units are being decided; the number of stages at a region.
    here : StageOnCell or None
        That stage on the cell; None at a region.
    sides : list of int
        The side of each hyperplane that the cell is on; 0 where that is not decided.
    rivals, alive : tuple of tuples of int
        The candidates of each contest that were left when the cell was made, and that still are.
    left : int
        How many hyperplanes and contests are not decided.
    n_rows : int
        How many rows of the path its parent has.
    rows : tuple of Form
        The rows that are its own.
    path : Path
        The splits that lead to it, for messages.
    state : State or None
        At a region, the outputs of the last stage, where they are asked for.
    """

    alive: tuple[tuple[int, ...], ...]
    n_rows: int
    rows: tuple[Form, ...]
    path: Path
    stage: int = 0
    here: StageOnCell | None = None
    sides: list[int] = field(default_factory=list)
    rivals: tuple[tuple[int, ...], ...] = ()
    left: int = 0
    state: State | None = None

    def part(self, n_rows: int, rows: tuple[Form, ...], path: Path) -> Branch:
        """A part of the cell, of which as much is decided."""
        return Branch(
            self.alive,
            n_rows,
            rows,
            path,
            self.stage,
            self.here,
            self.sides.copy(),
            self.alive,
            self.left,
        )

    def contest(self, contest: int) -> tuple[int, ...]:
        """The candidates that are left in a contest, several ones."""
        if contest >= len(self.alive) or len(self.alive[contest]) == 1:
            raise false_claim(self.path, f"contest {contest} is not one that is left to decide")
        return self.alive[contest]

    def others(self, contest: int, candidate: int) -> list[int]:
        """The other candidates when the cell was made, of one that is left."""
        if candidate not in self.contest(contest):
            raise false_claim(self.path, f"candidate {candidate} of contest {contest} is not left")
        return [rival for rival in self.rivals[contest] if rival != candidate]

    def lose(self, contest: int, candidate: int) -> None:
        """Have a candidate be left no longer."""
        self.leave(contest, tuple(i for i in self.alive[contest] if i != candidate))
        self.left -= len(self.alive[contest]) == 1

    def leave(self, contest: int, candidates: tuple[int, ...]) -> None:
        """Have these be the candidates that are left in a contest."""
        self.alive = (*self.alive[:contest], candidates, *self.alive[contest + 1 :])


def false_claim(path: Path, why: str) -> FalseClaim:
    """A claim that does not hold, and where."""
    steps = []
    place: object = path
    while isinstance(place, tuple):
        place, word, number = place
        steps.append(f"{word}{number}")
    return FalseClaim(f"{why}; at {''.join(reversed(steps))}")
