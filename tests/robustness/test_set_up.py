"""The environment of the scripts is made on machines that are not as one would like them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "setup-venv"
BASE = sys._base_executable  # type: ignore[attr-defined]

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the scripts are for bash")


def sourced(command: str, **variables: object) -> subprocess.CompletedProcess[str]:
    """Run a function of the script in a shell that knows these variables and no others of ours."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LINREG_")}
    return subprocess.run(
        ["bash", "-c", f'set -euo pipefail; source "$1"; {command}', "bash", SCRIPT],
        env=kept | {name: str(value) for name, value in variables.items()},
        capture_output=True,
        text=True,
        check=False,
    )


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def shims(folder: Path, *names: str) -> str:
    """A search path that begins with programs that are there and fail."""
    for name in names:
        program(folder / name, f"echo '{name}: not set by any version'; exit 127")
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


ALL = ("python3.11", "python3", "python3.12", "python3.13", "python3.14", "python")


def test_a_shim_without_a_python_behind_it_is_passed_over(tmp_path: Path) -> None:
    path = shims(tmp_path, *ALL[:-1])
    program(tmp_path / "python", f'exec "{sys.executable}" "$@"')
    found = sourced("find_python", PATH=path)
    assert (found.returncode, found.stdout, found.stderr) == (0, f"{BASE}\n", "")


def test_without_any_python_one_line_says_what_to_do(tmp_path: Path) -> None:
    found = sourced("find_python", PATH=shims(tmp_path, *ALL))
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.endswith("set LINREG_PYTHON to one\n")
    assert found.stderr.count("\n") == 1


def test_an_interpreter_may_have_a_space_in_its_path(tmp_path: Path) -> None:
    python = program(tmp_path / "my programs" / "python", f'exec "{sys.executable}" "$@"')
    assert sourced("find_python", LINREG_PYTHON=python).stdout == f"{BASE}\n"


def test_an_interpreter_that_was_asked_for_and_is_not_there_is_named() -> None:
    found = sourced("find_python", LINREG_PYTHON="/nowhere/python3")
    assert found.returncode == 1
    assert "/nowhere/python3" in found.stderr


def test_a_python_later_than_the_releases_listed_is_given_the_newest() -> None:
    """As if the lock had been made before this Python came out."""
    seen = sourced(
        'LAST=3.10; find_python; look_at_venv; echo "$LOCK"',
        LINREG_VENV=sys.prefix,
        LINREG_PYTHON=sys.executable,
    )
    assert (seen.stdout, seen.stderr) == (f"{BASE}\n\n", "")


def test_a_python_that_the_lower_bounds_are_not_for_is_refused() -> None:
    found = sourced("LAST=3.10 TAKEN=3.10; find_python", LINREG_RELEASES="oldest")
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.startswith("no Python from 3.11 to 3.10 ")


def test_a_folder_that_was_not_made_here_is_left_alone(tmp_path: Path) -> None:
    """Not even a virtual environment: somebody may keep other things in it."""
    (tmp_path / "pyvenv.cfg").write_text("home = /somewhere\n", encoding="utf-8")
    refused = sourced("make_venv", LINREG_VENV=tmp_path)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"{tmp_path} is in the way")
    assert [path.name for path in tmp_path.iterdir()] == ["pyvenv.cfg"]


def test_an_environment_left_unfinished_is_made_anew(tmp_path: Path) -> None:
    """Whatever of it is there, even if that is nothing but the stamp."""
    folder = tmp_path / "an environment"
    folder.mkdir()
    (folder / "linreg-setup").write_text("unfinished\n", encoding="utf-8")
    (folder / "lib").mkdir()
    (folder / "lib" / "half").touch()
    made = sourced("make_venv && look_at_venv", LINREG_VENV=folder, LINREG_PYTHON=sys.executable)
    assert (made.returncode, made.stderr) == (0, "")
    assert not (folder / "lib" / "half").exists()
    assert (folder / "linreg-setup").read_text(encoding="utf-8") == "unfinished\n"
    assert (
        subprocess.run([folder / "bin" / "python", "-m", "pip", "-V"], check=False).returncode == 0
    )


def test_what_an_environment_is_for_depends_on_the_releases_the_python_and_the_torch() -> None:
    def key(command: str = "", **variables: str) -> str:
        shown = f'{command}\nlook_at_venv; echo "$environment"'
        return sourced(shown, LINREG_VENV=sys.prefix, **variables).stdout

    keys = [
        key(),
        key("LOCK=requirements/oldest.txt"),
        key(LINREG_RELEASES="newest"),
        key(LINREG_TORCH="torch==1.0"),
        key(LINREG_PYTHON="/nowhere/python3"),
    ]
    assert keys[-1] == "none\n"
    assert len(set(keys)) == len(keys)
    assert key(LINREG_PYTHON=sys.executable) == key()
