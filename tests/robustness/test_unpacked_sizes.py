"""Small files that stand for huge contents are refused before these fill the memory."""

from __future__ import annotations

import base64
import io
import json
import os
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.lib import format as npy
from onnx import TensorProto, helper
from onnx_models import model_of, node, written
from program import linreg

import linreg as library
from linreg import InvalidNetwork, LinregError, UnreadableFile, files, load, mlp, read_regions
from linreg.certificate.encoding import Writer, unsigned
from linreg.datasets import spec_of
from linreg.errors import InvalidSpec
from linreg.network.operators import concat_map
from linreg.regions.tables.header import Header
from linreg.store.frontier import prefix_from

NET = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
LITTLE = 100 << 20
"""Bytes of memory that a refusal may take."""


def refused(read: Callable[[], object], error: type[LinregError] = UnreadableFile) -> str:
    """What is said instead of reading, in little memory."""
    tracemalloc.start()
    try:
        with pytest.raises(error) as caught:
            read()
        assert tracemalloc.get_traced_memory()[1] < LITTLE
    finally:
        tracemalloc.stop()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def archive(path: Path, rows: int, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    """An archive with a matrix W1 of zeros, of a thousand columns."""
    header = {"descr": "<f8", "fortran_order": False, "shape": (rows, 1000)}
    with (
        zipfile.ZipFile(path, "w", compression, compresslevel=1) as file,
        file.open("W1.npy", "w", force_zip64=True) as stream,
    ):
        npy.write_array_header_1_0(stream, header)
        for _ in range(0, rows, 100):
            stream.write(bytes(8 * 1000 * 100))
    return path


def test_an_archive_says_how_large_it_is_before_it_is_unpacked(tmp_path: Path) -> None:
    path = archive(tmp_path / "net.npz", 50_000)
    said = refused(lambda: load(path))
    assert "its arrays unpack to 400,000,128 bytes, and of" in said
    assert refused(lambda: read_regions(path.rename(tmp_path / "regions.npz"), NET))


def test_members_that_are_small_each_are_large_together(tmp_path: Path) -> None:
    member = io.BytesIO()
    np.save(member, np.zeros(10**6))
    with zipfile.ZipFile(tmp_path / "net.npz", "w", zipfile.ZIP_DEFLATED) as file:
        for k in range(50):
            file.writestr(f"W{k}.npy", member.getvalue())
    assert "its arrays unpack to 400,006,400 bytes" in refused(lambda: load(tmp_path / "net.npz"))


def test_a_network_that_is_compressed_a_little_is_read(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "net.npz", W1=np.zeros((3, 2000)), b1=np.ones(3))
    assert load(tmp_path / "net.npz").input_dim == 2000


@pytest.mark.parametrize("shape", [(10**9, 10**3), (-1, 2), (1, 3), (0, 10**12)])
def test_a_shape_that_does_not_fit_its_bytes_is_refused(
    shape: tuple[int, int], tmp_path: Path
) -> None:
    member = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": shape}
    npy.write_array_header_1_0(member, header)
    member.write(bytes(16))
    with zipfile.ZipFile(tmp_path / "net.npz", "w") as file:
        file.writestr("W1.npy", member.getvalue())
    assert "'W1' cannot be read: its shape" in refused(lambda: load(tmp_path / "net.npz"))


def test_compression_that_takes_memory_of_its_own_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "net.npz", 100, zipfile.ZIP_LZMA)
    assert "compressed in another way than by NumPy" in refused(lambda: load(path))


