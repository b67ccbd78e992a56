"""Many convex shapes clipped by a half-space each, in floats and all at once.

A value within `tol` of zero counts as zero, so that a line through a corner passes through it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from linreg.regions.polygons.measures import areas_of, volumes_of
from linreg.regions.polygons.ragged import labels_of, members_of, next_in_ring, offsets_of


@dataclass(frozen=True, slots=True, eq=False)
class Rings:
    """Convex polygons in the plane or in space, none empty.

    Attributes
    ----------
    corners : float64 array, shape (corners, dim)
        In order round each polygon.
    owners : int64 array, shape (corners,)
        Who owns the edge from each corner to the next.
    offsets : int64 array, shape (polygons + 1,)
    """

    corners: np.ndarray  # (corners, dim)
    owners: np.ndarray  # (corners,)
    offsets: np.ndarray  # (polygons + 1,)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def take(self, chosen: np.ndarray) -> Rings:
        """Some of the polygons, in the order asked for."""
        places = members_of(self.offsets, chosen)
        counts = self.offsets[chosen + 1] - self.offsets[chosen]
        return Rings(self.corners[places], self.owners[places], offsets_of(counts))

    @classmethod
    def joined(cls, parts: Sequence[Rings]) -> Rings:
        """The polygons of several lists, one list after another."""
        return cls(
            np.concatenate([part.corners for part in parts]),
            np.concatenate([part.owners for part in parts]),
            offsets_of(np.concatenate([np.diff(part.offsets) for part in parts])),
        )

    def with_corners(self, corners: np.ndarray) -> Rings:
        """The same polygons with their corners elsewhere."""
        return Rings(corners, self.owners, self.offsets)

    @property
    def sizes(self) -> np.ndarray:
        """The area of each polygon of the plane."""
        return areas_of(self.corners, self.offsets)

    def clip(self, forms: np.ndarray, tol: np.ndarray, owner: int) -> tuple[Rings, Outcome]:
        """The part of each polygon on which its form, (dim + 1,), is positive.

        Returns
        -------
        rings : Rings
            Of the polygons of which something is left.
        outcome : Outcome
        """
        signs = _signs(self.corners, forms[labels_of(self.offsets)], tol[labels_of(self.offsets)])
        outcome = Outcome.of(signs, self.offsets)
        cut, _ = _cut(self, signs, outcome.left[labels_of(self.offsets)], owner)
        return cut, outcome


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What became of shapes that were clipped; bool arrays, shape (shapes,).

    Attributes
    ----------
    left : whether something certain is left
    doubtful : whether nothing is left but a corner or an edge, or a strip as thin as the tolerance
    """

    left: np.ndarray
    doubtful: np.ndarray

    @classmethod
    def of(cls, signs: np.ndarray, offsets: np.ndarray) -> Outcome:
        """The outcome for shapes whose corners have these signed values."""
        highest = np.maximum.reduceat(signs, offsets[:-1]) if len(offsets) > 1 else signs
        is_number = np.isfinite(highest)
        return cls(is_number & (highest > 0), ~is_number | (highest == 0))


@dataclass(frozen=True, slots=True, eq=False)
class Bodies:
    """Convex polyhedra in space, each by its faces, none empty.

    Attributes
    ----------
    faces : Rings
        Whose owners are not those of edges but, corner by corner, of the face.
    offsets : int64 array, shape (polyhedra + 1,)
        The first face of each polyhedron.
    """

    faces: Rings
    offsets: np.ndarray  # (polyhedra + 1,)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def take(self, chosen: np.ndarray) -> Bodies:
        """Some of the polyhedra, in the order asked for."""
        counts = self.offsets[chosen + 1] - self.offsets[chosen]
        faces = self.faces.take(members_of(self.offsets, chosen))
        return Bodies(faces, offsets_of(counts))

    @classmethod
    def joined(cls, parts: Sequence[Bodies]) -> Bodies:
        """The polyhedra of several lists, one list after another."""
        counts = np.concatenate([np.diff(part.offsets) for part in parts])
        return cls(Rings.joined([part.faces for part in parts]), offsets_of(counts))

    @property
    def corners(self) -> np.ndarray:
        """The corners of all faces."""
        return self.faces.corners

    def with_corners(self, corners: np.ndarray) -> Bodies:
        """The same polyhedra with their corners elsewhere."""
        return Bodies(self.faces.with_corners(corners), self.offsets)

    @property
    def sizes(self) -> np.ndarray:
        """The volume of each polyhedron."""
        return volumes_of(self.faces.corners, self.faces.offsets, self.offsets)

    def clip(self, forms: np.ndarray, tol: np.ndarray, owner: int) -> tuple[Bodies, Outcome]:
        """The part of each polyhedron on which its form, (4,), is positive; see `Rings.clip`."""
        faces = self.faces
        of_face = labels_of(self.offsets)
        of_corner = of_face[labels_of(faces.offsets)]
        signs = _signs(faces.corners, forms[of_corner], tol[of_corner])
        corner_offsets = faces.offsets[self.offsets]
        outcome = Outcome.of(signs, corner_offsets)
        is_whole = np.minimum.reduceat(signs, corner_offsets[:-1]) >= 0
        stays = np.maximum.reduceat(signs, faces.offsets[:-1]) > 0
        stays = (stays | is_whole[of_face]) & outcome.left[of_face]
        cut, on_plane = _cut(faces, signs, stays[labels_of(faces.offsets)], None)
        bodies = of_face[stays]
        capped = outcome.left & ~is_whole
        caps, of_cap = _caps(cut, on_plane, bodies, capped, forms, owner)
        doubtful = outcome.doubtful.copy()
        missing = capped.copy()
        missing[of_cap] = False
        doubtful[missing] = True
        left = outcome.left & ~missing
        every = Rings.joined([cut, caps])
        body_of_face = np.concatenate([bodies, of_cap])
        order = np.argsort(body_of_face, kind="stable")
        order = order[left[body_of_face[order]]]
        counts = np.bincount(body_of_face[order], minlength=len(self))[left]
        return Bodies(every.take(order), offsets_of(counts)), Outcome(left, doubtful)


