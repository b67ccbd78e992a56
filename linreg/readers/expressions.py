"""Parenthesised text of SMT-LIB and VNN-LIB: tokens with their places, and nested lists."""

from __future__ import annotations

import gzip
import re
import reprlib
import zlib
from dataclasses import dataclass

from linreg.errors import UnreadableFile
from linreg.files import StrPath, check_memory, read_bytes
from linreg.json_values import located

QUERY_NESTING = 200
"""Deepest nesting that is read; no query needs more."""

_TOKEN = re.compile(
    r"""(?P<space>\s+|;[^\n]*)
      | (?P<open>\() | (?P<close>\))
      | (?P<text>"[^"\n]*") | (?P<quoted>\|[^|]*\|)
      | (?P<word>[^\s();"|]+)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a number, and where it stands."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Group:
    """What stands between parentheses."""

    parts: tuple[Word | Group, ...]
    place: str

    @property
    def head(self) -> str:
        """The first word, which says what the group is; empty if there is none."""
        first = self.parts[0] if self.parts else None
        return first.text if isinstance(first, Word) else ""


Expression = Word | Group


def refused(place: str, what: str) -> UnreadableFile:
    """The error about something at a place."""
    return UnreadableFile(f"{place}: {what}")


def shown(expression: Expression) -> str:
    """An expression in a message, shortened."""
    if isinstance(expression, Word):
        return reprlib.repr(expression.text)
    return f"({expression.head} ...)" if expression.head else "(...)"


def read_text(path: StrPath) -> str:
    """The text of a file, which may be packed by gzip.

    Raises
    ------
    UnreadableFile
        If it is missing, damaged, not UTF-8, or does not fit into half of the memory.
    """
    data = read_bytes(path)
    if data[:2] == b"\x1f\x8b":
        with located(str(path)):
            try:
                stream = zlib.decompressobj(wbits=31)
                parts, size = [], 0
                for start in range(0, len(data), 1 << 16):
                    parts.append(stream.decompress(data[start : start + (1 << 16)]))
                    check_memory(size := size + len(parts[-1]))
                if not stream.eof:
                    raise UnreadableFile("the file ends within what gzip packed; it was cut short")
            except (zlib.error, gzip.BadGzipFile) as error:
                raise UnreadableFile(f"damaged gzip file: {error}") from None
        data = b"".join(parts)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{path}: not UTF-8 text (byte {error.start}), so not a VNN-LIB file"
        ) from None


def parsed(text: str) -> list[Expression]:
    """The expressions of a text.

    Raises
    ------
    UnreadableFile
        If parentheses do not match, or are nested too deeply; the message says where.

    Examples
    --------
    >>> [group] = parsed("(<= X_0 1.5) ; a bound")
    >>> group.head, group.parts[2].text, group.parts[2].place
    ('<=', '1.5', 'line 1, column 9')
    """
    top: list[Expression] = []
    open_: list[tuple[str, list[Expression]]] = []
    line, line_start, at = 1, 0, 0
    while at < len(text):
        place = f"line {line}, column {at - line_start + 1}"
        token = _TOKEN.match(text, at)
        if token is None:
            raise refused(place, f"{text[at]!r} begins a text that does not end")
        here = open_[-1][1] if open_ else top
        match token.lastgroup:
            case "open":
                if len(open_) == QUERY_NESTING:
                    raise refused(place, f"nested more than {QUERY_NESTING} levels deep")
                open_.append((place, []))
            case "close":
                if not open_:
                    raise refused(place, "')' closes nothing")
                start, parts = open_.pop()
                (open_[-1][1] if open_ else top).append(Group(tuple(parts), start))
            case "word" | "text":
                here.append(Word(token.group(), place))
            case "quoted":
                here.append(Word(token.group()[1:-1], place))
        breaks = token.group().count("\n")
        if breaks:
            line += breaks
            line_start = at + token.group().rindex("\n") + 1
        at = token.end()
    if open_:
        raise refused(open_[-1][0], "'(' is never closed; the file may have been cut short")
    return top
