"""Questions that are stopped say what is proved, and those kept in a directory go on."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from program import linreg as command

import linreg
from linreg.errors import UnreadableFile, UnusableRun
from linreg.questions import Robustness, kept, many_points, sharing
from linreg.questions.loop_or_search import Budget
from linreg.questions.many_points import robustness_of_points
from linreg.questions.searching import BoxSearch

pytest.importorskip("numba")

BOX = linreg.Box([-1] * 4, [1] * 4)
HAIR = Fraction(1, 2**10)


def _network(outputs: int = 1, seed: int = 3) -> linreg.Network:
    """A network with 4 inputs and 24 units, whose weights are multiples of 1/8."""
    random = np.random.default_rng(seed)

    def layer(rows: int, columns: int) -> tuple[list[list[float]], list[float]]:
        weight = np.rint(8 * random.normal(size=(rows, columns))) / 8
        return weight.tolist(), (np.rint(8 * random.normal(size=rows)) / 8).tolist()

    return linreg.mlp([layer(12, 4), layer(12, 12)], readout=layer(outputs, 12))


@cache
def _highest() -> Fraction:
    """The greatest value on the box; `test_question_search` holds it to the loop over regions."""
    value = linreg.maximum(_network(), domain=BOX).value
    assert value is not None
    return value


def _above(value: Fraction) -> linreg.Polytope:
    return linreg.Polytope([[-1]], [-value])


@contextmanager
def _at_box(number: int, act: Callable[[], None]) -> Iterator[None]:
    """Context in which something happens when so many boxes have been bounded."""
    bound = BoxSearch.bound
    seen = 0

    def counted(self: BoxSearch, node: object) -> object:
        nonlocal seen
        seen += 1
        if seen == number:
            act()
        return bound(self, node)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BoxSearch, "bound", counted)
        yield


def _interrupt() -> None:
    raise KeyboardInterrupt


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _interrupted(number: int, ask: Callable[[], object]) -> object:
    """What an interrupt carries that comes when so many boxes have been bounded."""
    with _at_box(number, _interrupt), pytest.raises(KeyboardInterrupt) as interrupt:
        ask()
    return interrupt.value.answer  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", [1, 2, 3, 10, 40, 100])
def test_an_interrupted_verdict_carries_a_bound_on_every_slack(number: int) -> None:
    """No box is lost: the bound is not below the greatest slack, whenever the interrupt comes."""
    unsafe = _above(_highest() + HAIR)
    found = _interrupted(number, lambda: linreg.verify(_network(), inputs=BOX, unsafe=unsafe))
    assert isinstance(found, linreg.Verification)
    assert (found.holds, found.complete, found.reason) == (None, False, "it was interrupted")
    assert found.bound is not None
    assert found.bound >= -HAIR


@pytest.mark.parametrize("number", [1, 2, 3, 10, 40, 100])
def test_an_interrupted_maximum_lies_between_what_was_seen_and_what_is_proved(number: int) -> None:
    found = _interrupted(number, lambda: linreg.maximum(_network(), domain=BOX))
    assert isinstance(found, linreg.Extreme)
    assert (found.status, found.complete) == ("stopped", False)
    assert found.bound is not None
    assert found.value is not None
    assert found.value <= _highest() <= found.bound


def test_interrupted_ranges_keep_the_ends_that_were_found() -> None:
    """The first search is over after some hundred boxes, and the second one has hardly begun."""
    first = linreg.minimum(_network(), domain=BOX)
    found = _interrupted(first.nodes + 3, lambda: linreg.output_range(_network(), BOX))
    assert isinstance(found, list)
    assert found[0].lowest.value == first.value
    assert found[0].lowest.complete
    assert not found[0].highest.complete
    assert found[0].highest.bound is not None
    assert _highest() <= found[0].highest.bound


def test_an_interrupt_of_two_networks_carries_what_is_known_of_them() -> None:
    other = _network(seed=4)
    found = _interrupted(5, lambda: linreg.difference(_network(), other, BOX))
    assert isinstance(found, linreg.Difference)
    assert not found.complete
    same = _interrupted(5, lambda: linreg.equivalent(_network(), other, BOX))
    assert isinstance(same, linreg.Equivalence)
    assert same.holds is False  # a point where they differ was seen before
    assert same.outputs is not None
    assert same.outputs[0] != same.outputs[1]


def test_an_interrupted_radius_is_bounded_from_below() -> None:
    net, x = _network(outputs=3), [0, 0, 0, 0]
    whole = linreg.robustness(net, x)
    assert whole.flip is not None
    assert whole.flip.exact is not None
    found = _interrupted(4, lambda: linreg.robustness(net, x))
    assert isinstance(found, linreg.Robustness)
    assert not found.complete
    assert found.lower_bound is not None
    assert found.lower_bound <= whole.flip.exact
    if found.flip is not None:
        assert whole.flip.exact <= found.flip.exact


def test_a_command_that_is_interrupted_says_what_is_proved(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    linreg.save(_network(), path)
    query = tmp_path / "q.vnnlib"
    names = "".join(f"(declare-const X_{i} Real)" for i in range(4)) + "(declare-const Y_0 Real)"
    box = "".join(f"(assert (<= X_{i} 1))(assert (>= X_{i} -1))" for i in range(4))
    query.write_text(f"{names}{box}(assert (>= Y_0 -2))")
    for ask in (("verify", path, query), ("range", path, "--domain", "box:-1,1", "--max")):
        with _at_box(5, _interrupt):
            done = command(*ask, "--json")
        assert done.code == 3
        assert done.err == "linreg: interrupted, with what is proved so far\n"
        answer = done.json
        assert answer["complete"] is False
        assert (answer if ask[0] == "verify" else answer["outputs"][0]["highest"])["bound"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
@pytest.mark.parametrize("above", [HAIR, -HAIR])
def test_a_kept_search_goes_on_after_it_was_killed(
    above: Fraction, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verdict is that of a search that was never stopped, and boxes are not begun anew."""
    monkeypatch.setattr(kept, "EVERY", 0.0)
    # What is seen among samples would be the answer before any box is looked at.
    monkeypatch.setattr("linreg.questions.deciding.Decision._seen", lambda *_: None)
    unsafe, run = _above(_highest() + above), tmp_path / "run"

    def ask(folder: Path | None) -> linreg.Verification:
        return linreg.verify(_network(), inputs=BOX, unsafe=unsafe, run=folder)

    whole = ask(None)
    half = whole.nodes // 2

    def killed() -> None:
        with _at_box(half + 1, _kill):
            ask(run)

    process = multiprocessing.get_context("fork").Process(target=killed)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    records = [json.loads(line) for line in (run / kept.JOURNAL).read_text().splitlines()]
    assert [record["nodes"] for record in records[1:]] == list(range(1, half + 1))
    assert half > 1
    assert all(Fraction(record["bound"]) >= -above for record in records[1:])
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        bound = BoxSearch.bound
        patch.setattr(BoxSearch, "bound", lambda *given: (seen.append(1), bound(*given))[1])
        found = ask(run)
    assert found.holds == whole.holds == (above > 0)
    assert len(seen) < whole.nodes
    if above < 0:
        assert found.output is not None
        assert found.output[0] >= _highest() + above
    again = ask(run)
    assert (again.holds, again.counterexample) == (found.holds, found.counterexample)


