"""Columns of few bytes that unpack to very many are refused before they do."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from numpy.lib import format as npy
from program import linreg, write
from pyarrow import ipc, parquet

from linreg import LinregError, UnreadableFile, enumerate_regions, mlp, read_regions, write_regions
from linreg.questions.point_files import read_points
from linreg.readers.parquet_pages import EXPANSION, pages_of
from linreg.regions.tables.header import Header
from linreg.store.layout import Layout
from linreg.store.shards import Shard, read_part, read_shard, write_part, write_shard

NET = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
LAYOUT = Layout(3, 2, np.dtype(np.uint8), two_pieces=True)
LITTLE = 32 << 20
"""Bytes of memory that a refusal may take, of Arrow and of Python."""


def refused(read: Callable[[], object], error: type[LinregError] = UnreadableFile) -> str:
    """What is said instead of reading, for which little memory was taken at any time."""
    pool = pyarrow.proxy_memory_pool(pyarrow.system_memory_pool())
    before = pyarrow.default_memory_pool()
    pyarrow.set_memory_pool(pool)
    tracemalloc.start()
    try:
        with pytest.raises(error) as caught:
            read()
        assert tracemalloc.get_traced_memory()[1] < LITTLE
    finally:
        tracemalloc.stop()
        pyarrow.set_memory_pool(before)
    assert (pool.max_memory() or 0) < LITTLE
    assert "\n" not in str(caught.value)
    return str(caught.value)


def saved(table: pyarrow.Table, **how: object) -> bytes:
    sink = io.BytesIO()
    parquet.write_table(table, sink, compression="zstd", **how)
    return sink.getvalue()


def number(value: int) -> bytes:
    """A signed number in the compact protocol of Thrift."""
    left, octets = (value << 1) ^ (value >> 63), b""
    while left > 127:
        octets, left = octets + bytes([left & 127 | 128]), left >> 7
    return octets + bytes([left])


def lying(data: bytes, column: int, size: int) -> bytes:
    """The file, in which the header of a column's first page tells of another size."""
    chunk = parquet.ParquetFile(pyarrow.BufferReader(data)).metadata.row_group(0).column(column)
    start = chunk.data_page_offset
    if chunk.has_dictionary_page:
        start = chunk.dictionary_page_offset
    # A kind of page, 0 or 2, and then the size: fields 1 and 2, of int32.
    assert data[start] == data[start + 2] == 0x15
    end = start + 3
    while data[end] > 127:
        end += 1
    return data[: start + 3] + number(size) + data[end + 1 :]


def zeros(rows: int) -> pyarrow.Table:
    return pyarrow.table({"x": np.zeros(rows), "y": np.zeros(rows)})


def test_points_that_are_many_or_whose_page_says_so_are_refused(tmp_path: Path) -> None:
    """Zeros without a dictionary: 64 MB in a few kilobytes."""
    path = tmp_path / "points.parquet"
    path.write_bytes(saved(zeros(4_000_000), use_dictionary=False))
    assert path.stat().st_size < 1 << 16
    assert "its columns unpack to 128,00" in refused(lambda: read_points(path, 2))
    few = saved(pyarrow.table({"x": [1.5, 2.5], "y": [0.0, 1.0]}))
    for size in (2**31 - 1, -5):
        path.write_bytes(lying(few, 1, size))
        said = refused(lambda: read_points(path, 2))
        assert f"column 'y': a page would unpack to {size:,} bytes" in said
    path.write_bytes(few)
    assert read_points(path, 2) == [[1.5, 0], [2.5, 1]]


def test_points_that_are_places_in_a_dictionary_are_refused_by_their_number(tmp_path: Path) -> None:
    """Of a dictionary of one number, a million rows take a few bytes."""
    path = tmp_path / "points.parquet"
    path.write_bytes(saved(zeros(4_000_000)))
    assert path.stat().st_size < 1 << 16
    said = refused(lambda: read_points(path, 2))
    assert "at most 16,777,216 are unpacked; save it without compression" in said
    write(
        tmp_path / "net.json", json.loads(Path("examples/iris-2d.json").read_text(encoding="utf-8"))
    )
    complaint = linreg("robust", tmp_path / "net.json", "--points", path).complaint
    assert "at most 16,777,216 are unpacked" in complaint


def test_columns_after_the_inputs_may_hold_anything(tmp_path: Path) -> None:
    path = tmp_path / "points.parquet"
    path.write_bytes(saved(pyarrow.table({"x": [1, 2], "label": ["a", "b"]})))
    assert read_points(path, 1) == [[1], [2]]
    with pytest.raises(UnreadableFile, match="column 'label': numbers were expected, got string"):
        read_points(path, 2)


