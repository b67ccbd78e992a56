"""Prefixes as text, in a journal: what a later run goes on from.

A text is a pickle in which a tag stands for each class of ours. So a class may move to another
module, or be named otherwise, and what was written before is still read.
"""

from __future__ import annotations

import io
import pickle
import zlib
from base64 import b85decode, b85encode
from collections.abc import Sequence
from typing import Any

from linreg.errors import UnreadableFile
from linreg.explore.cells import Prefix

PLAIN = {
    ("fractions", "Fraction"),
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy._core.numeric", "_frombuffer"),
}
"""What a prefix may be made of, besides the classes with tags: numbers and arrays of them."""

PREFIX_BYTES = 1 << 24
"""Bytes of the longest prefix that is read."""


class PrefixTexts:
    """Prefixes as text; those that stay in the frontier are spelled once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, str]] = {}

    def of(self, prefixes: Sequence[Any]) -> tuple[str, ...]:
        """The texts of all prefixes."""
        known = {}
        for prefix in prefixes:
            # The prefix is kept beside its text: nothing else can have its id meanwhile.
            held = self._known.get(id(prefix))
            known[id(prefix)] = (prefix, _text(prefix)) if held is None else held
        self._known = known
        return tuple(known[id(prefix)][1] for prefix in prefixes)


def prefix_from(text: str) -> Any:
    """The prefix that a text spells; nothing but plain values and prefixes is made of it.

    Raises
    ------
    UnreadableFile
        If it spells none.
    """
    try:
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(b85decode(text), PREFIX_BYTES)
        if not unpacking.eof:
            raise ValueError(f"it does not end within {PREFIX_BYTES:,} bytes")
        return _Plain(io.BytesIO(data)).load()
    except _UNREADABLE as error:
        raise UnreadableFile(
            f"a prefix cannot be read, perhaps since another version wrote it: {error}"
        ) from None


def _text(prefix: Any) -> str:
    written = io.BytesIO()
    _Tagging(written, protocol=5).dump(prefix)
    return b85encode(zlib.compress(written.getvalue())).decode()


TAGS = ("cell", "node", "polygon", "polytope")
"""What stands for the classes of prefixes, that of the strategy "highs" first: never changed."""


def _class_of(tag: str) -> type:
    """The class that a tag stands for; those of machine code are imported where they are met."""
    if tag == "cell":
        return Prefix
    from linreg.kernel.bridge.exploration import Node
    from linreg.kernel.data.polygons import Polygon
    from linreg.kernel.data.polytopes import Polytope

    return {"node": Node, "polygon": Polygon, "polytope": Polytope}[tag]


class _Tagging(pickle.Pickler):
    """Writes the tags of classes in place of their names."""

    def persistent_id(self, obj: Any) -> str | None:
        """The tag of a class of ours, which must have one."""
        if not (isinstance(obj, type) and obj.__module__.startswith("linreg.")):
            return None
        return next(tag for tag in TAGS if _class_of(tag) is obj)


class _Plain(pickle.Unpickler):
    """Makes prefixes, and nothing that could run a program."""

    def persistent_load(self, pid: Any) -> type:
        """The class that a tag stands for."""
        return _class_of(pid)

    def find_class(self, module: str, name: str) -> Any:
        """The class of a number, or of an array of them."""
        if (module, name) in PLAIN:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a prefix")


_UNREADABLE = (
    pickle.UnpicklingError,
    zlib.error,
    AttributeError,
    EOFError,
    ImportError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
)
"""What a text that spells no prefix was seen to raise."""
