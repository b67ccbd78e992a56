"""Unions of cells into files: meshes for viewers, and JSON and Parquet for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from linreg.complex.forms import Vector
from linreg.errors import UnwritableFile
from linreg.files import StrPath, check_writable, replacing
from linreg.rational import nearest_float
from linreg.topology import Piece, Subcomplex, pieces
from linreg.wording import counted

MESH_DIMS = (2, 3)
"""Dimensions of space that mesh formats hold; points of the plane get a third coordinate 0."""


def write_pieces(union: Subcomplex, path: StrPath) -> Path:
    """Write the pieces of a union of cells, such as a decision boundary, to a file.

    Parameters
    ----------
    union : Subcomplex
    path : str or path
        The suffix decides:

        - .obj, .ply: a mesh in float64 of bounded points, segments and polygons, in 2 or 3
          dimensions;
        - .json: a feature for each piece, as in GeoJSON, with exact coordinates, unbounded
          directions and the patterns of the regions around it beside;
        - .parquet: the same as a table.

        An existing file is replaced in one step.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnwritableFile
        If the suffix is not known, the file cannot be written, or a mesh cannot hold the pieces.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg import absolute, level_set, mlp
    >>> net = mlp([([[1, 0], [0, 1]], [0, 0])], ([[1, 1]], [-1]), activation=absolute())
    >>> with TemporaryDirectory() as folder:
    ...     print(write_pieces(level_set(net), f"{folder}/square.obj").read_text()[:13])
    v 0.0 1.0 0.0
    """
    target = Path(path)
    write = _format(target)
    found = pieces(union)
    with replacing(target) as temporary:
        write(union, found, temporary)
    return target


def check_pieces_path(path: StrPath, reading: tuple[StrPath | None, ...] = ()) -> None:
    """Refuse a path that no pieces should be written to, before any work is done.

    Parameters
    ----------
    path : str or path
    reading : tuple of str, path or None
        Files that must not be replaced.

    Raises
    ------
    UnwritableFile
        If the suffix is not known, the folder is missing or not writable, or a file is being read.

    Examples
    --------
    >>> check_pieces_path("net.png")
    Traceback (most recent call last):
    linreg.errors.UnwritableFile: net.png: ...
    """
    _format(Path(path))
    check_writable(path, reading)


def _format(path: Path) -> Callable[[Subcomplex, list[Piece], Path], None]:
    suffix = path.suffix.lower()
    if suffix not in _FORMATS:
        raise UnwritableFile(
            f"{path}: the suffix {suffix or '(none)'} names no format of pieces; known are "
            f"{', '.join(_FORMATS)}"
        )
    return _FORMATS[suffix]


def _vertices(union: Subcomplex, found: list[Piece], path: Path) -> dict[Vector, int]:
    """The vertices of all pieces by first occurrence, for a mesh that can hold them."""
    dim = union.complex.dim
    if dim not in MESH_DIMS:
        raise UnwritableFile(
            f"{path.suffix}: a mesh has 2 or 3 dimensions, and this space has {dim}; write .json "
            "or .parquet"
        )
    unbounded = sum(not piece.cell.is_bounded for piece in found)
    if unbounded:
        raise UnwritableFile(
            f"{path.suffix}: a mesh is bounded, but {unbounded:,} of "
            f"{counted(len(found), 'piece')} are not; give a bounded domain, or write .json "
            "or .parquet"
        )
    solid = sum(piece.cell.dim > 2 for piece in found)
    if solid:
        raise UnwritableFile(
            f"{path.suffix}: a mesh is made of polygons, and {counted(solid, 'piece')} of "
            f"{len(found):,} are solid; write .json or .parquet"
        )
    places: dict[Vector, int] = {}
    for piece in found:
        for vertex in piece.outline:
            places.setdefault(vertex, len(places))
    return places


def _coordinates(vertex: Vector) -> list[float]:
    floats = [nearest_float(entry, vertex[-1]) + 0.0 for entry in vertex[:-1]]
    return floats + [0.0] * (3 - len(floats))


def _obj(union: Subcomplex, found: list[Piece], path: Path) -> None:
    places = _vertices(union, found, path)
    names = {0: "p", 1: "l", 2: "f"}
    with path.open("w", encoding="ascii", newline="\n") as stream:
        for vertex in places:
            stream.write(f"v {' '.join(map(repr, _coordinates(vertex)))}\n")
        for piece in found:
            numbers = (str(places[vertex] + 1) for vertex in piece.outline)
            stream.write(f"{names[piece.cell.dim]} {' '.join(numbers)}\n")


def _ply(union: Subcomplex, found: list[Piece], path: Path) -> None:
    places = _vertices(union, found, path)
    edges = [piece for piece in found if piece.cell.dim == 1]
    faces = [piece for piece in found if piece.cell.dim == 2]
    with path.open("w", encoding="ascii", newline="\n") as stream:
        stream.write(f"ply\nformat ascii 1.0\nelement vertex {len(places)}\n")
        stream.writelines(f"property double {axis}\n" for axis in "xyz")
        stream.write(f"element face {len(faces)}\nproperty list uint int vertex_indices\n")
        stream.write(f"element edge {len(edges)}\nproperty int vertex1\nproperty int vertex2\n")
        stream.write("end_header\n")
        for vertex in places:
            stream.write(f"{' '.join(map(repr, _coordinates(vertex)))}\n")
        for piece in faces:
            numbers = [len(piece.outline), *(places[vertex] for vertex in piece.outline)]
            stream.write(f"{' '.join(map(str, numbers))}\n")
        for piece in edges:
            stream.write(f"{' '.join(str(places[vertex]) for vertex in piece.outline)}\n")


def _records(found: list[Piece]) -> Iterator[dict[str, Any]]:
    """What is known of each piece."""
    for piece in found:
        vertices = [v for v in piece.outline if v[-1]]
        squared = piece.squared_size
        yield {
            "cell": piece.cell.index,
            "dim": piece.cell.dim,
            "component": piece.component,
            "bounded": piece.cell.is_bounded,
            "points": [[nearest_float(x, v[-1]) + 0.0 for x in v[:-1]] for v in vertices],
            "exact": [[str(Fraction(x, v[-1])) for x in v[:-1]] for v in vertices],
            "directions": [[str(x) for x in ray] for ray in piece.cell.rays],
            "lines": [[str(x) for x in line[:-1]] for line in piece.cell.lines],
            "squared_size": None if squared is None else str(squared),
            "regions": [list(pattern) for pattern in piece.regions],
        }


def _json(_union: Subcomplex, found: list[Piece], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write('{"type": "FeatureCollection", "features": [')
        for place, record in enumerate(_records(found)):
            feature = {"type": "Feature", "geometry": _geometry(record), "properties": record}
            stream.write(("," if place else "") + "\n" + json.dumps(feature, allow_nan=False))
        stream.write("\n]}\n")


def _geometry(record: dict[str, Any]) -> dict[str, Any] | None:
    """The shape of a bounded piece; null if GeoJSON has no name for it."""
    points = record.pop("points")
    if not record["bounded"] or record["dim"] > 2:
        return None
    match record["dim"]:
        case 0:
            return {"type": "Point", "coordinates": points[0]}
        case 1:
            return {"type": "LineString", "coordinates": points}
    return {"type": "Polygon", "coordinates": [[*points, points[0]]]}


def _parquet(_union: Subcomplex, found: list[Piece], path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    exact, floats = (
        pyarrow.list_(pyarrow.list_(kind)) for kind in (pyarrow.string(), pyarrow.float64())
    )
    schema = pyarrow.schema(
        {
            "cell": pyarrow.int64(),
            "dim": pyarrow.int16(),
            "component": pyarrow.int64(),
            "bounded": pyarrow.bool_(),
            "points": floats,
            "exact": exact,
            "directions": exact,
            "lines": exact,
            "squared_size": pyarrow.string(),
            "regions": pyarrow.list_(pyarrow.list_(pyarrow.int32())),
        }
    )
    parquet.write_table(pyarrow.Table.from_pylist(list(_records(found)), schema), path)


_FORMATS: dict[str, Callable[[Subcomplex, list[Piece], Path], None]] = {
    ".obj": _obj,
    ".ply": _ply,
    ".json": _json,
    ".parquet": _parquet,
}
