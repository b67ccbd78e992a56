"""Pools end, whatever their processes do; interrupts say what is known, and spoil no answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children
from pathlib import Path
from signal import SIGINT, default_int_handler, raise_signal, signal
from time import sleep
from typing import Any

import pytest
from program import PATIENCE, TRIANGLE, linreg, write

from linreg import (
    Count,
    certify,
    count,
    count_into,
    count_regions,
    enumerate_into,
    enumerate_regions,
    mlp,
    region_counts,
)
from linreg.cli import interrupts
from linreg.errors import InvalidNetwork
from linreg.explore import HighsExplorer
from linreg.run import processes
from linreg.run.processes import is_wanted, process_pool

NET = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])


@pytest.fixture
def listening() -> Iterator[None]:
    """As the program does."""
    handler = signal(SIGINT, default_int_handler)
    interrupts.listen()
    yield
    signal(SIGINT, handler)


def fail() -> None:
    raise InvalidNetwork("this is what went wrong")


def test_an_error_travels_from_a_process_with_its_traceback() -> None:
    with process_pool(1) as pool, pytest.raises(InvalidNetwork, match="what went wrong") as raised:
        pool.submit(fail).result()
    assert "in fail\n" in raised.value.__notes__[0]


def test_a_process_that_never_looks_is_killed_when_its_pool_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "GRACE", 0.1)
    with process_pool(2) as pool:
        asked = [pool.submit(sleep, 3600) for _ in range(5)]
    assert active_children() == []
    assert all(
        isinstance(future.exception(timeout=PATIENCE), BrokenProcessPool) for future in asked
    )
    assert isinstance(pool.submit(int).exception(timeout=PATIENCE), BrokenProcessPool)


def test_whoever_waits_for_a_process_that_is_lost_is_told() -> None:
    """So is who waits for what was not begun, as the pool is to be replaced."""
    with process_pool(2) as pool:
        asked = [pool.submit(os._exit, 1), *(pool.submit(sleep, 0.1) for _ in range(9))]
        assert wait(asked, timeout=PATIENCE).not_done == set()
        assert isinstance(asked[0].exception(), BrokenProcessPool)
        assert isinstance(asked[-1].exception(), BrokenProcessPool)
        assert isinstance(pool.submit(int).exception(), BrokenProcessPool)


def interrupt_at_the_end(begun: Path) -> None:
    begun.touch()
    while is_wanted():
        sleep(0.01)
    os.kill(os.getppid(), SIGINT)


def begin_and_leave(begun: Path) -> None:
    with process_pool(1) as pool:
        pool.submit(interrupt_at_the_end, begun)
        while not begun.exists():
            sleep(0.01)


def test_an_interrupt_while_a_pool_ends_is_felt_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process has ended by then."""
    monkeypatch.setattr(processes, "GRACE", 60.0)
    with pytest.raises(KeyboardInterrupt):
        begin_and_leave(tmp_path / "begun")
    assert active_children() == []


def interrupt_often(done: list[str]) -> None:
    try:
        raise_signal(SIGINT)
    finally:
        raise_signal(SIGINT)
        try:
            raise OSError
        except OSError:
            raise_signal(SIGINT)
        done.append("all of it")


@pytest.mark.usefixtures("listening")
def test_an_interrupt_while_another_is_dealt_with_changes_nothing() -> None:
    done: list[str] = []
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            interrupt_often(done)
    assert done == ["all of it", "all of it"]


@pytest.mark.usefixtures("listening")
def test_an_answer_is_seen_through_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []
    monkeypatch.setattr(os, "_exit", left.append)
    interrupts.see_through()
    raise_signal(SIGINT)
    assert left == []
    monkeypatch.setattr(interrupts, "FORCE_AFTER", -1.0)
    raise_signal(SIGINT)
    assert left == [3]


Run = Callable[..., object]


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    "run",
    [
        count,
        count_regions,
        enumerate_regions,
        region_counts,
        lambda net, **options: count_into(net, "counted", **options),
        lambda net, **options: enumerate_into(net, "kept", **options),
        lambda net, **options: certify(net, "proof", **options),
    ],
)
def test_an_interrupt_carries_the_count_that_is_known(
    run: Run, workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the seven regions, the first five are found before it comes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(HighsExplorer, "slice", 1)
    monkeypatch.setattr(HighsExplorer, "alone", 1)
    monkeypatch.setattr(HighsExplorer, "task_budget", 1)

    def interrupt(progress: Any) -> None:
        if progress.count.regions >= 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as raised:
        run(NET, strategy="highs", workers=workers, progress=interrupt)
    known: Count = raised.value.count  # type: ignore[attr-defined]
    assert (known.regions, known.regions_per_stage, known.complete) == (5, (5,), False)


@pytest.mark.parametrize(
    "run",
    [
        count,
        count_regions,
        enumerate_regions,
        region_counts,
        lambda net: count_into(net, "counted"),
        lambda net: enumerate_into(net, "kept"),
        lambda net: certify(net, "proof"),
    ],
)
def test_an_interrupt_before_there_is_a_problem_carries_a_count_of_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("linreg.run.counting.problem_of", interrupt)
    with pytest.raises(KeyboardInterrupt) as raised:
        run(NET)
    known: Count = raised.value.count  # type: ignore[attr-defined]
    assert (known.regions, known.regions_per_stage, known.complete) == (0, (), False)
    assert not [*tmp_path.iterdir()]


def test_an_interrupt_while_regions_are_sorted_carries_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as raised:
        enumerate_into(NET, tmp_path / "run", strategy="highs", sorting=interrupt)
    assert raised.value.count.regions == 7  # type: ignore[attr-defined]
    monkeypatch.setattr("linreg.regions.enumeration._sorted", interrupt)
    with pytest.raises(KeyboardInterrupt) as raised:
        enumerate_regions(NET)
    assert raised.value.count.regions == 7  # type: ignore[attr-defined]


def test_a_table_that_is_interrupted_says_how_regions_would_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And that is so: the same command goes on with a directory of that name."""
    net = write(tmp_path / "net.json", TRIANGLE)
    table = tmp_path / "all.csv"

    def interrupt(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(HighsExplorer, "explore", interrupt)
        done = linreg("enumerate", net, "-o", table, "--strategy", "highs")
    kept = tmp_path / "all"
    assert (done.code, done.said) == (
        3,
        f"interrupted, before any region was found; {table} was not written; with -o {kept} "
        "regions are kept in a directory, and the same command goes on with them",
    )
    assert not table.exists()
    ask = ("enumerate", net, "-o", kept, "--strategy", "highs", "--json")
    assert linreg(*ask, "--limit", 3).json["activation_regions"] == 3
    assert linreg(*ask).json["activation_regions"] == 7
