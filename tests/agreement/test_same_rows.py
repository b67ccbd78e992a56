"""Rows and proofs depend on the question and the strategy, and on nothing that was done before."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from program import ROOT

import linreg
from linreg.explore import Sink, Tally
from linreg.network import Network
from linreg.problem import Problem, problem_of
from linreg.run import Columns
from linreg.strategies import auto, explorer_named


def gaussian(*widths: int, seed: int = 0) -> Network:
    rng = np.random.default_rng(seed)
    return linreg.mlp([(rng.normal(size=(n, m)), rng.normal(size=n)) for m, n in pairwise(widths)])


def one_ulp_apart(*widths: int) -> Network:
    """Half of the units are one rounding away from the others: cells are thinner than floats."""
    rng = np.random.default_rng(0)
    layers = []
    for inputs, units in pairwise(widths):
        rows = rng.normal(size=(units // 2, inputs + 1))
        rows = np.concatenate([rows, np.nextafter(rows, rng.choice([-np.inf, np.inf], rows.shape))])
        layers.append((rows[:, :-1], rows[:, -1]))
    return linreg.mlp(layers)


NETS: dict[str, Callable[[], Network]] = {
    "small": partial(gaussian, 2, 8, 8),
    "beyond a trial": partial(gaussian, 3, 16, 16),
    "without end": partial(gaussian, 8, 24, 24),
}


def cut_up(net: Network, strategy: str, budget: int, *, travels: bool) -> tuple[object, ...]:
    """All that a sink is told where so many cells are taken at a time, perhaps by new processes."""
    problem, tally = problem_of(net, None), Tally()
    columns = Columns(problem.network.pattern_dtype.str)
    explorer = explorer_named(strategy)
    cells = explorer.begin(problem, tally)
    while cells:
        if travels:
            prefixes = pickle.dumps([explorer.prefix_of(cell) for cell in cells])
            explorer = explorer_named(strategy)
            cells = [explorer.cell_of(problem, prefix) for prefix in pickle.loads(prefixes)]
        cells = explorer.explore(problem, cells, columns, tally, budget=budget)
    return bytes(columns.patterns), columns.witnesses.tobytes(), columns.exact


@pytest.mark.parametrize("strategy", ["highs", "compiled"])
@pytest.mark.parametrize("net", [one_ulp_apart(2, 6, 8), gaussian(3, 5, 5)])
def test_regions_their_witnesses_and_their_order_do_not_depend_on_how_work_is_cut_up(
    net: Network, strategy: str
) -> None:
    whole = cut_up(net, strategy, 10**9, travels=False)
    for budget in (7, 40, 133):
        for travels in (False, True):
            assert cut_up(net, strategy, budget, travels=travels) == whole


@pytest.fixture
def compiled() -> Any:
    """The module, which is not there where numba is blocked."""
    return import_module("linreg.kernel.bridge.explorer")


def found_in(problem: Problem, budget: int) -> tuple[object, ...]:
    """What an exploration of so many cells at a time finds and does."""
    columns, tally = Columns(problem.network.pattern_dtype.str), Tally()
    explorer = explorer_named("compiled")
    cells = explorer.begin(problem, tally)
    while cells:
        cells = explorer.explore(problem, cells, columns, tally, budget=budget)
    rows = bytes(columns.patterns), columns.witnesses.tobytes(), columns.exact
    return *rows, tally.cells, explorer.lps, explorer.exact_decisions


@pytest.mark.parametrize("net", [one_ulp_apart(2, 6, 8), gaussian(3, 5, 5), gaussian(5, 6, 6)])
def test_memory_is_used_again_and_what_is_in_it_changes_nothing(
    net: Network, compiled: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = found_in(problem_of(net, None), 10**9)
    problem, made = problem_of(net, None), []
    work_for = compiled.work_for
    monkeypatch.setattr(compiled, "work_for", lambda t: made.append(t) or work_for(t))
    sliced = [found_in(problem, budget) for budget in (30, 10**9, 30)]
    assert len(made) == len(sliced)  # one for the beginning of each, and none for other slices
    assert sliced[0] == sliced[2]
    assert sliced[1] == fresh
    assert sliced[0][:4] == fresh[:4]


def test_what_memory_counted_must_be_forgotten(
    compiled: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept(tables: Any, work: Any) -> None:
        work.tree.counters[compiled.TOP] = 0
        tables.__dict__.setdefault("free", []).append(work)

    problem = problem_of(gaussian(5, 6, 6), None)
    before = found_in(problem, 30)
    monkeypatch.setattr(compiled, "_given_back", kept)
    after = found_in(problem, 30)
    assert after[:4] == before[:4]
    assert after != before


TOLD = """
import hashlib, json, sys
if "blocked" in sys.argv:
    sys.modules["numba"] = None
