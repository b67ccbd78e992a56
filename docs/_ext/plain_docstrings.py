"""Docstrings are plain text: outside of code, stars, bars and underscores are themselves.

Types in them are links, where something is known by their name: what linreg exports, and what
docs/_inventories/ lists of other projects. So are pages of docs/, and what linreg exports from
another module than the docstring's. Signatures say the values of constants.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Any, get_args

from api_pages import MODULES, exports, grouped
from linked_code import public

CODE = re.compile(r"``[^`]*``|`[^`]*`_?|https?://\S+")
SPECIAL = re.compile(r"(?<!\\)([*|]|_(?!\w))")
FIELD = re.compile(r"(\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: : (.+))?")
ARRAY = re.compile(r"\b(?:float64|integer|int(?:64|32)?|bool) array\b")
PAGE = re.compile(r"`?\bdocs/(\w+)\.md\b`?")
CONSTANT = re.compile(r"(?<==)[A-Z][A-Z_]+\b")
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
    >>> marked_up(["See `docs/theory.md`, or docs/schema.md."], {}, {})
    ['See :doc:`/theory`, or :doc:`/schema`.']
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
            made.append(linked(escaped(PAGE.sub(r":doc:`/\1`", line)), phrases))
    return made


def with_values(signature: str, names: dict[str, Any]) -> str:
    """A signature with the values of constants in place of their names.

    >>> with_values("(net, *, budget=MOST, table=few_off)", {"MOST": 64})
    '(net, *, budget=64, table=few_off)'
    """

    def value(match: re.Match[str]) -> str:
        return repr(names[match[0]]) if match[0] in names else match[0]

    return CONSTANT.sub(value, signature)


def plain_fields(_app: Any, doctree: Any) -> None:
    """Fields with a dash, and named as readers know them; no base that every class has."""
    from docutils import nodes

    for field in doctree.findall(nodes.field):
        for text in list(field.findall(nodes.Text)):
            said = text.astext().replace(" -- ", " \N{EN DASH} ")
            if isinstance(text.parent, nodes.field_name) and said == "Variables":
                said = "Attributes"
            if said != text.astext():
                text.parent.replace(text, nodes.Text(said))
        for fields in field.findall(nodes.bullet_list):
            join_names(fields)
    for paragraph in list(doctree.findall(nodes.paragraph)):
        if paragraph.astext() == "Bases: object":
            paragraph.parent.remove(paragraph)


def join_names(fields: Any) -> None:
    """Say once what is said of several parameters, after the names of all of them."""
    from docutils import nodes
    from sphinx import addnodes

    before, last = "", None
    for item in list(fields):
        name = next(iter(item.findall(addnodes.literal_strong)), None)
        if name is None:
            return
        said = item.astext().removeprefix(name.astext())
        if last is not None and said == before and " \N{EN DASH} " in said:
            place = last.parent.index(last) + 1
            last.parent.insert(place, [nodes.Text(", "), name])
            fields.remove(item)
        before, last = said, name


def setup(app: Any) -> dict[str, bool]:
    """Connect before napoleon makes markup of sections."""
    outside = elsewhere(INVENTORIES)
    known = outside | here()
    phrases = {name: full for name, full in outside.items() if " " in name}
    exported = public([name for group in grouped().values() for name in group])

    def mark_up(_app: Any, what: str, _name: str, of: Any, _options: Any, lines: list[str]) -> None:
        if isinstance(of, UnionType):
            lines[:] = ["Any of " + ", ".join(f"`{each.__name__}`" for each in get_args(of)) + "."]
        lines[:] = marked_up(lines, known, phrases)
        if what in ("attribute", "data", "property") and not isinstance(of, UnionType):
            lines[:0] = ["..", ""]  # or napoleon takes what stands before a colon for a type

    def say_values(
        _app: Any, _what: str, _name: str, of: Any, _options: Any, signature: str, returns: str
    ) -> tuple[str, str] | None:
        names = getattr(inspect.unwrap(of), "__globals__", None)
        return (with_values(signature, names), returns) if signature and names else None

    def from_elsewhere(app: Any, env: Any, node: Any, inner: Any) -> Any:
        if node.get("refdomain") != "py":
            return None
        called, dot, member = node["reftarget"].partition(".")
        full = exported.get(node["reftarget"]) or f"{exported.get(called)}{dot}{member}"
        python = env.get_domain("py")
        return python.resolve_xref(env, node["refdoc"], app.builder, "obj", full, node, inner)

    app.connect("autodoc-process-docstring", mark_up, priority=400)
    app.connect("autodoc-process-signature", say_values)
    app.connect("doctree-read", plain_fields)
    app.connect("missing-reference", from_elsewhere)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