def test_a_kept_search_is_refused_for_another_question_and_when_it_is_damaged(
    tmp_path: Path,
) -> None:
    run, unsafe = tmp_path / "run", _above(_highest() + HAIR)
    linreg.verify(_network(), inputs=BOX, unsafe=unsafe, run=run)
    with pytest.raises(UnusableRun, match="another query"):
        linreg.verify(_network(), inputs=BOX, unsafe=_above(Fraction(5)), run=run)
    with pytest.raises(UnusableRun, match="another network"):
        linreg.verify(_network(seed=4), inputs=BOX, unsafe=unsafe, run=run)
    with pytest.raises(TypeError, match="certificate: a search that is kept"):
        linreg.verify(
            _network(), inputs=BOX, unsafe=unsafe, run=run, certificate=tmp_path / "proof"
        )
    journal = run / kept.JOURNAL
    journal.write_bytes(journal.read_bytes().replace(b'"safe"', b'"sane"'))
    with pytest.raises(UnreadableFile, match=r"line \d+ is damaged"):
        linreg.verify(_network(), inputs=BOX, unsafe=unsafe, run=run)


WEDGE = linreg.mlp([([[1], [-1]], [0, 0])], readout=([[1, 1], [0, 0]], [0, 1]))
"""|x| and 1: they tie at 1 and -1, and the first wins where |x| > 1."""


def test_points_that_are_kept_are_not_measured_again(tmp_path: Path) -> None:
    points = [[Fraction(x, 4)] for x in range(6)]
    about = WEDGE, points, "linf", linreg.Box([-8], [8]), "max"

    def found(workers: int = 1, norm: str = "linf") -> Iterator[Robustness]:
        budget = Budget(workers=workers)
        return robustness_of_points(*about[:2], norm, *about[3:], budget, tmp_path / "run")

    begun = found()
    first = [next(begun) for _ in range(3)]
    begun.close()
    plain = list(robustness_of_points(*about, Budget(workers=2)))
    assert [each.tie and each.tie.exact for each in plain] == [abs(x - 1) for (x,) in points]
    with pytest.MonkeyPatch.context() as patch:
        measured: list[object] = []
        honest = many_points.robustness
        patch.setattr(
            many_points,
            "robustness",
            lambda net, x, *a, **k: measured.append(x) or honest(net, x, *a, **k),
        )
        assert [*first, *list(found())[3:]] == plain == list(found())
    assert measured == points[3:]
    with pytest.raises(UnusableRun, match="another question"):
        list(found(norm="l1"))


@pytest.mark.parametrize("above", [HAIR, -HAIR])
def test_answers_do_not_depend_on_how_many_processes_share_a_search(
    above: Fraction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linreg.questions.deciding.Decision._seen", lambda *_: None)
    monkeypatch.setattr(sharing, "ALONE", 4)
    monkeypatch.setattr(sharing, "QUOTA", 8)
    net, unsafe = _network(), _above(_highest() + above)
    found = [
        linreg.verify(net, inputs=BOX, unsafe=unsafe, workers=workers) for workers in (1, 2, 3)
    ]
    assert {each.verdict for each in found} == {"holds" if above > 0 else "violated"}
    assert len({(each.counterexample, each.slack) for each in found}) == 1
    if above > 0:
        assert len({each.nodes for each in found}) == 1


def test_ranges_do_not_depend_on_how_many_processes_look_for_them() -> None:
    net = _network(outputs=2)
    one, two = (linreg.output_range(net, BOX, workers=workers) for workers in (1, 2))
    assert one == two


def test_a_query_is_read_from_its_path(tmp_path: Path) -> None:
    """|x| reaches 2 on [-1, 3], and 4 nowhere there."""
    net = linreg.mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0]))
    query = tmp_path / "q.vnnlib"
    text = "(declare-const X_0 Real)(declare-const Y_0 Real)(assert (>= X_0 -1))(assert (<= X_0 3))"
    for threshold, holds in ((2, False), (4, True)):
        query.write_text(f"{text}(assert (>= Y_0 {threshold}))")
        assert linreg.verify(net, str(query)).holds is holds
        assert linreg.verify(net, query).holds is holds
