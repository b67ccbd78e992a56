"""JSON as text: read strictly, and written with exact numbers and a row to a line."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

from linreg.errors import UnreadableFile, UnwritableFile
from linreg.files import StrPath, read_bytes
from linreg.json_values import Json, shown
from linreg.rational import MAX_TEXT, nearest_float, rational

MAX_NESTING = 100
"""Deepest nesting of lists and objects that is read; far deeper ones exhaust Python's stack."""

LINE_LENGTH = 100
"""Longest line that anything but a list of numbers is written on, in characters."""


def read_object(path: StrPath, *, decimal: bool = False) -> Json:
    """The object that a JSON file holds.

    Integers of more than `MAX_TEXT` digits stay text, so that an error can say where they stand.

    Parameters
    ----------
    path : str or path
    decimal : bool
        Whether decimals stay the text that they are, which means 1/10 where it says 0.1, instead
        of becoming the nearest float64.

    Raises
    ------
    UnreadableFile
        If the file is missing, empty, not UTF-8, not JSON, nested too deeply, has a key twice in
        one object, or holds something else than an object.
    """
    data = read_bytes(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{path}: not UTF-8 text (byte {error.start}), so not a JSON file"
        ) from None
    if not text.strip():
        raise UnreadableFile(f"{path}: the file is empty; a JSON object {{...}} was expected")
    try:
        document = json.loads(
            text,
            parse_int=_integer,
            parse_float=str if decimal else None,
            object_pairs_hook=_unique,
        )
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        raise UnreadableFile(
            f"{path}: not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
            f"{'; the file may have been cut short' if cut else ''}"
        ) from None
    except RecursionError:
        raise UnreadableFile(_too_deep(path)) from None
    except _RepeatedKey as error:
        raise UnreadableFile(f"{path}: key {shown(error.key)} stands twice in one object") from None
    if not isinstance(document, dict):
        raise UnreadableFile(
            f"{path}: an object {{...}} was expected at the top, got {shown(document)}"
        )
    if _nesting(document) > MAX_NESTING:
        raise UnreadableFile(_too_deep(path))
    return document


def json_number(number: object) -> int | float | str:
    """The JSON value that means exactly this number: an integer, a float64 or "p/q".

    Raises
    ------
    UnwritableFile
        If it has so many digits that it could not be read again.

    Examples
    --------
    >>> json_number(2.0), json_number("1/4"), json_number("1/3")
    (2, 0.25, '1/3')
    """
    exact = rational(number)
    # python-flint's text, since Python refuses to spell integers of more than 4300 digits.
    text = str(exact)
    if len(text) > MAX_TEXT:
        raise UnwritableFile(
            f"a number of {len(text)} digits cannot be written; at most {MAX_TEXT} are read"
        )
    if exact.q == 1:
        return int(exact.p)
    nearest = nearest_float(int(exact.p), int(exact.q))
    return nearest if math.isfinite(nearest) and rational(nearest) == exact else text


def json_text(document: Json) -> str:
    """JSON for people too: a line for each key, for what fits on it, and for each list of numbers.

    Examples
    --------
    >>> print(json_text({"name": "net", "layers": [{"type": "relu"}]}))
    {
      "name": "net",
      "layers": [{"type": "relu"}]
    }
    """
    return _broken(document, 0) + "\n"


def _text(value: Any, indent: int) -> str:
    line = json.dumps(value)
    if not isinstance(value, dict | list) or indent + len(line) <= LINE_LENGTH:
        return line
    children = value.values() if isinstance(value, dict) else value
    if not any(isinstance(child, dict | list) for child in children):
        return line
    return _broken(value, indent)


def _broken(value: Json | list[Any], indent: int) -> str:
    inner = indent + 2
    if isinstance(value, dict):
        first, last = "{", "}"
        parts = [f"{json.dumps(key)}: {_text(child, inner)}" for key, child in value.items()]
    else:
        first, last = "[", "]"
        parts = [_text(child, inner) for child in value]
    return (
        f"{first}\n" + ",\n".join(" " * inner + part for part in parts) + f"\n{' ' * indent}{last}"
    )


class _RepeatedKey(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _unique(pairs: list[tuple[str, Any]]) -> Json:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _RepeatedKey(Counter(key for key, _ in pairs).most_common(1)[0][0])
    return members


def _integer(text: str) -> int | str:
    return int(text) if len(text) <= MAX_TEXT else text


def _too_deep(path: StrPath) -> str:
    return f"{path}: nested more than {MAX_NESTING} levels deep, which no network needs"


def _nesting(document: Json) -> int:
    """Number of lists and objects around the innermost one, itself included."""
    on_cell: list[Any] = [document]
    depth = 0
    while on_cell:
        depth += 1
        on_cell = [
            child
            for value in on_cell
            for child in (value.values() if isinstance(value, dict) else value)
            if isinstance(child, dict | list)
        ]
    return depth
