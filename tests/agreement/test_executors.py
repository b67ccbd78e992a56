"""The same rows and counts wherever the work is done, and wherever it stops."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from functools import cache, partial
from threading import Condition, Event, Thread
from time import sleep
from typing import Any

import numpy as np
import pytest
from generators import problems
from hypothesis import given, settings
from program import PATIENCE, python

import linreg
from linreg import (
    Count,
    CountProgress,
    Enumeration,
    IncompleteError,
    adjacency_graph,
    mlp,
)
from linreg.domains import Box, Domain
from linreg.explore import HighsExplorer
from linreg.network import Network
from linreg.run import Columns, driver
from linreg.run.processes import is_wanted, process_pool, thread_pool

# Small networks are done by "auto" before it has to decide anything.
count = partial(linreg.count, strategy="highs")
count_regions = partial(linreg.count_regions, strategy="highs")
enumerate_regions = partial(linreg.enumerate_regions, strategy="highs")


def gaussian(*widths: int, seed: int = 0) -> Network:
    rng = np.random.default_rng(seed)
    shapes = zip(widths[1:], widths, strict=False)
    return mlp([(rng.normal(size=shape), rng.normal(size=shape[0])) for shape in shapes])


NET, SMALL, WIDE = gaussian(2, 6, 4, 4), gaussian(2, 4, 2), gaussian(2, 12, 12)
"""82, 15 and 304 regions."""


@cache
def alone(net: Network = NET) -> Enumeration:
    """The regions that one process finds, without an executor."""
    return enumerate_regions(net)


@cache
def first_alone(limit: int) -> Enumeration:
    """The first regions that one process finds."""
    return enumerate_regions(NET, limit=limit)


@cache
def counted_alone(net: Network = NET) -> Count:
    """What one process counts, without an executor."""
    return count(net)


@cache
def small_alone(limit: int) -> Count:
    """What one process counts of the smaller network, up to a limit."""
    return count(SMALL, limit=limit)


class Backwards(Executor):
    """Takes the latest piece of work first."""

    def __init__(self) -> None:
        self._tasks: list[tuple[Future, Callable, tuple]] = []
        self._more = Condition()
        self._is_open = True
        Thread(target=self._work, daemon=True).start()

    def submit(self, task: Callable, /, *arguments: object, **named: object) -> Future:
        future: Future = Future()
        with self._more:
            self._tasks.append((future, task, arguments))
            self._more.notify()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        with self._more:
            self._is_open = False
            self._more.notify()

    def _work(self) -> None:
        while self._is_open:
            with self._more:
                self._more.wait_for(lambda: self._tasks or not self._is_open)
            sleep(0.0002)  # so that several are there to choose from
            while self._tasks:
                future, task, arguments = self._tasks.pop()
                if future.set_running_or_notify_cancel():
                    future.set_result(task(*arguments))


def make_tiny(patch: pytest.MonkeyPatch) -> None:
    """Units of work of a few cells, so that a small network makes many."""
    patch.setattr(HighsExplorer, "alone", 4)
    patch.setattr(HighsExplorer, "slice", 2)
    patch.setattr(HighsExplorer, "task_budget", 7)


@pytest.fixture
def tiny_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    make_tiny(monkeypatch)


@pytest.fixture(scope="module", params=["threads", "processes", "one process", "backwards"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    made = {
        "threads": lambda: ThreadPoolExecutor(3),
        "processes": lambda: ProcessPoolExecutor(2),
        "one process": lambda: ProcessPoolExecutor(1),
        "backwards": Backwards,
    }
    with made[request.param]() as pool:
        yield pool


@pytest.fixture(scope="module")
def counted(executor: Executor) -> tuple[Count, list[CountProgress]]:
    """What an executor counts in small tasks, and what is told on the way."""
    seen: list[CountProgress] = []
    with pytest.MonkeyPatch.context() as patch:
        make_tiny(patch)
        return count(NET, executor=executor, progress=seen.append), seen


def same(left: Enumeration, right: Enumeration) -> bool:
    return (
        left.patterns.tobytes() == right.patterns.tobytes()
        and left.witnesses.tobytes() == right.witnesses.tobytes()
        and left.exact == right.exact
        and without_effort(left.counted) == without_effort(right.counted)
    )


def without_effort(found: Count) -> Count:
    return replace(found, seconds=0.0, lps=0, exact_decisions=0)


@pytest.mark.usefixtures("tiny_tasks")
def test_rows_are_the_same_bytes_whoever_does_the_work(executor: Executor) -> None:
    assert same(enumerate_regions(NET, executor=executor), alone())


@pytest.mark.usefixtures("tiny_tasks")
@pytest.mark.parametrize("workers", [2, 3])
def test_rows_are_the_same_bytes_whatever_the_number_of_workers(workers: int) -> None:
    assert same(enumerate_regions(NET, workers=workers), alone())


def test_a_count_is_the_same_whoever_does_the_work(
    counted: tuple[Count, list[CountProgress]],
) -> None:
    assert without_effort(counted[0]) == without_effort(counted_alone())


@pytest.mark.usefixtures("tiny_tasks", "counted")
def test_an_executor_that_was_given_is_left_open(executor: Executor) -> None:
    """It has counted before."""
    assert count_regions(NET, executor=executor) == len(alone())
    assert executor.submit(int).result() == 0


@pytest.mark.usefixtures("tiny_tasks")
def test_witnesses_beyond_floats_survive_the_way_between_processes(executor: Executor) -> None:
    """The strips between 1 + k ulp hold no float, and 1e-300 x = 1e300 is beyond them all."""
    units = [[1, 0]] * 4 + [[0, 1], [1e-300, 0]]
    net = mlp([(units, [-1, -1 - 2**-52, -1 - 2**-51, -2, 0, -1e300])])
    regions = enumerate_regions(net, executor=executor)
    assert same(regions, enumerate_regions(net))
    assert len(regions.exact) > 0
    assert all(region.contains(region.exact_witness) for region in regions)


def test_without_small_tasks_the_rows_are_the_same() -> None:
    with ThreadPoolExecutor(2) as pool:
        assert same(enumerate_regions(WIDE, executor=pool), alone(WIDE))


@pytest.mark.usefixtures("tiny_tasks")
@settings(max_examples=30)
@given(problem=problems())
def test_degenerate_networks_have_the_same_rows_in_any_order_of_work(
    problem: tuple[Network, Domain],
) -> None:
    with Backwards() as executor:
        assert same(enumerate_regions(*problem, executor=executor), enumerate_regions(*problem))


@pytest.mark.parametrize("limit", [1, 2, 3, 17, 60])
def test_a_limit_stops_at_exactly_that_many_regions(limit: int) -> None:
    found = count(NET, limit=limit)
    assert (found.regions, found.complete) == (limit, False)


def test_a_limit_that_is_not_reached_changes_nothing() -> None:
    whole = counted_alone()
    assert whole.complete
    for limit in (whole.regions, whole.regions + 1):
        assert without_effort(count(NET, limit=limit)) == without_effort(whole)


@pytest.mark.usefixtures("tiny_tasks")
@pytest.mark.parametrize("limit", [1, 2, 3, 25, 60, 10**6])
def test_a_limit_stops_at_the_same_regions_whoever_does_the_work(limit: int) -> None:
    for made in (Backwards(), ThreadPoolExecutor(2)):
        with made as executor:
            found = enumerate_regions(NET, executor=executor, limit=limit)
        assert same(found, first_alone(limit))


@pytest.mark.parametrize("unit", [3, 7])
def test_every_limit_leaves_the_same_cells_of_every_stage(
    unit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task may go on after its last region and find cells that one process would not."""
    monkeypatch.setattr(HighsExplorer, "alone", 4)
    monkeypatch.setattr(HighsExplorer, "slice", 2)
    monkeypatch.setattr(HighsExplorer, "task_budget", unit)
    for limit in range(1, counted_alone(SMALL).regions + 2):
        with Backwards() as executor:
            shared = count(SMALL, executor=executor, limit=limit)
        assert without_effort(shared) == without_effort(small_alone(limit))


