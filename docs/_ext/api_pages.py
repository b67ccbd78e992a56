"""Pages of the reference: every public function and class, by the package it belongs to."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

MODULES = ["linreg", "linreg.theory", "linreg.zoo", "linreg.datasets", "linreg.checker"]
"""Modules whose exports are public, with those that anybody imports first."""


def exports(module: ModuleType, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """Functions and classes that a module exports, by name, unless another one has shown them."""
    for name in sorted(module.__all__, key=str.lower):
        value = getattr(module, name)
        if not isinstance(value, ModuleType | dict | str) and id(value) not in seen:
            seen.add(id(value))
            yield f"{module.__name__}.{name}", value


def home(name: str, value: Any) -> str:
    """The package that a public name is shown with.

    >>> import linreg
    >>> home("linreg.count", linreg.count), home("linreg.zoo.shi", linreg.zoo.shi)
    ('linreg.run', 'linreg.zoo')
    """
    module = name.rpartition(".")[0]
    if module != "linreg":
        return module
    made_in = getattr(value, "__module__", "")
    parts = made_in.split(".") if made_in.startswith("linreg.") else ["linreg", "domains"]
    return ".".join(parts[:2])


def grouped() -> dict[str, list[str]]:
    """All public names, by package, in the order of the packages' names."""
    groups: dict[str, list[str]] = {}
    seen: set[int] = set()
    for module in map(importlib.import_module, MODULES):
        for name, value in exports(module, seen):
            groups.setdefault(home(name, value), []).append(name)
    return dict(sorted(groups.items()))


def purpose(package: str) -> str:
    """What a package is for: the first paragraph that it says of itself."""
    return (inspect.getdoc(importlib.import_module(package)) or "").split("\n\n")[0]


def page(package: str, names: list[str]) -> str:
    """A page on one package: what it is for, and a table of its names."""
    title = package.removeprefix("linreg.").replace("_", " ").capitalize()
    lines = [title, "=" * len(title), "", purpose(package), "", ".. autosummary::"]
    lines += ["   :toctree: ../api", "", *(f"   {name}" for name in names), ""]
    return "\n".join(lines)


def write_pages(folder: Path) -> None:
    """Write a page for each package, and one that lists them."""
    folder.mkdir(parents=True, exist_ok=True)
    groups = grouped()
    for package, names in groups.items():
        write(folder / f"{package}.rst", page(package, names))
    lines = ["Functions and classes", "=====================", ""]
    lines += ["All that is public, by subject.", "", ".. list-table::", "   :widths: 25 75", ""]
    for package in groups:
        lines += [f"   * - :doc:`{package}`", f"     - {' '.join(purpose(package).split())}"]
    lines += ["", ".. toctree::", "   :hidden:", "", *(f"   {package}" for package in groups), ""]
    write(folder / "index.rst", "\n".join(lines))


def write(path: Path, text: str) -> None:
    """Write a file unless it says so already, so that Sphinx reads what is new alone."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    """Write the pages before Sphinx looks for them."""
    write_pages(Path(app.srcdir) / "generated" / "reference")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
