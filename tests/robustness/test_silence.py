"""Nothing is written to descriptors 1 and 2, whatever a release of a solver has to say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from program import ROOT

CALLS = """
import linreg

net = linreg.mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
top = linreg.mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])], activation=linreg.maxout(3))
box = linreg.Box([-2, -2], [2, 2])
for strategy in ("highs", "compiled", "auto"):
    assert linreg.count_regions(net, strategy=strategy) == 7
    assert linreg.count_regions(top, strategy=strategy) == 3
assert linreg.count(net, box).regions == 7
assert linreg.region_counts(net).activation_regions == 7
regions = linreg.enumerate_regions(net, box)
for solver in (None, "HIGHS"):
    assert len(regions.minimise(lambda x: x[0] + x[1], solver=solver).values) == 7
for region in regions:
    assert region.is_bounded
    assert region.facets
    assert region.margin > 0
    assert region.volume > 0
    assert len(region.sample(3, seed=0)) == 3
graph = linreg.adjacency_graph(regions)
assert graph.to_networkx().number_of_edges() == 9
assert len(linreg.linear_regions(graph)) == 7
assert len(linreg.output_maps(regions)) == 7
assert linreg.certify(net, "proof").count.regions == 7
linreg.check("proof", net)
linreg.write_regions(regions, "regions.parquet")
assert len(linreg.read_regions("regions.parquet", net, box)) == 7
"""

HOSTILE = """
import ctypes, highspy

c = ctypes.CDLL(None)
made = highspy.Highs.__init__

def greet(self, *arguments):
    c.puts(b"Welcome, from a buffer")
    c.write(1, b"Welcome\\n", 8)
    c.write(2, b"Welcome\\n", 8)
    made(self, *arguments)
    self.setOptionValue("output_flag", True)

highspy.Highs.__init__ = greet
"""
"""A release that greets from C, at once and in a buffer, and turns its output on itself."""


def run(script: str, folder: Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """A script in a process of its own, with pipes for its output."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        timeout=120,
        **options,
    )


def test_the_import_and_every_call_write_nothing(tmp_path: Path) -> None:
    done = run(CALLS, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.skipif(sys.platform == "win32", reason="the script looks for the library of C")
def test_a_solver_that_greets_from_c_is_not_heard(tmp_path: Path) -> None:
    done = run(HOSTILE + CALLS, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.skipif(sys.platform == "win32", reason="the script looks for the library of C")
def test_what_a_solver_writes_is_all_that_is_lost(tmp_path: Path) -> None:
    """What C and Python wrote before goes where it was meant to, and so does what comes after."""
    script = f"""{HOSTILE}
import sys
from linreg.polyhedra import Solver, is_bounded
from flint import fmpz
c.printf(b"before ")
print("first", flush=True)
for _ in range(3):
    assert is_bounded([[fmpz(1), fmpz(0)], [fmpz(-1), fmpz(1)]], 1, Solver())
print("last", file=sys.stderr)
c.puts(b"after")
"""
    done = run(script, tmp_path)
    assert done.returncode == 0
    assert sorted(done.stdout.split()) == [b"after", b"before", b"first"]
    assert done.stderr.split() == [b"last"]


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are those of POSIX")
@pytest.mark.parametrize("hostile", ["", HOSTILE])
@pytest.mark.parametrize("closed", [(1,), (2,), (1, 2), (0, 1), (0, 2), (0, 1, 2)])
def test_closed_descriptors_stay_closed_and_open_ones_lead_where_they_did(
    closed: tuple[int, ...], hostile: str, tmp_path: Path
) -> None:
    script = f"""{hostile}
import os

def state(descriptor):
    try:
        found = os.fstat(descriptor)
    except OSError:
        return None
    return found.st_dev, found.st_ino

for descriptor in {closed}:
    os.close(descriptor)
before = [state(descriptor) for descriptor in range(16)]
from linreg.polyhedra.silent_highs import quiet_highs
for _ in range(3):
    quiet_highs()
after = [state(descriptor) for descriptor in range(16)]
os._exit(7 if before == after else 1)
"""
    done = run(script, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (7, b"", b"")


def test_this_release_greets_if_it_may(tmp_path: Path) -> None:
    """From 1.16 on an object greets when it is made; one that did not would need no silence."""
    done = run("import highspy; print(highspy.Highs().version()); highspy.Highs()", tmp_path)
    version = tuple(map(int, done.stdout.split(b"\\n")[0].split()[-1].split(b".")[:2]))
    assert (b"Running HiGHS" in done.stdout) == (version >= (1, 16))
