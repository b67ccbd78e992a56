"""A run that is stopped says what it has found, and leaves neither processes nor half a file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import networkx
import pytest
from program import (
    FOUND,
    ROOT,
    TRIANGLE,
    Copies,
    endless,
    finish,
    processor_seconds,
    python,
    start,
    wait_for,
    write,
)

import linreg

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")

SOON = 20
"""Seconds of work that a program does at most, of which it needs a tenth to begin."""


@pytest.fixture
def long(tmp_path: Path) -> Path:
    return write(tmp_path / "long.json", endless())


def begun(*arguments: object, workers: int = 1) -> subprocess.Popen[str]:
    """A command that has found some regions, in as many processes as it was asked to use."""
    strategy = ["--strategy", "highs"] if workers > 1 else []  # machine code has threads
    process = start(*arguments, *strategy, "--workers", workers, announce=True, moment=FOUND)
    if workers > 1:
        wait_for(lambda: len(children(process)) == workers)
    return process


def children(process: subprocess.Popen[str]) -> list[int]:
    """The processes that a process has begun and that have not ended."""
    lines = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    table = [line.split() for line in lines]
    return [int(p) for p, parent, state in table if int(parent) == process.pid and "Z" not in state]


def all_gone(process: subprocess.Popen[str]) -> bool:
    """Whether no process of the session that one began is left."""
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return True
    return False


def files(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


@pytest.mark.parametrize(
    ("workers", "form", "whom"),
    [
        (1, "text", "the process"),  # kill -INT
        (1, "json", "its group"),  # Ctrl-C
        (2, "text", "its group"),
        (2, "json", "the process"),
    ],
)
def test_an_interrupted_count_says_how_many_regions_there_are_at_least(
    workers: int, form: str, whom: str, long: Path
) -> None:
    before = processor_seconds()
    process = begun("count", long, *["--json"] * (form == "json"), workers=workers)
    (os.kill if whom == "the process" else os.killpg)(process.pid, signal.SIGINT)
    done = finish(process)
    assert processor_seconds() - before < SOON
    assert done.code == 3
    words = done.said.split()
    assert words[:-5] == ["interrupted,", "with", "at", "least"]
    assert words[-4:] == ["regions", "found", "so", "far"]
    regions = int(words[-5].replace(",", ""))
    assert regions > 0
    if form == "json":
        assert (done.json["activation_regions"], done.json["complete"]) == (regions, False)
        assert done.json["regions_per_stage"][-1] == regions
    else:
        assert f"at least {regions:,}  (the run was stopped)" in done.out
    wait_for(lambda: all_gone(process))


@pytest.mark.parametrize("workers", [1, 2])
def test_machine_code_is_interrupted_as_soon(workers: int, long: Path) -> None:
    linreg.count(linreg.mlp([([[1, 0, 0]], [0])]), strategy="compiled")  # now it is on disk
    before = processor_seconds()
    compiled = ("--strategy", "compiled", "--workers", workers)
    process = start("count", long, *compiled, announce=True, moment=FOUND)
    os.killpg(process.pid, signal.SIGINT)
    done = finish(process)
    assert processor_seconds() - before < SOON
    assert (done.code, done.said[:11]) == (3, "interrupted")
    wait_for(lambda: all_gone(process))


NEVER_DONE = """
import time
from linreg.explore.highs import HighsExplorer
def never_done(*_arguments, **_named):
    while True:
        tell()
        time.sleep(0.01)
HighsExplorer.explore = never_done
"""
"""Cells whose first one takes for ever; the moment at which that begins."""


def test_what_takes_for_ever_is_cut_short_by_one_interrupt(long: Path, tmp_path: Path) -> None:
    """A cell of many dimensions can take minutes in exact arithmetic; a run keeps what it had."""
    folder = tmp_path / "run"
    for where in ((), ("--run", folder)):
        ask = ["count", long, "--strategy", "highs", *where]
        process = start(*ask, announce=True, moment=NEVER_DONE)
        os.kill(process.pid, signal.SIGINT)
        done = finish(process)
        assert (done.code, done.err.count("\n")) == (3, 1), done
        assert done.said.startswith("interrupted")
    assert linreg.run_status(folder).damage == ()


def test_an_interrupt_before_anything_is_done_is_one_line(long: Path) -> None:
    process = start("count", long, "--workers", 2, announce=True)
    process.send_signal(signal.SIGINT)
    done = finish(process)
    assert done.code == 3
    assert done.said.startswith("interrupted")


@pytest.mark.parametrize(
    ("handler", "code", "said"),
    [("default_int_handler", 3, "linreg: interrupted\n"), ("SIG_IGN", 0, "")],
)
@pytest.mark.parametrize("module", ["typer", "numpy"])
def test_an_interrupt_while_modules_are_loaded_is_one_line_or_ignored_as_asked(
    handler: str, code: int, said: str, module: str
) -> None:
    """The signal comes when Python looks for what the program needs, or what a command needs."""
    script = f"""
import os, signal, sys
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "{module}":
            os.kill(os.getpid(), signal.SIGINT)