@pytest.mark.parametrize("shape", [(10**12, 2), (4, 3)])
def test_points_of_numpy_are_as_many_as_their_bytes(shape: tuple[int, int], tmp_path: Path) -> None:
    member = io.BytesIO()
    npy.write_array_header_1_0(member, {"descr": "<f8", "fortran_order": False, "shape": shape})
    member.write(bytes(64))
    (tmp_path / "points.npy").write_bytes(member.getvalue())
    said = refused(lambda: read_points(tmp_path / "points.npy", 2))
    assert "and 64 are there" in said
    with zipfile.ZipFile(tmp_path / "points.npz", "w") as archive:
        archive.writestr("x.npy", member.getvalue())
    assert "and 64 are there" in refused(lambda: read_points(tmp_path / "points.npz", 2))


def test_points_in_an_archive_are_unpacked_up_to_a_multiple_of_it(tmp_path: Path) -> None:
    path = tmp_path / "points.npz"
    np.savez_compressed(path, np.zeros((3_000_000, 2)))
    assert "its arrays unpack to 48,000,1" in refused(lambda: read_points(path, 2))
    np.savez_compressed(path, np.ones((3, 2)), np.zeros(1))
    assert read_points(path, 2) == [[1, 1]] * 3
    with zipfile.ZipFile(path, "w"):
        pass
    assert "there is no array in it" in refused(lambda: read_points(path, 2))


def test_a_table_whose_page_says_it_is_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "regions.parquet"
    write_regions(enumerate_regions(NET, strategy="highs"), path)
    data = path.read_bytes()
    assert len(read_regions(path, NET)) == 7
    for column in range(3):
        path.write_bytes(lying(data, column, 1 << 30))
        said = refused(lambda: read_regions(path, NET))
        assert "a page would unpack to 1,073,741,824 bytes" in said


def table_of(texts: pyarrow.Array) -> pyarrow.Table:
    """A table of seven regions with these exact witnesses."""
    regions = enumerate_regions(NET, strategy="highs")
    header = Header.of(regions, ["pattern", "witness", "exact_witness"])
    patterns = pyarrow.array(np.asarray(regions.patterns).ravel())
    witnesses = pyarrow.array(np.asarray(regions.witnesses).ravel())
    table = pyarrow.table(
        {
            "pattern": pyarrow.FixedSizeListArray.from_arrays(patterns, 3),
            "witness": pyarrow.FixedSizeListArray.from_arrays(witnesses, 2),
            "exact_witness": texts,
        }
    )
    said = replace(header, inexact_witnesses=1).to_json()
    return table.replace_schema_metadata({b"linreg": said})


def test_a_row_of_a_table_has_no_more_texts_than_inputs(tmp_path: Path) -> None:
    """Five thousand times the same text are one text and a few bits in Parquet."""
    path = tmp_path / "regions.parquet"
    texts = pyarrow.array([["1" * 4000] * 5000, *[None] * 6], pyarrow.list_(pyarrow.string()))
    path.write_bytes(saved(table_of(texts)))
    assert path.stat().st_size < 1 << 15
    said = refused(lambda: read_regions(path, NET))
    assert "column 'exact_witness': it has 5,006 entries in 7 rows" in said


def test_a_shard_whose_page_says_it_is_large_is_refused(tmp_path: Path) -> None:
    part = LAYOUT.part_schema.empty_table()
    whole = write_shard(tmp_path, "1.parquet", LAYOUT.shard(part))
    assert len(read_shard(tmp_path, whole, LAYOUT)) == 0
    rows = pyarrow.table(
        [
            pyarrow.array([bytes(3)], LAYOUT.schema.field(0).type),
            pyarrow.array([[0.5, 0.5]], LAYOUT.schema.field(1).type),
            pyarrow.array([["1" * 4000] * 6000], LAYOUT.schema.field(2).type),
        ],
        schema=LAYOUT.schema,
    )
    for name, data, why in (
        ("2.parquet", saved(rows, use_dictionary=False), "its columns unpack to 24,"),
        ("3.parquet", saved(rows), "it has dictionaries, which no shard has"),
        ("4.parquet", lying(saved(rows, use_dictionary=False), 0, 1 << 30), "would unpack to 1,07"),
    ):
        (tmp_path / name).write_bytes(data)
        assert len(data) < 1 << 17
        shard = Shard(name, 1, len(data), sha256(data).hexdigest())
        assert why in refused(partial(read_shard, tmp_path, shard, LAYOUT))


