"""Checks of values read from files, with errors that name the place and the value."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

from linreg.errors import InvalidNetwork, LinregError

Json = dict[str, Any]
"""A JSON object."""

MOST_WORDS = 40
"""Most known words that a message lists."""


@contextmanager
def located(where: str) -> Iterator[None]:
    """Context that puts the place in front of the message of any error of ours."""
    try:
        yield
    except LinregError as error:
        raise type(error)(f"{where}: {error}") from None


def shown(value: object) -> str:
    """What stands in a file, in JSON's words and shortened to fit into a message.

    Examples
    --------
    >>> shown([[1, 2]]), shown(None), shown("relu"), shown(2.5)
    ('a list', 'null', "'relu'", '2.5')
    """
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case dict():
            return "an object"
        case list():
            return "a list"
    return reprlib.repr(value)


def as_object(value: object, error: type[LinregError] = InvalidNetwork) -> Json:
    """The value, which must be an object."""
    if not isinstance(value, dict):
        raise error(f"an object {{...}} was expected, got {shown(value)}")
    return value


def as_list(value: object, key: str, error: type[LinregError] = InvalidNetwork) -> Sequence[Any]:
    """The value of a key, which must be a list."""
    if not isinstance(value, list):
        raise error(f"{key}: a list was expected, got {shown(value)}")
    return value


def as_text(value: object, key: str, error: type[LinregError] = InvalidNetwork) -> str:
    """The value of a key, which must be text."""
    if not isinstance(value, str):
        raise error(f"{key}: text was expected, got {shown(value)}")
    return value


def check_keys(
    value: Mapping[str, object],
    required: Iterable[str],
    optional: Iterable[str],
    error: type[LinregError] = InvalidNetwork,
) -> None:
    """Refuse an object that lacks a required key or has one that is not known."""
    known = [*required, *optional]
    for key in value:
        if key not in known:
            raise error(f"unknown key {shown(key)}{nearest(key, known)}")
    for key in required:
        if key not in value:
            raise error(f"key {key!r} is missing")


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown word: the known word next to it, or all of them.

    Examples
    --------
    >>> nearest("ReLu", ["abs", "relu"])
    "; did you mean 'relu'?"
    >>> nearest("x", ["abs", "relu"])
    '; known are: abs, relu'
    """
    spelled = {other.lower(): other for other in known}
    close = get_close_matches(word.lower(), spelled, n=1)
    if close:
        return f"; did you mean {shown(spelled[close[0]])}?"
    words = list(spelled.values())
    more = ", ..." if len(words) > MOST_WORDS else ""
    return f"; known are: {', '.join(words[:MOST_WORDS])}{more}"