signal.signal(signal.SIGINT, signal.{handler})
sys.meta_path.insert(0, Interrupt())
from linreg_start import main
main()
"""
    done = python(script, "info", ROOT / "examples" / "iris-2d.json")
    assert (done.code, done.err) == (code, said)


@pytest.mark.parametrize("delay", [0.0, 0.05])
def test_an_interrupt_while_processes_begin_is_felt(delay: float, long: Path) -> None:
    """It neither ends one of them with a traceback nor gets lost."""
    process = start("count", long, "--workers", 3, "--strategy", "highs", announce=True)
    wait_for(lambda: len(children(process)) > 0)
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGINT)
    done = finish(process)
    assert done.code == 3
    assert done.said.startswith("interrupted")
    wait_for(lambda: all_gone(process))


@pytest.mark.parametrize("pause", [0.0, 0.002, 0.03])
def test_interrupts_in_quick_succession_are_as_good_as_one(pause: float, long: Path) -> None:
    """The machine is busy, so that some come while the processes of the run end."""
    process = begun("count", long, "--json", workers=2)
    forever = [sys.executable, "-c", "print(flush=True)\nwhile True: pass"]
    others = [subprocess.Popen(forever, stdout=subprocess.PIPE) for _ in range(2)]
    try:
        for other in others:
            assert other.stdout is not None
            with other.stdout:
                other.stdout.readline()
        for _ in range(3):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            time.sleep(pause)
        done = finish(process)
    finally:
        for other in others:
            other.kill()
            other.wait()
    assert (done.code, done.said[:27]) == (3, "interrupted, with at least ")
    assert done.json["activation_regions"] > 0
    wait_for(lambda: all_gone(process))


def test_a_program_ends_though_a_library_leaves_something_running() -> None:
    """Python waits at its end for a thread that sleeps for an hour, but not for ever."""
    leave = """
import threading, time
linreg_start.ENDS_WITHIN = 0.1
threading.Thread(target=time.sleep, args=(3600,)).start()
"""
    done = finish(start("info", "missing.json", prelude=leave))
    assert done.complaint == "missing.json: there is no such file"


def test_an_interrupted_graph_is_not_written(long: Path, tmp_path: Path) -> None:
    target = tmp_path / "graph.graphml"
    target.write_text("mine")
    process = begun("graph", long, "-o", target)
    process.send_signal(signal.SIGINT)
    done = finish(process)
    assert (done.code, done.out) == (3, "")
    assert done.said.startswith("interrupted, with at least ")
    assert files(tmp_path) == {"long.json", "graph.graphml"}
    assert target.read_text() == "mine"


AT = """
import os, signal
from {module} import {owner}
act = {owner}.{name}
def interrupted(*arguments, **named):
    {owner}.{name} = act
    {before}; done = act(*arguments, **named); {after}
    return done
{owner}.{name} = interrupted
"""
INTERRUPT = "os.kill(os.getpid(), signal.SIGINT)"


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    made = Copies(
        "import linreg_start, linreg.cli.commands, networkx, pydantic",
        tmp_path_factory.mktemp("copies"),
    )
    yield made
    made.close()


@pytest.mark.parametrize(
    ("module", "owner", "name"),
    [
        ("linreg.cli.watch", "Watch", "report"),  # regions are being counted
        ("linreg.cli.watch", "Watch", "tell"),  # facets are being found
        ("linreg.cli", "commands", "write_columns"),
        ("linreg", "files", "os.fsync"),
        ("linreg", "files", "os.replace"),
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_graph_is_written_whole_or_not_at_all_whenever_it_is_interrupted(
    module: str, owner: str, name: str, when: str, copies: Copies, tmp_path: Path
) -> None:
    target = tmp_path / "graph.json"
    net = write(tmp_path / "net.json", TRIANGLE)
    moment = {"before": "pass", "after": "pass"} | {when: INTERRUPT}
    script = AT.format(module=module, owner=owner, name=name, **moment)
    done = copies.run(f"{script}linreg_start.main()", "graph", net, "-o", target)
    assert done.code == 3
    assert len(done.err.splitlines()) == 1
    if target.exists():
        graph = networkx.node_link_graph(json.loads(target.read_text()), edges="edges")
        assert (len(graph), graph.size()) == (7, 9)
    assert files(tmp_path) <= {"graph.json", "net.json"}


@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL"])
def test_no_process_outlives_the_one_that_began_it(name: str, long: Path) -> None:
    process = begun("count", long, workers=2)
    process.send_signal(signal.Signals[name])
    assert finish(process).code == -signal.Signals[name]
    wait_for(lambda: all_gone(process))


def test_a_process_that_is_lost_is_replaced_and_the_run_goes_on(long: Path) -> None:
    process = begun("count", long, "--json", workers=2)
    before = children(process)
    os.kill(before[0], signal.SIGKILL)
    wait_for(lambda: len(set(children(process)) - set(before)) == 2)
    process.send_signal(signal.SIGINT)
    done = finish(process)
    assert done.code == 3
    assert done.said.startswith("interrupted, with at least ")
    assert done.json["activation_regions"] > 0
    wait_for(lambda: all_gone(process))


def test_processes_that_are_lost_again_and_again_end_the_run(long: Path) -> None:
    process = begun("count", long, "--json", workers=2)

    def kill_children() -> bool:
        for child in children(process):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        return process.poll() is not None

    wait_for(kill_children)
    done = finish(process)
    assert done.code == 3
    assert done.said.startswith("another process of this run was killed")
    assert done.json["activation_regions"] > 0
    assert not done.json["complete"]
    wait_for(lambda: all_gone(process))
