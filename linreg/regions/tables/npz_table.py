"""Tables of regions as NumPy archives: plain arrays, and the header as a text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import numpy as np

from linreg.errors import UnreadableFile
from linreg.progress import Progress
from linreg.readers.arrays import arrays_in
from linreg.regions.tables.body import Body, Texts, check_rows
from linreg.regions.tables.columns import Column, Numbers, batches
from linreg.regions.tables.header import Header

KEY = "metadata"
"""The name of the array that holds the header."""


def write_npz(
    path: Path, header: Header, columns: Sequence[Column], progress: Callable[[Progress], None]
) -> None:
    """Write a table, array by array and each of them part by part."""
    rows = header.activation_regions
    with ZipFile(path, "w") as archive:
        _write(archive, KEY, np.array(header.to_json()))
        for done, column in enumerate(columns, start=1):
            if isinstance(column, Numbers):
                parts = (column.values(part) for part in batches(rows, [column]))
                _write_parts(archive, column.name, column.dtype, (rows, *column.shape), parts)
            else:
                texts = np.array([column.values(i) for i in column.differing], dtype=np.bytes_)
                _write(archive, column.name, texts.reshape(-1, column.size))
                _write(archive, f"{column.name}_index", np.array(column.differing, np.int64))
            progress(Progress(done * rows // len(columns), rows, "regions written"))


def npz_header(data: bytes) -> str:
    """The text of a table's header."""
    array = arrays_in(data, [KEY]).get(KEY)
    if array is None or array.dtype.kind != "U" or array.shape != ():
        raise UnreadableFile(f"not a table of regions that linreg wrote: it has no text {KEY!r}")
    return str(array)


def npz_body(data: bytes, header: Header, pattern_dtype: np.dtype) -> Body:
    """The rows of a table with this header."""
    arrays = arrays_in(data, ["pattern", "witness", "exact_witness", "exact_witness_index"])
    patterns = _matrix(arrays, "pattern", pattern_dtype, header.units)
    witnesses = _matrix(arrays, "witness", np.dtype(np.float64), header.input_dim)
    for array in (patterns, witnesses):
        check_rows(len(array), header)
    return Body(patterns, witnesses, _texts(arrays, header))


def _write(archive: ZipFile, name: str, array: np.ndarray) -> None:
    _write_parts(archive, name, array.dtype, array.shape, [array])


def _write_parts(
    archive: ZipFile,
    name: str,
    dtype: np.dtype,
    shape: tuple[int, ...],
    parts: Iterable[np.ndarray],
) -> None:
    """Write an array that is given in parts of its first axis."""
    description = np.lib.format.dtype_to_descr(dtype)
    # A ZipInfo made from a name alone bears the date 1980-01-01, so the bytes are always the same.
    with archive.open(ZipInfo(f"{name}.npy"), "w", force_zip64=True) as stream:
        np.lib.format.write_array_header_1_0(
            stream, {"descr": description, "fortran_order": False, "shape": shape}
        )
        for part in parts:
            stream.write(part.tobytes())


def _matrix(
    arrays: dict[str, np.ndarray], name: str, dtype: np.dtype | str, width: int
) -> np.ndarray:
    """A matrix of this type, or kind of types, and width."""
    if name not in arrays:
        raise UnreadableFile(f"array {name!r} is missing")
    array = arrays[name]
    is_of_type = array.dtype.kind == dtype if isinstance(dtype, str) else array.dtype == dtype
    if not is_of_type or array.ndim != 2 or array.shape[1] != width:
        wanted = "text of one byte a character" if isinstance(dtype, str) else dtype
        raise UnreadableFile(
            f"array {name!r}: {wanted} of shape (rows, {width}) was expected, got {array.dtype} of "
            f"shape {array.shape}"
        )
    return array


def _texts(arrays: dict[str, np.ndarray], header: Header) -> Texts:
    if "exact_witness" not in header.columns:
        return {}
    texts = _matrix(arrays, "exact_witness", "S", header.input_dim)
    index = arrays.get("exact_witness_index")
    if index is None or index.dtype != np.int64 or index.shape != (len(texts),):
        raise UnreadableFile(
            "array 'exact_witness_index': an int64 for each exact witness was expected"
        )
    if len(set(index.tolist())) < len(index):
        raise UnreadableFile("array 'exact_witness_index': an index stands twice")
    return {
        i: tuple(text.decode("ascii", "replace") for text in row)
        for i, row in zip(index.tolist(), texts.tolist(), strict=True)
    }
