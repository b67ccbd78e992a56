"""A dataset comes out the same wherever it is made, and however often it is stopped."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from pathlib import Path

import pytest
from dataset_specs import DRAWN, TINY, rows
from program import finish, linreg, python, start, wait_for

from linreg import LinregError, UnknownStrategy, UnreadableFile, UnwritableFile
from linreg.datasets import Dataset, DatasetProgress, generate, generating, spec_of
from linreg.datasets.truth import Question, truth_of
from linreg.explore import HighsExplorer
from linreg.strategies import auto
from linreg.strategies import named as strategies

SPEC = spec_of(TINY)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The part without training."""
    return generate(spec_of(DRAWN), tmp_path_factory.mktemp("drawn"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The dataset, made in one go in this process."""
    return generate(SPEC, tmp_path_factory.mktemp("whole"))


def contents(path: Path) -> dict[str, bytes]:
    """All files of a dataset's folder but the journal, which has times in it."""
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.name != "journal.jsonl"
    }


def committed(path: Path) -> list[str]:
    """The networks that the journal says are done, in the order in which they were."""
    text = (path / "journal.jsonl").read_text() if (path / "journal.jsonl").exists() else ""
    lines = [json.loads(line) for line in text.splitlines() if line.endswith("}")]
    return [line["network"] for line in lines if "network" in line]


class Stopped(Exception):
    pass


def stop_after(n: int) -> Callable[[DatasetProgress], None]:
    """A report that stops the run when so many networks are done."""

    def report(so_far: DatasetProgress) -> None:
        if so_far.done >= n:
            raise Stopped

    return report


class FirstLast(Executor):
    """Does the work at once, but the first task only together with the last."""

    def __init__(self, tasks: int) -> None:
        self._left = tasks
        self._first: tuple[Future, Callable, tuple] | None = None

    def submit(self, task: Callable, /, *arguments: object, **_named: object) -> Future:
        future: Future = Future()
        self._left -= 1
        if self._first is None:
            self._first = future, task, arguments
            return future
        future.set_result(task(*arguments))
        if self._left == 0:
            first, task, arguments = self._first
            first.set_result(task(*arguments))
        return future


def test_two_processes_and_threads_give_the_same_bytes(whole: Dataset, tmp_path: Path) -> None:
    shared = generate(SPEC, tmp_path / "processes", workers=2)
    with ThreadPoolExecutor(3) as pool:
        threads = generate(SPEC, tmp_path / "threads", executor=pool)
    assert shared.digest == threads.digest == whole.digest
    assert contents(shared.path) == contents(threads.path) == contents(whole.path)


def test_the_order_in_which_answers_come_changes_nothing(whole: Dataset, tmp_path: Path) -> None:
    made = generate(SPEC, tmp_path / "first last", executor=FirstLast(whole.networks))
    first = committed(whole.path)[0]
    assert first in committed(made.path)[-2:]
    assert contents(made.path) == contents(whole.path)


def test_a_dask_cluster_gives_the_same_bytes(whole: Dataset, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        made = generate(SPEC, tmp_path / "dask", executor=client.get_executor())
    assert contents(made.path) == contents(whole.path)


def test_a_run_that_is_stopped_again_and_again_computes_no_network_twice(
    whole: Dataset, tmp_path: Path
) -> None:
    path = tmp_path / "stopped"
    for n in (1, 4, 5, 11, 17):
        with pytest.raises(Stopped):
            generate(SPEC, path, progress=stop_after(n))
        assert len(committed(path)) == n
    made = generate(SPEC, path)
    assert made.computed == whole.networks - 17
    assert len(committed(path)) == len({*committed(path)}) == whole.networks
    assert contents(path) == contents(whole.path)


def test_a_finished_dataset_is_left_as_it_is(whole: Dataset) -> None:
    before = {file: file.stat().st_mtime_ns for file in whole.path.rglob("*")}
    again = generate(SPEC, whole.path)
    assert (again.computed, again.digest) == (0, whole.digest)
    assert {file: file.stat().st_mtime_ns for file in whole.path.rglob("*")} == before


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
@pytest.mark.parametrize(("workers", "moments"), [(1, [5]), (2, [1, 9])])
def test_a_run_that_is_killed_again_and_again_gives_the_same_bytes(
    drawn: Dataset, tmp_path: Path, workers: int, moments: list[int]
) -> None:
    (tmp_path / "spec.toml").write_text(DRAWN)
    path = tmp_path / "killed"
    arguments = ("dataset", tmp_path / "spec.toml", "-o", path, "--workers", workers)
    for n in moments:
        kill_after(n, start(*arguments), path)
    kept = len(committed(path))
    assert kept >= moments[-1]
    done = linreg(*arguments, "--json")
    assert (done.code, done.json["digest"]) == (0, drawn.digest)
    assert done.json["computed"] <= drawn.networks - kept
    assert len(committed(path)) == len({*committed(path)}) == drawn.networks
    assert contents(path) == contents(drawn.path)


def kill_after(n: int, process: subprocess.Popen[str], path: Path) -> None:
    """Kill a run when so many networks are done."""
    wait_for(lambda: len(committed(path)) >= n or process.poll() is not None)
    process.kill()
    process.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_an_interrupt_is_answered_in_one_line_and_keeps_what_is_done(tmp_path: Path) -> None:
    spec = DRAWN.replace("samples = 4", "samples = 400")
    (tmp_path / "spec.toml").write_text(spec)
    path = tmp_path / "interrupted"
    process = start("dataset", tmp_path / "spec.toml", "-o", path, "--workers", 2)
    wait_for(lambda: len(committed(path)) >= 3)
    process.send_signal(signal.SIGINT)
    done = finish(process)
    assert (done.code, done.out) == (3, "")
    assert done.said.startswith("interrupted, with ")
    assert "the same command goes on from here" in done.said
    kept = len(committed(path))
    assert any(f"with {n:,} of 1,600 networks" in done.said for n in (kept - 1, kept))


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_a_process_that_is_lost_costs_no_network(
    drawn: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINREG_TEST_MARKER", str(tmp_path / "marker"))
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import test_dataset_runs as test\n"
        "from linreg.datasets import generate, generating, spec_of\n"
        "original = generating.answer\n"
        "def answer(question): return test.lose(original, question)\n"
        "generating.answer = answer\n"
        "print(generate(spec_of(test.DRAWN), sys.argv[2], workers=2).digest)\n"
    )
    done = python(script, Path(__file__).parent, tmp_path / "lost")
    assert (tmp_path / "marker").exists()
    assert (done.code, done.out.strip()) == (0, drawn.digest)


def lose(answer: Callable[[Question], generating.Answer], question: Question) -> generating.Answer:
    """Ends this process the first time that it is asked about some network."""
    marker = Path(os.environ["LINREG_TEST_MARKER"])
    if question.recipe.sample == 3 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return answer(question)


class Broken(ProcessPoolExecutor):
    def submit(self, *_arguments: object, **_named: object) -> Future:
        raise BrokenExecutor


def test_a_given_executor_that_breaks_is_an_error_and_loses_nothing(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        generate(SPEC, tmp_path / "broken", progress=stop_after(2))
    with Broken(1) as pool, pytest.raises(BrokenExecutor):
        generate(SPEC, tmp_path / "broken", executor=pool)
    assert len(committed(tmp_path / "broken")) == 2


@pytest.fixture
def half(tmp_path: Path) -> Path:
    """A folder with five committed networks."""
    with pytest.raises(Stopped):
        generate(SPEC, tmp_path / "half", progress=stop_after(5))
    return tmp_path / "half"


def test_a_journal_that_was_cut_short_loses_its_last_line_alone(whole: Dataset, half: Path) -> None:
    journal = half / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-10])
    made = generate(SPEC, half)
    assert made.computed == whole.networks - 4
    assert contents(half) == contents(whole.path)


@pytest.mark.parametrize("damage", ["cut short", "changed", "removed"])
def test_a_part_that_was_damaged_is_computed_again(whole: Dataset, half: Path, damage: str) -> None:
    part = half / "parts" / f"{committed(half)[2]}.json"
    data = part.read_bytes()
    if damage == "removed":
        part.unlink()
    else:
        part.write_bytes(data[:-20] if damage == "cut short" else data.replace(b"1", b"2"))
    made = generate(SPEC, half)
    assert made.computed == whole.networks - 4
    assert contents(half) == contents(whole.path)


@pytest.mark.parametrize("calls", [1, 8, 40, 60])
def test_a_full_disk_is_one_error_and_loses_nothing_that_was_kept(
    drawn: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    """Wherever it strikes: at a part, at the journal, or at the files at the end."""
    left = calls

    def full(_descriptor: int) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(UnwritableFile, match="No space left on device"):
            generate(spec_of(DRAWN), tmp_path / "full")
    kept = len(committed(tmp_path / "full"))
    assert list(tmp_path.rglob(".linreg-*")) == []
    made = generate(spec_of(DRAWN), tmp_path / "full")
    assert made.computed <= drawn.networks - kept + 1
    assert contents(made.path) == contents(drawn.path)


def test_files_that_a_killed_run_left_half_written_are_removed(whole: Dataset, half: Path) -> None:
    (half / "data" / "counts").mkdir(parents=True)
    (half / "data" / "counts" / ".linreg-0123.parquet").write_text("half")
    (half / "data" / "counts" / "train.parquet").write_text("of another run")
    generate(SPEC, half)
    assert contents(half) == contents(whole.path)


def test_a_damaged_line_in_the_journal_is_named(half: Path) -> None:
    journal = half / "journal.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join([lines[0], "{" + lines[1], *lines[2:]]))
    with pytest.raises(UnreadableFile, match=r"journal\.jsonl: line 2 is damaged"):
        generate(SPEC, half)


@pytest.mark.parametrize("change", ["seed = 8", 'name = "other"'])
def test_a_folder_of_another_dataset_is_refused_and_left_alone(half: Path, change: str) -> None:
    key = change.split(" =")[0]
    other = spec_of(TINY.replace({"seed": "seed = 7", "name": 'name = "tiny"'}[key], change, 1))
    before = contents(half)
    with pytest.raises(UnwritableFile, match="the folder holds another dataset"):
        generate(other, half)
    assert contents(half) == before


def test_a_folder_that_was_begun_by_other_versions_is_refused(half: Path) -> None:
    run = json.loads((half / "run.json").read_text())
    run["made_by"]["numpy"] = "1.0"
    (half / "run.json").write_text(json.dumps(run))
    with pytest.raises(UnwritableFile, match=r"its made_by is .*'numpy': '1\.0'"):
        generate(SPEC, half)


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UnwritableFile, match=r"the folder holds notes\.txt and no dataset"):
        generate(SPEC, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_is_made_but_not_its_parent_and_a_file_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UnwritableFile, match="there is no folder"):
        generate(SPEC, tmp_path / "missing" / "folder")
    (tmp_path / "file").write_text("")
    with pytest.raises(UnwritableFile, match="this is a file"):
        generate(SPEC, tmp_path / "file")
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_another_process_writes_to_is_refused(half: Path) -> None:
    def report(_so_far: DatasetProgress) -> None:
        with pytest.raises(UnwritableFile, match="another process is writing"):
            generate(SPEC, half)
        raise Stopped

    with pytest.raises(Stopped):
        generate(SPEC, half, progress=report)


@pytest.mark.parametrize("file", ["data/counts/train.parquet", "README.md", "graphs/test.zip"])
def test_a_change_to_a_finished_dataset_is_seen(tmp_path: Path, file: str) -> None:
    made = generate(spec_of(SMALLEST), tmp_path / "made")
    path = made.path / file
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(UnreadableFile, match=f"its file {file} was changed"):
        generate(spec_of(SMALLEST), made.path)
    path.unlink()
    with pytest.raises(LinregError, match=file):
        generate(spec_of(SMALLEST), made.path)


SMALLEST = """
name = "smallest"
seed = 0
[truth]
archives = true
[splits]
train = 1
test = 1
[[drawn]]
name = "line"
inputs = 1
widths = [1]
init = "he"
samples = 8
"""


def test_the_rest_of_a_run_is_as_long_as_it_will_be(tmp_path: Path) -> None:
    """Committed networks count as much as they took."""
    said: list[DatasetProgress] = []
    with pytest.raises(Stopped):
        generate(SPEC, tmp_path / "half", progress=stop_after(6))
    generate(SPEC, tmp_path / "half", progress=said.append)
    assert [(each.done, each.total) for each in said] == [(n, 18) for n in range(7, 19)]
    assert [each.untimed for each in said] == sorted((s.untimed for s in said), reverse=True)
    assert (said[-1].share, said[-1].seconds_left, said[-1].untimed) == (1, 0, 0)


def test_a_question_is_answered_the_same_wherever_it_is_asked() -> None:
    from linreg.datasets import plan

    recipe = plan(SPEC)[9]
    question = Question(recipe, SPEC.truth, SPEC.estimates)
    with ProcessPoolExecutor(1) as pool:
        assert pool.submit(truth_of, question).result() == truth_of(question)


LINES = """
name = "lines"
seed = 0
[truth]
definitions = false
bounds = false
graphs = false
geometry = false
regions = true
[[drawn]]
name = "dense"
inputs = 2
widths = [[3], [6]]
init = "he"
"""
"""7 and 22 regions."""


def test_what_auto_does_depends_on_the_regions_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not on what is loaded: the same bytes before and after machine code was at work."""
    pytest.importorskip("numba")
    monkeypatch.setattr(auto, "ROWS_IN_PYTHON", 10)
    made = [generate(spec_of(LINES), tmp_path / str(k)).path for k in range(2)]
    assert contents(made[0]) == contents(made[1])
    regions = rows(made[0], "regions")
    for strategy, mine in (("highs", slice(0, 7)), ("compiled", slice(7, 29))):
        text = LINES.replace("[truth]", f'[truth]\nstrategy = "{strategy}"')
        other = rows(generate(spec_of(text), tmp_path / strategy).path, "regions")
        assert [row["pattern"] for row in other] == [row["pattern"] for row in regions]
        assert other[mine] == regions[mine]


def test_without_machine_code_auto_is_the_other_strategy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto, "ROWS_IN_PYTHON", 10)
    with monkeypatch.context() as patch:
        patch.setattr(auto, "find_spec", lambda _name: None)
        made = generate(spec_of(LINES), tmp_path / "without").path
    assert json.loads((made / "run.json").read_text())["made_by"]["strategy"] == "highs"
    assert "strategy highs" in (made / "README.md").read_text()
    with pytest.raises(UnwritableFile, match="the folder holds another dataset: its made_by"):
        generate(spec_of(LINES), made)


def test_a_strategy_that_cannot_be_had_is_not_replaced_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto, "ROWS_IN_PYTHON", 10)
    monkeypatch.setitem(strategies._MAKERS, "compiled", HighsExplorer)
    with pytest.raises(UnknownStrategy, match="strategy 'compiled' cannot be had here"):
        generate(spec_of(LINES), tmp_path / "made")


def test_no_workers_are_too_few(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="workers must be at least 1"):
        generate(SPEC, tmp_path / "none", workers=0)
    assert linreg("dataset", "spec.toml", "-o", tmp_path / "none", "--workers", 0).code == 2