def parquet_of(path: Path, rows: int, header: Header) -> Path:
    """A table that says it has so many rows, all of them the same: a few bytes a million."""
    import pyarrow
    from pyarrow import parquet

    part = 10**5
    patterns = pyarrow.array(np.zeros(3 * part, np.uint8))
    witnesses = pyarrow.array(np.zeros(2 * part))
    table = pyarrow.table(
        {
            "pattern": pyarrow.FixedSizeListArray.from_arrays(patterns, 3),
            "witness": pyarrow.FixedSizeListArray.from_arrays(witnesses, 2),
            "exact_witness": pyarrow.nulls(part, pyarrow.list_(pyarrow.string())),
        }
    )
    said = replace(header, activation_regions=rows, regions_per_stage=[rows])
    table = table.replace_schema_metadata({b"linreg": said.to_json()})
    with parquet.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for _ in range(rows // part):
            writer.write_table(table)
    return path


def test_a_table_of_equal_rows_is_refused_at_the_second_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one of more rows than the memory holds before any is read."""
    import pyarrow

    regions = library.enumerate_regions(NET, strategy="highs")
    columns = ["pattern", "witness", "exact_witness"]
    path = parquet_of(tmp_path / "regions.parquet", 10**7, Header.of(regions, columns))
    assert path.stat().st_size < 1 << 20
    before = pyarrow.total_allocated_bytes()
    with pytest.raises(UnreadableFile, match="row 1: patterns must come sorted and each once"):
        read_regions(path, NET)
    assert pyarrow.total_allocated_bytes() - before < LITTLE
    monkeypatch.setattr(files, "memory", lambda: 1e8)
    assert "its content would take 190,000,000 bytes" in refused(lambda: read_regions(path, NET))


def test_a_text_in_a_certificate_is_as_long_as_it_has_to_be(tmp_path: Path) -> None:
    """Sixteen million objects in fifty thousand bytes."""
    with (tmp_path / "proof").open("wb") as stream:
        writer = Writer(stream)
        text = b'{"domain":[' + b"{}," * (1 << 24) + b"{}]}"
        writer.records(unsigned(len(text)) + text)
        writer.finish()
    said = refused(lambda: library.check(tmp_path / "proof", NET))
    assert "it holds a text of 50,331,663 bytes where" in said


def test_a_certificate_of_a_long_domain_is_checked(tmp_path: Path) -> None:
    """Of a thousand inputs, of which each has two rows of a thousand numbers."""
    net = mlp([([[1] + [0] * 299], [0])])
    domain = library.Box([-1] * 300, [1] * 300)
    library.certify(net, tmp_path / "proof", domain, strategy="highs")
    assert library.check(tmp_path / "proof", net, domain).accepted


def test_a_prefix_that_unpacks_without_end_is_refused() -> None:
    text = base64.b85encode(zlib.compress(bytes(1 << 28))).decode()
    assert "it does not end within" in refused(lambda: prefix_from(text))


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="there is no such device")
def test_a_device_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "net.json").symlink_to("/dev/zero")
    assert "this is a device, and no file" in refused(lambda: load(tmp_path / "net.json"))


def test_a_file_that_does_not_fit_the_memory_is_not_read(tmp_path: Path) -> None:
    """As it may be without using the disk: with holes."""
    for name in ("net.json", "net.npz", "net.nnet", "spec.toml"):
        with (tmp_path / name).open("wb") as stream:
            stream.truncate(1 << 43)
        command = ["dataset"] if name == "spec.toml" else ["info"]
        more = ["-o", tmp_path / "made"] if name == "spec.toml" else []
        said = linreg(*command, tmp_path / name, *more).complaint
        assert "its content would take 8,796,093,022,208 bytes, and this machine has" in said


def test_values_that_are_far_too_large_together_are_not_joined() -> None:
    """As those are that are joined with themselves again and again."""
    with pytest.raises(InvalidNetwork, match="more than 20000000 coefficients"):
        concat_map([[10**9], [10**9]])


def onnx_file(folder: Path, change: Callable[[Any], None]) -> Path:
    model = model_of([node("MatMul", "x", "w")], [1, 2], {"w": np.ones((2, 3), np.float32)})
    change(model)
    return written(folder, model)


def test_functions_that_call_each_other_twice_are_not_inlined(tmp_path: Path) -> None:
    """Sixty of them stand for more nodes than there are atoms in a grain of sand."""

    def change(model: Any) -> None:
        for k in range(60):
            inside = "" if k == 0 else "f"
            called = "Relu" if k == 0 else f"F{k - 1}"
            body = [
                helper.make_node(called, ["a"], ["b"], domain=inside),
                helper.make_node(called, ["b"], ["c"], domain=inside),
            ]
            imports = [helper.make_opsetid("", 17), helper.make_opsetid("f", 1)]
            model.functions.append(helper.make_function("f", f"F{k}", ["a"], ["c"], body, imports))
        model.opset_import.append(helper.make_opsetid("f", 1))
        model.graph.node[0].output[0] = "z"
        model.graph.node.append(helper.make_node("F59", ["z"], ["y"], domain="f"))

    path = onnx_file(tmp_path, change)
    assert "its functions stand for more than 1,000,000 nodes" in refused(lambda: load(path))


def test_a_tensor_takes_no_more_of_a_file_beside_the_model_than_fits_its_shape(
    tmp_path: Path,
) -> None:
    def change(model: Any) -> None:
        tensor = model.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="weights.bin")

    with (tmp_path / "weights.bin").open("wb") as stream:
        stream.truncate(1 << 40)
    said = refused(lambda: load(onnx_file(tmp_path, change)))
    assert "tensor 'w': it has 1,099,511,627,776 bytes of data for a shape of [2, 3]" in said


def test_constants_that_are_far_too_large_together_are_not_computed(tmp_path: Path) -> None:
    """A column and a row of a million numbers each are a matrix of a million millions."""
    nodes = [
        node("ConstantOfShape", "column", output="a"),
        node("ConstantOfShape", "row", output="b"),
        node("Add", "a", "b", output="c"),
        node("Greater", "a", "b", output="d"),
    ]
    shapes = {"column": np.array([10**6, 1]), "row": np.array([1, 10**6])}
    added = [*nodes, node("MatMul", "x", "c")]
    compared = [*nodes, node("Where", "d", "x", "x")]
    for name, made in (("added.onnx", added), ("compared.onnx", compared)):
        read = partial(load, written(tmp_path, model_of(made, [1, 10], shapes), name))
        assert "more than 100000000 are not read" in refused(read, InvalidNetwork)


def test_a_specification_of_too_many_combinations_is_refused() -> None:
    many = json.dumps(list(range(1, 1001)))
    start = f'name = "many"\nseed = 0\n[[drawn]]\nname = "all"\ninit = "he"\nwidth = {many}\n'
    more = f"inputs = {many}\nbias_scale = {many}\noutputs = {many}"
    said = refused(lambda: spec_of(start + more), InvalidSpec)
    assert "there are 1,000,000,000 combinations; at most 1,000,000 networks" in said
    said = refused(lambda: spec_of(start + f"inputs = 1\ndepth = {many}"), InvalidSpec)
    assert "depth: 500,500,000 layers in all" in said