Shapes = TypeVar("Shapes", Rings, Bodies)


def _signs(corners: np.ndarray, forms: np.ndarray, tol: np.ndarray) -> np.ndarray:
    """The value of each corner's form there, zero within the tolerance."""
    values = (corners * forms[:, :-1]).sum(axis=1) + forms[:, -1]
    return np.where(np.abs(values) <= tol, 0.0, values)


def _cut(
    rings: Rings, signs: np.ndarray, stays: np.ndarray, owner: int | None
) -> tuple[Rings, np.ndarray]:
    """The part of each ring where signs are not negative, and which new corners have sign 0.

    Rings whose corners are not marked in `stays` are left out. Without an owner, new edges belong
    to their ring's.
    """
    following = next_in_ring(rings.offsets)
    after = signs[following]
    kept = stays & (signs >= 0)
    leaves = stays & (signs > 0) & (after < 0)
    crossing = leaves | (stays & (signs < 0) & (after > 0))
    written = kept.astype(np.int64) + crossing
    places = np.cumsum(written) - written
    total = int(written.sum())
    corners = np.empty((total, rings.corners.shape[1]))
    owners = np.empty(total, dtype=np.int64)
    on_plane = np.ones(total, dtype=bool)
    at = places[kept]
    corners[at] = rings.corners[kept]
    owners[at] = rings.owners[kept]
    on_plane[at] = signs[kept] == 0
    here = np.flatnonzero(crossing)
    at = places[here] + kept[here]
    share = (signs[here] / (signs[here] - after[here]))[:, np.newaxis]
    start = rings.corners[here]
    corners[at] = start + share * (rings.corners[following[here]] - start)
    owners[at] = rings.owners[here]
    if owner is not None:
        owners[places[kept & (signs == 0) & (after < 0)]] = owner
        owners[places[leaves] + 1] = owner
    counts = np.add.reduceat(written, rings.offsets[:-1]) if len(rings) else written
    return Rings(corners, owners, offsets_of(counts[counts > 0])), on_plane


def _caps(
    cut: Rings,
    on_plane: np.ndarray,
    bodies: np.ndarray,
    capped: np.ndarray,
    forms: np.ndarray,
    owner: int,
) -> tuple[Rings, np.ndarray]:
    """The new face of each polyhedron that is cut, and which one that is.

    Each face that is left has one edge in the plane, and these edges, in the order of their
    directions from the middle, go round the new face.
    """
    following = next_in_ring(cut.offsets)
    of_corner = bodies[labels_of(cut.offsets)]
    edges = np.flatnonzero(on_plane & on_plane[following] & capped[of_corner])
    of_edge, ends = of_corner[edges], cut.corners[edges]
    count = np.bincount(of_edge, minlength=len(capped))
    with np.errstate(invalid="ignore"):
        middle = (
            np.stack(
                [np.bincount(of_edge, ends[:, k], minlength=len(capped)) for k in range(3)], axis=1
            )
            / count[:, np.newaxis]
        )
    normals = forms[of_edge, :3]
    first = np.eye(3)[np.abs(normals).argmin(axis=1)]
    across = np.cross(normals, first)
    up = np.cross(across, normals)  # counterclockwise as seen from outside
    spokes = ends - middle[of_edge]
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    angles = np.arctan2((spokes * up).sum(axis=1), (spokes * across).sum(axis=1))
    order = np.lexsort((angles, of_edge))
    order = order[count[of_edge[order]] >= 3]
    of_cap, counts = np.unique(of_edge[order], return_counts=True)
    owners = np.full(len(order), owner, dtype=np.int64)
    return Rings(ends[order], owners, offsets_of(counts)), of_cap
