"""The count of a run, at its end and while it goes on."""

from __future__ import annotations

from dataclasses import dataclass

from linreg.explore.work import Work
from linreg.progress import Progress
from linreg.showing import table_html


@dataclass(frozen=True, slots=True)
class Count:
    """How many regions were found, and how that is known.

    Attributes
    ----------
    regions : int
        The number of activation regions; at least that many if the run was stopped.
    complete : bool
        False if the run was stopped at a limit, or is still going on.
    evidence : str
        "exact": every decision was proved in exact arithmetic. "certified": the proofs were
        also written down, and an independent checker accepted them.
    regions_per_stage : tuple of int, length stages
        Full-dimensional cells of prefixes through each stage; the last is the count. Empty where
        an interrupt came before the network had been put into stages.
    lps : int
        Linear programs that were solved in floats.
    exact_decisions : int
        How often floats left a doubt, so that exact arithmetic decided: once for each program
        whose proposal proved nothing, and once for each cell that machine code was not sure of.
    strategy : str
        "compiled" or "highs": the one that was at work at the end.
    seconds : float
        Wall clock.

    Examples
    --------
    >>> from linreg import count, mlp
    >>> found = count(mlp([([[1, 0], [0, 1]], [0, 0]), ([[1, 1]], [-1])]))
    >>> found.regions, found.complete, found.evidence, found.regions_per_stage
    (7, True, 'exact', (4, 7))
    """

    regions: int
    complete: bool
    evidence: str
    regions_per_stage: tuple[int, ...]
    lps: int
    exact_decisions: int
    strategy: str
    seconds: float

    def _repr_html_(self) -> str:
        return table_html(
            "Count",
            [
                ("regions" if self.complete else "regions, at least", self.regions),
                ("through each stage", ", ".join(f"{k:,}" for k in self.regions_per_stage)),
                ("evidence", self.evidence),
                ("strategy", self.strategy),
                ("seconds", f"{self.seconds:.3g}"),
            ],
        )


def count_of_work(work: Work, complete: bool, strategy: str, seconds: float) -> Count:
    """The count that work amounts to."""
    cells = tuple(work.tally.cells)
    lps, exact = work.lps, work.exact_decisions
    return Count(work.tally.regions, complete, "exact", cells, lps, exact, strategy, seconds)


@dataclass(frozen=True, slots=True)
class CountProgress(Progress):
    """How far a run is, and what it has found.

    Attributes
    ----------
    done, total : float
        The part of the tree that is finished, from 0 to 1, and 1.
    activity : str
        What the run is busy with; while it explores, how many regions are found.
    count : Count
        As if the run were stopped now.

    Examples
    --------
    >>> from linreg import count, mlp
    >>> heard = []
    >>> _ = count(mlp([([[1, 0], [0, 1]], [0, 0])]), progress=heard.append)
    >>> [(moment.count.regions, moment.share) for moment in heard][-1:]
    [(4, 1.0)]
    """

    count: Count
