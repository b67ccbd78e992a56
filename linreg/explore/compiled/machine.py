"""How functions become machine code."""

from __future__ import annotations

import glob
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
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


_SOURCES = sha256(
    b"".join(source.read_bytes() for source in sorted(Path(__file__).parent.glob("*.py")))
).hexdigest()


def _stamped(function: Any) -> Any:
    """The function, whose machine code on disk is good for these sources alone.

    It holds that of all functions it calls, and numbers of other modules, while numba asks only
    whether the function's own file has changed.
    """
    cache_file = getattr(getattr(function, "_cache", None), "_cache_file", None)
    if cache_file is not None:
        assert cache_file._source_stamp, "numba tells stale machine code by another name"
        cache_file._source_stamp = _SOURCES
    return function


def compiled(function: Function) -> Function:
    """The function as machine code, which only machine code can call."""
    return _stamped(njit(**(_OPTIONS | {"no_cpython_wrapper": True}))(function))


def entry(function: Function) -> Function:
    """The function as machine code that Python can call, which takes longer to compile."""
    return _stamped(njit(**_OPTIONS)(function))


def is_loaded(function: Callable[..., object]) -> bool:
    """Whether this process has a function's machine code."""
    return bool(cast("Any", function).signatures)


def is_on_disk(function: Callable[..., object]) -> bool:
    """Whether a function was compiled before; if it has changed since, it will be again."""
    dispatcher: Any = function
    name = f"{Path(dispatcher.py_func.__code__.co_filename).stem}.{function.__name__}-"
    return any(Path(dispatcher.stats.cache_path).glob(f"{glob.escape(name)}*.nbi"))
