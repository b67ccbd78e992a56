"""Values of a specification, each checked on its own, with errors that name the key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Any, TypeVar

from linreg.errors import InvalidSpec
from linreg.json_values import Json, nearest, shown

Value = TypeVar("Value")
Default = TypeVar("Default")
Read = Callable[[object, str], Value]
"""Reads the value of a key; the key is there for the message."""

_NAME = re.compile(r"\w[\w-]*", re.ASCII)


def whole(least: int, most: int | None = None) -> Read[int]:
    """Reads a whole number that is neither too small nor too large."""
    expected = f"of at least {least}" if most is None else f"from {least} to {most:,}"

    def read(value: object, key: str) -> int:
        if (
            isinstance(value, bool)
            or not isinstance(value, int)
            or value < least
            or (most is not None and value > most)
        ):
            raise InvalidSpec(f"{key}: a whole number {expected} was expected, got {shown(value)}")
        return value

    return read


def positive(value: object, key: str) -> int | float:
    """A positive number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e300:
        raise InvalidSpec(f"{key}: a positive number was expected, got {shown(value)}")
    return value


def truth_value(value: object, key: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise InvalidSpec(f"{key}: true or false was expected, got {shown(value)}")
    return value


def text(value: object, key: str) -> str:
    """A text."""
    if not isinstance(value, str):
        raise InvalidSpec(f"{key}: text was expected, got {shown(value)}")
    return value


def name(value: object, key: str) -> str:
    """A text of letters, digits, _ and -."""
    if not _NAME.fullmatch(text(value, key)):
        raise InvalidSpec(f"{key}: letters, digits, _ and - were expected, got {shown(value)}")
    return str(value)


def one_of(known: Iterable[str]) -> Read[str]:
    """Reads one of some words."""
    words = list(known)

    def read(value: object, key: str) -> str:
        if text(value, key) not in words:
            raise InvalidSpec(f"{key}: unknown {shown(value)}{nearest(str(value), words)}")
        return str(value)

    return read


def table(value: object, key: str) -> Json:
    """A table."""
    if not isinstance(value, dict):
        raise InvalidSpec(f"{key}: a table was expected, got {shown(value)}")
    return value


def finite_table(value: object, key: str) -> Json:
    """A table whose values, those in lists and tables included, JSON can hold."""
    _check_json(table(value, key), key)
    return table(value, key)


def listed(read: Read[Value]) -> Read[tuple[Value, ...]]:
    """Reads a list of at least one value."""

    def read_all(value: object, key: str) -> tuple[Value, ...]:
        if not isinstance(value, list) or not value:
            raise InvalidSpec(f"{key}: a list of at least one was expected, got {_found(value)}")
        return tuple(read(entry, f"{key}[{i}]") for i, entry in enumerate(value))

    return read_all


def alternatives(read: Read[Value], depth: int = 0) -> Read[tuple[Value, ...]]:
    """Reads one value, or a list of alternatives.

    Parameters
    ----------
    read : function
        Reads one alternative.
    depth : int
        How deep lists are nested in one alternative.
    """

    def read_all(value: object, key: str) -> tuple[Value, ...]:
        inner = value
        for _ in range(depth):
            inner = inner[0] if isinstance(inner, list) and inner else None
        found = listed(read)(value, key) if isinstance(inner, list) else (read(value, key),)
        for i, alternative in enumerate(found):
            if alternative in found[:i]:
                raise InvalidSpec(f"{key}[{i}]: this alternative stands there twice")
        return found

    return read_all


class SpecTable:
    """A table of a specification, whose keys are taken one after another.

    Raises
    ------
    InvalidSpec
        If there is a key that is not known.
    """

    def __init__(self, values: Mapping[str, Any], known: Iterable[str]) -> None:
        self._values = values
        words = list(known)
        for key in values:
            if key not in words:
                raise InvalidSpec(f"unknown key {shown(key)}{nearest(key, words)}")

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def need(self, key: str, read: Read[Value]) -> Value:
        """The value of a key that must be there."""
        if key not in self._values:
            raise InvalidSpec(f"key {key!r} is missing")
        return read(self._values[key], key)

    def take(self, key: str, read: Read[Value], default: Default) -> Value | Default:
        """The value of a key that may be there."""
        return self.need(key, read) if key in self._values else default


def _check_json(value: object, key: str) -> None:
    match value:
        case dict():
            for inner, entry in value.items():
                _check_json(entry, f"{key}.{inner}")
        case list():
            for i, entry in enumerate(value):
                _check_json(entry, f"{key}[{i}]")
        case float() if not isfinite(value):
            raise InvalidSpec(f"{key}: a finite number was expected, got {value}")
        case bool() | int() | float() | str():
            pass
        case _:
            raise InvalidSpec(f"{key}: a number, text, list or table was expected, got {value}")


def _found(value: object) -> str:
    return "an empty list" if value == [] else shown(value)
