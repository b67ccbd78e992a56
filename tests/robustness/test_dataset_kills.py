"""Whatever happens to those who make a dataset, it ends as if nothing had.

The runner, its folder and the files at the end are those of every run; only networks are answered
out of a dictionary, by a crew that hypothesis directs.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pytest
from dataset_specs import DRAWN
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from linreg.datasets import Dataset, generate, generating, spec_of
from linreg.datasets.generating import Answer
from linreg.datasets.truth import Question
from linreg.store.journal import read_journal

SPEC = spec_of(DRAWN)
STEPS = ("open", "replace", "fsync", "unlink", "mkdir", "truncate")
"""What a run does to the disk, of the module `os`."""

MOMENTS = st.integers(1, 330)
"""Steps on the disk until a kill; a run that is not killed takes some 300."""

LOST = st.lists(st.integers(1, 20), max_size=3)
"""Which answers are lost with those who would have given them."""


class Killed(BaseException):
    """Stands for the end of the process."""


class Crew(Executor):
    """Others who answer, in any order, and of whom some are lost."""

    def __init__(self, order: Random, lost: list[int]) -> None:
        self._order, self._lost = order, lost
        self._orders: dict[Future[Answer], tuple[Callable[..., Answer], Any]] = {}
        self.n_answers = 0

    def submit(self, task: Callable, /, *arguments: Any, **_named: Any) -> Future:
        future: Future = Future()
        self._orders[future] = task, arguments[0]
        return future

    def wait(self, waiting: set[Future[Answer]], **_: object) -> tuple[set, set]:
        """Some answers, and those that are still waited for."""
        futures = [future for future in self._orders if future in waiting]
        done = set(self._order.sample(futures, self._order.randint(1, len(futures))))
        for future in done:
            self.n_answers += 1
            task, question = self._orders.pop(future)
            if self.n_answers in self._lost:
                future.set_exception(BrokenExecutor())
            else:
                future.set_result(task(question))
        return done, waiting - done


class Runner:
    """A folder, what was asked about in each run, and what was committed before."""

    def __init__(self, path: Path, answers: dict[str, Answer]) -> None:
        self.path = path
        self._answers = answers
        self.asked: list[str] = []

    def run(self, crew: Crew, moment: int | None, *, own: bool = False) -> Dataset | None:
        """Go on with the dataset until it is done, nobody is left, or the kill at some moment."""
        before = {*self.committed}
        self.asked = []
        try:
            with pytest.MonkeyPatch.context() as patch, deaths(self.path, moment):
                patch.setattr(generating, "answer", self._answer)
                patch.setattr(generating, "wait", crew.wait)
                patch.setattr(generating, "process_pool", lambda _: pool_of(crew))
                return generate(SPEC, self.path, workers=3, executor=None if own else crew)
        except Killed:
            left = self.path.with_name("left")
            shutil.rmtree(self.path, ignore_errors=True)
            if left.exists():
                left.rename(self.path)
        except BrokenExecutor:
            pass
        finally:
            assert not before & {*self.asked}
            assert before <= {*self.committed}
        return None

    @property
    def journal(self) -> Path:
        return self.path / "journal.jsonl"

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The whole lines of the journal."""
        return read_journal(self.journal).records if self.journal.exists() else []

    @property
    def last_line(self) -> dict[str, Any]:
        return self.lines[-1] if self.lines else {}

    @property
    def committed(self) -> list[str]:
        """What the journal says is done."""
        return [line["network"] for line in self.lines if "network" in line]

    def _answer(self, question: Question) -> Answer:
        self.asked.append(question.recipe.id)
        return self._answers[question.recipe.id]


@contextmanager
def pool_of(crew: Crew) -> Iterator[Crew]:
    yield crew


@contextmanager
def deaths(folder: Path, moment: int | None) -> Iterator[None]:
    """Context that is killed at a step on the disk, and leaves a copy of what was there then."""
    steps = 0
    patch = pytest.MonkeyPatch()

    def act_or_die(act: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        nonlocal steps
        steps += 1
        if steps == moment:
            patch.undo()
            if folder.exists():
                shutil.copytree(folder, folder.with_name("left"))
            for name in STEPS:
                patch.setattr(os, name, die)
            raise Killed
        return act(*arguments, **named)

    def die(*_: object, **__: object) -> None:
        raise Killed

    patch.setattr(os, "fsync", lambda _: None)  # of no use to a copy, and slow
    for name in STEPS:
        patch.setattr(os, name, partial(act_or_die, getattr(os, name)))
    try:
        yield
    finally:
        patch.undo()


class Runs(RuleBasedStateMachine):
    """Runs that are killed at any step, that lose those who answer, and whose journals are torn."""

    answers: ClassVar[dict[str, Answer]]
    digest: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.place = TemporaryDirectory()
        self.runner = Runner(Path(self.place.name) / "made", self.answers)

    @rule(order=st.randoms(use_true_random=False), moment=MOMENTS, lost=LOST, own=st.booleans())
    def a_run_is_killed(self, order: Random, moment: int, lost: list[int], own: bool) -> None:
        self.runner.run(Crew(order, lost), moment, own=own)

    @rule(order=st.randoms(use_true_random=False), n=st.integers(1, 9))
    def everybody_is_lost(self, order: Random, n: int) -> None:
        """A given executor that breaks ends the run; so do processes that are lost for nothing."""
        self.runner.run(Crew(order, [*range(n, 100)]), None, own=n == 1)

    @precondition(lambda self: "network" in self.runner.last_line)
    @rule(cut=st.integers(1, 300))
    def the_last_line_of_the_journal_is_torn(self, cut: int) -> None:
        """The line that says that all is done is on the disk before anything builds on it."""
        data = self.runner.journal.read_bytes()
        last = len(data) - data.rstrip(b"\n").rfind(b"\n") - 1
        self.runner.journal.write_bytes(data[: -min(cut, last)])

    @precondition(lambda self: self.runner.last_line)
    @rule(
        line=st.sampled_from(
            [b"{", b'{"network": "', b'{"finished": "00"}', b'{"\r', b"{}\n", b"\0"]
        )
    )
    def a_line_is_begun_and_not_ended(self, line: bytes) -> None:
        with self.runner.journal.open("ab") as journal:
            journal.write(line)

    @invariant()
    def no_network_is_committed_twice(self) -> None:
        assert len(self.runner.committed) == len({*self.runner.committed})

    def teardown(self) -> None:
        try:
            made = self.runner.run(Crew(Random(0), []), None)
            assert made is not None
            assert made.digest == self.digest
            assert {*self.runner.committed} == self.answers.keys()
        finally:
            self.place.cleanup()


def test_whoever_is_killed_or_lost_the_dataset_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what was committed is not asked about again, unless its line was torn."""
    answers: dict[str, Answer] = {}
    really = generating.answer

    def answer(question: Question) -> Answer:
        found = really(question)
        answers[found[0]] = found
        return found

    monkeypatch.setattr(generating, "answer", answer)
    monkeypatch.setattr(Runs, "answers", answers, raising=False)
    monkeypatch.setattr(Runs, "digest", generate(SPEC, tmp_path / "whole").digest, raising=False)
    run_state_machine_as_test(Runs, settings=settings(max_examples=30, stateful_step_count=8))
