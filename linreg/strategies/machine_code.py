"""Whether there is machine code: it needs numba, and a place on disk to keep it."""

from __future__ import annotations

import warnings
from functools import cache

from linreg.explore.explorer import Explorer
from linreg.explore.highs import HighsExplorer
from linreg.explore.sink import Sink
from linreg.problem.problem import Problem


def compiled_explorer() -> Explorer:
    """The compiled explorer; the recursive one, after one warning, where it cannot be had."""
    return _maker()()


def proving_explorer() -> Explorer:
    """The compiled explorer that tells proofs; the recursive one where it cannot be had."""
    if not has_machine_code():
        return HighsExplorer()
    from linreg.kernel.proofs.proving import ProvingExplorer

    return ProvingExplorer()


def compiled_for(sink: Sink) -> Explorer:
    """The compiled explorer that tells a sink what that wants to know."""
    return proving_explorer() if sink.wants_proofs else compiled_explorer()


def has_machine_code() -> bool:
    """Whether there can be any; if not, one warning says why."""
    return _maker() is not HighsExplorer


def is_compiled(problem: Problem, *, on_disk: bool) -> bool:
    """Whether the machine code that counts regions of a problem need not be compiled first.

    It is loaded, or at least on disk, or there cannot be any and nothing would be waited for.
    """
    if not has_machine_code():
        return True
    from linreg.kernel.machine import is_loaded, is_on_disk
    from linreg.kernel.plane.polygon_tree import kernel_of

    code = kernel_of(problem.network)
    return is_loaded(code) or (on_disk and is_on_disk(code))


@cache
def _maker() -> type[Explorer]:
    try:
        from linreg.kernel.bridge.explorer import CompiledExplorer
    except (ImportError, RuntimeError) as error:
        # numba is missing, or finds no folder that it may write to.
        warnings.warn(
            f"there is no machine code, so strategy 'highs' is used, which is slower: {error}",
            RuntimeWarning,
            stacklevel=2,
        )
        return HighsExplorer
    return CompiledExplorer
