"""What is committed survives: kills at any moment, full disks, and damage, which is named."""

from __future__ import annotations

import base64
import errno
import json
import os
import pickle
import pickletools
import shutil
import signal
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from program import FOUND, ROOT, TRIANGLE, endless, finish, linreg, python, start, write

import linreg as library
from linreg import (
    UnreadableFile,
    UnusableRun,
    UnwritableFile,
    mlp,
    read_run,
    run_status,
)
from linreg.explore import HighsExplorer, Sink, Tally
from linreg.formulas import buck
from linreg.problem import problem_of
from linreg.store import directory as store
from linreg.store import locking, shards
from linreg.store import merging as sorting
from linreg.store.frontier import PrefixTexts, prefix_from
from linreg.strategies import explorer_named

# What "auto" would choose depends on what was loaded before.
enumerate_into = partial(library.enumerate_into, strategy="highs")

IRIS = ROOT / "examples" / "iris-2d.json"
LARGER = ROOT / "examples" / "iris-4d.json"
RNG = np.random.default_rng(0)
NET = mlp(
    [
        (RNG.normal(size=(6, 2)), RNG.normal(size=6)),
        (RNG.normal(size=(5, 6)), RNG.normal(size=5)),
    ]
)
HIGHS = ("--strategy", "highs")
OFTEN = "from linreg.store import directory as store; store.COMMIT_SECONDS = 0.1"
"""Makes a program commit many times a second."""

COMMITTED = """
import signal
from linreg.store import directory as store
from linreg.store.directory import Store
append, after = Store._append, {after}
store.COMMIT_SECONDS = 0.0
def append_and_tell(store, record):
    global after
    after -= 1
    if after == 0:
        tell()
    elif after < -1:
        signal.pause()
    append(store, record)
Store._append = append_and_tell
"""
"""The moment before some line of the journal; beyond the next line the program does not get."""

LOSSES = """
import subprocess
import sys
from contextlib import contextmanager
from multiprocessing import active_children
from linreg.run import driver
process_pool, left = driver.process_pool, ["killed"] * 2
@contextmanager
def losing_pool(*arguments):
    with process_pool(*arguments) as pool:
        submit, until = pool.submit, [5 if left else 0]
        def submit_and_kill(*task):
            until[0] -= 1
            if until[0] == 0:
                active_children()[-1].kill()
                print(left.pop(), file=sys.stderr)
            return submit(*task)
        pool.submit = submit_and_kill
        yield pool
driver.process_pool = losing_pool
"""
"""Twice, a process is killed when it and another have been given some work."""


