"""Whether there is machine code: it needs numba, and a place on disk to keep it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache

from linreg.explore.explorer import Explorer
from linreg.explore.highs import HighsExplorer
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


def has_machine_code() -> bool:
    """Whether there can be any; if not, one warning says why."""
    return _maker() is not HighsExplorer


def is_compiled(problem: Problem, *, proofs: bool, on_disk: bool) -> bool:
    """Whether the machine code for a problem, and for proofs, need not be compiled first.

    It is loaded, or at least on disk, or there cannot be any and nothing would be waited for.
    """
    if not has_machine_code():
        return True
    from linreg.kernel.machine import is_loaded, is_on_disk
    from linreg.kernel.plane.polygon_tree import kernel_of

    needed: list[Callable[..., object]] = [kernel_of(problem.network)]
    if proofs:
        from linreg.kernel.proofs.known_regions import split_found

        needed.append(split_found)
    return all(is_loaded(code) or (on_disk and is_on_disk(code)) for code in needed)


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
