"""Datasets: how fast networks are answered, what each kind of question costs, and two processes.

The example of `linreg dataset --example` is to take at most 20 seconds on one core. The other rows
ask one more question each about the same 40 networks of 2-6-6-1, so that differences are costs.

    python scripts/bench/datasets.py
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from rich.console import Console
from rich.table import Table

from linreg.datasets import EXAMPLE, Dataset, generate, spec_of

SECONDS = 20
"""What the example may take on one core."""

NETWORKS = """
name = "bench"
seed = 0
[truth]
definitions = {definitions}
bounds = {bounds}
graphs = {graphs}
geometry = {geometry}
regions = {tables}
edges = {tables}
{estimates}
[[drawn]]
name = "dense"
samples = 40
inputs = 2
widths = [6, 6]
init = "he"
"""

QUESTIONS = ("bounds", "definitions", "graphs", "geometry", "tables")


def timed(text: str, workers: int = 1) -> tuple[Dataset, float, float, int]:
    """A dataset that is thrown away, its seconds on the wall and of processors, and its bytes."""
    with TemporaryDirectory() as folder:
        started, before = perf_counter(), sum(os.times()[:4])
        made = generate(spec_of(text), Path(folder) / "made", workers=workers)
        seconds, worked = perf_counter() - started, sum(os.times()[:4]) - before
        size = sum((made.path / name).stat().st_size for name in made.files)
        return made, seconds, worked, size


def main() -> None:
    """Make the datasets and print a table."""
    table = Table(title="datasets")
    table.add_column("asked", no_wrap=True)
    for heading in ("processes", "networks", "seconds", "CPU s", "ms each", "kB each"):
        table.add_column(heading, justify="right")

    def add(asked: str, text: str, workers: int = 1) -> float:
        made, seconds, worked, size = timed(text, workers)
        n = made.networks
        times = (f"{seconds:.1f}", f"{worked:.1f}", f"{1000 * worked / n:.0f}")
        table.add_row(asked, str(workers), str(n), *times, f"{size / 1000 / n:.1f}")
        return seconds

    add("the example", EXAMPLE)
    asked = dict.fromkeys(QUESTIONS, "false") | {"estimates": ""}
    add("the count alone", NETWORKS.format(**asked))
    for question in QUESTIONS:
        asked[question] = "true"
        add(f"and {question}", NETWORKS.format(**asked))
    asked["estimates"] = "[estimates]\npoints = [100, 10000]"
    alone = add("and estimates", NETWORKS.format(**asked))
    shared = add("the same", NETWORKS.format(**asked), workers=2)
    Console().print(table)
    Console().print(
        "CPU s: of all processes; ms each: of these, for one network. The example is to take at\n"
        f"most {SECONDS} s. Two processes were {alone / shared:.2f} times as fast as one."
    )


if __name__ == "__main__":
    main()
