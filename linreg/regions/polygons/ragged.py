"""Lists of different lengths in one array, each from its offset to the next."""

from __future__ import annotations

import numpy as np


def offsets_of(counts: np.ndarray) -> np.ndarray:
    """Where lists of these lengths begin and end; int64, shape (lists + 1,).

    Examples
    --------
    >>> offsets_of(np.array([3, 0, 4])).tolist()
    [0, 3, 3, 7]
    """
    offsets = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def members_of(offsets: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """The places of all entries of some lists, list by list.

    Examples
    --------
    >>> members_of(np.array([0, 3, 3, 7]), np.array([2, 0])).tolist()
    [3, 4, 5, 6, 0, 1, 2]
    """
    counts = offsets[chosen + 1] - offsets[chosen]
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(offsets[chosen] - ends + counts, counts) + np.arange(total)


def labels_of(offsets: np.ndarray) -> np.ndarray:
    """The list that each entry belongs to."""
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))


def next_in_ring(offsets: np.ndarray) -> np.ndarray:
    """The place of the entry after each one, where each list is a ring; none may be empty.

    Examples
    --------
    >>> next_in_ring(np.array([0, 2, 5])).tolist()
    [1, 0, 3, 4, 2]
    """
    following = np.arange(1, int(offsets[-1]) + 1)
    following[offsets[1:] - 1] = offsets[:-1]
    return following
