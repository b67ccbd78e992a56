"""Progress is shown on terminals only, when a run is long enough, and leaves no trace."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from program import PATIENCE, ROOT, Outcome, endless, finish, start, write

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals", allow_module_level=True)

IRIS = ROOT / "examples" / "iris-2d.json"
AT_ONCE = """
from functools import partialmethod
from rich.progress import Progress
from linreg.cli import console
console.QUIET_FOR = -1.0
Progress.update = partialmethod(Progress.update, refresh=True)
"""
"""Shows the bar from the first, and all that it is told, though the clock asks for no new look."""


class Terminal:
    """A terminal of 100 columns, where stderr goes."""

    def __init__(self, kind: str = "xterm-256color") -> None:
        self.kind = kind
        self.seen = ""

    def run(
        self, *arguments: object, until: Callable[[str], bool] | None = None, **options: Any
    ) -> Outcome:
        """Run a command; as soon as `until` holds for what was seen, interrupt it."""
        master, slave = os.openpty()
        process = start(
            *arguments, stderr=slave, env={"TERM": self.kind, "COLUMNS": "100"}, **options
        )
        os.close(slave)
        os.set_blocking(master, False)
        end = time.monotonic() + PATIENCE
        is_running = True
        while is_running:
            assert time.monotonic() < end, self.seen
            is_running = process.poll() is None
            with suppress(OSError):
                self.seen += os.read(master, 65536).decode()
            if until is not None and until(self.seen):
                process.send_signal(signal.SIGINT)
                until = None
            time.sleep(0.01)
        os.close(master)
        return finish(process)

    @property
    def left(self) -> str:
        """What stands there in the end, worked out from what moves the cursor and clears lines."""
        lines, row, column = [""], 0, 0
        for part in re.findall(r"\x1b\[([\d;?]*)([A-Za-z])|([\r\n])|([^\x1b\r\n]+)", self.seen):
            number, letter, ends, words = part
            if letter == "A":
                row = max(0, row - int(number or 1))
            elif letter == "K":
                lines[row] = ""
            elif ends == "\r":
                column = 0
            elif ends == "\n":
                row += 1
                lines += [""] * (row == len(lines))
            elif words:
                line = lines[row].ljust(column)
                lines[row] = line[:column] + words + line[column + len(words) :]
                column += len(words)
        return "\n".join(line.rstrip() for line in lines).strip("\n")


def test_a_count_shows_a_bar_on_a_terminal_and_clears_it() -> None:
    terminal = Terminal()
    done = terminal.run("count", IRIS, "--json", prelude=AT_ONCE)
    assert done.code == 0
    assert done.json["activation_regions"] == 235
    assert "counting" in terminal.seen
    assert re.search(r"100\.0 %  235 regions", terminal.seen)
    assert terminal.seen.count("\x1b[?25l") == terminal.seen.count("\x1b[?25h") > 0
    assert terminal.left == ""


def test_a_graph_shows_a_bar_for_its_facets_too() -> None:
    terminal = Terminal()
    done = terminal.run("graph", IRIS, "--json", prelude=AT_ONCE)
    assert (done.code, done.json["edges"]) == (0, 449)
    assert "counting" in terminal.seen
    assert re.search(r"\d of 235 regions", terminal.seen)
    assert terminal.left == ""


def test_a_graph_says_that_it_compiles() -> None:
    """Where machine code is on no disk."""
    terminal = Terminal()
    compiling = """
        from linreg.adjacency import compiled_edges, graph
        from linreg.kernel import machine
        graph.FEW_REGIONS = compiled_edges.WORTHWHILE = 1
        compiled_edges.is_on_disk = machine.is_on_disk = lambda function: False
        compiled_edges.joined = lambda regions, progress: None
    """
    done = terminal.run("graph", IRIS, "--json", prelude=AT_ONCE + dedent(compiling))
    assert (done.code, done.json["edges"]) == (0, 449)
    assert "compiling (first use)" in terminal.seen
    assert terminal.left == ""


def test_a_bar_appears_after_a_second_and_an_interrupt_leaves_one_line(tmp_path: Path) -> None:
    long = write(tmp_path / "long.json", endless())
    began = time.monotonic()
    terminal = Terminal()
    done = terminal.run("count", long, "--json", until=lambda seen: " regions" in seen)
    assert time.monotonic() - began > 1
    assert (done.code, done.json["complete"]) == (3, False)
    found = f"{done.json['activation_regions']:,}"
    assert terminal.left == f"linreg: interrupted, with at least {found} regions found so far"


def test_a_mistake_is_the_same_line_on_a_terminal(tmp_path: Path) -> None:
    terminal = Terminal()
    assert terminal.run("count", tmp_path / "missing.json").code == 2
    assert terminal.left == f"linreg: {tmp_path}/missing.json: there is no such file"


@pytest.mark.parametrize("kind", ["xterm-256color", "dumb"])
def test_a_short_count_shows_no_bar(kind: str, tmp_path: Path) -> None:
    terminal = Terminal(kind)
    net = write(tmp_path / "net.json", {"input_shape": [1], "layers": [{"type": "relu"}]})
    # What is short is up to the machine: half a second of work may take many on a busy one.
    patience = f"from linreg.cli import console; console.QUIET_FOR = {PATIENCE}"
    done = terminal.run("count", net, "--json", prelude=patience)
    assert done.json["activation_regions"] == 2
    assert terminal.seen == ""


def test_a_terminal_that_cannot_move_its_cursor_shows_no_bar() -> None:
    terminal = Terminal("dumb")
    assert terminal.run("count", IRIS, "--json", prelude=AT_ONCE).code == 0
    assert terminal.seen == ""


@pytest.mark.parametrize("env", [{}, {"FORCE_COLOR": "1"}, {"TTY_COMPATIBLE": "1"}], ids=str)
def test_stderr_that_is_no_terminal_stays_empty(env: dict[str, str]) -> None:
    done = finish(start("count", IRIS, "--json", prelude=AT_ONCE, env=env))
    assert (done.code, done.err) == (0, "")
    assert done.json["complete"]


def test_a_terminal_of_many_lines_would_be_read_rightly() -> None:
    terminal = Terminal()
    terminal.seen = "one\r\ntwo\r\n\x1b[1A\x1b[2Kthree\rTH\r\n\x1b[?25lfour\r\x1b[2K\x1b[31mfive"
    assert terminal.left == "one\nTHree\nfive"
