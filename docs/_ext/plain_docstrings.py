"""Docstrings are plain text: outside of code, stars, bars and underscores are themselves."""

from __future__ import annotations

import re
from typing import Any

CODE = re.compile(r"``[^`]*``|`[^`]*`_?|https?://\S+")
SPECIAL = re.compile(r"(?<!\\)([*|]|_(?!\w))")


def escaped(line: str) -> str:
    r"""A line in which nothing outside of backticks is markup.

    >>> escaped("x* and `f(*a)` and n_")
    'x\\* and `f(*a)` and n\\_'
    """
    pieces, end = [], 0
    for code in CODE.finditer(line):
        pieces += [SPECIAL.sub(r"\\\1", line[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*pieces, SPECIAL.sub(r"\\\1", line[end:])])


def _escape(
    _app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]
) -> None:
    """Escape all lines but those of examples."""
    example = False
    for i, line in enumerate(lines):
        example = bool(line.strip()) and (example or line.lstrip().startswith(">>> "))
        if not example and not re.fullmatch(r"\s*[-=]+", line):
            # napoleon itself escapes the stars of arguments, which begin a line.
            stars = re.match(r"\s*(\w+, )*\*{0,2}", line)
            begin = stars.end() if stars and ":" in line else 0
            lines[i] = line[:begin] + escaped(line[begin:])


def setup(app: Any) -> dict[str, bool]:
    """Connect before napoleon makes markup of sections."""
    app.connect("autodoc-process-docstring", _escape, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
