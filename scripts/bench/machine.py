"""What a benchmark's figures depend on: the machine, the versions, and how time is taken."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import process_time
from typing import TypeVar

from rich import box
from rich.console import Console
from rich.table import Table

from linreg.strategies import STRATEGIES

NAMED = tuple(name for name in STRATEGIES if name != "auto")
"""The strategies that can be compared."""

PACKAGES = ("linreg-exact", "numpy", "numba", "highspy", "python-flint")

Answer = TypeVar("Answer")


def described() -> str:
    """The processor, the load that others put on it, and the versions of what computes."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    versions = [f"{name} {found}" for name in PACKAGES if (found := _version(name))]
    return (
        f"{_processor()}, {os.cpu_count()} processors{load}, {platform.system()}, "
        f"Python {platform.python_version()}, {', '.join(versions)}"
    )


def best(work: Callable[[], Answer], seconds: float = 1.0) -> tuple[Answer, float]:
    """What a piece of work returns, and the least processor time that it takes, in seconds.

    Other programs do not stretch processor time, except through what they do to the caches. The
    work is called at least twice, so that what only the first call does, such as compiling, does
    not count, and then again until the time is spent.
    """
    times: list[float] = []
    while len(times) < 2 or sum(times) < seconds:
        started = process_time()
        answer = work()
        times.append(process_time() - started)
    return answer, min(times)


def show(console: Console, table: Table, *, markdown: bool) -> None:
    """Print a table, or the lines of it that a Markdown document wants."""
    if markdown:
        table.box = box.MARKDOWN
        table.title, title = None, table.title
        console.print(f"\n**{title}**\n")
    console.print(table)


def dashed(sizes: Sequence[int]) -> str:
    """The name of a shape: 2-10-10-1."""
    return "-".join(map(str, sizes))


def _processor() -> str:
    """The processor's model, where the system tells it."""
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text(encoding="utf-8").splitlines() if listing.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
