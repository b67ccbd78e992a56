"""Machine code that is compiled before it is needed, once for a machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from linreg.network import Network, mlp
from linreg.problem import problem_of
from linreg.progress import Progress
from linreg.regions import enumerate_regions
from linreg.strategies.machine_code import (
    compiled_explorer,
    has_machine_code,
    is_compiled,
    proving_explorer,
)

PATIENCE = 1800.0
"""Seconds, wall clock, for a process that compiles: 15 on an idle machine, some 400 on one that has
ten times as much to do as it has processors."""


def warm_up(progress: Callable[[Progress], None] | None = None) -> bool:
    """Compile all machine code, or load what is on disk: nothing in this process waits for it then.

    Where there are two processors, another process compiles half of it meanwhile. Machine code is
    kept on disk, so other processes only load it, until linreg or numba changes.

    Parameters
    ----------
    progress : callable, optional
        Called before each part with a `Progress`, whose activity is what comes next, and whether
        all machine code that counts is there.

    Returns
    -------
    bool
        False where there can be no machine code; a warning then says why.

    Examples
    --------
    >>> import linreg
    >>> linreg.warm_up()  # doctest: +SKIP
    True
    """
    if not has_machine_code():
        return False
    steps = _steps()
    here = [step for step in steps if not step.is_apart]
    apart = [step for step in steps if step.is_apart]
    done = 0.0
    with _helper() as helper:
        for step in [*here, *apart]:
            if progress is not None:
                ready = "" if step is here[0] or not _counts_are_ready() else "; counts are ready"
                progress(Progress(done, 1, step.what + ready))
            if step is apart[0] and helper is not None:
                _wait(helper)
            step.work()
            done += step.share
    if progress is not None:
        progress(Progress(1, 1, "done"))
    return True


def compile_apart() -> None:
    """What the process does that `warm_up` starts to have half of the work done beside its own."""
    for step in _steps():
        if step.is_apart:
            step.work()


class Step(NamedTuple):
    """Something to compile.

    Attributes
    ----------
    what : str
    share : float
        Of all the time.
    is_apart : bool
        Whether it can be done by another process; the steps that are, and those that are not, take
        about as long.
    work : callable
    """

    what: str
    share: float
    is_apart: bool
    work: Callable[[], object]


def _steps() -> list[Step]:
    cube, square = (problem_of(_one_unit(dim), None) for dim in (3, 2))
    return [
        Step("regions", 0.28, False, lambda: compiled_explorer().prepare(cube)),
        Step("proofs", 0.08, False, lambda: proving_explorer().prepare(cube)),
        Step("graphs", 0.17, False, _join),
        Step("regions of the plane", 0.17, True, lambda: compiled_explorer().prepare(square)),
        Step("outlines", 0.11, True, _outline),
        Step("lines", 0.09, True, _sweep),
        Step("bounds", 0.07, True, _bound),
        Step("exact cells", 0.03, True, _cut),
    ]


@contextmanager
def _helper() -> Iterator[subprocess.Popen[bytes] | None]:
    """A process that compiles what can be done apart, unless that is of no use here."""
    square = problem_of(_one_unit(2), None)
    if (
        (os.cpu_count() or 1) < 2
        or not sys.executable
        or getattr(sys, "frozen", False)
        or is_compiled(square, on_disk=True)
    ):
        yield None
        return
    code = (
        f"import sys; sys.path[:] = {sys.path!r}; import linreg.first_use as w; w.compile_apart()"
    )
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=quiet, stdout=quiet, stderr=quiet
    ) as helper:
        try:
            yield helper
        finally:
            helper.kill()


def _wait(helper: subprocess.Popen[bytes]) -> None:
    """Until the helper has ended; what it has not compiled by then is compiled here."""
    try:
        helper.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        helper.kill()


def _counts_are_ready() -> bool:
    """Whether no count has to wait any more."""
    return all(is_compiled(problem_of(_one_unit(dim), None), on_disk=True) for dim in (2, 3))


def _one_unit(dim: int) -> Network:
    """relu of the first input."""
    return mlp([([[1] + [0] * (dim - 1)], [0])])


def _bound() -> None:
    """Bound a small network on a box in machine code, with and without multipliers and programs."""
    from linreg.kernel.bounds.leaf_rows import rows_of_leaf
    from linreg.kernel.bounds.tables import BoundTables, root_box

    one = np.ones((1, 1))
    tables = BoundTables([one, one], [np.zeros(1)] * 2, [1], [np.ones(1)] * 2)
    box = root_box(1)
    bounds = tables.bound(*box, *tables.root())
    tables.guided(*box, bounds, bounds.codes, np.ones(1), np.zeros((2, 1, 1)))
    rows_of_leaf(tables, bounds, {}, 1, [0], [0.0])


def _cut() -> None:
    """Cut exact cells in machine code."""
    from linreg.kernel.bridge.word_cells import prepare

    prepare()


def _join() -> None:
    """Find the edges of small graphs in machine code."""
    from linreg.adjacency.compiled_edges import joined, traced

    joined(enumerate_regions(_one_unit(3), strategy="highs"), None)
    halves = enumerate_regions(_one_unit(2), strategy="highs")
    joined(halves, None)
    for _ in traced(halves, [0, 1]):
        pass


def _outline() -> None:
    """Outline halves of the plane and of space in machine code."""
    from linreg.kernel.outlines.outlining import outlined

    for dim in (2, 3):
        halves = enumerate_regions(_one_unit(dim), strategy="highs")
        for _ in outlined(halves.problem, halves.patterns, np.zeros(1, dtype=np.int64)):
            pass


def _sweep() -> None:
    """Sweep a segment in machine code."""
    from linreg.lines import along

    along(_one_unit(3), [[-1, 0, 0], [1, 0, 0]])
