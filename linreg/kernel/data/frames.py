"""Named tuples of arrays as machine code gets them: one address, whatever they hold.

numba hands over an array as seven numbers or more, in every call, and spends most of its time on
tuples of many. A frame is a row of words instead: for each array its address and its shape, each
number, and in place of an inner tuple what that holds. A field is read when it is used.
"""

# mypy: disable-error-code="no-untyped-call, untyped-decorator, misc"

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, TypeVar, cast

import numpy as np
from llvmlite import ir
from numba import typeof
from numba.core import types
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)

from linreg.kernel.data.contiguous import ContiguousType, array_at

Frame = TypeVar("Frame", bound=type[tuple[Any, ...]])

WORDS = types.Array(types.int64, 1, "C")


class FrameType(types.Type):
    """The type of a frame.

    Attributes
    ----------
    fields : dict
        By name, the type of a field and the number of its first word.
    size : int
        Words.
    """

    def __init__(self, title: str, fields: Sequence[tuple[str, types.Type]]) -> None:
        self.fields: dict[str, tuple[types.Type, int]] = {}
        self.size = 0
        for name, kind in fields:
            self.fields[name] = kind, self.size
            self.size += _size(kind)
        digest = sha256(repr(fields).encode()).hexdigest()[:12]
        super().__init__(name=f"{title}.{digest}")


def _size(kind: types.Type) -> int:
    if isinstance(kind, ContiguousType):
        return 1 + kind.ndim
    return kind.size if isinstance(kind, FrameType) else 1


def as_frame(cls: Frame) -> Frame:
    """Have machine code get named tuples of this class as frames, which remember their words."""
    names = {"__module__": cls.__module__, "__doc__": cls.__doc__}
    remembering = cast(Frame, type(cls.__name__, (cls,), names))  # unlike cls, with a __dict__
    typeof_impl.register(remembering)(_type_of)
    return remembering


def _type_of(value: Any, _context: object) -> FrameType:
    fields = []
    for name, part in zip(value._fields, value, strict=True):
        kind = typeof(part)
        if isinstance(kind, types.Array):
            if kind.layout != "C":
                raise TypeError(f"{name} has to be contiguous, in the order of C")
            kind = ContiguousType(kind.dtype, kind.ndim)
        fields.append((name, kind))
    return FrameType(type(value).__name__, fields)


def words_of(value: tuple[Any, ...]) -> np.ndarray:
    """The words of a frame, which are good as long as its arrays live."""
    known: np.ndarray | None = value.__dict__.get("words")
    if known is None:
        known = value.__dict__["words"] = np.array(list(_words(value)), dtype=np.int64)
    return known


def _words(value: tuple[Any, ...]) -> Iterator[int]:
    for part in value:
        if isinstance(part, np.ndarray):
            yield part.ctypes.data
            yield from part.shape
        elif isinstance(part, tuple):
            yield from _words(part)
        else:
            yield int(part)


@register_model(FrameType)
class _Address(models.OpaqueModel):
    """A frame is where its words are."""


@unbox(FrameType)
def _handed_over(kind: FrameType, value: Any, c: Any) -> NativeValue:
    """The words of a named tuple, which are kept until the call is over."""
    function = c.pyapi.unserialize(c.pyapi.serialize_object(words_of))
    words = c.pyapi.call_function_objargs(function, [value])
    c.pyapi.decref(function)
    array = c.unbox(WORDS, words)
    data = c.context.make_array(WORDS)(c.context, c.builder, array.value).data
    address = c.builder.bitcast(data, c.context.get_value_type(kind))
    return NativeValue(address, array.is_error, lambda: c.pyapi.decref(words))


@infer_getattr
class _Fields(AttributeTemplate):
    key = FrameType

    def generic_resolve(  # type: ignore[override]
        self, kind: FrameType, name: str
    ) -> types.Type | None:
        return kind.fields[name][0] if name in kind.fields else None


@lower_getattr_generic(FrameType)
def _read(context: Any, builder: Any, kind: FrameType, value: Any, name: str) -> Any:
    """A field of a frame: the words stay the same as long as machine code runs."""
    word = ir.IntType(64)
    field, first = kind.fields[name]
    start = builder.gep(builder.bitcast(value, word.as_pointer()), [word(first)])
    if isinstance(field, FrameType):
        return builder.bitcast(start, context.get_value_type(field))

    def read(i: int) -> Any:
        read = builder.load(builder.gep(start, [word(i)]))
        read.set_metadata("invariant.load", builder.module.add_metadata([]))
        return read

    if not isinstance(field, ContiguousType):
        return read(0)
    kind = context.get_value_type(field).elements[0]
    lengths = [read(1 + i) for i in range(field.ndim)]
    return array_at(context, builder, field, builder.inttoptr(read(0), kind), lengths)