@pytest.mark.usefixtures("tiny_tasks")
def test_a_limit_stops_processes_too() -> None:
    assert same(enumerate_regions(NET, workers=2, limit=25), first_alone(25))


def test_what_a_limit_leaves_is_part_of_the_whole() -> None:
    whole = {pattern.tobytes() for pattern in alone().patterns}
    part = {pattern.tobytes() for pattern in first_alone(25).patterns}
    assert len(part) == 25
    assert part < whole


def test_what_is_incomplete_is_not_taken_for_the_whole() -> None:
    with pytest.raises(IncompleteError, match="at least 5 regions"):
        count_regions(NET, limit=5)
    with pytest.raises(IncompleteError, match="at 5 regions"):
        adjacency_graph(enumerate_regions(NET, limit=5))


def test_progress_never_falls_and_ends_at_the_whole(
    counted: tuple[Count, list[CountProgress]],
) -> None:
    found, seen = counted
    shares = [progress.share for progress in seen]
    regions = [progress.count.regions for progress in seen]
    assert shares == sorted(shares)
    assert regions == sorted(regions)
    assert shares[0] < shares[-1] == pytest.approx(1)
    assert regions[-1] == found.regions
    assert not any(progress.count.complete for progress in seen)


@pytest.mark.usefixtures("tiny_tasks")
def test_the_share_of_a_network_with_contests_of_three_ends_at_one() -> None:
    rng = np.random.default_rng(1)
    net = mlp([(rng.normal(size=(9, 2)), rng.normal(size=9))], activation=linreg.maxout(3))
    seen: list[CountProgress] = []
    count(net, progress=seen.append)
    assert seen[-1].share == pytest.approx(1)


