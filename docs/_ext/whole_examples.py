"""Examples import what they use, so that they can be copied; docstrings leave out their module."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Mapping
from doctest import DocTestParser
from importlib import import_module
from types import ModuleType
from typing import Any

from api_pages import MODULES, exports

START = ">>> from linreg import "
WIDTH = 92


def unbound(source: str) -> list[str]:
    """Names that a program reads and neither binds nor has from Python, sorted.

    >>> unbound("from math import inf; x = [f(y, inf) for y in range(3)]; print(g)")
    ['f', 'g']
    """
    read, bound = set(), set(dir(builtins))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {(each.asname or each.name).split(".")[0] for each in node.names}
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
    return sorted(read - bound)


def home(name: str, value: Any, module: str, public: Mapping[int, str]) -> str:
    """The module that readers import a name from; it is public if the value is.

    >>> home("f", unbound, "here", {id(unbound): "linreg.f"}), home("TABLE", {}, "here", {})
    ('linreg', 'here')
    """
    full = public.get(id(value), "")
    if full.rpartition(".")[2] == name:
        return full.rpartition(".")[0]
    made_in = getattr(value, "__module__", None) or module
    top = made_in.partition(".")[0]
    return top if getattr(sys.modules.get(top), name, None) is value else made_in


def imported(lines: list[str], module: str, public: Mapping[int, str]) -> list[str]:
    """The lines of a docstring whose first example imports what the docstring's module has.

    >>> from linreg import count
    >>> lines = ["None:", "", ">>> from linreg import mlp", ">>> count(mlp([]))"]
    >>> imported(lines, count.__module__, {id(count): "linreg.count"})[2:]
    ['>>> from linreg import count, mlp', '>>> count(mlp([]))']
    >>> imported([">>> count"], count.__module__, {id(count): "linreg.count"})
    ['>>> from linreg import count', '>>> count']
    """
    examples = DocTestParser().get_examples("\n".join(lines))
    here = vars(sys.modules[module])
    wanted: dict[str, list[str]] = {}
    for name in unbound("\n".join(each.source for each in examples)):
        value = here.get(name)
        if isinstance(value, ModuleType):
            wanted[f"import {value.__name__} as {name}"] = []
        elif name in here:
            wanted.setdefault(home(name, value, module, public), []).append(name)
    first = next((i for i, line in enumerate(lines) if line.startswith(">>> ")), None)
    if first is None or not wanted:
        return lines
    own = next((i for i, line in enumerate(lines) if line.startswith(START)), None)
    if own is not None and "linreg" in wanted:
        names = sorted({*lines[own].removeprefix(START).split(", "), *wanted["linreg"]})
        joined = START + ", ".join(sorted(names, key=str.lower))
        if len(joined) <= WIDTH and all(" import " in line for line in lines[first:own]):
            lines = [*lines[:own], joined, *lines[own + 1 :]]
            del wanted["linreg"]
    added = [
        f">>> from {where} import {', '.join(names)}" if names else f">>> {where}"
        for where, names in sorted(wanted.items())
    ]
    return [*lines[:first], *added, *lines[first:]]


def setup(app: Any) -> dict[str, bool]:
    """Connect before docstrings become markup."""
    seen: set[int] = set()
    found = [each for module in map(import_module, MODULES) for each in exports(module, seen)]
    public = {id(value): name for name, value in found}

    def import_all(
        _app: Any, _what: str, _name: str, of: Any, _options: Any, lines: list[str]
    ) -> None:
        module = getattr(getattr(of, "fget", None) or of, "__module__", None)
        if module in sys.modules:
            lines[:] = imported(lines, module, public)

    app.connect("autodoc-process-docstring", import_all, priority=300)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
