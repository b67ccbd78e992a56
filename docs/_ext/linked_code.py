"""The first time that a page names a function, a class or a command, the name is a link."""

from __future__ import annotations

import re
from typing import Any

from api_pages import grouped

NAME = re.compile(r"(?P<name>[A-Za-z][\w.]*)(?:\(.*\))?")
COMMAND = re.compile(r"linreg (?P<command>[a-z-]+)(?: .*)?")


def public(full_names: list[str]) -> dict[str, str]:
    """Full names by what pages call them: one word of small letters alone may be anything.

    >>> public(["linreg.count", "linreg.theory.montufar_2014"])  # doctest: +NORMALIZE_WHITESPACE
    {'linreg.count': 'linreg.count',
     'linreg.theory.montufar_2014': 'linreg.theory.montufar_2014',
     'theory.montufar_2014': 'linreg.theory.montufar_2014',
     'montufar_2014': 'linreg.theory.montufar_2014'}
    """
    names = {}
    for full in full_names:
        for short in (full, full.removeprefix("linreg."), full.rpartition(".")[2]):
            if not (short.isalpha() and short.islower()):
                names.setdefault(short, full)
    return names


def target(code: str, names: dict[str, str], commands: set[str]) -> tuple[str, str] | None:
    """The kind and the name of what a piece of code is about, if it is of anything.

    >>> target("count_into(net)", {"count_into": "linreg.count_into"}, {"graph"})
    ('obj', 'linreg.count_into')
    >>> target("linreg graph NET -o FILE", {}, {"graph"}), target("linreg --help", {}, {"graph"})
    (('doc', '/generated/commands/graph'), None)
    """
    if (match := COMMAND.fullmatch(code)) and match["command"] in commands:
        return "doc", f"/generated/commands/{match['command']}"
    match = NAME.fullmatch(code)
    return ("obj", names[match["name"]]) if match and match["name"] in names else None


def setup(app: Any) -> dict[str, bool]:
    """Change pages as they are read."""
    from docutils import nodes
    from sphinx import addnodes

    from linreg.cli.app import COMMANDS

    full_names = [name for group in grouped().values() for name in group]
    names, commands = public(full_names), set(COMMANDS)

    def link_all(app: Any, doctree: nodes.document) -> None:
        page = app.env.docname
        if page.startswith(("generated/api/", "generated/reference/")):
            return
        seen = {("doc", f"/{page}")}
        for code in list(doctree.findall(nodes.literal)):
            found = target(code.astext(), names, commands)
            inside = isinstance(code.parent, nodes.reference | nodes.title | addnodes.pending_xref)
            if found is None or inside or found in seen:
                continue
            seen.add(found)
            kind, name = found
            link = addnodes.pending_xref(
                "",
                refdomain="std" if kind == "doc" else "py",
                reftype=kind,
                reftarget=name,
                refdoc=page,
                refexplicit=True,
                refwarn=True,
            )
            code.replace_self(link)
            link += code

    app.connect("doctree-read", link_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
