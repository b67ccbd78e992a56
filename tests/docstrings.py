"""What docstrings of public functions, methods and classes leave out."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any


def public(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The functions and classes that a module exports, and the methods of these, by name.

    Modules among the exports are looked into as well. What another project made is not ours, and
    errors are made by us alone.
    """
    for name in module.__all__:
        value = getattr(module, name)
        place = f"{module.__name__}.{name}"
        if isinstance(value, ModuleType):
            yield from public(value)
        elif inspect.isfunction(value):
            yield place, value
        elif inspect.isclass(value) and not issubclass(value, Exception):
            yield place, value
            for method, found in inspect.getmembers_static(value):
                plain = getattr(found, "__func__", found)  # of a class or static method
                ours = inspect.isfunction(plain) and plain.__module__.startswith("linreg")
                if ours and not method.startswith("_"):
                    yield f"{place}.{method}", plain


def left_out(value: Callable[..., Any]) -> list[str]:
    """What a docstring does not say of what takes arguments, or says of no argument.

    A function lists exactly its arguments under Parameters, and says under Returns or Yields what
    it returns unless that is None; a class may list its arguments as Attributes. Both have an
    example.
    """
    is_class = inspect.isclass(value)
    signature = inspect.signature(value)
    wanted = [name for name in signature.parameters if is_class or name not in ("self", "cls")]
    said = _sections(value.__doc__ or "")
    listed = _listed(said.get("Parameters", ""))
    known = listed + _listed(said.get("Attributes", "")) if is_class else listed
    faults = [f"{name} is not listed" for name in wanted if name not in known]
    faults += [f"{name} is listed and no argument" for name in listed if name not in wanted]
    if not wanted:
        return faults
    silent = is_class or signature.return_annotation in (None, "None")
    if not (silent or "Returns" in said or "Yields" in said):
        faults.append("what it returns is not said")
    if ">>> " not in said.get("Examples", ""):
        faults.append("there is no example")
    return faults


def _sections(docstring: str) -> dict[str, str]:
    """The sections of a numpy docstring, by heading."""
    parts = re.split(r"^(\w[\w ]*)\n-+$", inspect.cleandoc(docstring), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _listed(section: str) -> list[str]:
    """The names that the entries of a section are about; an entry may be about several."""
    heads = re.findall(r"^(\S[^:\n]*?)(?: *:.*)?$", section, re.MULTILINE)
    return [name.strip().lstrip("*") for head in heads for name in head.split(",")]