def test_a_part_with_compressed_rows_is_refused(tmp_path: Path) -> None:
    columns = [
        pyarrow.array([bytes(8)], LAYOUT.part_schema.field(0).type),
        pyarrow.array([bytes(16)], LAYOUT.part_schema.field(1).type),
        pyarrow.array([["1" * 4000] * 20_000], LAYOUT.part_schema.field(2).type),
    ]
    rows = pyarrow.table(columns, schema=LAYOUT.part_schema)
    for compression in ("lz4", "zstd"):
        sink = io.BytesIO()
        with ipc.new_file(
            sink, rows.schema, options=ipc.IpcWriteOptions(compression=compression)
        ) as writer:
            writer.write_table(rows)
        data = sink.getvalue()
        (tmp_path / "1.arrow").write_bytes(data)
        part = Shard("1.arrow", 1, len(data), sha256(data).hexdigest())
        said = refused(partial(read_part, tmp_path, part, LAYOUT))
        assert "damaged: its rows are compressed, which no part's are" in said
    whole = write_part(tmp_path, "2.arrow", rows)
    assert read_part(tmp_path, whole, LAYOUT) == rows


def test_what_is_no_file_of_arrow_is_refused_in_one_line(tmp_path: Path) -> None:
    """Some byte changed, or an end cut off: read with as many rows as were written, or refused."""
    rows = pyarrow.table(
        [[bytes(8)] * 2, [bytes(16)] * 2, pyarrow.nulls(2, LAYOUT.part_schema.field(2).type)],
        schema=LAYOUT.part_schema,
    )
    whole = write_part(tmp_path, "1.arrow", rows)
    data = (tmp_path / "1.arrow").read_bytes()
    other = [data[:k] for k in range(0, len(data), 7)]
    other += [data[:k] + bytes([data[k] ^ 255]) + data[k + 1 :] for k in range(0, len(data), 5)]
    said = []
    for changed in other:
        (tmp_path / "1.arrow").write_bytes(changed)
        part = Shard("1.arrow", 2, len(changed), sha256(changed).hexdigest())
        try:
            assert read_part(tmp_path, part, LAYOUT).num_rows == whole.rows
        except UnreadableFile as error:
            said.append(str(error))
    assert said
    assert not any("\n" in each for each in said)


def test_headers_of_pages_that_are_damaged_are_refused_in_one_line() -> None:
    """No change of a byte of a header hangs or breaks what reads it."""
    data = saved(pyarrow.table({"x": np.arange(3.0), "y": ["a", "b", None]}))
    metadata = parquet.ParquetFile(pyarrow.BufferReader(data)).metadata
    assert pages_of(data, metadata, ["x", "y"]).values == 6
    read, said = 0, []
    for k in range(4, metadata.row_group(0).column(1).data_page_offset + 40):
        for flip in (1, 15, 128, 255):
            changed = data[:k] + bytes([data[k] ^ flip]) + data[k + 1 :]
            try:
                read += pages_of(changed, metadata, ["x", "y"]).size >= 0
            except UnreadableFile as error:
                said.append(str(error))
    assert read > 0 < len(said)
    assert not any("\n" in each for each in said)


def test_a_list_without_an_end_in_a_header_is_refused() -> None:
    data = saved(pyarrow.table({"x": np.arange(3.0)}))
    metadata = parquet.ParquetFile(pyarrow.BufferReader(data)).metadata
    endless = [b"\xf7" + b"\xff" * 8 + b"\x7f", b"\xf1" + b"\xff" * 8 + b"\x7f", b"\x19" * 5000]
    for tail in endless:
        changed = data[:4] + b"\x19" + tail + data[5 + len(tail) :]
        with pytest.raises(UnreadableFile, match="damaged: column 'x': the header of a page"):
            pages_of(changed, metadata, ["x"])


def test_what_is_unpacked_of_a_file_is_bounded_by_its_size() -> None:
    data = saved(zeros(3))
    pages = pages_of(data, parquet.ParquetFile(pyarrow.BufferReader(data)).metadata, ["x"])
    most = EXPANSION * 10**6
    replace(pages, size=most - 8 * pages.values).check(10**6)
    with pytest.raises(UnreadableFile, match="of 1,000,000 bytes at most 256,000,000 are unpacked"):
        replace(pages, size=most).check(10**6)
