"""The compiled explorer as plain Python, to look into its functions and to tamper with them."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from operator import itemgetter, setitem
from types import ModuleType, SimpleNamespace
from typing import Any

import numba
import numpy as np

from linreg.kernel.data.tables import readers_of

PACKAGE = "linreg.kernel"


def plain_machine(*others: str) -> SimpleNamespace:
    """Modules of the compiled explorer, and others, of one's own, of which nothing is compiled.

    Records are reached as machine code reaches them, by attribute.
    """
    held = _taken_out()
    is_off = numba.config.DISABLE_JIT
    numba.config.DISABLE_JIT = True
    try:
        for name in (
            "bridge.explorer",
            "adjacency.polygon_edges",
            "outlines.measuring",
            *others,
        ):
            import_module(f"{PACKAGE}.{name}")
    finally:
        numba.config.DISABLE_JIT = is_off
        own = _taken_out()
        sys.modules.update(held)
        if PACKAGE in held:
            sys.modules["linreg"].kernel = held[PACKAGE]  # type: ignore[attr-defined]
    plain = SimpleNamespace(**{name.rpartition(".")[2]: module for name, module in own.items()})
    # What floats leave in doubt is split in Python, and only that.
    plain.word_cells.is_there = plain.exploration.is_there = lambda **_: False
    for module, name in (
        (plain.explorer, "tables_of"),
        (plain.explorer, "work_for"),
        (plain.exploration, "with_room"),
    ):
        setattr(module, name, _by_attribute(getattr(module, name)))
    return plain


@cache
def _record(dtype: np.dtype) -> np.dtype:
    """Records whose fields are attributes, whatever NumPy calls by those names."""

    def field(name: str) -> property:
        return property(itemgetter(name), lambda record, value: setitem(record, name, value))

    fields = {name: field(name) for name in dtype.names or ()}
    return np.dtype((type("Record", (np.void,), fields), dtype))


def by_attribute(value: Any) -> Any:
    """Arrays of records, in named tuples of arrays too, as ones whose fields are attributes."""
    if isinstance(value, np.ndarray):
        return value.view(_record(value.dtype)) if value.dtype.names else value
    return type(value)(*map(by_attribute, value)) if isinstance(value, tuple) else value


def _by_attribute(function: Any) -> Any:
    return lambda *given: by_attribute(function(*given))


def _taken_out() -> dict[str, ModuleType]:
    names = [name for name in sys.modules if f"{name}.".startswith(f"{PACKAGE}.")]
    return {name: sys.modules.pop(name) for name in names}


def blurred(t: Any, share: float, rng: np.random.Generator) -> Any:
    """Tables whose numbers are off by up to that share of them, as their error bounds say."""
    t = type(t)(*(v.copy() if isinstance(v, np.ndarray) else v for v in t))
    pairs = [
        (array[value], array[error])
        for array, value, error in [
            (t.rows, "bias", "bias_error"),
            (t.terms, "weight", "error"),
            (t.forms, "breakpoint", "error"),
            (t.pieces, "slope", "slope_error"),
            (t.pieces, "intercept", "intercept_error"),
            (t.halfspaces, "constant", "error"),
        ]
    ]
    for values, errors in [*pairs, (t.normals, t.normal_errors)]:
        off = share * np.abs(values)
        values += 0.99 * off * rng.uniform(-1, 1, values.shape)
        errors += off
    t.stages["dense"] = -1  # whose weights are exact
    t.rows["many"] = 0  # as are these
    t.lines[:] = 0  # and these
    t.rows["integer"] = 0
    t.halfspaces["integer"] = 0
    reading, readers = readers_of(t.stages, t.rows, t.terms)
    return t._replace(reading=reading, readers=readers)
