"""The strategy "auto", and what it stands for: this module alone decides.

There are five questions, since strategies count alike, but find other witnesses and other proofs.

- Where only numbers come out, `AutoExplorer` begins in Python and goes on in machine code once that
  pays, which depends on what is loaded, compiled or cached, and on what was counted before.
- Where rows or proofs are written, or a run directory begins, `settled` gives a function of the
  question alone: a small problem is tried out in Python, always the same part of it, and what is
  not done by then is for machine code from its beginning.
- Networks that follow one another, whose patterns alone are asked for, get machine code where it is
  on disk, or once there have been `NETWORKS_TO_COMPILE`; see `for_one_of_many`.
- The parts that a search leaves to their regions are for machine code if the network is wide; see
  `for_parts`.
- Datasets hold the same bytes on every machine: each network has its rows from Python if it has at
  most `ROWS_IN_PYTHON` regions, and without numba all have; see `for_datasets` and `for_rows`.

Cells are counted by the work that one is: those of a wide network take long in Python; see `Cost`.
Whether there can be machine code at all is asked of `machine_code`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from math import inf
from typing import Any, Generic, NamedTuple

from linreg.explore.cells import Prefix
from linreg.explore.explorer import Explorer
from linreg.explore.highs import HighsExplorer
from linreg.explore.sink import AnySink, Sink
from linreg.explore.subdivision import Tally
from linreg.explore.work import Beginning, Work
from linreg.problem.problem import Problem
from linreg.strategies.machine_code import (
    compiled_explorer,
    compiled_for,
    has_machine_code,
    is_compiled,
)

LOAD_AFTER = 1024
"""Cells taken in Python, in about half a second, before machine code is loaded from the disk."""

COMPILE_AFTER = 4096
"""Cells taken in Python before it is asked whether to compile, which takes some ten seconds."""

COMPILE_FOR = 20_000
"""Cells for which Python needs as long as that."""

TRIED = 6144
"""Cells that are tried in Python, in about two seconds: a small problem is done by then, and waits
for no compiler on a fresh machine."""

LARGE = 3 * TRIED
"""Cells of a problem, by the share that is done of the tree or of what is wanted of it, that are
not worth such a trial."""

ROWS_IN_PYTHON = 4096
"""Regions up to which those of a network in a dataset are found in Python."""

PROGRAM_ENTRIES = 200
"""Entries of a linear program, units times inputs, that make a cell cost as much as a small one."""

PRODUCT_TERMS = 300_000
"""The same of products: coefficients times forms of the input, one more than there are inputs."""

PREPARED = 400
"""Coefficients that take as long as a small cell to be made integers."""

FIRST_CELLS = 32
"""Cells that any problem is taken to have."""

WIDE = 2.0
"""Small cells that a cell costs as much as, from which on the parts of a domain are for machine
code however few regions they have."""

NETWORKS_TO_COMPILE = 16
"""Networks that follow one another after which machine code is worth being compiled."""


class Cost(NamedTuple):
    """What Python takes for a problem, in cells of a small network: about half a millisecond each.

    Attributes
    ----------
    cell : float
        For a cell, at least 1.
    beginning : float
        Before the first cell is done, and for a few cells.
    """

    cell: float
    beginning: float

    @classmethod
    def of(cls, problem: Problem) -> Cost:
        """A function of the problem alone."""
        network, dim = problem.network, problem.domain.dim
        coefficients = sum(stage.map.n_coefficients for stage in network.stages)
        program, product = len(network.units) * dim, coefficients * (dim + 1)
        cell = max(1.0, program / PROGRAM_ENTRIES + product / PRODUCT_TERMS)
        return cls(cell, coefficients / PREPARED + FIRST_CELLS * cell)


class Spent:
    """Cells that this process has taken in Python: many small networks pay for machine code too."""

    cells = 0.0

    @classmethod
    def pays_loading(cls, more: float = 0) -> bool:
        """Whether so many have been taken that machine code should be loaded, if it is on disk.

        Or will have been, with so many more.
        """
        return cls.cells + more >= LOAD_AFTER

    @classmethod
    def pays_compiling(cls, left: float) -> bool:
        """Whether to compile, when so many are left."""
        return cls.cells >= COMPILE_AFTER and cls.cells + left > COMPILE_FOR


class AutoExplorer:
    """The strategy that is fastest so far; an `Explorer`.

    A small network is done before machine code could be loaded, and one that is not so small
    before it could be compiled for the first time. Where machine code is loaded already, or cannot
    be had at all, there is no choice. What the process has spent in Python before counts as well.
    """

    def __init__(self) -> None:
        self._past: list[Explorer] = []
        self._now: Explorer = HighsExplorer()
        self._taken = 0.0
        self._cost = Cost(1, FIRST_CELLS)
        self._may_change = True

    @property
    def name(self) -> str:
        """Name of the strategy that is at work now."""
        return self._now.name

    @property
    def slice(self) -> int:
        """Cells to take between two reports."""
        return self._now.slice

    @property
    def alone(self) -> int:
        """Cells to take before others are asked: it is clear by then how to go on."""
        most = int(COMPILE_AFTER / self._cost.cell) + 1
        return most if self._may_change else self._now.alone

    @property
    def task_budget(self) -> int:
        """Cells to take in one task elsewhere."""
        return self._now.task_budget

    @property
    def threads(self) -> bool:
        """Whether workers are threads of this process."""
        return self._now.threads

    @property
    def lps(self) -> int:
        """Linear programs solved."""
        return sum(explorer.lps for explorer in [*self._past, self._now])

    @property
    def exact_decisions(self) -> int:
        """Decisions left to exact arithmetic."""
        return sum(explorer.exact_decisions for explorer in [*self._past, self._now])

    def begin(self, problem: Problem, tally: Tally) -> list[Any]:
        """The cells to start from."""
        self._cost = Cost.of(problem)
        pays = Spent.pays_loading(self._cost.beginning - FIRST_CELLS)
        is_imported = "linreg.kernel.simplex.cell_tree" in sys.modules
        if (pays or is_imported) and is_compiled(problem, on_disk=pays):
            self._now = compiled_explorer()
            self._may_change = False
        return self._now.begin(problem, tally)

    def preparation(self, problem: Problem, tally: Tally) -> str:
        """To load machine code or to compile it, once that pays."""
        if not (self._may_change and self._is_time(problem, tally)):
            return ""
        return (
            "loading machine code"
            if is_compiled(problem, on_disk=True)
            else "compiling (first use)"
        )

    def prepare(self, problem: Problem) -> None:
        """Go on in machine code from here."""
        self._may_change = False
        self._past.append(self._now)
        self._now = compiled_explorer()
        self._now.prepare(problem)

    def explore(
        self,
        problem: Problem,
        cells: list[Any],
        sink: Sink,
        tally: Tally,
        *,
        budget: int,
        limit: int | None = None,
    ) -> list[Any]:
        """Split cells, and return those that are left."""
        self._taken += min(budget, self._now.slice) * self._cost.cell
        before = sum(tally.cells)
        left = self._now.explore(problem, cells, sink, tally, budget=budget, limit=limit)
        if isinstance(self._now, HighsExplorer):
            # Of cells that are taken, about every other one is split and the rest are finished.
            Spent.cells += 2 * (sum(tally.cells) - before) * self._cost.cell
        return left

    def prefix_of(self, cell: Any) -> Any:
        """The name of a cell."""
        return self._now.prefix_of(cell)

    def cell_of(self, problem: Problem, prefix: Any) -> Any:
        """The cell that a prefix names."""
        self._cost = Cost.of(problem)
        if self._may_change and not isinstance(prefix, Prefix):
            self.prepare(problem)
        return self._now.cell_of(problem, prefix)

    def _is_time(self, problem: Problem, tally: Tally) -> bool:
        if not Spent.pays_loading():
            return False
        if is_compiled(problem, on_disk=True):
            return True
        # The share of the tree that is done says little at first.
        may_tell = self._taken >= COMPILE_AFTER
        left = self._taken * (1 - tally.share) / max(tally.share, 1e-9) if may_tell else 0
        return Spent.pays_compiling(left)


@dataclass(frozen=True, slots=True)
class Settled(Generic[AnySink]):
    """A strategy, and what it has found already.

    Attributes
    ----------
    strategy : str
        "highs" or "compiled".
    beginning : Beginning or None
        What is left to that strategy, if it was the one that was tried.
    found : Sink
        What the beginning has told.
    """

    strategy: str
    beginning: Beginning | None
    found: AnySink


def for_one_of_many(problem: Problem, done: int) -> str:
    """The strategy for one of the networks that follow one another, of which so many are done."""
    if has_machine_code() and (done >= NETWORKS_TO_COMPILE or is_compiled(problem, on_disk=True)):
        return "compiled"
    return "auto"


def for_datasets(asked: str) -> str:
    """The strategy of a whole dataset, which its card names: "auto" needs numba."""
    return "highs" if asked == "auto" and find_spec("numba") is None else asked


def for_parts(problem: Problem) -> str:
    """The strategy for the rows of many small parts of a domain, a function of the problem alone.

    Python has the regions of a small network sooner than machine code is loaded.
    """
    return "compiled" if has_machine_code() and Cost.of(problem).cell > WIDE else "auto"


class ForRows(NamedTuple):
    """Who finds the rows of one network of a dataset.

    Attributes
    ----------
    first : str
        The strategy up to `most` regions.
    most : float
    then : str
        The strategy of networks with more, and of counts that go further.
    """

    first: str
    most: float
    then: str


def for_rows(asked: str) -> ForRows:
    """The strategies of one network of a dataset, a function of its regions alone."""
    if asked == "auto":
        return ForRows("highs", ROWS_IN_PYTHON, "compiled")
    return ForRows(asked, inf, asked)


def is_settled_first(sink: Sink) -> bool:
    """Whether what a sink is told depends on the strategy, so that "auto" has to be settled."""
    return sink.wants_rows or sink.wants_proofs


def settled(
    problem: Problem,
    sink: AnySink,
    limit: int | None = None,
    report: Callable[[Work], None] = lambda _: None,
) -> Settled[AnySink]:
    """What "auto" stands for, a function of the problem and the limit.

    "highs" if that answers the question with the work of `TRIED` small cells, and "compiled"
    elsewhere, or "highs" where there is no machine code. What Python could hardly begin in that
    time is not tried.

    Parameters
    ----------
    problem : Problem
    sink : Sink
        What is told depends on its kind; it is told nothing yet.
    limit : int, optional
        Regions that are wanted.
    report : callable
        Told now and then how far the trial is.
    """
    cost = Cost.of(problem)
    if cost.beginning > TRIED:
        return Settled(compiled_for(sink).name, None, sink.fresh())
    explorer, found, tally = HighsExplorer(), sink.fresh(), Tally()
    cells = explorer.begin(problem, tally)
    taken = 0.0
    is_large = False
    while cells and not is_large and taken < TRIED and (limit is None or tally.regions < limit):
        taken += explorer.slice * cost.cell
        cells = explorer.explore(problem, cells, found, tally, budget=explorer.slice, limit=limit)
        wanted = 0.0 if limit is None else tally.regions / limit
        is_large = taken > LARGE * max(tally.share, wanted)
        work = Work(tally, explorer.name, explorer.lps, explorer.exact_decisions)
        report(work)
    is_done = not cells or (limit is not None and tally.regions >= limit)
    strategy = "highs" if is_done else compiled_for(sink).name
    prefixes = [explorer.prefix_of(cell) for cell in cells]
    beginning = Beginning(work, prefixes) if strategy == "highs" else None
    return Settled(strategy, beginning, found)
