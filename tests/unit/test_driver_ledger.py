"""The bookkeeping of shared work, on trees that are made up: no network, no process, no clock."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from linreg.run.ledger import Finished, Instruction, Ledger, Lost, Submit, Take, shared_out

Path = tuple[int, ...]
DEPTH = 7
BUDGET = 32


@cache
def parts(seed: int, cell: Path) -> tuple[Path, ...]:
    """What a cell splits into, the next one last; nothing if it is a region."""
    if len(cell) == DEPTH:
        return ()
    number = Random(f"{seed} {cell}").choice([0, 1, 2, 2, 3])
    return tuple((*cell, k) for k in reversed(range(number)))


def explored(seed: int, cells: list[Path], budget: int, limit: int | None) -> list[Path]:
    """The regions that a task finds; its cells are what is left."""
    regions: list[Path] = []
    while cells and budget and (limit is None or len(regions) < limit):
        budget -= 1
        cell = cells.pop()
        split = parts(seed, cell)
        cells += split
        if not split:
            regions.append(cell)
    return regions


@cache
def in_order(seed: int) -> list[Path]:
    return explored(seed, [()], 10**6, None)


class Crew:
    """Others who do the work of a ledger, and what was taken of it."""

    def __init__(self, seed: int, limit: int | None, width: int, held: int) -> None:
        self.seed, self.limit, self.width, self.held = seed, limit, width, held
        self.taken: list[Path] = []
        self.begin([()])

    def begin(self, prefixes: list[Path]) -> None:
        rest = None if self.limit is None else self.limit - len(self.taken)
        self.ledger = Ledger(
            prefixes,
            budget=BUDGET,
            most_running=self.width,
            most_held=self.held,
            limit=rest,
        )
        self.orders: dict[int, Submit] = {}
        self.results: dict[int, list[Path]] = {}
        self.follow(self.ledger.begin())

    def follow(self, instructions: list[Instruction]) -> None:
        for instruction in instructions:
            match instruction:
                case Submit(unit):
                    assert unit not in self.orders
                    self.orders[unit] = instruction
                case Take(unit):
                    self.taken += self.results.pop(unit)
        assert len(self.orders) <= self.width

    def finish(self, unit: int) -> None:
        order = self.orders.pop(unit)
        left = list(order.prefixes)
        found = explored(self.seed, left, order.budget, order.limit)
        self.results[unit] = found
        self.follow(self.ledger.on(Finished(unit, left, len(found))))

    def lose(self, unit: int) -> None:
        del self.orders[unit]
        self.follow(self.ledger.on(Lost(unit)))

    @property
    def wanted(self) -> list[Path]:
        return in_order(self.seed)[: self.limit]


class SharedWork(RuleBasedStateMachine):
    """Units end in any order, are lost, and whoever keeps the ledger is killed and begins again."""

    @initialize(
        seed=st.integers(0, 10**6),
        limit=st.none() | st.integers(1, 60),
        width=st.integers(1, 9),
        held=st.integers(0, 40),
    )
    def begin(self, seed: int, limit: int | None, width: int, held: int) -> None:
        self.crew = Crew(seed, limit, width, held)

    @precondition(lambda self: self.crew.orders)
    @rule(data=st.data())
    def a_unit_ends(self, data: st.DataObject) -> None:
        self.crew.finish(data.draw(st.sampled_from(sorted(self.crew.orders))))

    @precondition(lambda self: self.crew.orders)
    @rule(data=st.data())
    def a_unit_is_lost(self, data: st.DataObject) -> None:
        self.crew.lose(data.draw(st.sampled_from(sorted(self.crew.orders))))

    @rule()
    def the_keeper_is_killed_and_begins_again(self) -> None:
        if not self.crew.ledger.is_over:
            self.crew.begin(self.crew.ledger.frontier)

    @invariant()
    def what_is_taken_is_a_beginning_of_the_order(self) -> None:
        assert self.crew.taken == self.crew.wanted[: len(self.crew.taken)]

    @invariant()
    def somebody_has_work_until_it_is_over(self) -> None:
        assert bool(self.crew.orders) or self.crew.ledger.is_over

    @invariant()
    def what_is_taken_and_what_is_behind_the_frontier_are_the_whole_tree(self) -> None:
        behind = explored(self.crew.seed, self.crew.ledger.frontier, 10**6, None)
        assert self.crew.taken + behind == in_order(self.crew.seed)

    def teardown(self) -> None:
        if hasattr(self, "crew"):
            while not self.crew.ledger.is_over:
                self.crew.finish(max(self.crew.orders))
            assert self.crew.taken == self.crew.wanted


def test_whoever_is_lost_or_killed_every_region_is_taken_once_and_in_order() -> None:
    run_state_machine_as_test(
        SharedWork, settings=settings(max_examples=60, stateful_step_count=30)
    )


@given(seed=st.integers(0, 10**6), order=st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_units_of_work_do_not_depend_on_who_is_fast(seed: int, order: Random) -> None:
    done: list[set[tuple[Path, ...]]] = []
    for choose in (min, lambda running: order.choice(sorted(running))):
        crew = Crew(seed, None, 5, 10**6)
        units = set()
        while not crew.ledger.is_over:
            unit = choose(crew.orders)
            units.add(crew.orders[unit].prefixes)
            crew.finish(unit)
        done.append(units)
    assert done[0] == done[1]


def test_a_unit_that_is_not_through_is_split_among_all_who_wait() -> None:
    """Nine prefixes are left: the first four alone, as they are the largest, the rest together."""
    ledger = Ledger(["root"], budget=64, most_running=4, most_held=10)
    assert ledger.begin() == [Submit(0, ("root",), budget=4)]
    take, *orders = ledger.on(Finished(0, list("abcdefghi"), 0))
    assert take == Take(0)
    assert [order.prefixes for order in orders] == [tuple("efghi"), ("d",), ("c",), ("b",)]
    assert {order.budget for order in orders} == {8}


def test_results_that_wait_for_a_slow_unit_stop_more_work_from_being_begun() -> None:
    ledger = Ledger(list("abcdefgh"), budget=64, most_running=2, most_held=5)
    first, second = ledger.begin()
    assert ledger.on(Finished(second.task, [], 3)) == [Submit(2, ("c",), budget=4)]
    assert ledger.on(Finished(2, [], 3)) == []
    [taken, *orders] = ledger.on(Finished(first.task, [], 1))
    assert taken == Take(first.task)
    assert orders[:2] == [Take(second.task), Take(2)]
    assert len(orders) == 4


def test_a_limit_is_met_by_doing_the_last_unit_again_up_to_it() -> None:
    ledger = Ledger(["a", "b"], budget=64, most_running=1, most_held=100, limit=5)
    [order] = ledger.begin()
    [again] = ledger.on(Finished(order.task, ["c"], 9))
    assert (again.task, again.limit) == (order.task, 5)
    assert ledger.on(Finished(order.task, ["c", "d"], 5)) == [Take(order.task)]
    assert ledger.is_over
    assert ledger.frontier == ["a", "c", "d"]


@pytest.mark.parametrize("n", range(12))
def test_groups_keep_every_prefix_in_its_place(n: int) -> None:
    groups = shared_out(list(range(n)))
    assert [p for group in groups for p in group] == list(range(n))
    assert all(groups)
