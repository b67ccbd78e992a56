"""The first time that a page names a function, a class or a command, the name is a link."""

from __future__ import annotations

import re
from typing import Any

from api_pages import grouped

NAME = re.compile(r"(?:linreg\.)?(?P<name>[A-Za-z][\w.]*)(?:\(.*\))?")
COMMAND = re.compile(r"linreg (?P<command>[a-z-]+)(?: .*)?")


def public() -> dict[str, str]:
    """Full names by what follows `linreg.` in them."""
    full = [name for names in grouped().values() for name in names]
    return {name.removeprefix("linreg."): name for name in full}


def target(code: str, names: dict[str, str], commands: set[str]) -> tuple[str, str] | None:
    """The kind and the name of what a piece of code is about; one word alone may be anything.

    >>> names = {"count": "linreg.count", "count_into": "linreg.count_into", "Box": "linreg.Box"}
    >>> [target(code, names, {"graph"}) for code in ("linreg.count(net)", "count_into", "Box")]
    [('obj', 'linreg.count'), ('obj', 'linreg.count_into'), ('obj', 'linreg.Box')]
    >>> target("linreg graph NET -o FILE", names, {"graph"}), target("count", names, {"graph"})
    (('doc', '/generated/commands/graph'), None)
    """
    if (match := COMMAND.fullmatch(code)) and match["command"] in commands:
        return "doc", f"/generated/commands/{match['command']}"
    match = NAME.fullmatch(code)
    if match is None or match["name"] not in names:
        return None
    is_word = match["name"].isalpha() and match["name"].islower()
    return None if is_word and not code.startswith("linreg.") else ("obj", names[match["name"]])


def setup(app: Any) -> dict[str, bool]:
    """Change pages as they are read."""
    from docutils import nodes
    from sphinx import addnodes

    from linreg.cli.app import COMMANDS

    names, commands = public(), set(COMMANDS)

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
