"""What is loaded when, and what can be asked of the command line without reading anything."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from program import PATIENCE, ROOT, finish, linreg, python, start

import linreg as linreg_package
from linreg.cli.app import COMMANDS

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


def foreign(loaded: set[str]) -> set[str]:
    """What is neither ours nor Python's."""
    public = {name for name in loaded if not name.startswith("_")}
    return public - sys.stdlib_module_names - {"linreg", "linreg_start", "cython_runtime"}


def test_importing_the_library_loads_no_other() -> None:
    assert foreign(loaded_by("import linreg")) == set()


def test_all_public_names_together_load_numpy_and_flint_only() -> None:
    loaded = loaded_by("import linreg; [getattr(linreg, name) for name in linreg.__all__]")
    assert loaded & set(HEAVY) == set()
    assert foreign(loaded) == {"flint", "numpy"}  # flint is made by Cython


def test_types_and_programs_find_a_public_name_in_the_same_module() -> None:
    tree = ast.parse(Path(linreg_package.__file__).read_text(encoding="utf-8"))
    [typed] = [
        node.body
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    homes = {}
    for statement in typed:
        assert isinstance(statement, ast.ImportFrom)
        [alias] = statement.names
        assert alias.name == alias.asname
        package = statement.module == "linreg"
        homes[alias.name] = f"linreg.{alias.name}" if package else statement.module
    assert homes == linreg_package._HOMES
    assert [*homes.keys() - {*dir(linreg_package)}] == []
    assert sorted(homes) == linreg_package.__all__


def test_a_name_that_is_not_there_is_an_attribute_error_as_of_any_module() -> None:
    with pytest.raises(AttributeError, match="module 'linreg' has no attribute 'cuont'"):
        _ = getattr(linreg_package, "cuont")  # noqa: B009
    with pytest.raises(ImportError, match="cannot import name 'cuont'"):
        exec("from linreg import cuont")


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


def test_the_version_is_said_without_loading_a_command() -> None:
    loaded = python(
        "import sys\nfrom linreg.cli import main\n"
        "try: main(['--version'])\nexcept SystemExit: pass\n"
        "print(*sorted(sys.modules), file=sys.stderr)"
    ).err.split()
    assert {"linreg.cli.app", "typer"} < {*loaded}
    assert [name for name in loaded if name in ("numpy", "flint", "linreg.cli.counting")] == []


def test_a_command_runs_with_garbage_collection_though_it_is_loaded_without() -> None:
    tell = "print(gc.isenabled(), gc.get_freeze_count() > 0, file=sys.stderr)"
    asking = f"import atexit, gc, sys; atexit.register(lambda: {tell})"
    done = finish(start("info", ROOT / "examples" / "iris-2d.json", prelude=asking))
    assert (done.code, done.err) == (0, "True True\n")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are counted in /proc")
@pytest.mark.parametrize(("asked", "others"), [("", False), ("2", True)])
def test_linear_algebra_has_no_threads_of_its_own_unless_they_are_asked_for(
    asked: str, others: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if others and len(os.sched_getaffinity(0)) == 1:
        pytest.skip("there is one processor")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    tell = "print(len(os.listdir('/proc/self/task')) > active_count(), file=sys.stderr)"
    asking = "import atexit, os, sys; from threading import active_count; "
    asking += f"atexit.register(lambda: {tell})"
    env = {"OPENBLAS_NUM_THREADS": asked} if asked else {}
    done = finish(start("info", ROOT / "examples" / "iris-2d.json", prelude=asking, env=env))
    assert (done.code, done.err) == (0, f"{others}\n")


def test_the_help_lists_every_command() -> None:
    out = linreg("--help").out
    assert [command for command in COMMANDS if f"\n  {command} " not in out] == []
    assert out.count("...") == 1  # that of the usage: no purpose is cut short
