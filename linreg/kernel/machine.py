"""How functions become machine code."""

from __future__ import annotations

import gc
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit, types

try:
    from linreg.kernel.parts import PartCompiler
except ImportError:  # numba keeps its libraries elsewhere: parts are compiled on their own as well
    from numba.core.compiler import Compiler as PartCompiler  # type: ignore[assignment]

Function = TypeVar("Function", bound=Callable[..., object])

NOTHING = cast("int", np.int64(0))
NONE = cast("int", np.int64(-1))
"""0 and -1 that numba takes for integers like any other, where it infers a variable's type."""

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


_PART = _OPTIONS | {"cache": False, "no_cpython_wrapper": True, "pipeline_class": PartCompiler}


_told: set[str] = set()


@cache
def _sources(module: str) -> str:
    """A hash of the sources of a module of this package and of all that it imports from it."""
    source = Path(__file__).parent.joinpath(*module.split(".")).with_suffix(".py").read_bytes()
    imported = re.findall(rb"^from linreg\.kernel\.([\w.]+) import", source, re.MULTILINE)
    return sha256(
        b"".join([source, *(_sources(i.decode()).encode() for i in imported)])
    ).hexdigest()


def _module(function: Any) -> str:
    """The module that a function stands in, as it is named within this package."""
    source = Path(function.py_func.__code__.co_filename)
    return ".".join(source.relative_to(Path(__file__).parent).with_suffix("").parts)


def _stamped(function: Any) -> Any:
    """The function, whose machine code on disk is good for these sources alone.

    It holds that of all functions it calls, and numbers of other modules, while numba asks only
    whether the function's own file has changed.
    """
    cache_file = getattr(getattr(function, "_cache", None), "_cache_file", None)
    if cache_file is not None:
        assert cache_file._source_stamp, "numba tells stale machine code by another name"
        cache_file._source_stamp = _sources(_module(function))
        function._cache.load_overload = partial(_load, function._cache)
    return function


def _load(cache: Any, signature: Any, target: Any) -> Any:
    """Machine code from the disk, without what numba would only need to make some.

    That is half of the time: what it knows about types and functions, scipy's linear algebra
    among it. Whatever is compiled later asks for that itself.
    """
    with cache._guard_against_spurious_io_errors():
        return cache._load_overload(signature, target)


def compiled(function: Function) -> Function:
    """The function as machine code, which only machine code can call."""
    return cast("Function", _for_any_number(njit(**_PART)(function)))


def _for_any_number(part: Any) -> Any:
    """The part, which numba would compile once more for each literal that it is called with."""
    compiler = getattr(part, "_compiler", None)
    if compiler is not None:
        folded = compiler.fold_argument_types
        compiler.fold_argument_types = lambda kinds, named: folded(
            tuple(map(types.unliteral, kinds)), named
        )
    return part


def entry(function: Function) -> Function:
    """The function as machine code that Python can call, which takes longer to compile."""
    return cast("Function", _stamped(njit(**_OPTIONS)(function)))


def is_loaded(function: Callable[..., object]) -> bool:
    """Whether this process has a function's machine code, or it is none that is compiled."""
    return bool(getattr(function, "overloads", True))


def is_on_disk(function: Callable[..., object]) -> bool:
    """Whether a function was compiled before, from these sources and by this numba."""
    cache_file = getattr(getattr(function, "_cache", None), "_cache_file", None)
    return cache_file is not None and bool(cache_file._load_index())


@contextmanager
def first_use(function: Callable[..., object]) -> Iterator[None]:
    """Where a function is called that may have to be compiled or loaded: one log record says so.

    numba makes millions of objects that live on; without looking through them for garbage again and
    again it takes a seventh less time.
    """
    if is_loaded(function):
        yield
        return
    name = function.__name__
    if name not in _told and not is_on_disk(function):
        _told.add(name)
        logging.getLogger("linreg").info(
            "compiling machine code (%s) to be kept on disk; linreg.warm_up() does so beforehand",
            name,
        )
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
