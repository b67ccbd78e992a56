"""The peers' own environment, and how one of them is run in it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import linreg

PEERS = ("relucent", "affinitree", "parx")
"""Those whose counts are compared."""

SECONDS = 2.0
"""How long a peer's calls are repeated; a call that takes longer is made once."""


class Peers:
    """The folder with the peers' environment and the networks."""

    def __init__(self, folder: Path, limit: float, packages: Sequence[str] = PEERS) -> None:
        self._folder = folder
        self._limit = limit
        self._packages = tuple(packages)
        programs = folder / "env" / ("Scripts" if sys.platform == "win32" else "bin")
        self._python = programs / ("python.exe" if sys.platform == "win32" else "python")

    def install(self) -> str:
        """Make the environment if it is not there; the peers' versions."""
        asking = (
            "from importlib.metadata import version\n"
            f"print(', '.join(f'{{p}} {{version(p)}}' for p in {self._packages!r}))"
        )
        versions = self._ask(asking)
        if versions is None:
            venv.create(self._folder / "env", with_pip=True)
            command = [self._python, "-m", "pip", "install", "-qq", *self._packages]
            subprocess.run(command, check=True)
            versions = self._ask(asking)
        if versions is None:
            raise SystemExit(f"peers do not work: delete {self._folder} to install them again")
        return versions.strip()

    def save(self, name: str, net: linreg.Network) -> Path:
        """The network, on disk."""
        folder = self._folder / "networks"
        folder.mkdir(parents=True, exist_ok=True)
        plain = re.sub(r"[^-\w.]+", "-", name)
        path = folder / f"{plain}.npz"
        linreg.save(net, path)
        return path

    def run(self, program: str, *arguments: object) -> dict[str, Any]:
        """What a program beside this one prints there, or why it does not under "refused"."""
        path = Path(__file__).with_name(program)
        command = [str(self._python), str(path), *map(str, arguments)]
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                said, complaint = process.communicate(timeout=self._limit)
            except subprocess.TimeoutExpired:
                return {"refused": f"nothing after {self._limit:g} s"}
            finally:
                if process.poll() is None:
                    _kill(process)
        if process.returncode == -getattr(signal, "SIGXCPU", 0):
            return {"refused": "its limit of processor time"}
        if process.returncode:
            return {"refused": (complaint.strip().splitlines() or ["it ended"])[-1]}
        found: dict[str, Any] = json.loads(said.splitlines()[-1])
        return found

    def _ask(self, program: str) -> str | None:
        """What a program prints there; None if it fails."""
        if not self._python.exists():
            return None
        done = subprocess.run(
            [self._python, "-W", "ignore", "-c", program], capture_output=True, text=True
        )
        return None if done.returncode else done.stdout


def _kill(process: subprocess.Popen[str]) -> None:
    """End a process, and its workers where they are a group."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
