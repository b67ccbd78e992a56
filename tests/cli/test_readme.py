"""What the README and the other documents show is what happens."""

from __future__ import annotations

import ast
import doctest
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from program import PATIENCE, ROOT, linreg, write

from linreg import load, load_domain
from linreg.errors import LinregError

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
SET_UP = ("git", "pip", "scripts/demo", "scripts/test")
"""Starts of commands that make environments: too much for a test, so only looked at."""
RUN = ("cat", "head", "ls", "python", "scripts/", "wc")
"""Starts of commands that are run, besides linreg's own."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a document."""

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Shown:
    """A command in a document, with the output that is shown, "" if none is."""

    command: str
    output: str
    line: int


def blocks(document: str) -> Iterator[Block]:
    """The fenced blocks of a document, in order."""
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$", document, re.DOTALL | re.MULTILINE):
        line = document[: match.start()].count("\n") + 2
        yield Block(match[1], match[2], line)


def commands(block: Block) -> Iterator[Shown]:
    """The commands of a console block: `$ command`, perhaps continued, and what it prints."""
    start = re.compile(r"^\$ ((?:.*\\\n)*.*\n)", re.MULTILINE)
    found = list(start.finditer(block.text))
    ends = [match.start() for match in found[1:]] + [len(block.text)]
    assert not block.text[: found[0].start()] if found else not block.text, "no command comes first"
    for match, end in zip(found, ends, strict=True):
        line = block.line + block.text[: match.start()].count("\n")
        command = match[1].replace("\\\n", " ").strip()
        yield Shown(command, block.text[match.end() : end], line)


def check_command(shown: Shown, home: Path) -> None:
    """Run a command in a folder: it succeeds, and prints what is shown."""
    words = shlex.split(shown.command)
    if words[0].startswith("scripts/"):
        assert os.access(ROOT / words[0], os.X_OK), f"{words[0]} is not there to be run"
    if words[0] in SET_UP:
        return
    if words[0] == "linreg" and not set(words) & set("|;&<>"):
        done = linreg(*words[1:])
        code, got = done.code, done.err + done.out
    else:
        assert words[0].startswith(("linreg", *RUN)), f"nobody knows how to run {words[0]}"
        code, got = run_in_shell(shown.command, home)
    assert code == 0, f"line {shown.line}: $ {shown.command}\nended with {code}:\n{got}"
    expect(f"$ {shown.command}", shown.output or "...\n", got, shown.line)


def run_in_shell(command: str, home: Path) -> tuple[int, str]:
    """The exit code and the output of a command of any kind."""
    programs = home / ".programs"
    if not programs.exists():
        programs.mkdir()
        for name, script in (
            ("linreg", " -c 'from linreg_start import main; main()'"),
            ("python", ""),
        ):
            (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable}{script} "$@"\n')
            (programs / name).chmod(0o755)
    env = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command,
        shell=True,
        cwd=home,
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    return done.returncode, done.stderr + done.stdout


def expect(what: str, wanted: str, got: str, line: int) -> None:
    """Compare output by doctest's rules, where ... stands for anything."""
    checker = doctest.OutputChecker()
    if not checker.check_output(wanted, got, OPTIONS):
        example = doctest.Example(what, wanted)
        difference = checker.output_difference(example, got, OPTIONS | doctest.REPORT_NDIFF)
        pytest.fail(f"line {line}: {what}\n{difference}")


def check_python(block: Block, names: dict[str, Any]) -> None:
    """Run a block of Python with the names of the blocks before it; with >>> it is a doctest."""
    if ">>>" not in block.text:
        exec(compile(ast.parse(block.text), f"line {block.line}", "exec"), names)
        return
    said: list[str] = []
    test = doctest.DocTestParser().get_doctest(block.text, names, "block", None, block.line - 1)
    runner = doctest.DocTestRunner(verbose=False, optionflags=OPTIONS)
    runner.run(test, out=said.append, clear_globs=False)
    names |= test.globs
    if runner.failures:
        pytest.fail("".join(said))


def check_document(text: str, home: Path) -> None:
    """Run all that a document shows, from its start to its end, in a folder with the examples."""
    names: dict[str, Any] = {}
    for block in blocks(text):
        match block.language:
            case "console":
                for shown in commands(block):
                    check_command(shown, home)
            case "python":
                check_python(block, names)
            case "json":
                check_json(block, home)
            case "toml":
                tomllib.loads(block.text)


def check_json(block: Block, home: Path) -> None:
    """Read a block of JSON; a network is loaded with its domain."""
    document = json.loads(block.text)
    if "input_shape" in document:
        path = write(home / "shown.json", document)
        load(path)
        load_domain(path)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with copies of what documents talk about, in which commands are run."""
    for name in ("examples", "scripts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_shows_is_what_happens(path: Path, home: Path) -> None:
    check_document(path.read_text(encoding="utf-8"), home)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_links_of_a_document_lead_to_files(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_scripts_that_a_document_names_are_there(path: Path) -> None:
    names = re.findall(r"`(scripts/[\w/.-]+)", path.read_text(encoding="utf-8"))
    assert [name for name in names if not (ROOT / name).exists()] == []


# Each check fails where it should.

GOOD = """
```console
$ linreg count examples/iris-2d.json
...
activation regions           235  (exact)
...
$ linreg count examples/iris-2d.json \\
    --domain box:-1,1 --json
{"activation_regions": 55, ...}
$ linreg convert examples/iris-2d.json iris.npz
$ linreg info iris.npz --json | wc -l
1
$ scripts/test
$ python -c "print(6 * 7)"
42
```

```python
import linreg
net = linreg.load("iris.npz")
```

```python
>>> linreg.count(net).regions
235

```

```json
{"input_shape": [2], "layers": [{"type": "relu"}]}
```
"""


def test_a_document_that_is_right_passes(home: Path) -> None:
    check_document(GOOD, home)
    assert (home / "iris.npz").exists()


WRONG = {
    "another number": ("console", "$ linreg count examples/iris-2d.json\n...  236  (exact)\n...\n"),
    "a part of the output": ("console", "$ linreg info examples/iris-2d.json\ninputs   2\n"),
    "another key": ("console", '$ linreg count examples/iris-2d.json --json\n{"regions": ...}\n'),
    "a file that is not there": ("console", "$ linreg count elsewhere/iris-2d.json\n"),
    "a script that is not there": ("console", "$ scripts/tests\n"),
    "a program that nobody knows": ("console", "$ perl -e 1\n"),
    "a program that fails": ("console", "$ python -c 'raise SystemExit(1)'\n"),
    "other output of a program": ("console", "$ python -c 'print(42)'\n41\n"),
    "output of no command": ("console", "42\n"),
    "another value": ("python", ">>> 6 * 7\n41\n"),
    "a name that is not there": ("python", "import linreg\nlinreg.ask()\n"),
    "no Python": ("python", "import linreg.\n"),
    "an unknown layer": ("json", '{"input_shape": [2], "layers": [{"type": "rely"}]}\n'),
    "no JSON": ("json", '{"input_shape": [2]\n'),
    "no TOML": ("toml", "inputs = = 2\n"),
}


@pytest.mark.parametrize(("language", "text"), WRONG.values(), ids=WRONG)
def test_a_document_that_is_wrong_fails(language: str, text: str, home: Path) -> None:
    errors = (AssertionError, AttributeError, LinregError, SyntaxError, ValueError)
    with pytest.raises((*errors, pytest.fail.Exception)):
        check_document(f"```{language}\n{text}```\n", home)
