"""Docstrings are plain text: outside of code, stars, bars and underscores are themselves.

Types in them are links, where something is known by their name: what linreg exports, and what
docs/_inventories/ lists of other projects.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Any, get_args

from api_pages import MODULES, exports

CODE = re.compile(r"``[^`]*``|`[^`]*`_?|https?://\S+")
SPECIAL = re.compile(r"(?<!\\)([*|]|_(?!\w))")
FIELD = re.compile(r"(\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: : (.+))?")
ARRAY = re.compile(r"\b(?:float64|integer|int(?:64|32)?|bool) array\b")
INVENTORIES = Path(__file__).resolve().parent.parent / "_inventories"


def outside_code(line: str, change: Callable[[str], str]) -> str:
    """A line whose parts are changed where they are no code."""
    pieces, end = [], 0
    for code in CODE.finditer(line):
        pieces += [change(line[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*pieces, change(line[end:])])


def escaped(line: str) -> str:
    r"""A line in which nothing outside of backticks is markup.

    >>> escaped("x* and `f(*a)` and n_")
    'x\\* and `f(*a)` and n\\_'
    """
    return outside_code(line, lambda part: SPECIAL.sub(r"\\\1", part))


def elsewhere(inventories: Path) -> dict[str, str]:
    """What docstrings may call the things of other projects, with their full names.

    >>> elsewhere(INVENTORIES)["matplotlib Axes"]
    'matplotlib.axes.Axes'
    """
    known = {}
    for path in sorted(inventories.glob("*.inv")):
        for line in path.read_text(encoding="utf-8").splitlines()[3:]:
            full = line.split()[0]
            short = full.rpartition(".")[2]
            for called in (full, short, f"{path.stem} {short}", f"{path.stem} {short.lower()}"):
                known[called] = full
    return known


def here() -> dict[str, str]:
    """The classes that linreg exports, with their full names."""
    seen: set[int] = set()
    found = [each for module in map(import_module, MODULES) for each in exports(module, seen)]
    return {name.rpartition(".")[2]: name for name, value in found if inspect.isclass(value)}


def linked(text: str, known: dict[str, str]) -> str:
    """A type with links from the names in it that are known.

    >>> linked("list of Fraction, length inputs", {"Fraction": "fractions.Fraction"})
    'list of :py:obj:`Fraction <fractions.Fraction>`, length inputs'
    >>> linked("Box, or what `as_domain` accepts, Boxes too", {"Box": "linreg.Box"})
    ':py:obj:`Box <linreg.Box>`, or what `as_domain` accepts, Boxes too'
    """

    def link(match: re.Match[str]) -> str:
        called = match[0]
        full = "numpy.ndarray" if ARRAY.fullmatch(called) else known[called]
        return f":py:obj:`{called} <{full}>`"

    names = [re.escape(name) for name in sorted(known, key=len, reverse=True)]
    words = re.compile(rf"(?<![\w.])(?:{'|'.join([ARRAY.pattern, *names])})(?![\w.])")
    return outside_code(text, lambda part: words.sub(link, part))


def typed(text: str, known: dict[str, str]) -> str:
    """The type of a parameter: with links, or else as it is, which Sphinx would search for names.

    >>> typed("int, optional", {}), typed("Box or None", {"Box": "linreg.Box"})
    ('*int, optional*', ':py:obj:`Box <linreg.Box>` or None')
    """
    text = escaped(text)
    made = linked(text, known)
    return made if "`" in made else f"*{made}*"


def marked_up(lines: list[str], known: dict[str, str], phrases: dict[str, str]) -> list[str]:
    r"""The lines of a docstring, but for its examples with nothing that is markup by mistake.

    >>> marked_up(["Returns", "-------", "Box", "    n_"], {"Box": "linreg.Box"}, {})
    ['Returns', '-------', ':py:obj:`Box <linreg.Box>`', '    n\\_']
    >>> marked_up(["Attributes", "----------", "lower, upper : float"], {}, {})[2:]
    ['lower : *float*', 'upper : *float*']
    """
    made, section, example = [], "", False
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        underlined = re.fullmatch("-{3,}", after) is not None
        example = bool(line.strip()) and (example or line.lstrip().startswith(">>> "))
        section = line if underlined else section
        if example or underlined or re.fullmatch(r"\s*[-=]+", line):
            made.append(line)
        elif section in ("Parameters", "Attributes") and (field := FIELD.fullmatch(line)):
            # napoleon parts parameters, and not attributes, of which the last has what is said.
            names = field[1].split(", ") if section == "Attributes" else [field[1]]
            of = f" : {typed(field[2], known)}" if field[2] else ""
            made += [f"{name}{of}" for name in names]
        elif section in ("Returns", "Yields") and not line.startswith(" "):
            made.append(linked(escaped(line), known))
        else:
            made.append(linked(escaped(line), phrases))
    return made


def setup(app: Any) -> dict[str, bool]:
    """Connect before napoleon makes markup of sections."""
    outside = elsewhere(INVENTORIES)
    known = outside | here()
    phrases = {name: full for name, full in outside.items() if " " in name}

    def mark_up(_app: Any, what: str, _name: str, of: Any, _options: Any, lines: list[str]) -> None:
        if isinstance(of, UnionType):
            lines[:] = ["Any of " + ", ".join(f"`{each.__name__}`" for each in get_args(of)) + "."]
        lines[:] = marked_up(lines, known, phrases)
        if what in ("attribute", "data", "property"):
            lines.insert(0, "")  # or napoleon takes what stands before a colon for a type

    app.connect("autodoc-process-docstring", mark_up, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
