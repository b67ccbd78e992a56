"""Machine code that is not there yet: who is told, when "auto" asks for it, and `warm_up`."""

from __future__ import annotations

import logging
import subprocess
import sys
from functools import partial
from pathlib import Path
from subprocess import Popen
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
from numba import typeof

import linreg
from linreg import first_use
from linreg.explore.subdivision import Tally
from linreg.kernel import machine
from linreg.kernel.bridge.explorer import CompiledExplorer
from linreg.kernel.data.telling import Found
from linreg.problem import problem_of
from linreg.progress import Progress
from linreg.strategies import auto
from linreg.strategies.auto import AutoExplorer, Spent
from linreg.zoo import make


def test_after_a_warm_up_nothing_is_compiled_any_more(tmp_path: Path) -> None:
    """Nothing that is kept on disk, and nothing for counts in one, two and more dimensions."""
    script = """
        import pkgutil, sys
        import numpy as np
        import linreg, linreg.kernel
        from numba.core import event

        shares = []
        assert linreg.warm_up(lambda now: shares.append(now.share))
        assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1

        for module in pkgutil.walk_packages(linreg.kernel.__path__, "linreg.kernel."):
            __import__(module.name)
        modules = [m for name, m in sys.modules.items() if "linreg.kernel." in name]
        def compiled():
            made = {f"{m.__name__}.{k}": len(f.overloads)
                    for m in modules for k, f in vars(m).items() if hasattr(f, "overloads")}
            return {name: number for name, number in made.items() if number}

        kept = {f"{m.__name__}.{k}" for m in modules for k, f in vars(m).items()
                if getattr(getattr(f, "_cache", None), "_cache_file", None) is not None}
        assert kept and kept <= set(compiled()), kept - set(compiled())
        before = compiled()
        listener = event.RecordingListener()
        event.register("numba:compile", listener)
        rng = np.random.default_rng(0)
        for dim in (1, 2, 3, 5):
            layers = [(rng.normal(size=s), rng.normal(size=s[0])) for s in ((6, dim), (5, 6))]
            for activation in (linreg.relu(), linreg.clip(0, 1)):
                net = linreg.mlp(layers, activation=activation)
                linreg.count(net, strategy="compiled")
                linreg.adjacency_graph(linreg.enumerate_regions(net, strategy="compiled"))
                linreg.certify(net, sys.argv[1], strategy="compiled")
        for name, n in (("braid", 4), ("shi-maxout", 3), ("shi-maxout", 2), ("catalan-maxout", 3)):
            net = linreg.zoo.make(name, n).network
            linreg.count(net, strategy="compiled")
            linreg.adjacency_graph(linreg.enumerate_regions(net, strategy="compiled"))
        assert [e for _, e in listener.buffer] == []
        assert compiled() == before
    """
    command = [sys.executable, "-c", dedent(script), str(tmp_path / "proof")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_to_load_machine_code_takes_nothing_that_compiles_and_to_compile_still_does() -> None:
    """scipy and half a hundred modules of numba were half of the wait."""
    script = """
        import sys
        import linreg
        net = linreg.mlp([([[1, 0, 0], [0, 1, 0], [1, 1, 1]], [0, 0, -1])])
        assert linreg.count(net, strategy="compiled").regions == 8
        print("numba.np.linalg" in sys.modules, "scipy.linalg" in sys.modules)
        import numba
        import numpy as np
        product = numba.njit(lambda a, b: np.dot(a, b).sum())
        print(product(np.eye(2), np.ones((2, 2))))
    """
    linreg.count(linreg.mlp([([[1, 0, 0]], [0])]), strategy="compiled")  # now it is on disk
    command = [sys.executable, "-c", dedent(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "False False\n4.0\n", "")


@pytest.mark.parametrize("script", ["raise SystemExit(1)", "import time; time.sleep(600)", None])
def test_what_another_process_does_not_compile_is_compiled_here(
    script: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it fails, never ends, or cannot be had; none is left behind."""
    done: list[str] = []
    steps = [
        first_use.Step(what, 0.5, is_apart, partial(done.append, what))
        for what, is_apart in (("here", False), ("apart", True))
    ]
    helpers: list[subprocess.Popen[bytes]] = []

    def started(command: list[str], **how: Any) -> subprocess.Popen[bytes]:
        helpers.append(Popen([*command[:-1], str(script)], **how))
        return helpers[-1]

    monkeypatch.setattr(first_use, "_steps", lambda: steps)
    monkeypatch.setattr(first_use, "PATIENCE", 1.0)
    monkeypatch.setattr(first_use, "is_compiled", lambda *_, on_disk: False)
    monkeypatch.setattr(first_use.os, "cpu_count", lambda: 1 if script is None else 2)
    monkeypatch.setattr(first_use.subprocess, "Popen", started)
    told: list[Progress] = []
    assert linreg.warm_up(told.append)
    assert done == ["here", "apart"]
    assert told == [Progress(0, 1, "here"), Progress(0.5, 1, "apart"), Progress(1, 1, "done")]
    assert len(helpers) == (script is not None)
    assert all(helper.returncode not in (None, 0) for helper in helpers)


def test_a_warm_up_says_when_counts_are_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both kernels are there after the first part, one of them made by another process."""
    there = {2}
    parts = [("regions", lambda: there.add(3)), ("proofs", str), ("lines", str)]
    steps = [first_use.Step(what, 0.25, what == "lines", work) for what, work in parts]
    monkeypatch.setattr(first_use, "_steps", lambda: steps)
    monkeypatch.setattr(first_use, "is_compiled", lambda p, on_disk: p.domain.dim in there)
    told: list[str] = []
    assert linreg.warm_up(lambda now: told.append(now.activity))
    after = "; counts are ready"
    assert told == ["regions", "proofs" + after, "lines" + after, "done"]


def test_one_record_says_that_something_is_compiled(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(machine, "is_loaded", lambda _: False)
    monkeypatch.setattr(machine, "is_on_disk", lambda _: False)
    monkeypatch.setattr(machine, "_told", set())
    problem = problem_of(linreg.mlp([([[1, 0, 0]], [0])]), None)
    with caplog.at_level(logging.INFO, logger="linreg"):
        CompiledExplorer().prepare(problem)
        CompiledExplorer().prepare(problem)
    assert [(record.name, record.levelname) for record in caplog.records] == [("linreg", "INFO")]
    assert "compiling machine code" in caplog.text


def test_nothing_is_said_of_machine_code_that_is_on_disk(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(machine, "is_loaded", lambda _: False)
    monkeypatch.setattr(machine, "is_on_disk", lambda _: True)
    with caplog.at_level(logging.DEBUG, logger="linreg"):
        CompiledExplorer().prepare(problem_of(linreg.mlp([([[1, 0, 0]], [0])]), None))
    assert caplog.records == []


def test_auto_loads_machine_code_once_many_small_counts_have_paid_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A count of 192 regions takes some 500 cells in Python: too few alone, enough in threes."""
    monkeypatch.setattr(Spent, "cells", 0)
    monkeypatch.setattr(auto, "is_compiled", lambda *_, on_disk: on_disk)
    rng = np.random.default_rng(1)
    layers = [(rng.normal(size=s), rng.normal(size=s[0])) for s in ((8, 2), (6, 8))]
    net = linreg.mlp(layers)
    used, regions = [], set()
    for _ in range(40):
        count = linreg.count(net)
        used.append(count.strategy)
        regions.add(count.regions)
    assert used[0] == "highs"
    assert used[-1] == "compiled"
    assert used == sorted(used, reverse=True)  # and never back
    assert Spent.cells < 3 * auto.LOAD_AFTER
    assert len(regions) == 1


@pytest.mark.parametrize(
    ("cells", "expected"),
    [(auto.LOAD_AFTER, ""), (auto.COMPILE_FOR, ""), (auto.COMPILE_FOR + 1, "compiling")],
)
def test_auto_compiles_once_python_has_taken_as_long(
    cells: int, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Spent, "cells", cells)
    monkeypatch.setattr(auto, "is_compiled", lambda *_, on_disk: False)
    explorer, tally = AutoExplorer(), Tally()
    problem = problem_of(make("braid", 3).network, None)
    explorer.begin(problem, tally)
    assert explorer.preparation(problem, tally).startswith(expected)
    assert bool(explorer.preparation(problem, tally)) == bool(expected)


def test_arrays_of_a_frame_have_to_be_contiguous() -> None:
    patterns, points = np.zeros((4, 4), dtype=np.uint16), np.zeros((2, 2))
    order = np.arange(2)
    assert typeof(Found(patterns, points, order)) == typeof(Found(patterns, points, order))
    assert typeof(Found(patterns, points, order)) != typeof(Found(points, points, order))
    with pytest.raises(TypeError, match="patterns has to be contiguous"):
        typeof(Found(patterns[:, ::2], points, order))
