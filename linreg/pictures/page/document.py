"""One HTML document from style, scripts, facts and arrays."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

import numpy as np

PAGE_SUFFIX = ".html"

ALIGNMENT = 8
"""Bytes: where an array may start, so that a browser can read it in place."""

PAGE_COMPRESSION = 6
"""Of compression; higher ones take longer and gain nothing on numbers like these."""


def document(
    body: str,
    scripts: Sequence[str],
    *,
    title: str,
    facts: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
) -> str:
    """The text of a page.

    Parameters
    ----------
    body : str
        The name of a file with what `<body>` holds.
    scripts : sequence of str
        Names of files, in the order in which they need each other.
    title : str
    facts : mapping
        What JSON can hold.
    arrays : mapping
        Numbers, each array by its name.
    """
    directory, data = packed(arrays)
    said = json.dumps({**facts, "arrays": directory}, ensure_ascii=False, separators=(",", ":"))
    parts = {
        "title": escape(title),
        "style": _text("style.css"),
        "body": _text(body),
        # No text within a script may end it.
        "facts": said.replace("<", "\\u003c"),
        "data": data,
        "script": '"use strict";\n' + "\n".join(_text(name) for name in scripts),
    }
    page = _text("document.html")
    for name, part in parts.items():
        page = page.replace(f"{{{{{name}}}}}", part, 1)
    return page


def packed(arrays: Mapping[str, np.ndarray]) -> tuple[dict[str, list[Any]], str]:
    """Where each array is, [type, first byte, numbers], and all of them: deflated, in base64.

    Examples
    --------
    >>> where, _ = packed({"a": np.zeros(3, dtype=np.uint8), "b": np.zeros((2, 2))})
    >>> where
    {'a': ['uint8', 0, 3], 'b': ['float64', 8, 4]}
    """
    directory: dict[str, list[Any]] = {}
    parts: list[bytes] = []
    place = 0
    for name, array in arrays.items():
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        content = little.tobytes()
        content += b"\0" * (-len(content) % ALIGNMENT)
        directory[name] = [array.dtype.name, place, array.size]
        parts.append(content)
        place += len(content)
    return directory, b64encode(zlib.compress(b"".join(parts), PAGE_COMPRESSION)).decode()


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
