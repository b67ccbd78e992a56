"""Pages of the reference: every command, with its options and its JSON, from the program itself."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from signal import SIGINT, getsignal, signal
from typing import Any

import typer.main
from api_pages import write
from plain_docstrings import PAGE
from sphinx.util import logging

from linreg.cli.app import app as program
from linreg.cli.app import main

LOG = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[2]

ANSWERS = {
    "info": "linreg info examples/iris-2d.json --json",
    "count": "linreg count examples/iris-2d.json --definitions --json",
    "graph": "linreg graph examples/iris-2d.json --json",
    "faces": "linreg faces shi.json --json",
    "topology": "linreg topology folding.json --output 0 --level 1/2 --json",
    "boundary": "linreg boundary folding.json --output 0 --level 1/2 -o boundary.obj --json",
    "enumerate": "linreg enumerate examples/iris-2d.json -o regions.csv --json",
    "plot": "linreg plot examples/iris-2d.json -o regions.png --frame box:-2,2 --json",
    "convert": "linreg convert examples/iris-2d.json iris.npz --json",
    "certify": "linreg certify examples/iris-2d.json -o iris.proof --json",
    "check": "linreg check iris.proof examples/iris-2d.json --json",
    "bounds": "linreg bounds --widths 2,5,4 --json",
    "zoo": "linreg zoo braid 3 -o braid.json --json",
    "compare": "linreg compare examples/iris-2d.json examples/iris-2d.json --json",
    "along": "linreg along shi.json --points points.csv --json",
    "path": "linreg path examples/iris-2d.json examples/iris-2d.json --steps 1 --json",
    "track": "linreg track examples/iris-2d.json examples/iris-2d.json --json",
    "maximise": "linreg maximise --widths 1,2,2 --budget 20 --json",
    "range": "linreg range examples/iris-2d.json --domain box:-1,1 --json",
    "verify": "linreg verify folding.json query.vnnlib --json",
    "lipschitz": "linreg lipschitz examples/iris-2d.json --domain box:-1,1 --json",
    "robust": "linreg robust examples/iris-2d.json --point 0.5,0.25 --json",
    "diff": "linreg diff examples/iris-2d.json iris.npz --domain box:-1,1 --json",
    "dataset": "linreg dataset spec.toml -o data --json",
    "status": "linreg status run --json",
    "warm-up": "linreg warm-up --json",
}
"""For each command a call whose JSON is shown; they are made in this order, in one folder."""

FILES = {
    "points.csv": "0,0,0\n1,0.5,0.25\n",
    "query.vnnlib": "(declare-const X_0 Real)\n(declare-const X_1 Real)\n"
    "(declare-const Y_0 Real)\n(assert (>= X_0 0))\n(assert (<= X_0 1))\n"
    "(assert (>= X_1 0))\n(assert (<= X_1 1))\n(assert (>= Y_0 3))\n",
    "spec.toml": 'name = "small"\nseed = 1\n\n[[drawn]]\nname = "dense"\ninputs = 2\n'
    'widths = [[4, 4]]\nactivation = "relu"\ninit = "he"\ndomain = "all"\n',
}
"""Files that these calls read."""

BEFORE = [
    "linreg zoo folding 2 4 4 -o folding.json",
    "linreg zoo shi 3 -o shi.json",
    "linreg count examples/iris-2d.json --run run",
]
"""Calls that make what the others read."""


def call(line: str, folder: Path) -> str:
    """What a command says on stdout; it is 0 or 1 that it ends with."""
    said = io.StringIO()
    with contextlib.chdir(folder), redirect_stdout(said), redirect_stderr(io.StringIO()) as errors:
        try:
            main(shlex.split(line)[1:])
        except SystemExit as left:
            if left.code not in (0, 1):
                LOG.warning("$ %s ended with %s: %s", line, left.code, errors.getvalue())
    return said.getvalue()


def answers(folder: Path) -> dict[str, str]:
    """The JSON of each command."""
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("*.py"))
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    handler = getsignal(SIGINT)
    try:
        for line in BEFORE:
            call(line, folder)
        return {name: call(line, folder) for name, line in ANSWERS.items()}
    finally:
        signal(SIGINT, handler)


def shown(value: Any, indent: int = 0) -> str:
    """A JSON value with a line for each key, and a line for a list, cut where it is long.

    >>> print(shown({"a": [1, 2], "b": {"c": None}}))
    {
      "a": [1, 2],
      "b": {
        "c": null
      }
    }
    """
    blank = " " * indent
    if isinstance(value, dict) and value:
        rows = [f'{blank}  "{key}": {shown(item, indent + 2)}' for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{blank}}}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        more = f",\n{blank}  ..." if len(value) > 1 else ""
        return f"[\n{blank}  {shown(value[0], indent + 2)}{more}\n{blank}]"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 100 else f"{text[:97]}..."


def indented(text: str) -> list[str]:
    """Lines of a block, as reStructuredText wants them."""
    return [f"   {line}" if line.strip() else "" for line in text.splitlines()]


def plain(text: str) -> str:
    r"""Text in which nothing is markup, but that pages of docs/ are links.

    >>> print(plain("tcp://host, see docs/schema.md"))
    \tcp://host, see :doc:`/schema`
    """
    text = "".join(f"\\{c}" if c in "*|`_\\" else c for c in text)
    return PAGE.sub(r":doc:`/\1`", text.replace("tcp://", r"\tcp://"))


def named(left: str) -> str:
    """What stands for a value, without the type that it has in Python.

    >>> named("NET... <list[Path]>"), named("--strategy <str>")
    ('NET...', '--strategy NAME')
    """
    option = left.startswith("-")
    return re.sub(r" <\S+>$", " NAME" if option else "", left)


def page(name: str, command: Any, context: Any, answer: str | None) -> Iterator[str]:
    """The lines of the page on one command."""
    title = f"linreg {name}"
    yield from (title, "=" * len(title), "", f".. program:: {title}", "")
    yield from (plain(command.help), "", ".. code-block:: text", "")
    yield from (*indented(command.get_usage(context)), "")
    for heading, kind in (("Arguments", "argument"), ("Options", "option")):
        records = [
            record
            for parameter in command.get_params(context)
            if parameter.param_type_name == kind
            and (record := parameter.get_help_record(context)) is not None
        ]
        if records:
            yield from (heading, "-" * len(heading), "")
        for left, text in records:
            if kind == "option":
                yield from (f".. option:: {named(left)}", "", f"   {plain(text)}", "")
            else:
                yield from (f"``{named(left)}``", f"   {plain(text)}", "")
    if command.epilog:
        example = command.epilog.removeprefix("Example: ")
        yield from ("Example", "-------", "", ".. code-block:: console", "", f"   $ {example}", "")
    if answer is not None:
        yield from ("JSON", "----", "", "Exactly one object on standard output:", "")
        yield from (".. code-block:: text", "", f"   $ {ANSWERS[name]}")
        yield from (*indented(shown(json.loads(answer))), "")


def write_pages(folder: Path) -> None:
    """Write a page for each command, and one that lists them."""
    folder.mkdir(parents=True, exist_ok=True)
    group = typer.main.get_command(program)
    with tempfile.TemporaryDirectory() as work:
        found = answers(Path(work))
    rows = []
    with group.make_context("linreg", ["info", "--help"], resilient_parsing=True) as parent:
        for name, command in group.commands.items():
            context = type(parent)(command, info_name=name, parent=parent, terminal_width=78)
            has_json = any("--json" in parameter.opts for parameter in command.params)
            if has_json and name not in found:
                LOG.warning("linreg %s: docs/_ext/command_pages.py has no call with --json", name)
            lines = page(name, command, context, found.get(name))
            write(folder / f"{name}.rst", "\n".join(lines))
            rows.append(f"* - :doc:`linreg {name} <{name}>`\n  - {plain(command.short_help)}")
    table = [".. list-table::", "   :widths: 30 70", "", *indented("\n".join(rows))]
    ends = "Exit codes: 0 done, 1 a negative answer, 2 a mistake, 3 stopped before the end."
    listed = [".. toctree::", "   :hidden:", "", *(f"   {name}" for name in group.commands)]
    head = ["Commands", "========", "", *table, "", ends, ""]
    write(folder / "index.rst", "\n".join([*head, *listed, ""]))


def setup(app: Any) -> dict[str, bool]:
    """Write the pages before Sphinx looks for them."""
    write_pages(Path(app.srcdir) / "generated" / "commands")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