import linreg
from linreg.explore import Sink
from linreg.problem import problem_of
from linreg.strategies.auto import settled
from test_same_rows import NETS, gaussian, rows_and_proof
if "warm" in sys.argv:
    linreg.count(gaussian(2, 4), strategy="compiled")
    linreg.count(gaussian(3, 4), strategy="compiled")
names = {k: settled(problem_of(net(), None), Sink()).strategy for k, net in NETS.items()}
print(json.dumps([names, rows_and_proof(sys.argv[1])]))
"""


def rows_and_proof(folder: str, strategy: str = "auto") -> list[str]:
    """Digests of a table of all regions, of one that stops at a limit, and of a certificate."""
    small, table, proof = NETS["small"](), Path(folder, "rows.csv"), Path(folder, "proof")
    digests = []
    for net, limit in ((small, None), (NETS["without end"](), 50)):
        linreg.write_regions(linreg.enumerate_regions(net, limit=limit, strategy=strategy), table)
        digests.append(hashlib.sha256(table.read_bytes()).hexdigest())
    linreg.certify(small, proof, strategy=strategy)
    return [*digests, hashlib.sha256(proof.read_bytes()).hexdigest()]


def told(folder: Path, *words: str) -> tuple[dict[str, str], list[str]]:
    """What a process of its own chooses and writes; one that is not warm has no machine code."""
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}:{Path(__file__).parent}"}
    if "warm" not in words:
        environment["NUMBA_CACHE_DIR"] = str(folder)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", TOLD, str(folder), *words],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    names, digests = json.loads(done.stdout.splitlines()[-1])
    return names, digests


def test_auto_chooses_by_the_question_whatever_is_loaded_compiled_or_cached(
    tmp_path: Path,
) -> None:
    """The first has an empty folder for machine code, and the second has counted in it before."""
    chosen = {"small": "highs", "beyond a trial": "compiled", "without end": "compiled"}
    expected = rows_and_proof(str(tmp_path), "highs")
    assert told(tmp_path) == (chosen, expected)
    assert told(tmp_path, "warm") == (chosen, expected)


def test_without_machine_code_auto_is_highs_and_the_rows_are_those_of_highs(tmp_path: Path) -> None:
    names, digests = told(tmp_path, "blocked")
    assert set(names.values()) == {"highs"}
    assert digests == rows_and_proof(str(tmp_path), "highs")


def written(folder: Path, net: Network, **options: Any) -> list[bytes]:
    """All files that hold the rows and proofs of a network."""
    regions = linreg.enumerate_regions(net, **options)
    files = [folder / f"rows{suffix}" for suffix in (".csv", ".npz", ".parquet")]
    for path in files:
        linreg.write_regions(regions, path)
    linreg.certify(net, folder / "proof", **options)
    return [path.read_bytes() for path in (*files, folder / "proof")]


@pytest.mark.parametrize(("name", "strategy"), [("small", "highs"), ("beyond a trial", "compiled")])
def test_auto_writes_what_the_strategy_that_it_names_writes(
    name: str, strategy: str, tmp_path: Path
) -> None:
    """Whatever the workers, and whether in memory or in a directory."""
    net = NETS[name]()
    expected = written(tmp_path, net, strategy=strategy)
    for workers in (1, 2):
        assert written(tmp_path, net, workers=workers) == expected
        regions = linreg.enumerate_into(net, tmp_path / f"run-{workers}", workers=workers)
        assert regions.counted.strategy == strategy
        linreg.write_regions(regions, tmp_path / "again.csv")
        assert (tmp_path / "again.csv").read_bytes() == expected[0]
    held = linreg.read_regions(tmp_path / "rows.csv", net)
    assert held.counted.strategy == strategy


@pytest.mark.parametrize("strategy", ["highs", "compiled"])
def test_workers_find_the_same_witnesses_of_cells_that_floats_leave_in_doubt(
    strategy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = one_ulp_apart(2, 6, 10)
    one = linreg.enumerate_regions(net, strategy=strategy)
    explorer = type(explorer_named(strategy))
    monkeypatch.setattr(explorer, "alone", 20)
    monkeypatch.setattr(explorer, "task_budget", 30)
    two = linreg.enumerate_regions(net, strategy=strategy, workers=2)
    assert two.patterns.tobytes() == one.patterns.tobytes()
    assert two.witnesses.tobytes() == one.witnesses.tobytes()
    assert two.exact == one.exact


def test_a_trial_ends_where_a_problem_is_seen_to_be_large() -> None:
    """So much of its time is not lost; a limit that is soon reached is not large."""
    problem = problem_of(NETS["without end"](), None)
    reports: list[int] = []
    chosen = auto.settled(problem, Sink(), None, lambda work: reports.append(1))
    assert (chosen.strategy, len(reports)) == ("compiled", 1)
    chosen = auto.settled(problem, Sink(), 50)
    assert chosen.strategy == "highs"
    assert chosen.beginning is not None
    assert chosen.beginning.work.tally.regions == 50
