"""Machine code: integers of many words, exactly.

An integer is a row of 64-bit words, the lowest first, in two's complement: all sums and products
are modulo a power of 2^64 beyond what they can be.
"""

# mypy: disable-error-code="no-untyped-call, untyped-decorator, misc"

from __future__ import annotations

from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin

from linreg.kernel.machine import compiled

ZERO = cast("int", np.uint64(0))
ONE = cast("int", np.uint64(1))
TWO = cast("int", np.uint64(2))
THREE = cast("int", np.uint64(3))
EIGHT = cast("int", np.uint64(8))
BYTE = cast("int", np.uint64(255))
TOP = np.uint64(63)
ALL = 2**64 - 1


def low(a: int, b: int, c: int, d: int) -> int:
    """The low word of a b + c + d, which is below 2^128."""
    return cast("int", np.uint64((int(a) * int(b) + int(c) + int(d)) & ALL))


def high(a: int, b: int, c: int, d: int) -> int:
    """The high word of a b + c + d."""
    return cast("int", np.uint64((int(a) * int(b) + int(c) + int(d)) >> 64))


class _OfWords(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(types.uint64, *[types.uint64] * 4)


infer_global(low)(type("_Low", (_OfWords,), {"key": low}))
infer_global(high)(type("_High", (_OfWords,), {"key": high}))


def _sum(builder: Any, words: Any) -> Any:
    """a b + c + d, for which processors have an instruction and numba has none."""
    a, b, c, d = (builder.zext(word, ir.IntType(128)) for word in words)
    return builder.add(builder.add(builder.mul(a, b), c), d)


@lower_builtin(low, *[types.uint64] * 4)
def _low(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.trunc(_sum(builder, args), ir.IntType(64))


@lower_builtin(high, *[types.uint64] * 4)
def _high(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    whole = ir.IntType(128)
    return builder.trunc(builder.lshr(_sum(builder, args), whole(64)), ir.IntType(64))


@compiled
def sign_of(a: np.ndarray, n: int) -> int:
    """The sign of an integer."""
    if a[n - 1] >> TOP != ZERO:
        return -1
    for i in range(n):
        if a[i] != ZERO:
            return 1
    return 0


@compiled
def length_of(a: np.ndarray, n: int) -> int:
    """Up to which word a non-negative integer is not zero."""
    while n > 0 and a[n - 1] == ZERO:
        n -= 1
    return n


@compiled
def clear(a: np.ndarray, n: int) -> None:
    """Set to zero."""
    for i in range(n):
        a[i] = ZERO


@compiled
def subtract(a: np.ndarray, b: np.ndarray, n: int) -> None:
    """a -= b."""
    borrow = ZERO
    for i in range(n):
        old = a[i]
        less = old - b[i]
        a[i] = less - borrow
        borrow = ONE if old < b[i] or less < borrow else ZERO


@compiled
def put_negative(a: np.ndarray, b: np.ndarray, n: int) -> None:
    """a = -b; they may be the same."""
    carry = ONE
    for i in range(n):
        word = ~b[i] + carry
        carry = ONE if word < carry else ZERO
        a[i] = word


@compiled
def add_product(to: np.ndarray, n: int, a: np.ndarray, m: int, b: np.ndarray, k: int) -> None:
    """Add a b to an integer of n words, where a is not negative and has m of them, and b has k."""
    for i in range(min(m, n)):
        carry = ZERO
        end = min(k, n - i)
        for j in range(end):
            old = to[i + j]
            to[i + j] = low(a[i], b[j], old, carry)
            carry = high(a[i], b[j], old, carry)
        j = i + end
        while carry != ZERO and j < n:
            to[j] += carry
            carry = ONE if to[j] < carry else ZERO
            j += 1
    if k < n and b[k - 1] >> TOP != ZERO:
        # As if not negative, b is 2^(64 k) too large.
        borrow = ZERO
        for i in range(n - k):
            old = to[k + i]
            word = a[i] if i < m else ZERO
            less = old - word
            to[k + i] = less - borrow
            borrow = ONE if old < word or less < borrow else ZERO


@compiled
def shift_down(a: np.ndarray, words: int, bits: int, n: int) -> None:
    """a >>= 64 words + bits, of which n words are left; one more is read where bits are."""
    for i in range(n):
        word = a[i + words]
        if bits > 0:
            word >>= np.uint64(bits)
            word |= a[i + words + 1] << np.uint64(64 - bits)
        a[i] = word


@compiled
def zeros_below(word: int) -> int:
    """The place of the lowest bit of a word that has one."""
    count = 0
    while word & BYTE == ZERO:
        word >>= EIGHT
        count += 8
    while word & ONE == ZERO:
        word >>= ONE
        count += 1
    return count


@compiled
def inverse(odd: int) -> int:
    """The inverse of an odd word modulo 2^64, by the iteration of Newton.

    The first guess is right in five bits, and each step doubles them.
    """
    guess = (odd * THREE) ^ TWO
    for _ in range(4):
        guess *= TWO - odd * guess
    return guess


@compiled
def divide_exactly(
    to: np.ndarray, a: np.ndarray, n: int, odd: np.ndarray, m: int, inverted: int
) -> None:
    """The quotient of n words of a, which are spoilt, and an odd divisor of m words.

    Right modulo 2^(64 n) if there is no remainder.

    Source
    ------
    Jebelean (1993), "An algorithm for exact division".
    """
    for i in range(n):
        digit = a[i] * inverted
        to[i] = digit
        carry = ZERO
        end = min(m, n - i)
        for j in range(end):
            word = low(digit, odd[j], carry, ZERO)
            carry = high(digit, odd[j], carry, ZERO)
            old = a[i + j]
            a[i + j] = old - word
            if old < word:
                carry += ONE
        j = i + end
        while carry != ZERO and j < n:
            old = a[j]
            a[j] = old - carry
            carry = ONE if old < carry else ZERO
            j += 1