def test_an_error_in_another_process_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("out of reach")

    monkeypatch.setattr(HighsExplorer, "alone", 4)
    monkeypatch.setattr(HighsExplorer, "slice", 4)
    monkeypatch.setattr(driver, "explore_task", fail)
    with ThreadPoolExecutor(1) as pool, pytest.raises(MemoryError, match="out of reach"):
        count(NET, executor=pool)


PROGRAM = """
import hashlib
from linreg import *
first = [[1, 2], [2, -1], [-1, 3], [1, 1]], [1, 0, -1, 2]
net = mlp([first, ([[1, -1, 2, 0], [1, 1, -3, 1]], [0, -1])])
box = Polytope([[1, 0], [-1, 0], [0, 1], [1, 1]], [5, 5, 5, 5])
for regions in (enumerate_regions(net), enumerate_regions(net, box)):
    graph = adjacency_graph(regions)
    nodes = repr(list(graph.to_networkx().nodes(data=True)))
    rows = [region.exact_halfspaces for region in regions]
    said = (regions.patterns.tobytes(), regions.witnesses.tobytes(), graph.edges.tobytes())
    said += (nodes.encode(), repr([(r.normals, r.offsets, r.owners) for r in rows]).encode())
    print(len(regions), *(hashlib.sha256(part).hexdigest() for part in said))
"""


def test_the_seed_of_hashes_changes_no_byte() -> None:
    said = {python(PROGRAM, env={"PYTHONHASHSEED": seed}) for seed in ("0", "12345")}
    [same_for_all] = said
    assert (same_for_all.code, same_for_all.out.count("\n")) == (0, 2)


def test_a_problem_may_be_asked_twice_in_one_process_with_the_same_bytes() -> None:
    box = Box([-2, -2], [2, 2])
    first = enumerate_regions(NET, box)
    enumerate_regions(SMALL)
    assert same(enumerate_regions(NET, box), first)


@pytest.mark.parametrize("pool", [thread_pool, process_pool])
def test_a_pool_of_our_own_does_the_work_of_one_process(pool: Callable[..., Any]) -> None:
    with pool(2) as executor:
        assert same(enumerate_regions(WIDE, executor=executor), alone(WIDE))


@pytest.mark.usefixtures("tiny_tasks")
def test_workers_are_threads_where_a_strategy_leaves_the_lock_to_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(HighsExplorer, "threads", True)
    monkeypatch.setattr(driver, "process_pool", None)
    assert same(enumerate_regions(NET, workers=2), alone())


def test_threads_stop_at_once_when_nobody_waits_for_them() -> None:
    with thread_pool(1) as executor:
        assert executor.submit(is_wanted).result()
        begun, left = Event(), Event()

        def look() -> bool:
            begun.set()
            left.wait(PATIENCE)
            return is_wanted()

        answer = executor.submit(look)
        begun.wait(PATIENCE)
    left.set()
    assert not answer.result()


def test_a_block_of_regions_is_as_good_as_one_after_another() -> None:
    """Of two rows in a block the second has an exact witness; the block comes after a region."""
    blocks = Columns("|u1")
    blocks.regions(np.array([[0, 1]], dtype=np.uint64), np.array([[0.5]]), {})
    thirds = {1: (Fraction(1, 3),)}
    blocks.regions(np.array([[1, 0], [1, 1]]), np.array([[2.0], [1 / 3]]), thirds)
    assert bytes(blocks.patterns) == bytes([0, 1, 1, 0, 1, 1])
    assert blocks.witnesses.tolist() == [0.5, 2.0, 1 / 3]
    assert (blocks.n_regions, blocks.exact) == (3, {2: (Fraction(1, 3),)})


NESTED = """
import sys
sys.path.insert(0, sys.argv[1])
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
import test_executors as test
test.HighsExplorer.alone = 64
net = test.gaussian(4, 10, 10)
def counted(limit):
    return test.count(net, workers=2, limit=limit).regions
with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
    print(pool.submit(counted, 150).result())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be copied there")
def test_a_process_of_a_pool_that_begins_processes_ends_all_the_same() -> None:
    """While these are still at work on what is beyond the limit."""
    done = python(NESTED, os.path.dirname(__file__))
    assert (done.code, done.out.split()) == (0, ["150"])
