"""Areas of convex polygons and volumes of convex polyhedra, in floats or in fractions."""

from __future__ import annotations

import numpy as np

from linreg.regions.polygons.ragged import labels_of, next_in_ring


def areas_of(corners: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """The area of each polygon whose corners go round counterclockwise.

    Examples
    --------
    >>> areas_of(np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 1.0]]), np.array([0, 3])).tolist()
    [1.0]
    """
    if len(offsets) < 2:
        return corners[:0, 0]
    # From a corner of the polygon itself: far from the origin, products would lose their digits.
    spokes = corners - corners[offsets[labels_of(offsets)]]
    following = spokes[next_in_ring(offsets)]
    doubled = spokes[:, 0] * following[:, 1] - spokes[:, 1] * following[:, 0]
    return np.asarray(np.add.reduceat(doubled, offsets[:-1]) / 2)


def volumes_of(corners: np.ndarray, face_offsets: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """The volume of each polyhedron whose faces go round counterclockwise, seen from outside."""
    if len(offsets) < 2:
        return corners[:0, 0]
    of_face = labels_of(face_offsets)
    tops = corners[face_offsets[offsets[labels_of(offsets)]]][of_face]
    first = corners[face_offsets[of_face]] - tops
    here, after = corners - tops, corners[next_in_ring(face_offsets)] - tops
    # Six times the volume of the tetrahedron from the top over each triangle of the fan.
    across = np.stack(
        [
            here[:, (k + 1) % 3] * after[:, (k + 2) % 3]
            - here[:, (k + 2) % 3] * after[:, (k + 1) % 3]
            for k in range(3)
        ],
        axis=1,
    )
    signed = (first * across).sum(axis=1)
    return np.asarray(np.add.reduceat(signed, face_offsets[offsets[:-1]]) / 6)
