"""How functions become machine code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """The function as machine code, which keeps its type.

    Without reference counts, which would cost more than most functions do: nothing is allocated,
    and whoever calls from Python keeps the arrays alive. Without fastmath: every rounding is that
    of IEEE 754. Cached on disk, and run without Python's lock.
    """
    options: dict[str, Any] = {"nogil": True, "cache": True, "error_model": "numpy", "_nrt": False}
    return cast("Function", njit(**options)(function))
