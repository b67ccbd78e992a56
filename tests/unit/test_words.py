"""Integers of many words in machine code: the numbers that Python has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pytest
from numba import njit

from linreg.kernel import machine
from linreg.kernel.data.frames import as_frame
from linreg.kernel.generators import words

MOST = 9


@as_frame
class Numbers(NamedTuple):
    a: np.ndarray
    b: np.ndarray
    c: np.ndarray
    n: np.ndarray  # sizes
    found: np.ndarray


def in_machine_code(function: Any) -> Any:
    """The function, compiled with the options of the package, for this process alone."""
    return njit(**(machine._OPTIONS | {"cache": False}))(function)


@in_machine_code
def _compute(x: Numbers) -> None:
    n, m, k = x.n[0], x.n[1], x.n[2]
    words.add_product(x.a, n, x.b, m, x.c, k)
    x.found[0] = words.sign_of(x.a, n)


@in_machine_code
def _divide(x: Numbers) -> None:
    """a / b, where b is positive."""
    n, m = x.n[0], x.n[1]
    zeros = 0
    while x.b[zeros] == words.ZERO:
        zeros += 1
    bits = words.zeros_below(x.b[zeros])
    words.shift_down(x.b, zeros, bits, m - zeros)
    length = words.length_of(x.b, m - zeros)
    words.shift_down(x.a, zeros, bits, n)
    words.divide_exactly(x.c, x.a, n, x.b, length, words.inverse(x.b[0]))


@in_machine_code
def _subtract(x: Numbers) -> None:
    words.subtract(x.a, x.b, x.n[0])
    words.put_negative(x.c, x.a, x.n[0])


def of(number: int, n: int) -> np.ndarray:
    """The lowest n words of an integer."""
    data = (number % 2 ** (64 * n)).to_bytes(8 * n, "little")
    return np.frombuffer(data, dtype=np.uint64).copy()


def signed(row: np.ndarray) -> int:
    return int.from_bytes(row.tobytes(), "little", signed=True)


def numbers(a: np.ndarray, b: np.ndarray, c: np.ndarray, sizes: Sequence[int]) -> Numbers:
    return Numbers(a, b, c, np.array(sizes), np.zeros(1, dtype=np.int64))


def some(seed: int, bits: int, count: int) -> list[int]:
    """Integers of up to so many bits: random ones, and those at which carries run far."""
    rng = np.random.default_rng(seed)
    extreme = [0, 1, 2**bits - 1, 2 ** (bits - 1), 2 ** (bits - 1) - 1, 2 ** (bits - 1) + 1]
    random = [int.from_bytes(rng.bytes(bits // 8 + 8), "little") % 2**bits for _ in range(count)]
    shorter = [number >> int(rng.integers(bits)) for number in random]
    holes = [number & ~(2**64 - 1 << 64) for number in random]
    return extreme + random + shorter + holes


@pytest.mark.parametrize(("n", "m", "k"), [(1, 1, 1), (2, 1, 2), (5, 3, 4), (6, 6, 6), (9, 4, 3)])
def test_sums_of_products_are_those_of_python(n: int, m: int, k: int) -> None:
    """Modulo 2^(64 n), whatever the signs of the sum and of the second factor are."""
    sums, ahead, behind = some(0, 64 * n, 4), some(1, 64 * m, 4), some(2, 64 * k - 1, 4)
    for i, a in enumerate(ahead):
        for j, b in enumerate(behind):
            for c in (sums[(i + j) % len(sums)], sums[(3 * i + j) % len(sums)]):
                for sign in (1, -1):
                    x = numbers(of(c, n), of(a, m), of(sign * b, k), (n, m, k))
                    _compute(x)
                    expected = signed(of(c + a * sign * b, n))
                    assert signed(x.a) == expected
                    assert x.found[0] == (expected > 0) - (expected < 0)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_differences_are_those_of_python(n: int) -> None:
    for a in some(3, 64 * n, 5):
        for b in some(4, 64 * n, 5):
            x = numbers(of(a, n), of(b, n), of(0, n), (n,))
            _subtract(x)
            assert signed(x.a) == signed(of(a - b, n))
            assert signed(x.c) == signed(of(b - a, n))


@pytest.mark.parametrize("zeros", [0, 1, 63, 64, 65, 130])
@pytest.mark.parametrize(("quotient", "divisor"), [(1, 1), (3, 1), (2, 3), (4, 4)])
def test_quotients_without_remainders_are_those_of_python(
    quotient: int, divisor: int, zeros: int
) -> None:
    """Of even divisors too, whose lowest bits are shifted out."""
    n, m = quotient, divisor + 3
    for a in some(5, 64 * quotient - 1, 4):
        for b in some(6, 64 * divisor, 4):
            b = (b | 1) << zeros
            for sign in (1, -1):
                long = n + m + 1
                x = numbers(of(sign * a * b, long), of(b, m + 1), of(0, n), (n, m))
                _divide(x)
                assert signed(x.c) == sign * a


def test_a_quotient_with_a_remainder_is_no_quotient() -> None:
    """7 / 5 modulo 2^64 is another number, of which five times is 7 again modulo 2^64 alone."""
    x = numbers(of(7, 3), of(5, 2), of(0, 2), (2, 1))
    _divide(x)
    found = signed(x.c)
    assert found * 5 != 7
    assert found * 5 % 2**128 == 7
