"""The program `linreg` as a user runs it: in this process, or in one of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, getsignal, signal
from typing import Any

import pytest

from linreg.cli import main

ROOT = Path(__file__).resolve().parents[1]

TRIANGLE = {
    "input_shape": [2],
    "layers": [
        {"type": "linear", "weight": [[1, 0], [0, 1], [1, 1]], "bias": [0, 0, -1]},
        {"type": "relu"},
    ],
}
"""Three lines in general position: seven regions, of which one is bounded, and nine edges."""


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
    def complaint(self) -> str:
        """The one line on stderr with which nothing but a mistake was said."""
        assert (self.code, self.out) == (2, "")
        (line,) = self.err.splitlines()
        start, text = line[:8], line[8:]
        assert start == "linreg: "
        assert text == text.strip() != ""
        return text


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
    *arguments: object, env: dict[str, str] | None = None, **options: Any
) -> subprocess.Popen[str]:
    """Begin a command in a process of its own, of a session of its own."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    program = [sys.executable, "-c", "from linreg.cli import main; main()"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen(
        [*program, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": path} | (env or {}),
        text=True,
        start_new_session=True,
        **pipes,
    )


def finish(process: subprocess.Popen[str]) -> Outcome:
    """Wait for a process that was begun."""
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    return Outcome(process.returncode, out or "", err or "")


def write(path: Path, document: object) -> Path:
    """The path of a new JSON file."""
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
