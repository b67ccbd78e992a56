"""A cluster of a hundred workers, simulated: the ledger itself, on measured times of cells.

First every cell of a network is explored once, by itself and by the clock. Then the ledger that
drives real runs is run on events: a task takes the time of its cells and what it costs to
send it to another process, which is measured too, and results are taken one after another by the
driver. The work is that of several such networks, side by side, as one of many hours would be.

    python scripts/bench/at_scale.py                 about a minute
    python scripts/bench/at_scale.py --dask          what a unit costs on a Dask cluster, instead
"""

from __future__ import annotations

import argparse
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import heappop, heappush
from time import perf_counter

from gaussian import gaussian
from rich.console import Console
from rich.table import Table

import linreg
from linreg.explore import HighsExplorer, Sink, Tally
from linreg.problem import problem_of
from linreg.run.clusters import cluster
from linreg.run.driver import AHEAD, MOST_HELD
from linreg.run.ledger import Finished, Ledger, Submit
from linreg.run.task import Task, explore_task

WORKERS = (1, 2, 5, 10, 20, 50, 100)
TAKING = 0.0001
"""Seconds in which the driver takes one result and sends another unit; counted in one process."""


@dataclass(frozen=True)
class Tree:
    """The cells of an exploration: the parts of each, and the seconds that it took to find them."""

    parts: list[list[int]]
    seconds: list[float]


def measured(net: linreg.Network) -> Tree:
    """Explore cell after cell, by the clock."""
    problem, explorer, tally = problem_of(net, None), HighsExplorer(), Tally()
    parts: list[list[int]] = [[]]
    seconds = [0.0]
    pending = [(0, cell) for cell in explorer.begin(problem, tally)]
    while pending:
        place, cell = pending.pop()
        begun = perf_counter()
        left = explorer.explore(problem, [cell], Sink(), tally, budget=1)
        seconds[place] = perf_counter() - begun
        parts[place] = list(range(len(parts), len(parts) + len(left)))
        parts += [[] for _ in left]
        seconds += [0.0] * len(left)
        pending += zip(parts[place], left, strict=True)
    return Tree(parts, seconds)


@dataclass(frozen=True)
class Outcome:
    """Seconds from start to end, tasks, and the most results that waited for their turn."""

    seconds: float
    units: int
    held: int


def simulated(tree: Tree, copies: int, workers: int, cost: float) -> Outcome:
    """A run of the ledger on events; a prefix is a copy and a cell."""
    ledger = Ledger(
        [(copy, 0) for copy in range(copies)],
        budget=HighsExplorer.task_budget,
        most_running=AHEAD * workers,
        most_held=MOST_HELD,
    )
    now, driver_free, units, waiting_results, most = 0.0, 0.0, 0, 0, 0
    queue = [order for order in ledger.begin() if isinstance(order, Submit)]
    free = workers
    ends: list[tuple[float, int, Finished]] = []
    while not ledger.is_over:
        while free and queue:
            order = queue.pop(0)
            cells, took, n_regions, budget = list(order.prefixes), cost, 0, order.budget
            while cells and budget:
                budget -= 1
                copy, cell = cells.pop()
                took += tree.seconds[cell]
                n_regions += not tree.parts[cell]
                cells += [(copy, part) for part in tree.parts[cell]]
            event = Finished(order.task, cells, n_regions)
            heappush(ends, (max(now, driver_free) + took, order.task, event))
            free -= 1
            units += 1
        ended, _, event = heappop(ends)
        now = max(now, ended)
        free += 1
        instructions = ledger.on(event)
        driver_free = max(now, driver_free) + TAKING
        waiting_results += 1
        for instruction in instructions:
            if isinstance(instruction, Submit):
                queue.append(instruction)
            else:
                waiting_results -= 1
        most = max(most, waiting_results)
    return Outcome(max(now, driver_free), units, most)


def cost_of_unit(pool: Executor) -> float:
    """Seconds that a task costs beside its work, of real prefixes that are not explored.

    As many are under way as the driver has for each worker.
    """
    problem, explorer, tally = problem_of(gaussian((4, 14, 14, 1)), None), HighsExplorer(), Tally()
    cells = explorer.begin(problem, tally)
    cells = explorer.explore(problem, cells, Sink(), tally, budget=200)
    prefixes = tuple(explorer.prefix_of(cell) for cell in cells[-2:])
    pool.submit(
        explore_task, Task("highs", problem.key, problem, prefixes, Sink(), 0, None)
    ).result()
    task = Task("highs", problem.key, None, prefixes, Sink(), 0, None)
    n = 400
    begun = perf_counter()
    under_way = deque(pool.submit(explore_task, task) for _ in range(AHEAD))
    for _ in range(n - AHEAD):
        under_way.popleft().result()
        under_way.append(pool.submit(explore_task, task))
    for future in under_way:
        future.result()
    return (perf_counter() - begun) / n


@contextmanager
def one_worker(on_dask: bool) -> Iterator[Executor]:
    if on_dask:
        with cluster("local", 1) as found:
            yield found.executor
    else:
        with ProcessPoolExecutor(1) as pool:
            yield pool


def main() -> None:
    """Measure, simulate, and print the curve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dask", action="store_true", help="take the cost of a unit from Dask")
    parser.add_argument("--copies", type=int, default=32, help="networks side by side")
    parser.add_argument("--widths", default="4,14,14,1", help="of the network, with its readout")
    asked = parser.parse_args()
    console = Console()
    with one_worker(asked.dask) as pool:
        cost = cost_of_unit(pool)
    tree = measured(gaussian([int(width) for width in asked.widths.split(",")]))
    alone = asked.copies * sum(tree.seconds)
    console.print(
        f"{asked.copies} networks of {len(tree.parts):,} cells each, {alone:,.0f} s of work; "
        f"a unit costs {1000 * cost:.2f} ms {'on Dask' if asked.dask else 'in another process'}"
    )
    table = Table(title="simulated")
    headings = ("workers", "s", "speed-up", "share of ideal", "units", "ms each", "sent", "held")
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for workers in WORKERS:
        found = simulated(tree, asked.copies, workers, cost)
        table.add_row(
            f"{workers}",
            f"{found.seconds:,.1f}",
            f"{alone / found.seconds:.1f}",
            f"{100 * alone / found.seconds / workers:.0f} %",
            f"{found.units:,}",
            f"{1000 * alone / found.units:.0f}",
            f"{100 * found.units * cost / alone:.1f} %",
            f"{found.held:,}",
        )
    console.print(table)
    console.print(
        "sent: what sending units costs, as a share of the work; held: the most results that "
        "waited for their turn."
    )


if __name__ == "__main__":
    main()
