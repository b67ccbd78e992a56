"""Machine code: which of many regions has a pattern, by a hash of it and then by all its pieces."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from linreg.kernel.data.frames import as_frame
from linreg.kernel.machine import compiled, entry

REGION = 2**40 - 1
"""The bits of a slot that number its region; those above are of the hash."""


@as_frame
class Lookup(NamedTuple):
    """Patterns, and where to find them.

    The hash of a pattern is a sum of its pieces, each times a factor of its unit, modulo 2^64.
    """

    patterns: np.ndarray  # (regions, units times bytes)
    n_bytes: int  # of a piece, the lowest one first
    factors: np.ndarray  # (units,)
    slots: np.ndarray  # (a power of two, more than regions,) part of the hash and the region, or -1
    shift: int  # by which a hash is the number of a slot


def lookup_of(patterns: np.ndarray) -> Lookup:
    """Where to find patterns, unsigned integers of shape (regions, units)."""
    n_bytes = patterns.itemsize
    count, units = patterns.shape
    lowest_first = np.ascontiguousarray(patterns, dtype=patterns.dtype.newbyteorder("<"))
    flat = lowest_first.view(np.uint8).reshape(count, units * n_bytes)
    flat.flags.writeable = False
    factors = 2 * np.random.default_rng(0).integers(2**63, size=(units,), dtype=np.uint64) + 1
    bits = max(1, (2 * count).bit_length())
    lookup = Lookup(flat, n_bytes, factors, np.full(1 << bits, -1), 64 - bits)
    fill(lookup)
    return lookup


@entry
def fill(lookup: Lookup) -> None:
    """Give each pattern a slot: the first free one from that of its hash on."""
    last = len(lookup.slots) - 1
    for i in range(len(lookup.patterns)):
        code = np.uint64(0)
        for u in range(len(lookup.factors)):
            code += np.uint64(piece_of(lookup, i, u)) * lookup.factors[u]
        slot = _slot(lookup, code)
        while lookup.slots[slot] >= 0:
            slot = (slot + 1) & last
        lookup.slots[slot] = _tag(code) + i


@compiled
def piece_of(lookup: Lookup, i: int, u: int) -> np.int64:
    """The piece of a unit on a region."""
    piece = np.int64(lookup.patterns[i, u * lookup.n_bytes])
    for byte in range(1, lookup.n_bytes):
        piece |= np.int64(lookup.patterns[i, u * lookup.n_bytes + byte]) << (8 * byte)
    return piece


@compiled
def hash_of(lookup: Lookup, pieces: np.ndarray) -> np.uint64:
    """The hash of a pattern."""
    code = np.uint64(0)
    for u in range(len(lookup.factors)):
        code += np.uint64(pieces[u]) * lookup.factors[u]
    return code


@compiled
def find(lookup: Lookup, pieces: np.ndarray, code: np.uint64) -> int:
    """The region with a pattern, whose hash is `code`; -1 if there is none."""
    last = len(lookup.slots) - 1
    slot = _slot(lookup, code)
    tag = _tag(code)
    while lookup.slots[slot] >= 0:
        i = lookup.slots[slot] - tag
        if 0 <= i <= REGION:
            u = 0
            while u < len(lookup.factors) and piece_of(lookup, i, u) == pieces[u]:
                u += 1
            if u == len(lookup.factors):
                return i
        slot = (slot + 1) & last
    return -1


@compiled
def _slot(lookup: Lookup, code: np.uint64) -> np.int64:
    """The first slot in which to look."""
    return np.int64(code >> np.uint64(lookup.shift))


@compiled
def _tag(code: np.uint64) -> np.int64:
    """The lowest bits of a hash, above those that number regions."""
    return np.int64(code & np.uint64(0x7FFFFF)) * (REGION + 1)