@pytest.fixture(scope="module", autouse=True)
def tiny() -> Iterator[None]:
    """Small slices, commits and files, so that a small network makes many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HighsExplorer, "slice", 3)
        patch.setattr(store, "REGIONS_OF_PART", 7)
        patch.setattr(shards, "GROUP", 3)
        patch.setattr(sorting, "REGIONS_OF_SHARD", 16)
        patch.setattr(sorting, "SORTED_BYTES_AT_ONCE", 700)
        patch.setattr(sorting, "FAN", 4)
        patch.setattr(sorting, "WRITERS", 1)  # what is there at one moment has to be one thing
        patch.setattr(locking, "LOCK_SECONDS", 0.1)
        yield


def digests(folder: Path) -> list[str]:
    """The sha256 of each file with regions, in the order of the files."""
    files = sorted((folder / "shards").iterdir())
    return [sha256(path.read_bytes()).hexdigest() for path in files]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The files of a run that nothing has disturbed."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    enumerate_into(NET, folder)
    return digests(folder)


class Killed(BaseException):
    """Stands for the end of the process."""


def _die(*_: object, **__: object) -> None:
    """What a dead process does to the disk, whatever it tries."""
    raise Killed


class Death:
    """Kills a run at its n-th step on the disk, leaving a copy of what is there at that moment.

    The copy is what a process that is killed leaves: nothing is tidied up in it.
    """

    def __init__(self, folder: Path, step: int, torn: int) -> None:
        self.folder, self.step, self.torn = folder, step, torn
        self.left = folder.with_name("left")

    def __enter__(self) -> Death:
        self._patch = pytest.MonkeyPatch()
        for name in ("replace", "fsync", "unlink"):
            self._patch.setattr(os, name, self._deadly(getattr(os, name)))
        self._write = os.write
        self._patch.setattr(os, "write", self._torn_write)
        return self

    def __exit__(self, *_: object) -> None:
        self._patch.undo()

    def _deadly(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def act_or_die(*arguments: Any, **named: Any) -> Any:
            self._step()
            return act(*arguments, **named)

        return act_or_die

    def _torn_write(self, descriptor: int, data: bytes) -> int:
        if self.step == 0:
            # Some of the line is on the disk.
            self._write(descriptor, data[: self.torn * len(data) // 100])
        self._step()
        return self._write(descriptor, data)

    def _step(self) -> None:
        if self.step == 0:
            self._patch.undo()
            shutil.copytree(self.folder, self.left)
            for name in ("replace", "fsync", "unlink", "write"):
                self._patch.setattr(os, name, _die)
        if self.step <= 0:
            raise Killed
        self.step -= 1


@settings(max_examples=30, phases=[Phase.generate])
@given(
    deaths=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 100)), min_size=1, max_size=6),
)
def test_however_often_a_run_is_killed_it_ends_with_the_same_files(
    deaths: list[tuple[int, int]], whole: list[str]
) -> None:
    """No committed file is written twice either: the journal names each once."""
    with TemporaryDirectory() as name:
        folder = Path(name) / "run"
        committed: set[str] = set()
        for step, torn in deaths:
            death = Death(folder, step, torn)
            try:
                with death:
                    enumerate_into(NET, folder)
            except Killed:
                shutil.rmtree(folder)
                death.left.rename(folder)
            lines = journal(folder)
            assert committed <= {str(line) for line in lines}
            committed = {str(line) for line in lines}
        regions = enumerate_into(NET, folder)
        assert committed <= {str(line) for line in journal(folder)}
        assert regions.counted.complete
        assert digests(folder) == whole
        parts = [s["name"] for line in journal(folder) for s in line["shards"]]
        assert len(parts) == len(set(parts))


def journal(folder: Path) -> list[dict[str, Any]]:
    """The whole lines of a journal."""
    if not (folder / "journal.jsonl").exists():
        return []
    lines = (folder / "journal.jsonl").read_bytes().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith(b"\n")]


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> pyarrow.Table:
    """The regions of an example, found without disturbance."""
    folder = tmp_path_factory.mktemp("calm") / "run"
    assert linreg("enumerate", IRIS, *HIGHS, "-o", folder).code == 0
    return read_run(folder).to_arrow()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_program_that_is_killed_again_and_again_ends_with_the_same_files(
    workers: int, calm: pyarrow.Table, tmp_path: Path
) -> None:
    arguments = ("enumerate", IRIS, *HIGHS, "-o", tmp_path / "run", "--workers", workers, "--json")
    for lines in (1, 2, 3):
        moment = COMMITTED.format(after=lines)
        process = start(*arguments, announce=True, moment=moment)
        os.killpg(process.pid, signal.SIGKILL)
        assert finish(process).code == -signal.SIGKILL
    done = finish(start(*arguments, prelude=OFTEN))
    assert (done.code, done.json["activation_regions"], done.json["complete"]) == (0, 235, True)
    assert done.json["regions_per_stage"] == [56, 235]
    assert read_run(tmp_path / "run").to_arrow().equals(calm)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_workers_that_are_killed_cost_no_region(tmp_path: Path) -> None:
    """The answer is that of `info`'s network, 2202."""
    arguments = ("count", LARGER, *HIGHS, "--run", tmp_path / "run", "--workers", 2, "--json")
    done = finish(start(*arguments, prelude=LOSSES))
    assert done.err == "killed\n" * 2
    assert (done.code, done.json["regions_per_stage"]) == (0, [163, 2202])


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_an_interrupted_run_keeps_what_it_says_it_has_found(tmp_path: Path) -> None:
    net = write(tmp_path / "long.json", endless())
    arguments = ("enumerate", net, *HIGHS, "-o", tmp_path / "run", "--json")
    process = start(*arguments, announce=True, moment=FOUND)
    process.send_signal(signal.SIGINT)
    done = finish(process)
    assert done.code == 3
    assert done.said.endswith("is kept, and the same command goes on with it")
    status = run_status(tmp_path / "run")
    assert status.count.regions == done.json["activation_regions"] > 0
    assert (status.in_use, status.damage, status.is_sorted) == (False, (), False)
    regions = read_run(tmp_path / "run")
    assert len(regions) == status.count.regions
    assert not regions.counted.complete
    assert all(region.contains(region.exact_witness) for region in regions[:5])


