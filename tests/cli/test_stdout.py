"""Stdout holds answers alone, whatever libraries write to it, and whatever it is."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from dataset_specs import DRAWN
from program import ROOT, TRIANGLE, Copies, Outcome, linreg, write

from linreg.cli.app import COMMANDS

if sys.platform == "win32":
    pytest.skip("the C library is that of POSIX", allow_module_level=True)

HOSTILE = """
    import atexit, ctypes, os, sys

    library = ctypes.CDLL(None)

    def shout(when):
        library.puts(b"from C, in a buffer, " + when)
        library.write(1, b"from C, at once, " + when + b"\\n", 18 + len(when))
        os.system(f"echo from a program, {when.decode()}")
        print("from Python,", when.decode())
        print("from Python too,", when.decode(), file=sys.__stdout__)

    shout(b"at import")
    atexit.register(shout, b"at exit")
    sys.path.remove(os.path.dirname(__file__))
    del sys.modules["highspy"]
    import highspy

    class Loud(highspy.Highs):
        def __init__(self):
            shout(b"when a solver is made")
            super().__init__()

        def run(self):
            shout(b"when it solves")
            return super().run()

    highspy.Highs = Loud
"""
"""A module `highspy` that is the real one, and writes to stdout in every way there is."""


ARGUMENTS = {
    "info": "net.json",
    "count": "net.json --strategy highs --workers 2",
    "graph": "net.json --strategy highs --stats",
    "enumerate": "net.json -o new.csv --strategy highs",
    "compare": "net.json net.json --strategy highs",
    "convert": "net.json new.npz",
    "certify": "net.json -o new.proof --strategy highs --graph",
    "check": "proof net.json",
    "faces": "net.json -o new.parquet",
    "topology": "net.json --persistence -o new.parquet",
    "boundary": "net.json --domain box:-1,1 -o new.obj",
    "bounds": "net.json",
    "zoo": "",
    "maximise": "--widths 2,3 --budget 3",
    "dataset": "spec.toml -o new",
    "plot": "net.json -o new.png",
    "along": "net.json --points points.csv",
    "path": "net.json other.json --steps 2",
    "track": "net.json other.json",
    "range": "net.json --domain box:-1,1",
    "verify": "net.json query.vnnlib",
    "lipschitz": "net.json --domain box:-1,1",
    "robust": "net.json --point 2,1 --domain box:-3,3",
    "diff": "net.json net.json --domain box:-1,1",
    "status": "run",
    "warm-up": "",
}
"""What each command is asked; those that explore make solvers."""

SOLVES = {
    *("count", "graph", "enumerate", "certify", "maximise", "dataset", "plot"),
    *("range", "verify", "lipschitz", "robust", "diff"),
}

ANOTHER = TRIANGLE | {
    "layers": [
        {"type": "linear", "weight": [[1, 0], [0, 1], [1, 1]], "bias": [0, 0, -2]},
        {"type": "relu"},
    ]
}
"""The triangle, twice as large."""

QUERY = """
(declare-const X_0 Real)
(declare-const X_1 Real)
(declare-const Y_0 Real)
(declare-const Y_1 Real)
(declare-const Y_2 Real)
(assert (>= X_0 0))
(assert (<= X_0 1))
(assert (>= X_1 0))
(assert (<= X_1 1))
(assert (>= Y_0 2))
"""
"""No output of the triangle is 2 on the unit square: the answer, unsat, is a success."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of what the commands take, and of the module `highspy`."""
    folder = tmp_path_factory.mktemp("home")
    net = write(folder / "net.json", TRIANGLE)
    write(folder / "other.json", ANOTHER)
    (folder / "spec.toml").write_text(DRAWN)
    (folder / "points.csv").write_text("-1,-1\n2,1\n")
    (folder / "query.vnnlib").write_text(QUERY)
    assert linreg("certify", net, "-o", folder / "proof").code == 0
    assert linreg("count", net, "--run", folder / "run").code == 0
    (folder / "hostile").mkdir()
    (folder / "hostile" / "highspy.py").write_text(dedent(HOSTILE))
    return folder


AS_A_MODULE = """
import runpy
sys.orig_argv[1:] = ["-m", "linreg", *sys.argv[1:]]
runpy._run_module_as_main("linreg")
"""
"""What `python -m linreg` does."""


@pytest.fixture(scope="module")
def copies(home: Path) -> Iterator[Copies]:
    """Copies of a process in whose path is the module `highspy`; nothing of ours is loaded."""
    loading = "import flint, numba, numpy, pydantic, rich.table, typer"
    made = Copies(loading, home, env=among_hostile(home))
    yield made
    made.close()


def among_hostile(home: Path) -> dict[str, str]:
    """The path on which the module `highspy` comes first."""
    return {"PYTHONPATH": os.pathsep.join([str(home / "hostile"), str(ROOT)])}


def run(home: Path, *arguments: str, shell: str = '"$@"') -> Outcome:
    """What the program gives among hostile libraries, started by a shell that may close streams."""
    done = subprocess.run(
        ["sh", "-c", f"exec {shell}", "sh", sys.executable, "-m", "linreg", *arguments],
        cwd=home,
        env=os.environ | among_hostile(home),
        capture_output=True,
        text=True,
        timeout=300,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_answer_of_a_command_stands_alone_on_stdout(command: str, copies: Copies) -> None:
    done = copies.run(AS_A_MODULE, command, *ARGUMENTS[command].split(), "--json", name="-m")
    assert done.code == 0, done.err
    assert type(done.json) is dict
    if command in SOLVES:
        for who in ("C, in a buffer", "C, at once", "a program", "Python", "Python too"):
            for when in ("at import", "when it solves", "at exit"):
                assert f"from {who}, {when}\n" in done.err
        assert "from C, at once, when a solver is made" not in done.err  # the library is silent


def test_help_and_the_version_are_answers(home: Path) -> None:
    for arguments in (["--version"], ["count", "--help"]):
        assert run(home, *arguments) == linreg(*arguments)


@pytest.mark.parametrize("closed", ["<&- 2>&-", ">&-"])
def test_a_stream_that_is_closed_takes_nothing_from_answer_or_file(closed: str, home: Path) -> None:
    """The next file that is opened has its number, and must not be taken for it."""
    ask = "graph net.json -o edges.csv --strategy highs --json"
    done = run(home, *ask.split(), shell=f'"$@" {closed}')
    assert done.code == 0
    if "2" in closed:
        assert done.json["edges"] == 9
    else:
        assert done.out == ""
    assert (home / "edges.csv").read_text().count("\n") == 10


def test_an_answer_is_as_wide_as_the_terminal_that_it_goes_to_and_coloured() -> None:
    """It is the only terminal; what libraries write goes elsewhere."""
    import fcntl
    import termios

    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 50, 0, 0))
    env = {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "linreg", "bounds", "--widths", "2,3"]
    subprocess.run(
        command,
        env=os.environ | env,
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    seen = os.read(master, 65536).decode()
    os.close(slave)
    os.close(master)
    assert "\x1b[1m" in seen
    lines = re.sub(r"\x1b\[[\d;]*m", "", seen).splitlines()
    assert 40 < max(map(len, lines)) <= 50
