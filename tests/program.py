"""The program `linreg` as a user runs it: in this process, or in one of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, getsignal, signal
from typing import Any

import numpy as np
import pytest

from linreg.cli import main

ROOT = Path(__file__).resolve().parents[1]

PATIENCE = 300
"""Seconds after which something that should happen will not, on however busy a machine."""

BEGUN = """
import typer.main as commands
get = commands.get_group
commands.get_group = lambda app: (tell(), get(app))[1]
"""
"""The moment from which on what happens is the program's own affair and not Python's."""

FOUND = """
from linreg.cli.watch import Watch
report = Watch.report
def report_and_tell(watch, progress):
    report(watch, progress)
    if progress.count.regions:
        tell()
Watch.report = report_and_tell
"""
"""The moment at which the first regions have been found."""

PATHS = {
    "PYTHONPATH": os.pathsep.join(
        [str(ROOT), str(ROOT / "tests"), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
}
"""Where a process of its own finds the project and what its tests share."""

TRIANGLE = {
    "input_shape": [2],
    "layers": [
        {"type": "linear", "weight": [[1, 0], [0, 1], [1, 1]], "bias": [0, 0, -1]},
        {"type": "relu"},
    ],
}
"""Three lines in general position: seven regions, of which one is bounded, and nine edges."""


def endless() -> dict[str, object]:
    """A network whose regions take hours to count: random, of widths 8, 24, 24, 24."""
    rng = np.random.default_rng(0)
    layers: list[dict[str, object]] = []
    for width in (8, 24, 24):
        weight, bias = rng.normal(size=(24, width)), rng.normal(size=24)
        layers.append({"type": "linear", "weight": weight.tolist(), "bias": bias.tolist()})
        layers.append({"type": "relu"})
    return {"input_shape": [8], "layers": layers}


@dataclass(frozen=True)
class Outcome:
    """What a run printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object that stdout holds."""
        assert self.out.endswith("}\n")
        assert self.out.count("\n") == 1
        return json.loads(self.out)

    @property
    def said(self) -> str:
        """The one line that stderr holds, without the name of the program."""
        assert self.err.startswith("linreg: "), self.err
        assert self.err.count("\n") == self.err.endswith("\n") == 1, self.err
        text = self.err.removeprefix("linreg: ").removesuffix("\n")
        assert text == text.strip() != ""
        return text

    @property
    def complaint(self) -> str:
        """The one line on stderr with which nothing but a mistake was said."""
        assert (self.code, self.out) == (2, "")
        return self.said


def linreg(*arguments: object) -> Outcome:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    handler = getsignal(SIGINT)
    try:
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
    finally:
        signal(SIGINT, handler)
    code = left.value.code
    assert isinstance(code, int)
    return Outcome(code, out.getvalue(), err.getvalue())


def start(
    *arguments: object,
    env: dict[str, str] | None = None,
    announce: bool = False,
    moment: str = BEGUN,
    prelude: str = "",
    **options: Any,
) -> subprocess.Popen[str]:
    """Begin a command in a process of its own, of a session of its own.

    The prelude is statements that are run before, after all imports.
    With `announce`, this returns at some moment of the run: when the statements that are given for
    the moment have come to call `tell()`.
    """
    reading, writing = os.pipe()
    telling = (
        f"import os\ndef tell(left=[b'.']): left and os.write({writing}, left.pop())\n{moment}"
    )
    script = ["import linreg.cli, linreg_start", prelude, telling * announce, "linreg_start.main()"]
    process = subprocess.Popen(
        [sys.executable, "-c", "\n".join(script), *map(str, arguments)],
        env=os.environ | PATHS | (env or {}),
        text=True,
        start_new_session=True,
        pass_fds=[writing] * announce,
        **({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options),
    )
    os.close(writing)
    with open(reading, "rb") as told:
        if announce and told.read(1) != b".":
            pytest.fail(f"the moment never came: {finish(process)}")
    return process


def finish(process: subprocess.Popen[str]) -> Outcome:
    """Wait for a process that was begun."""
    try:
        out, err = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    return Outcome(process.returncode, out or "", err or "")


def python(script: str, *arguments: object, env: dict[str, str] | None = None) -> Outcome:
    """Run a script in a process of its own, which finds what tests import."""
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        env=os.environ | PATHS | (env or {}),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


COPYING = f"""
import json, os, signal, sys
exec(sys.argv[1])
for line in sys.stdin:
    if (copy := os.fork()) == 0:
        break
    print(os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]), flush=True)
else:
    sys.exit()
script, sys.argv[:], *streams = json.loads(line)
os.setsid()
signal.alarm({PATIENCE})
for number, path in enumerate([os.devnull, *streams]):
    os.dup2(os.open(path, os.O_RDWR | os.O_CREAT), number)
exec(script)
"""
"""Begins a copy for each line that is read, and says with which code or by what it ended."""


class Copies:
    """Scripts that are each run by a copy of one process, which has loaded what takes long."""

    def __init__(self, loading: str, folder: Path, *, env: dict[str, str] | None = None) -> None:
        self._streams = folder / "out", folder / "err"
        self._process = subprocess.Popen(
            [sys.executable, "-c", COPYING, loading],
            cwd=folder,
            env=os.environ | PATHS | (env or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, script: str, *arguments: object, name: str = "-c") -> Outcome:
        """What a script gives, in a process of its own, of a session of its own."""
        for stream in self._streams:
            stream.write_bytes(b"")
        asked = [script, [name, *map(str, arguments)], *map(str, self._streams)]
        asking, told = self._process.stdin, self._process.stdout
        assert asking is not None
        assert told is not None
        print(json.dumps(asked), file=asking, flush=True)
        return Outcome(int(told.readline()), *(stream.read_text() for stream in self._streams))

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=PATIENCE)


def processor_seconds() -> float:
    """Seconds that all programs have worked which tests of this process have waited for.

    Other than the time on a clock it is nearly the same on a busy machine.
    """
    spent = os.times()
    return spent.children_user + spent.children_system


def wait_for(what: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


def write(path: Path, document: object) -> Path:
    """The path of a new JSON file."""
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
