"""Where a sliding window looks: the cells under it at each of its places."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from linreg.errors import InvalidNetwork
from linreg.network.operators.settings import (
    Padding,
    PerAxis,
    cells_of,
    check_number,
    paddings,
    per_axis,
)
from linreg.wording import counted

PADDING = -1
"""Stands for a cell of the padding."""

BEYOND = -2
"""Stands for a cell beyond the padding, where a last incomplete window is kept."""


def windows(
    axes: Sequence[int],
    kernel: PerAxis,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
) -> np.ndarray:
    """The cells under a window at each of its places.

    Parameters
    ----------
    axes : sequence of int
        Lengths of the axes that the window slides along.
    kernel, stride, dilation : int, or one for each axis
        Number of cells that the window reads, its step, and the distance of the cells it reads.
    padding : int, or for each axis an int or a pair (before, after)
    ceil_mode : bool
        Whether a last window is kept that does not fit but starts before the padding at the end.

    Returns
    -------
    array of int, shape (*places, *kernel)
        The row-major index of each cell, or `PADDING` or `BEYOND`.

    Raises
    ------
    InvalidNetwork
        If a setting is malformed, or the window fits nowhere.

    Examples
    --------
    >>> windows([4], 3, padding=1, stride=2).tolist()
    [[-1, 0, 1], [1, 2, 3]]
    >>> windows([4], 3, stride=2, ceil_mode=True).tolist()
    [[0, 1, 2], [2, 3, -2]]
    """
    n = len(axes)
    lengths = per_axis(kernel, n, "kernel")
    steps = per_axis(stride, n, "stride")
    distances = per_axis(dilation, n, "dilation")
    margins = paddings(padding, n)
    check_number(prod(sum(each) + length for each, length in zip(margins, axes, strict=True)))
    places, beyond = [], []
    for a in range(n):
        before, after = margins[a]
        whole = before + axes[a] + after
        span = distances[a] * (lengths[a] - 1) + 1
        if span > whole:
            raise InvalidNetwork(
                f"the kernel spans {counted(span, 'cell')}, but axis {a} of the padded input has "
                f"{whole}; the output would be empty"
            )
        free = whole - span
        count = free // steps[a] + 1
        if ceil_mode and free % steps[a] and count * steps[a] < before + axes[a]:
            count += 1
        check_number(count * lengths[a])
        # A step that is taken at most once may be longer than any machine integer.
        step, distance = min(steps[a], whole), min(distances[a], whole)
        at = np.add.outer(np.arange(count) * step, np.arange(lengths[a]) * distance)
        places.append(at)
        beyond.append((0, max(0, int(at.max()) + 1 - whole)))
    check_number(prod(at.size for at in places))
    padded = np.pad(cells_of(axes), margins, constant_values=PADDING)
    padded = np.pad(padded, beyond, constant_values=BEYOND)
    seen = padded[np.ix_(*(at.ravel() for at in places))]
    split = seen.reshape([length for at in places for length in at.shape])
    return split.transpose([*range(0, 2 * n, 2), *range(1, 2 * n, 2)])
