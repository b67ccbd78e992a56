"""What is loaded when, and what can be asked of the command line without reading anything."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from program import PATIENCE, ROOT, linreg, python

from linreg.cli.app import app

HEAVY = (
    "cvxpy",
    "dask",
    "highspy",
    "matplotlib",
    "networkx",
    "numba",
    "onnx",
    "pyarrow",
    "rich",
    "scipy",
    "sklearn",
    "torch",
    "typer",
)
COMMANDS = [command.name for command in app.registered_commands]
PAGES = "".join(
    (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    for name in ("guide", "networks", "pictures", "lines", "learning", "questions", "topology")
    if (ROOT / "docs" / f"{name}.md").exists()
)


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that a statement loads into a fresh interpreter."""
    script = f"import json, sys; before = set(sys.modules); {statement}; "
    script += (
        "print(json.dumps(sorted({name.partition('.')[0] for name in {*sys.modules} - before})))"
    )
    return set(json.loads(python(script).out))


def test_importing_the_library_loads_numpy_and_flint_only() -> None:
    loaded = loaded_by("import linreg")
    assert loaded & set(HEAVY) == set()
    foreign = {name for name in loaded if not name.startswith("_")} - sys.stdlib_module_names
    assert foreign - {"cython_runtime"} == {
        "flint",  # made by Cython
        "linreg",
        "linreg_start",
        "numpy",
    }


@pytest.mark.parametrize("module", ["scipy", "torch"])
def test_a_heavy_module_that_were_loaded_would_be_seen(module: str) -> None:
    """With a stand-in, so that it need not be installed."""
    statement = f"sys.modules['{module}.part'] = sys; import linreg"
    assert module in loaded_by(statement)


def test_a_count_needs_no_module_of_other_commands(tmp_path: Path) -> None:
    example = ROOT / "examples" / "iris-2d.json"
    loaded = loaded_by(f"import linreg; linreg.count_regions(linreg.load({str(example)!r}))")
    assert loaded & {"cvxpy", "networkx", "pyarrow", "rich", "sklearn", "torch", "typer"} == set()


def test_the_package_is_a_program_too() -> None:
    command = [sys.executable, "-m", "linreg", "--version"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    assert done.stdout == linreg("--version").out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_text(command: str) -> None:
    done = linreg(command, "--help")
    assert (done.code, done.err) == (0, "")
    usage, purpose, *_ = (" ".join(part.split()) for part in done.out.split("\n\n"))
    assert usage.startswith(f"Usage: linreg {command} ")
    assert purpose.endswith(".")
    assert "--help" in done.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_on_a_page_for_users(command: str) -> None:
    assert f"linreg {command}" in PAGES


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_can_answer_in_json(command: str) -> None:
    assert "--json" in linreg(command, "--help").out


def test_the_help_lists_every_command() -> None:
    out = linreg("--help").out
    assert [command for command in COMMANDS if f"\n  {command} " not in out] == []
    assert out.count("...") == 1  # that of the usage: no purpose is cut short