def test_witnesses_of_thin_regions_have_few_digits() -> None:
    """Between floats that follow each other no point is one; such points were sums of others."""
    rng = np.random.default_rng(0)
    breakpoints = rng.normal(size=8)
    strips = np.concatenate([breakpoints, np.nextafter(breakpoints, np.inf)])
    layer = rng.normal(size=(24, 16)), rng.normal(size=24)
    net = mlp([(np.vstack([np.eye(8), np.eye(8)]), strips), layer])
    found = library.enumerate_regions(net, strategy="highs", limit=250)
    assert len(found.exact) > 200
    for witness in found.exact.values():
        assert all(len(str(x.denominator)) < 200 for x in witness)


# Files and disks


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """A run that has stopped at a limit, with several files."""
    folder = tmp_path / "run"
    enumerate_into(NET, folder, limit=50)
    return folder


def go_on(folder: Path) -> None:
    enumerate_into(NET, folder)


def first_shard(folder: Path) -> Path:
    return min((folder / "shards").iterdir())


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def alter(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def test_a_torn_last_line_is_as_if_it_had_never_been_begun(stopped: Path, whole: list[str]) -> None:
    before = run_status(stopped)
    with (stopped / "journal.jsonl").open("ab") as stream:
        stream.write(b'{"check":"0123456789abcdef","kind":"com')
    assert run_status(stopped) == before
    go_on(stopped)
    assert digests(stopped) == whole


def test_a_damaged_line_in_the_middle_is_named(stopped: Path) -> None:
    path = stopped / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"keep"', b'"keeq"', 1))
    with pytest.raises(UnreadableFile, match=r"journal.jsonl: line 1 is damaged"):
        go_on(stopped)
    [damage] = run_status(stopped).damage
    assert "line 1 is damaged" in damage


@pytest.mark.parametrize(
    ("harm", "says"),
    [(Path.unlink, "there is no such file"), (truncate, "damaged: it has ")],
)
def test_a_file_that_is_gone_or_cut_short_is_named(
    harm: Callable[[Path], None], says: str, stopped: Path
) -> None:
    path = first_shard(stopped)
    harm(path)
    before = digests(stopped)
    with pytest.raises(UnreadableFile, match=f"{path.name}: {says}"):
        go_on(stopped)
    assert digests(stopped) == before
    [damage] = run_status(stopped).damage
    assert says in damage
    done = linreg("status", stopped, "--json")
    assert (done.code, done.json["damage"]) == (1, [damage])


def test_a_file_that_has_changed_is_noticed_when_it_is_read(stopped: Path) -> None:
    alter(first_shard(stopped))
    with pytest.raises(UnreadableFile, match="it does not hold what was written"):
        read_run(stopped)[0]
    with pytest.raises(UnreadableFile, match="it does not hold what was written"):
        go_on(stopped)


def test_files_that_were_not_committed_are_removed(stopped: Path, whole: list[str]) -> None:
    (stopped / "shards" / "part-000099.parquet").write_bytes(b"half")
    (stopped / "shards" / ".linreg-0123.parquet").write_bytes(b"")
    (stopped / "shards" / "tmp").mkdir()
    go_on(stopped)
    assert digests(stopped) == whole


def test_another_question_is_refused(stopped: Path) -> None:
    other = mlp([([[1, 0], [0, 1]], [0, 0])])
    with pytest.raises(UnusableRun, match="it holds a run of another network"):
        enumerate_into(other, stopped)
    with pytest.raises(UnusableRun, match="on another domain"):
        enumerate_into(NET, stopped, library.Box([0, 0], [1, 1]))
    library.count_into(NET, stopped.with_name("count"), limit=3, strategy="highs")
    with pytest.raises(UnusableRun, match="keeps no regions"):
        enumerate_into(NET, stopped.with_name("count"))
    with pytest.raises(UnreadableFile, match="keeps no regions"):
        read_run(stopped.with_name("count"))


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(UnusableRun, match=r"it holds other files \(thesis.tex"):
        enumerate_into(NET, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_one_process_at_a_time_works_on_a_run(stopped: Path) -> None:
    descriptor = os.open(stopped / "journal.jsonl", os.O_RDWR)
    try:
        assert locking.try_lock(descriptor)
        with pytest.raises(UnusableRun, match="another process works on this run"):
            go_on(stopped)
        assert run_status(stopped).in_use
        assert len(read_run(stopped)) == 50
    finally:
        os.close(descriptor)
    assert not run_status(stopped).in_use


@pytest.mark.parametrize("suffix", [".arrow", ".parquet"])
@pytest.mark.parametrize("frees_itself", [False, True])
def test_a_disk_that_is_full_stops_the_run_and_loses_nothing(
    suffix: str,
    frees_itself: bool,
    tmp_path: Path,
    whole: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At the fifth part, while the next one is explored, or at the third sorted file."""
    folder = tmp_path / "run"
    room = {".arrow": 4, ".parquet": 2}[suffix]
    write_bytes, written = Path.write_bytes, 0

    def write_if_there_is_room(path: Path, data: bytes) -> int:
        nonlocal written
        if path.suffix == suffix:
            written += 1
            if written == room + 1 or (written > room and not frees_itself):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write_bytes(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", write_if_there_is_room)
        with pytest.raises(UnwritableFile, match=r"No space left on device; the .* are kept"):
            go_on(folder)
    status = run_status(folder)
    n_parts = 4 if suffix == ".arrow" else status.commits
    assert (status.commits, status.shards, status.damage) == (n_parts, n_parts, ())
    assert not status.is_sorted
    assert len(read_run(folder)) == status.count.regions >= 7 * n_parts
    go_on(folder)
    assert digests(folder) == whole


def test_a_journal_that_cannot_grow_keeps_its_last_whole_line(
    stopped: Path, whole: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (stopped / "journal.jsonl").read_bytes()
    really = os.write

    def write_half(descriptor: int, data: bytes) -> int:
        really(descriptor, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write_half)
        with pytest.raises(UnwritableFile, match=r"journal.jsonl: .* the 50 regions"):
            go_on(stopped)
    assert (stopped / "journal.jsonl").read_bytes() == before
    go_on(stopped)
    assert digests(stopped) == whole


@pytest.mark.skipif(sys.platform == "win32", reason="limits are those of POSIX")
def test_a_failed_write_leaves_nothing_that_breaks_the_garbage_collector(tmp_path: Path) -> None:
    """Python 3.12.1 crashed at a view of a BytesIO in a cycle, here of a traceback and frame."""
    script = """
import gc, resource, signal, sys
from pathlib import Path
import pyarrow
from linreg import UnwritableFile
from linreg.store.shards import write_part

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
try:
    write_part(Path(sys.argv[1]), "part.arrow", pyarrow.table({"x": [1, 2, 3]}))
except UnwritableFile as error:
    error.cycle = error
gc.collect()
"""
    assert python(script, tmp_path).code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="limits are those of POSIX")
def test_files_that_may_not_grow_end_a_program_with_one_line(tmp_path: Path) -> None:
    small = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))"
    folder = tmp_path / "run"
    done = finish(start("enumerate", LARGER, *HIGHS, "-o", folder, prelude=f"{OFTEN}; {small}"))
    assert "cannot be written: File too large; the " in done.complaint
    status = run_status(folder)
    assert status.damage == ()
    assert finish(start("enumerate", LARGER, *HIGHS, "-o", folder)).code == 0
    assert run_status(folder).count.regions == 2202


@pytest.mark.parametrize("reason", [errno.EROFS, errno.EACCES])
def test_a_folder_that_may_not_be_written_to_can_still_be_read(
    reason: int, stopped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def open_to_read(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if flags & (os.O_RDWR | os.O_WRONLY) and str(path).startswith(str(stopped)):
            raise OSError(reason, os.strerror(reason))
        return opened(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", open_to_read)
    with pytest.raises(UnwritableFile, match=f"cannot be written: {os.strerror(reason)}"):
        go_on(stopped)
    assert run_status(stopped).damage == ()
    assert len(read_run(stopped)) == 50


def test_a_prefix_that_would_run_a_program_is_refused(tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> tuple[Any, ...]:
            return (os.mkdir, (str(tmp_path / "harm"),))

    for harm in (Harm(), np.load):
        text = base64.b85encode(zlib.compress(pickle.dumps(harm))).decode()
        with pytest.raises(UnreadableFile, match="is no part of a prefix"):
            prefix_from(text)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("strategy", ["highs", "compiled"])
@pytest.mark.parametrize("dim", [2, 3])
def test_a_prefix_on_disk_names_no_module(
    strategy: str, dim: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever module a class moves to, the bytes are the same, and are read as that class."""
    net = mlp([(RNG.normal(size=(12, dim)), RNG.normal(size=12))])
    problem, tally = problem_of(net, None), Tally()
    explorer = explorer_named(strategy)
    cells = explorer.begin(problem, tally)
    cells = explorer.explore(problem, cells, Sink(), tally, budget=20)
    prefixes = [explorer.prefix_of(cell) for cell in cells]
    texts = PrefixTexts().of(prefixes)
    tags = set()
    for text in texts:
        operations = list(pickletools.genops(zlib.decompress(base64.b85decode(text))))
        strings = [value for _, value, _ in operations if isinstance(value, str)]
        assert not any("linreg" in value for value in strings)
        tags |= {value for value in strings if value in ("cell", "node", "polygon")}
    of_machine_code = {"node", "polygon"} if dim == 2 else {"node"}
    assert tags == ({"cell"} if strategy == "highs" else of_machine_code)
    for moved in {type(prefix) for prefix in prefixes}:
        monkeypatch.setattr(moved, "__module__", "linreg.elsewhere")
    assert PrefixTexts().of(prefixes) == texts
    read = [prefix_from(text) for text in texts]
    assert [type(prefix) for prefix in read] == [type(prefix) for prefix in prefixes]
    assert PrefixTexts().of(read) == texts
    left = [explorer.cell_of(problem, prefix) for prefix in read]
    while left:
        left = explorer.explore(problem, left, Sink(), tally, budget=10**6)
    assert tally.regions == buck(12, dim)


@pytest.mark.parametrize("command", ["count", "enumerate", "status"])
def test_a_run_of_the_format_before_is_refused_by_name(command: str, stopped: Path) -> None:
    """Its prefixes name modules that are no longer there."""
    run = json.loads((stopped / "run.json").read_text())
    (stopped / "run.json").write_text(json.dumps(run | {"format": "linreg-run-2"}))
    before = {path: path.read_bytes() for path in stopped.rglob("*") if path.is_file()}
    asked = {
        "count": ("count", "--run", stopped),
        "enumerate": ("enumerate", write(stopped.parent / "net.json", TRIANGLE), "-o", stopped),
        "status": ("status", stopped),
    }
    assert linreg(*asked[command]).complaint == (
        f"{stopped / 'run.json'}: its format is 'linreg-run-2', and this version of linreg "
        "reads 'linreg-run-3' alone; go on with the version that began the run, or begin again in "
        "another folder"
    )
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("run.json", "{", "it is no JSON"),
        ("run.json", '{"format": "linreg-run-1"}', "reads 'linreg-run-3' alone"),
        ("run.json", '{"format": "linreg-run-3"}', "keeps is missing"),
        ("network.json", json.dumps(TRIANGLE), "it is not the network of this run"),
    ],
)
def test_a_description_that_is_damaged_is_named(
    name: str, content: str, says: str, stopped: Path
) -> None:
    (stopped / name).write_text(content)
    done = linreg("count", "--run", stopped)
    assert says in done.complaint
    if name == "run.json":
        assert says in linreg("status", stopped).complaint
    else:
        assert linreg("status", stopped).code == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["status", "nowhere"], "there is no such folder"),
        (["status", "."], "no run is kept here"),
        (["count", "--run", "nowhere"], "Missing argument 'NET'"),
        (["count", IRIS, "--run", "a/b"], "there is no folder a; make it first"),
        (["count", IRIS, "--run", "file"], "this is a file; give the name of a folder"),
        (["count", IRIS, "--run", "new", "--definitions"], "it does not go with other questions"),
        (["enumerate", IRIS, "-o", "new", "--columns", "margin"], "a directory always holds"),
        (["enumerate", IRIS, "-o", "new.txt"], "names no format of tables"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_made(
    arguments: list[object], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("mine", encoding="utf-8")
    assert says in linreg(*arguments).complaint
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_run_directory_says_what_it_is_about(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    first = linreg(
        "count", IRIS, "--run", folder, *HIGHS, "--domain", "box:-1,1", "--limit", 9, "--json"
    )
    assert (first.code, first.json["activation_regions"]) == (3, 9)
    rest = linreg("count", "--run", folder, "--json")
    alone = linreg("count", IRIS, "--domain", "box:-1,1", "--json")
    assert rest.json["regions_per_stage"] == alone.json["regions_per_stage"]
    assert rest.json["domain"] == alone.json["domain"]
    assert (
        "give a network with --domain"
        in linreg("count", "--run", folder, "--domain", "all").complaint
    )
    out = linreg("status", folder).out
    assert "the count alone" in out
    assert "nobody works on it" in out
