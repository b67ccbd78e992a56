"""Files that are half written are removed: by who is told to end, or by who writes there next."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from program import PATIENCE, ROOT, TRIANGLE, finish, linreg, start, wait_for, write

from linreg import load, save, temporary
from linreg.files import replacing

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")

HALF = f"import os, time; os.fsync = lambda _: (tell(), time.sleep({PATIENCE}))"
"""The moment before a file takes its place, at which the program then waits."""

WRITERS = {
    "certify": ["certify", "net.json", "-o", "answer", "--workers", "2", "--strategy", "highs"],
    "enumerate": ["enumerate", "net.json", "-o", "answer.csv", "--strategy", "highs"],
    "graph": ["graph", "net.json", "-o", "answer.json"],
}


@pytest.fixture
def net(tmp_path: Path) -> Path:
    return write(tmp_path / "net.json", TRIANGLE)


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(temporary.PREFIX)]


def stopped_by(number: int, arguments: list[str], folder: Path) -> int:
    """The exit code of a program that is sent a signal while its file is half written."""
    process = start(*arguments, announce=True, moment=HALF, cwd=folder)
    process.send_signal(number)
    return finish(process).code


@pytest.mark.parametrize("writer", WRITERS)
def test_who_is_told_to_end_removes_what_is_half_written(
    writer: str, net: Path, tmp_path: Path
) -> None:
    """The exit code is that of a program which the signal has ended: a shell says 128 + number."""
    number = signal.SIGHUP if writer == "graph" else signal.SIGTERM
    assert stopped_by(number, WRITERS[writer], tmp_path) == -number
    assert list(tmp_path.iterdir()) == [net]


@pytest.mark.parametrize("writer", ["certify", "enumerate"])
def test_what_a_killed_process_has_left_is_removed_by_the_next_writer(
    writer: str, net: Path, tmp_path: Path
) -> None:
    """As soon as the processes that it has begun have ended, too."""
    assert stopped_by(signal.SIGKILL, WRITERS[writer], tmp_path) == -signal.SIGKILL
    assert len(hidden(tmp_path)) == 1

    def is_tidied() -> bool:
        save(load(net), tmp_path / "copy.json")
        return not hidden(tmp_path)

    wait_for(is_tidied)
    assert {path.name for path in tmp_path.iterdir()} == {"net.json", "copy.json"}


def test_a_folder_that_a_killed_process_has_left_is_removed_by_the_next_one(tmp_path: Path) -> None:
    """And one that is in use stays."""
    script = """
import sys, time
from pathlib import Path
from linreg.temporary import temporary_folder
with temporary_folder(Path(sys.argv[1])) as folder:
    (folder / "part").write_text("half")
    print(folder, flush=True)
    time.sleep(3600)
"""
    with temporary.temporary_folder(tmp_path) as first:
        process = subprocess.Popen(
            [sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert process.stdout is not None
        second = Path(process.stdout.readline().strip())
        assert first.exists()
        temporary._looked_through.clear()
        temporary.remove_stale(tmp_path)
        assert (second / "part").exists()
        process.kill()
        process.communicate()
        temporary._looked_through.clear()
        with temporary.temporary_folder(tmp_path):
            assert first.exists()
            assert not second.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_being_written_stays(tmp_path: Path) -> None:
    """Of another process, of this one, or under another name for the folder."""
    (tmp_path / "link").symlink_to(tmp_path)
    with replacing(tmp_path / "mine") as mine, replacing(tmp_path / "link" / "other") as other:
        temporary._looked_through.clear()
        save(load(ROOT / "examples" / "iris-2d.json"), tmp_path / "third.json")
        assert (
            linreg("convert", ROOT / "examples" / "iris-2d.json", tmp_path / "copy.json").code == 0
        )
        done = finish(start("convert", ROOT / "examples" / "iris-2d.json", tmp_path / "copy.npz"))
        assert (done.code, mine.exists(), other.exists()) == (0, True, True)
    assert hidden(tmp_path) == []
    assert (tmp_path / "mine").exists()


def test_what_another_machine_may_be_writing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On some network file systems a machine does not see the locks of another one."""
    token = "-0123456789abcdef.json"
    ours, theirs = temporary._marks()[0], "00000000"
    names = {
        f".linreg-{a}-{b}{token}" for a in (ours, theirs) for b in (temporary._marks()[1], theirs)
    }
    for name in names:
        (tmp_path / name).write_bytes(b"half")
    (tmp_path / ".linreg-of-another-program").write_bytes(b"mine")
    monkeypatch.setattr(temporary, "_looked_through", {})
    with replacing(tmp_path / "answer"):
        pass
    left = [f".linreg-{theirs}-{theirs}{token}", ".linreg-of-another-program", "answer"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(left)


def test_where_there_are_no_locks_files_are_written_and_none_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = "-".join(temporary._marks())
    (tmp_path / f".linreg-{marks}-0123456789abcdef.json").write_bytes(b"half")
    monkeypatch.setattr(temporary, "try_lock", lambda _: False)
    with replacing(tmp_path / "answer") as path:
        path.write_text("42")
    assert (tmp_path / "answer").read_text() == "42"
    assert len(hidden(tmp_path)) == 1


def test_a_new_file_that_is_taken_for_a_dead_one_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By who looks through the folder between its making and its locking."""
    really = temporary.try_lock
    removed: list[Path] = []

    def try_lock(descriptor: int) -> bool:
        if not removed:
            removed.extend(path for path in tmp_path.iterdir())
            removed[0].unlink()
        return really(descriptor)

    monkeypatch.setattr(temporary, "try_lock", try_lock)
    with replacing(tmp_path / "answer") as path:
        assert [path] != removed
        path.write_text("42")
    assert (tmp_path / "answer").read_text() == "42"


def test_a_process_that_was_forked_leaves_the_files_of_its_parent(tmp_path: Path) -> None:
    with replacing(tmp_path / "answer") as path:
        child = os.fork()
        if not child:
            temporary.remove_own()
            os._exit(0)
        os.waitpid(child, 0)
        assert path.exists()
