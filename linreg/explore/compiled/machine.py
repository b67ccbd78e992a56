"""How functions become machine code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "cache": True,
    "error_model": "numpy",
    "no_cfunc_wrapper": True,
    "_nrt": False,
}
"""Without reference counts, which would cost more than most functions do: nothing is allocated, and
whoever calls from Python keeps the arrays alive. Without fastmath: every rounding is that of IEEE
754. Cached on disk, and run without Python's lock."""


def compiled(function: Function) -> Function:
    """The function as machine code, which only machine code can call."""
    return cast("Function", njit(**_OPTIONS, no_cpython_wrapper=True)(function))


def entry(function: Function) -> Function:
    """The function as machine code that Python can call, which takes longer to compile."""
    return cast("Function", njit(**_OPTIONS)(function))
