"""Machine code that is compiled before it is needed, once for a machine."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from linreg.network import Network, mlp
from linreg.problem import problem_of
from linreg.progress import Progress
from linreg.regions import enumerate_regions
from linreg.strategies.machine_code import compiled_explorer, has_machine_code, proving_explorer


def warm_up(progress: Callable[[Progress], None] | None = None) -> bool:
    """Compile all machine code, or load what is on disk: nothing in this process waits for it then.

    Machine code is kept on disk, so other processes only load it, until linreg or numba changes.

    Parameters
    ----------
    progress : callable, optional
        Called before each part with a `Progress`, whose activity is what comes next.

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
    cube, square = (problem_of(_one_unit(dim), None) for dim in (3, 2))
    steps: list[tuple[str, float, Callable[[], object]]] = [
        ("regions", 0.42, lambda: compiled_explorer().prepare(cube)),
        ("regions of the plane", 0.18, lambda: compiled_explorer().prepare(square)),
        ("proofs", 0.07, lambda: proving_explorer().prepare(cube)),
        ("graphs", 0.13, _join),
        ("lines", 0.08, _sweep),
        ("bounds", 0.12, _bound),
    ]
    done = 0.0
    for what, share, step in steps:
        if progress is not None:
            progress(Progress(done, 1, what))
        step()
        done += share
    if progress is not None:
        progress(Progress(1, 1, "done"))
    return True


def _one_unit(dim: int) -> Network:
    """relu of the first input."""
    return mlp([([[1] + [0] * (dim - 1)], [0])])


def _bound() -> None:
    """Bound a small network on a box in machine code, with and without multipliers."""
    from linreg.kernel.bounds.tables import BoundTables, root_box

    one = np.ones((1, 1))
    tables = BoundTables([one, one], [np.zeros(1)] * 2, [1], [np.ones(1)] * 2)
    box = root_box(1)
    bounds = tables.bound(*box, *tables.root())
    tables.guided(*box, bounds, bounds.codes, np.ones(1), np.zeros((2, 1, 1)))


def _join() -> None:
    """Find the edges of small graphs in machine code."""
    from linreg.adjacency.compiled_edges import joined, traced

    joined(enumerate_regions(_one_unit(3), strategy="compiled"), None)
    for _ in traced(enumerate_regions(_one_unit(2), strategy="compiled"), [0, 1]):
        pass


def _sweep() -> None:
    """Sweep a segment in machine code."""
    from linreg.lines import along

    along(_one_unit(3), [[-1, 0, 0], [1, 0, 0]])
