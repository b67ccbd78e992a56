"""The order of patterns: lexicographic, found on a few machine words for each."""

from __future__ import annotations

import numpy as np

WORD = 8
"""Bytes of a machine word."""


def pattern_keys(patterns: np.ndarray, *, two_pieces: bool) -> np.ndarray:
    """Words that are ordered as the patterns are; uint64, shape (regions, words).

    Parameters
    ----------
    patterns : uint8 or uint16 array, shape (regions, units)
    two_pieces : bool
        Whether no unit has more than two pieces, so that each takes one bit.

    Examples
    --------
    >>> pattern_keys(np.array([[1, 0], [0, 1]], dtype=np.uint8), two_pieces=True).tolist()
    [[9223372036854775808], [4611686018427387904]]
    """
    octets = key_octets(patterns, two_pieces=two_pieces)
    return octets.view(">u8").astype(np.uint64)


def key_octets(patterns: np.ndarray, *, two_pieces: bool) -> np.ndarray:
    """The bytes of keys, high ones first, so that they are ordered as texts are, too.

    Parameters
    ----------
    patterns, two_pieces
        As for `pattern_keys`.

    Returns
    -------
    uint8 array, shape (regions, 8 * words)
    """
    if two_pieces:
        octets = np.packbits(patterns.astype(np.uint8, copy=False), axis=1)
    else:
        big_endian = patterns.astype(patterns.dtype.newbyteorder(">"))
        octets = np.ascontiguousarray(big_endian).view(np.uint8)
    padded = np.zeros((len(patterns), WORD * key_words(8 * octets.shape[1])), dtype=np.uint8)
    padded[:, : octets.shape[1]] = octets
    return padded


def key_words(bits: int) -> int:
    """How many words hold so many bits; never none."""
    return max(1, -(-bits // (8 * WORD)))


def patterns_of_keys(
    keys: np.ndarray, units: int, dtype: np.dtype, *, two_pieces: bool
) -> np.ndarray:
    """The patterns that have these keys, shape (regions, units).

    Examples
    --------
    >>> keys = pattern_keys(np.array([[1, 0], [0, 1]], dtype=np.uint8), two_pieces=True)
    >>> patterns_of_keys(keys, 2, np.dtype(np.uint8), two_pieces=True).tolist()
    [[1, 0], [0, 1]]
    """
    octets = keys.astype(">u8").view(np.uint8)
    if two_pieces:
        return np.unpackbits(octets, axis=1, count=units).astype(dtype, copy=False)
    pieces = np.ascontiguousarray(octets[:, : units * dtype.itemsize])
    return pieces.view(dtype.newbyteorder(">")).astype(dtype).reshape(len(keys), units)


def order_of(patterns: np.ndarray, *, two_pieces: bool) -> np.ndarray:
    """The indices of the patterns in their order; int64, shape (regions,)."""
    return order_of_keys(pattern_keys(patterns, two_pieces=two_pieces))


def order_of_keys(keys: np.ndarray) -> np.ndarray:
    """The indices of keys in their order; int64, shape (regions,)."""
    keys = keys.astype(np.uint64, copy=False)
    if keys.shape[1] == 1:
        return np.argsort(keys[:, 0], kind="stable")
    # lexsort takes its last key first.
    return np.lexsort(keys.T[::-1])


def pattern_texts(patterns: np.ndarray, *, two_pieces: bool) -> np.ndarray:
    """Texts of bytes that are ordered as the patterns are; shape (regions,)."""
    octets = key_octets(patterns, two_pieces=two_pieces)
    return octets.view(f"S{octets.shape[1]}").ravel()
