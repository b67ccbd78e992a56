"""Formulas are plain text, and are typeset from it: x_1 has an index, R^n a power."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

INDEX = (
    r"(?<![\w.])(?P<letter>[A-Za-z]+)_"
    r"(?P<index>\{[^{}]*\}|\w(?!\w)|(?<=\b[A-Za-z]_)\w\w(?!\w)|(?<=\b[A-Z]_)[a-z]+(?!\w))"
)
GROUP = r"\((?:[^()]|\([^()]*\))*\)"
POWER = rf"(?<=[\w)\]}}!])\^(?P<power>\{{[^{{}}]*\}}|{GROUP}|(?:min|max)\([^()]*\)|-?\w+)"
EITHER = re.compile(f"{INDEX}|{POWER}")


def typeset(text: str) -> Iterator[tuple[str, str]]:
    """The parts of a text, each with the name of the node that shows it.

    >>> [part for part in typeset("b_{k+1}, lower_i, 2^(L-1), no is_on") if part[0] != "Text"]
    [('subscript', 'k+1'), ('subscript', 'i'), ('superscript', 'L-1')]
    >>> [part for part in typeset("C_bias n0!^L, m^(n0 (L - 1))") if part[0] != "Text"]
    [('subscript', 'bias'), ('superscript', 'L'), ('superscript', 'n0 (L - 1)')]
    """
    end = 0
    for match in EITHER.finditer(text):
        yield "Text", text[end : match.start()] + (match["letter"] or "")
        small = match["power"] or match["index"]
        kind = "superscript" if match["power"] else "subscript"
        yield kind, small[1:-1] if small[0] in "{(" else small
        end = match.end()
    yield "Text", text[end:]


def _typeset_all(_app: Any, doctree: Any) -> None:
    from docutils import nodes
    from sphinx import addnodes
    from sphinx.ext.autosummary import autosummary_table

    left = (
        nodes.FixedTextElement,
        nodes.literal,
        nodes.title,
        addnodes.desc_signature,
        addnodes.literal_strong,
    )
    for text in list(doctree.findall(nodes.Text)):
        inside = text.parent
        # A table of names is a kind of comment to Sphinx.
        while inside is not None and (
            isinstance(inside, autosummary_table) or not isinstance(inside, left)
        ):
            inside = inside.parent
        said = text.astext()  # without the marks of what was escaped
        if inside is None and EITHER.search(said):
            parts = [
                nodes.Text(part) if kind == "Text" else getattr(nodes, kind)("", part)
                for kind, part in typeset(said)
            ]
            text.parent.replace(text, parts)


def setup(app: Any) -> dict[str, bool]:
    """Change pages as they are read."""
    app.connect("doctree-read", _typeset_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
