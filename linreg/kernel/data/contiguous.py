"""Arrays as machine code gets them: an address and the length of each axis, in the order of C.

numba knows an array by seven numbers or more, and writes fifty lines for LLVM where one element is
read; most of the time of compiling goes by their number. Here it is a third of them or less, and
what is compiled is as fast. As in Python, a negative index counts from the end.
"""

# mypy: disable-error-code="no-untyped-call, untyped-decorator, misc"

from __future__ import annotations

import operator
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from llvmlite.ir.instructions import InsertValue
from numba.core import cgutils, types
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_global, signature
from numba.cpython import slicing
from numba.extending import (
    infer_getattr,
    lower_builtin,
    lower_getattr,
    models,
    register_model,
)


class ContiguousType(types.Type):
    """The type of an array whose elements stand next to each other."""

    mutable = True

    def __init__(self, dtype: types.Type, ndim: int) -> None:
        self.dtype = dtype
        self.ndim = ndim
        title = str(dtype)
        if isinstance(dtype, types.Record):
            title = "record." + sha256(title.encode()).hexdigest()[:12]
        super().__init__(name=f"contiguous({title}, {ndim})")


@register_model(ContiguousType)
class _Model(models.StructModel):
    """The address, then the lengths."""

    def __init__(self, manager: Any, kind: ContiguousType) -> None:
        lengths = [(f"n{i}", types.intp) for i in range(kind.ndim)]
        super().__init__(manager, kind, [("address", types.CPointer(kind.dtype)), *lengths])


def _after(kind: types.Type, index: Any) -> tuple[types.Type, types.Type] | None:
    """What is at an index of an array, and the type that the index is taken for."""
    if not isinstance(kind, ContiguousType):
        return None
    if index is types.slice2_type:
        return kind, index
    is_tuple = isinstance(index, types.BaseTuple)
    parts = list(index) if is_tuple else [index]
    if not all(isinstance(part, types.Integer) for part in parts) or len(parts) > kind.ndim:
        return None
    whole = [types.intp if part.signed else types.uintp for part in parts]
    taken = types.Tuple(whole) if is_tuple else whole[0]
    rest = kind.ndim - len(parts)
    return (ContiguousType(kind.dtype, rest) if rest else kind.dtype), taken


@infer_global(operator.getitem)
class _Read(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        kind, index = args
        found = _after(kind, index)
        return None if found is None else signature(found[0], kind, found[1])


@infer_global(operator.setitem)
class _Write(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        kind, index, _ = args
        found = _after(kind, index)
        if found is None or found[0] is not kind.dtype:
            return None
        return signature(types.none, kind, found[1], kind.dtype)


@infer_global(len)
class _Length(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        (kind,) = args
        return signature(types.intp, kind) if isinstance(kind, ContiguousType) else None


@infer_getattr
class _Attributes(AttributeTemplate):
    key = ContiguousType

    def resolve_shape(self, kind: ContiguousType) -> types.Type:
        return types.UniTuple(types.intp, kind.ndim)


def _part(builder: Any, whole: Any, i: int) -> Any:
    """Part i of a struct: what was put there, or else an instruction that takes it out."""
    made = whole
    while isinstance(made, InsertValue) and made.indices[0] != i:
        made = made.aggregate
    if isinstance(made, InsertValue) and len(made.indices) == 1:
        return made.value
    return builder.extract_value(whole, i)


def _lengths(builder: Any, kind: ContiguousType, array: Any) -> list[Any]:
    return [_part(builder, array, 1 + i) for i in range(kind.ndim)]


def array_at(
    context: Any, builder: Any, kind: ContiguousType, address: Any, lengths: Sequence[Any]
) -> Any:
    """The array of these lengths at an address."""
    array = builder.insert_value(context.get_value_type(kind)(None), address, 0)
    for i, length in enumerate(lengths):
        array = builder.insert_value(array, length, 1 + i)
    return array


def _find(
    context: Any, builder: Any, kind: ContiguousType, array: Any, index: Any, value: Any
) -> tuple[Any, list[Any]]:
    """The address at an index, and the lengths that are left."""
    lengths = _lengths(builder, kind, array)
    is_tuple = isinstance(index, types.BaseTuple)
    wholes = list(index) if is_tuple else [index]
    parts = [_part(builder, value, i) for i in range(len(wholes))] if is_tuple else [value]
    place = None
    for i, length in enumerate(lengths):
        place = None if place is None else builder.mul(place, length)
        if i < len(parts):
            part = parts[i]
            if wholes[i].signed:
                is_negative = builder.icmp_signed("<", part, part.type(0))
                part = builder.select(is_negative, builder.add(part, length), part)
            place = part if place is None else builder.add(place, part)
    return builder.gep(_part(builder, array, 0), [place]), lengths[len(parts) :]


@lower_builtin(operator.getitem, ContiguousType, types.Integer)
@lower_builtin(operator.getitem, ContiguousType, types.BaseTuple)
def _get(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind, index = sig.args
    address, lengths = _find(context, builder, kind, args[0], index, args[1])
    if lengths:
        return array_at(context, builder, sig.return_type, address, lengths)
    return context.unpack_value(builder, kind.dtype, address)


@lower_builtin("static_getitem", ContiguousType, types.IntegerLiteral)
def _get_constant(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    index = context.get_constant(types.intp, args[1])
    return _get(
        context, builder, signature(sig.return_type, sig.args[0], types.intp), (args[0], index)
    )


@lower_builtin("static_setitem", ContiguousType, types.Integer, types.Any)
def _set_constant(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    index = context.get_constant(types.intp, args[1])
    return _set(
        context,
        builder,
        signature(sig.return_type, sig.args[0], types.intp, sig.args[2]),
        (args[0], index, args[2]),
    )


@lower_builtin(operator.setitem, ContiguousType, types.Integer, types.Any)
@lower_builtin(operator.setitem, ContiguousType, types.BaseTuple, types.Any)
def _set(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind, index, _ = sig.args
    address, _ = _find(context, builder, kind, args[0], index, args[1])
    if isinstance(kind.dtype, types.Record):  # stored as bytes, it would be moved one by one
        cgutils.raw_memmove(
            builder, address, args[2], context.get_constant(types.intp, 1), kind.dtype.size
        )
    else:
        context.pack_value(builder, kind.dtype, args[2], address)
    return context.get_dummy_value()


@lower_builtin(operator.getitem, ContiguousType, types.slice2_type)
def _cut(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """Some of the first axis."""
    kind, index = sig.args
    lengths = _lengths(builder, kind, args[0])
    part = context.make_helper(builder, index, value=args[1])
    slicing.fix_slice(builder, part, lengths[0])
    place = part.start
    for length in lengths[1:]:
        place = builder.mul(place, length)
    address = builder.gep(_part(builder, args[0], 0), [place])
    lengths[0] = slicing.get_slice_length(builder, part)
    return array_at(context, builder, kind, address, lengths)


@lower_builtin(len, ContiguousType)
def _len(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return _part(builder, args[0], 1)


@lower_getattr(ContiguousType, "shape")
def _shape(context: Any, builder: Any, kind: ContiguousType, array: Any) -> Any:
    lengths = _lengths(builder, kind, array)
    return context.make_tuple(builder, types.UniTuple(types.intp, kind.ndim), lengths)
