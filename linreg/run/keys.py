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
    if two_pieces:
        octets = np.packbits(patterns.astype(np.uint8, copy=False), axis=1)
    else:
        big_endian = patterns.astype(patterns.dtype.newbyteorder(">"))
        octets = np.ascontiguousarray(big_endian).view(np.uint8)
    width = max(WORD, -(-octets.shape[1] // WORD) * WORD)
    padded = np.zeros((len(patterns), width), dtype=np.uint8)
    padded[:, : octets.shape[1]] = octets
    return padded.view(">u8").astype(np.uint64)


def order_of(patterns: np.ndarray, *, two_pieces: bool) -> np.ndarray:
    """The indices of the patterns in their order; int64, shape (regions,)."""
    keys = pattern_keys(patterns, two_pieces=two_pieces)
    if keys.shape[1] == 1:
        return np.argsort(keys[:, 0], kind="stable")
    # lexsort takes its last key first.
    return np.lexsort(keys.T[::-1])


def pattern_texts(patterns: np.ndarray, *, two_pieces: bool) -> np.ndarray:
    """Texts of bytes that are ordered as the patterns are; shape (regions,)."""
    keys = pattern_keys(patterns, two_pieces=two_pieces).astype(">u8")
    return keys.view(f"S{keys.shape[1] * WORD}").ravel()
