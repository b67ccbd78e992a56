"""Regions survive the way into a table and back, and a table of anything else is refused."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import generators
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from program import TRIANGLE, write
from program import linreg as run
from pyarrow import parquet

from linreg import (
    Box,
    Enumeration,
    Polytope,
    ScalarUnit,
    UnreadableFile,
    UnwritableFile,
    WholeSpace,
    enumerate_regions,
    load,
    maxout,
    mlp,
    read_regions,
    write_regions,
)
from linreg.regions.tables import COLUMNS, DEFAULT_COLUMNS

SUFFIXES = (".parquet", ".csv", ".npz")
ULP = Fraction(1, 2**52)
CROSS = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])], readout=([[1, 1, -2], [1, 0, 0]], [0, "1/3"]))


def stairs(steps: int, width: Fraction = Fraction(1)) -> ScalarUnit:
    """Slopes 0 and 1 by turns, with as many breakpoints from 1 on."""
    slopes, intercepts = [0], [Fraction(0)]
    for k in range(steps):
        slopes.append(1 - slopes[-1])
        intercepts.append(intercepts[-1] + (slopes[-2] - slopes[-1]) * (1 + k * width))
    return ScalarUnit([1 + k * width for k in range(steps)], slopes, intercepts)


EXAMPLES: dict[str, Callable[[], Enumeration]] = {
    "seven": lambda: enumerate_regions(CROSS),
    "in a box": lambda: enumerate_regions(CROSS, Box([0, 0], [1, "1/3"])),
    "in a triangle": lambda: enumerate_regions(
        CROSS, Polytope([[-1, 0], [0, -1], [1, 3]], [0, "1/7", 1])
    ),
    "stopped": lambda: enumerate_regions(CROSS, limit=3),
    "no units": lambda: enumerate_regions(mlp([], readout=([[1, 2]], [3]))),
    "maxima": lambda: enumerate_regions(
        mlp([([[1], [1], [-1], [0]], [0, 0, 0, 1])], activation=maxout(2))
    ),
    "thinner than floats": lambda: enumerate_regions(
        mlp([([[1, 0], [0, 1]], [0, 0])], activation=stairs(2, ULP))
    ),
    "beyond floats": lambda: enumerate_regions(mlp([([[1], [1]], [0, -(10**320)])])),
    "eleven pieces": lambda: enumerate_regions(mlp([([[1], [-1]], [0, 0])], activation=stairs(11))),
    "a unit of eleven pieces": lambda: enumerate_regions(
        mlp([([[1]], [0])], activation=stairs(11))
    ),
    "two bytes a piece": lambda: enumerate_regions(mlp([([[1]], [0])], activation=stairs(300))),
}
EXAMPLES = {name: cache(made) for name, made in EXAMPLES.items()}  # once for all tests


def network_of(regions: Enumeration) -> Any:
    return regions.problem.network


def equal(one: Enumeration, other: Enumeration) -> bool:
    """Whether two enumerations are the same but for the work that they took."""
    forgotten = {"seconds": 0.0, "lps": 0, "exact_decisions": 0}
    return (
        np.array_equal(one.patterns, other.patterns)
        and one.patterns.dtype == other.patterns.dtype
        and one.witnesses.tobytes() == other.witnesses.tobytes()
        and one.exact == other.exact
        and one.problem == other.problem
        and replace(one.counted, **forgotten) == replace(other.counted, **forgotten)
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_regions_survive_every_table(name: str, suffix: str, tmp_path: Path) -> None:
    regions = EXAMPLES[name]()
    path = tmp_path / f"regions{suffix}"
    for columns in (DEFAULT_COLUMNS, COLUMNS):
        write_regions(regions, path, columns)
        assert equal(read_regions(path, network_of(regions)), regions)
        assert equal(read_regions(path, network_of(regions), regions.problem.domain), regions)


@given(generators.problems(inputs=st.integers(1, 2), max_units=6), st.sampled_from(SUFFIXES))
@settings(max_examples=60)
def test_regions_of_generated_networks_survive_every_table(problem: Any, suffix: str) -> None:
    net, domain = problem
    regions = enumerate_regions(net, domain)
    with TemporaryDirectory() as folder:
        path = f"{folder}/regions{suffix}"
        write_regions(regions, path)
        assert equal(read_regions(path, net), regions)


def test_what_is_read_back_answers_as_what_was_written(tmp_path: Path) -> None:
    regions = EXAMPLES["seven"]()
    write_regions(regions, tmp_path / "regions.parquet")
    again = read_regions(tmp_path / "regions.parquet", CROSS)
    assert again.locate(regions.witnesses).tolist() == list(range(7))
    assert [r.exact_affine_map for r in again] == [r.exact_affine_map for r in regions]
    assert (again.counted.seconds, again.counted.lps, again.counted.exact_decisions) == (0, 0, 0)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_regions_give_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    first, second = tmp_path / f"first{suffix}", tmp_path / f"second{suffix}"
    write_regions(EXAMPLES["seven"](), first, COLUMNS)
    write_regions(EXAMPLES["seven"](), second, COLUMNS)
    assert first.read_bytes() == second.read_bytes()
    write_regions(read_regions(first, CROSS), second, COLUMNS)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_that_is_written_in_parts_is_the_same_table(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    regions, shares = EXAMPLES["thinner than floats"](), []
    monkeypatch.setattr("linreg.regions.tables.columns.NUMBERS_AT_ONCE", 40)
    path = tmp_path / f"regions{suffix}"
    write_regions(regions, path, COLUMNS, progress=lambda now: shares.append(now.share))
    assert equal(read_regions(path, network_of(regions)), regions)
    assert shares == sorted(shares)
    assert len(shares) > 1
    assert shares[-1] == 1


def test_parquet_holds_lists_and_scalars_that_are_facts_about_regions(tmp_path: Path) -> None:
    regions = EXAMPLES["seven"]()
    write_regions(regions, tmp_path / "regions.parquet", COLUMNS)
    table = parquet.read_table(tmp_path / "regions.parquet")
    assert table.column_names == list(COLUMNS)
    assert table.schema.field("pattern").type == pa.list_(pa.uint8(), 3)
    assert table.schema.field("witness").type == pa.list_(pa.float64(), 2)
    rows = table.to_pylist()
    assert [row["pattern"] for row in rows] == regions.patterns.tolist()
    assert [row["witness"] for row in rows] == regions.witnesses.tolist()
    assert [row["exact_witness"] for row in rows] == [None] * 7
    assert [row["margin"] for row in rows] == [region.margin for region in regions]
    assert [row["bounded"] for row in rows] == [region.is_bounded for region in regions]
    for row, region in zip(rows, regions, strict=True):
        map_ = region.affine_map
        assert row["affine_map"] == np.column_stack([map_.matrix, map_.shift]).ravel().tolist()


def test_archives_hold_plain_arrays_that_are_facts_about_regions(tmp_path: Path) -> None:
    regions = EXAMPLES["thinner than floats"]()
    write_regions(regions, tmp_path / "regions.npz", COLUMNS)
    with np.load(tmp_path / "regions.npz", allow_pickle=False) as arrays:
        assert np.array_equal(arrays["pattern"], regions.patterns)
        assert np.array_equal(arrays["witness"], regions.witnesses)
        assert np.array_equal(arrays["margin"], regions.margins)
        assert np.array_equal(arrays["bounded"], regions.bounded)
        assert arrays["affine_map"].shape == (9, 2, 3)
        index = arrays["exact_witness_index"].tolist()
        assert index == sorted(regions.exact)
        exact = [tuple(Fraction(t.decode()) for t in row) for row in arrays["exact_witness"]]
        assert exact == [regions.exact[i] for i in index]
        assert json.loads(str(arrays["metadata"]))["activation_regions"] == 9


def test_csv_holds_a_number_in_each_cell_below_one_comment(tmp_path: Path) -> None:
    regions = EXAMPLES["seven"]()
    write_regions(regions, tmp_path / "regions.csv", COLUMNS)
    first, *lines = (tmp_path / "regions.csv").read_text().splitlines()
    assert json.loads(first.removeprefix("# "))["format"] == "linreg-regions-1"
    rows = list(csv.DictReader(lines))
    assert [row["pattern"] for row in rows] == ["000", "010", "011", "100", "101", "110", "111"]
    for row, region in zip(rows, regions, strict=True):
        assert [float(row[f"witness_{i}"]) for i in range(2)] == region.witness.tolist()
        exact = tuple(Fraction(row[f"exact_witness_{i}"]) for i in range(2))
        assert exact == region.exact_witness
        assert float(row["margin"]) == region.margin
        assert row["bounded"] == str(region.is_bounded).lower()
        map_ = region.affine_map
        shifted = np.column_stack([map_.matrix, map_.shift])
        assert [
            [float(row[f"affine_map_{i}_{j}"]) for j in range(3)] for i in range(2)
        ] == shifted.tolist()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_columns_come_in_one_order_and_those_that_were_asked_for(
    suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"regions{suffix}"
    write_regions(EXAMPLES["seven"](), path, ["bounded", "pattern", "witness"])
    assert equal(read_regions(path, CROSS), EXAMPLES["seven"]())  # no exact witness differs
    header = header_of(path)
    assert header["columns"] == ["pattern", "witness", "bounded"]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("example", "columns", "missing"),
    [
        ("seven", ["pattern", "margin"], "witness"),
        ("seven", ["witness", "exact_witness"], "pattern"),
        ("thinner than floats", ["pattern", "witness"], "exact_witness"),
    ],
)
def test_regions_are_not_read_from_less_than_they_are_made_of(
    example: str, columns: list[str], missing: str, suffix: str, tmp_path: Path
) -> None:
    regions, path = EXAMPLES[example](), tmp_path / f"regions{suffix}"
    write_regions(regions, path, columns)
    assert f"column {missing!r} was not written" in refusal(path, network_of(regions))


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ([], "at least one"),
        (["pattern", "pattern"], "each is named once"),
        (["patern"], "did you mean 'pattern'?"),
        ("pattern", "a list of names"),
        ([3], "unknown column 3"),
    ],
)
def test_columns_that_are_not_there_are_refused(columns: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r".+") as caught:
        write_regions(EXAMPLES["seven"](), tmp_path / "regions.csv", columns)
    assert said in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_suffixes_may_be_in_capitals_and_must_be_known(tmp_path: Path) -> None:
    regions = EXAMPLES["seven"]()
    write_regions(regions, tmp_path / "regions.NPZ")
    assert equal(read_regions(tmp_path / "regions.NPZ", CROSS), regions)
    with pytest.raises(UnwritableFile, match=r"\.xlsx names no format .* \.parquet, \.csv, \.npz"):
        write_regions(regions, tmp_path / "regions.xlsx")
    assert "(none) names no format" in refusal(tmp_path / "regions", CROSS)
    assert "there is no such file" in refusal(tmp_path / "other.csv", CROSS)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_number_that_could_not_be_read_again_leaves_the_file_as_it_was(
    suffix: str, tmp_path: Path
) -> None:
    """Between breakpoints 10^-4100 apart, witnesses need fractions of thousands of digits."""
    regions = enumerate_regions(
        mlp([([[1]], [0])], activation=stairs(2, Fraction(1, 3 * 10**4100)))
    )
    path = tmp_path / f"regions{suffix}"
    path.write_text("as it was")
    with pytest.raises(UnwritableFile, match=r"region 1: an exact witness of \d+ digits"):
        write_regions(regions, path)
    assert path.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [path]


def refusal(path: Path, net: Any, domain: Any = None) -> str:
    """What is said, in one line that starts with the path, where a table is not read."""
    with pytest.raises(UnreadableFile) as caught:
        read_regions(path, net, domain)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert len(message.splitlines()) == 1
    return message


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_is_one_of_one_network_and_one_domain(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"regions{suffix}"
    write_regions(EXAMPLES["in a box"](), path)
    other = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -2])])
    assert "of another network, with fingerprint" in refusal(path, other)
    for domain in (WholeSpace(2), Box([0, 0], [1, 1])):
        assert "on another domain" in refusal(path, CROSS, domain)
    assert read_regions(path, CROSS, Box([0, 0], [1, "1/3"])).problem.domain == Box(
        [0, 0], [1, "1/3"]
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_of_a_slice_is_read_with_the_network_on_it(suffix: str, tmp_path: Path) -> None:
    cut = CROSS.on_slice([0, 0], [[1, 2]])
    regions, path = enumerate_regions(cut), tmp_path / f"regions{suffix}"
    write_regions(regions, path)
    assert equal(read_regions(path, cut), regions)
    assert "another network" in refusal(path, CROSS)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"# {}\n", b"PK\x03\x04", b"PAR1PAR1", b"a,b\n1"]
)
def test_what_is_no_table_is_refused(content: bytes, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"regions{suffix}"
    path.write_bytes(content)
    refusal(path, CROSS)


def test_tables_of_others_are_refused(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"pattern": [1]}), tmp_path / "other.parquet")
    np.savez(tmp_path / "other.npz", pattern=[1])
    np.savez(tmp_path / "numbers.npz", metadata=[1])
    for name in ("other.parquet", "other.npz", "numbers.npz"):
        assert "that linreg wrote" in refusal(tmp_path / name, CROSS)
    np.save(tmp_path / "single.npy", [1])
    (tmp_path / "single.npy").rename(tmp_path / "single.npz")
    assert "a single array" in refusal(tmp_path / "single.npz", CROSS)


def same_or_refused(path: Path, data: bytes, regions: Enumeration) -> bool:
    """Whether damaged bytes are refused; if they are read, they must say the same."""
    path.write_bytes(data)
    try:
        again = read_regions(path, network_of(regions))
    except UnreadableFile as error:
        message = str(error)
    else:
        assert np.array_equal(again.patterns, regions.patterns)
        assert again.counted.regions_per_stage == regions.counted.regions_per_stage
        return False
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return True


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_that_was_cut_short_is_refused(suffix: str, tmp_path: Path) -> None:
    regions, path = EXAMPLES["thinner than floats"](), tmp_path / f"regions{suffix}"
    write_regions(regions, path)
    data = path.read_bytes()
    for length in range(0, len(data) - 1, max(1, len(data) // 60)):
        assert same_or_refused(path, data[:length], regions)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_changed_byte_is_refused_or_changes_no_region(suffix: str, tmp_path: Path) -> None:
    """A digit of a CSV file's witness may change and still lie in the region, which is no lie."""
    regions, path = EXAMPLES["thinner than floats"](), tmp_path / f"regions{suffix}"
    write_regions(regions, path)
    data, rng = path.read_bytes(), np.random.default_rng(0)
    refused = 0
    for place in rng.choice(len(data), 150, replace=False).tolist():
        changed = bytearray(data)
        changed[place] ^= 1 << int(rng.integers(8))
        refused += same_or_refused(path, bytes(changed), regions)
    assert refused > 50


def header_of(path: Path) -> dict[str, Any]:
    """The header that a table holds, read without our reader."""
    match path.suffix:
        case ".parquet":
            return json.loads(parquet.read_schema(path).metadata[b"linreg"])
        case ".csv":
            return json.loads(
                path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
            )
    with np.load(path) as arrays:
        return json.loads(str(arrays["metadata"]))


def forge(
    path: Path,
    header: dict[str, Any],
    patterns: Any,
    witnesses: Any,
    exact: Any = (),
) -> None:
    """A table with this content, written without our writer; `exact` are (index, texts)."""
    match path.suffix:
        case ".parquet":
            texts = dict(exact)
            columns = {
                "pattern": pa.FixedSizeListArray.from_arrays(
                    pa.array(np.ravel(patterns)), patterns.shape[1]
                ),
                "witness": pa.FixedSizeListArray.from_arrays(
                    pa.array(np.ravel(witnesses)), witnesses.shape[1]
                ),
                "exact_witness": pa.array(
                    [texts.get(i) for i in range(len(patterns))], pa.list_(pa.string())
                ),
            }
            table = pa.table(columns)
            metadata = {b"linreg": json.dumps(header).encode()}
            parquet.write_table(table.replace_schema_metadata(metadata), path)
        case ".csv":
            stream = io.StringIO()
            stream.write(f"# {json.dumps(header)}\n")
            texts = dict(exact)
            dim = witnesses.shape[1]
            names = [f"{name}_{i}" for name in ("witness", "exact_witness") for i in range(dim)]
            csv.writer(stream).writerow(["pattern", *names])
            for i, (pattern, point) in enumerate(zip(patterns, witnesses.tolist(), strict=True)):
                near = [str(Fraction(x)) if np.isfinite(x) else "0" for x in point]
                row = ["".join(map(str, pattern)), *point, *texts.get(i, near)]
                csv.writer(stream).writerow(row)
            path.write_text(stream.getvalue(), encoding="utf-8")
        case ".npz":
            np.savez(
                path,
                metadata=json.dumps(header),
                pattern=patterns,
                witness=witnesses,
                exact_witness=np.array([t for _, t in exact], dtype="S").reshape(
                    len(exact), witnesses.shape[1]
                ),
                exact_witness_index=np.array([i for i, _ in exact], dtype=np.int64),
            )


@pytest.fixture
def truth(tmp_path: Path) -> tuple[Enumeration, dict[str, Any]]:
    """Seven regions, and the header of their table."""
    regions = enumerate_regions(CROSS, strategy="highs")
    write_regions(regions, tmp_path / "truth.csv")
    return regions, header_of(tmp_path / "truth.csv")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_that_others_write_in_the_same_form_is_read(
    suffix: str, truth: Any, tmp_path: Path
) -> None:
    regions, header = truth
    path = tmp_path / f"forged{suffix}"
    forge(path, header, regions.patterns, regions.witnesses)
    assert equal(read_regions(path, CROSS), regions)
    third = (["-1/3", "-1/3"], [-1 / 3, -1 / 3])
    witnesses = np.array([third[1], *regions.witnesses[1:]])
    forge(path, header | {"inexact_witnesses": 1}, regions.patterns, witnesses, [(0, third[0])])
    assert read_regions(path, CROSS).exact == {0: (Fraction(-1, 3),) * 2}


LIES: dict[str, tuple[Callable[[Any, Any], tuple[Any, Any]], str]] = {
    "a pattern twice": (lambda p, w: (p[[0, 1, 1, 3, 4, 5, 6]], w), "row 2: patterns must come"),
    "patterns not sorted": (lambda p, w: (p[::-1], w[::-1]), "row 1: patterns must come sorted"),
    "a witness elsewhere": (
        lambda p, w: (p, w[[0, 1, 2, 3, 4, 6, 6]]),
        "row 5: the witness does not lie inside",
    ),
    "a witness on a boundary": (
        lambda p, w: (p, w * [[0, 1]] * 1.0),
        "row 0: the witness does not",
    ),
    "a witness nowhere": (
        lambda p, w: (p, np.vstack([w[:6], [np.nan, 1]])),
        "row 6: the witness",
    ),
    "a pattern of no region": (
        lambda p, w: (np.array([[0, 0, 0], [0, 0, 1], *p[2:]], dtype=p.dtype), w),
        "row 1: the witness does not lie inside",
    ),
    "a row less": (lambda p, w: (p[:6], w[:6]), "7 rows, and has 6"),
    "a row more": (lambda p, w: (p[[*range(7), 6]], w[[*range(7), 6]]), "7 rows, and has 8"),
}


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("lie", LIES)
def test_rows_that_are_no_regions_are_refused(
    lie: str, suffix: str, truth: Any, tmp_path: Path
) -> None:
    regions, header = truth
    change, said = LIES[lie]
    path = tmp_path / f"forged{suffix}"
    forge(path, header, *change(regions.patterns, regions.witnesses))
    assert said in refusal(path, CROSS)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("exact", "inexact", "said"),
    [
        ([(0, ["-1/3", "-1/3"])], 1, "row 0: the witness is not the float64 point nearest"),
        ([(0, ["-1/4", "x"])], 1, "row 0: exact_witness: a number such as"),
        ([(0, ["-1/4", "-1/4"])], 1, "inexact_witnesses: there are 0, and it says 1"),
        ([], 2, "inexact_witnesses: there are 0, and it says 2"),
    ],
)
def test_exact_witnesses_that_are_not_are_refused(
    exact: Any, inexact: int, said: str, suffix: str, truth: Any, tmp_path: Path
) -> None:
    regions, header = truth
    path = tmp_path / f"forged{suffix}"
    forge(path, header | {"inexact_witnesses": inexact}, regions.patterns, regions.witnesses, exact)
    assert said in refusal(path, CROSS)


@pytest.mark.parametrize("suffix", [".parquet", ".npz"])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p, w: (p.astype(np.int64), w), "uint8"),
        (lambda p, w: (p, w.astype(np.float32)), "float"),
        (lambda p, w: (p[:, :2], w), "pattern"),
        (lambda p, w: (p, w[:, :1]), "witness"),
    ],
)
def test_columns_of_another_type_or_width_are_refused(
    change: Any, said: str, suffix: str, truth: Any, tmp_path: Path
) -> None:
    regions, header = truth
    path = tmp_path / f"forged{suffix}"
    forge(path, header, *change(regions.patterns, regions.witnesses))
    assert "was expected, got" in refusal(path, CROSS)
    assert said in refusal(path, CROSS)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("\n000,", "\n00,", "row 0: pattern: 3 piece indices were expected"),
        ("\n000,", "\n0a0,", "row 0: pattern: 3 piece indices were expected"),
        ("\n000,", '\n"0,999,0",', "row 0: pattern: piece indices are at most 255"),
        ("\n000,", "\n000,1,", "row 0: 5 cells were expected, got 6"),
        ("\n010,-", "\n010,x", "witness: could not convert"),
        ("witness_1,exact", "witness_2,exact", "column 'witness_1' is missing"),
        ("pattern,", "patterns,", "column 'pattern' is missing"),
        ("\n000,", '\n"000,', "line "),
    ],
)
def test_cells_that_spell_no_numbers_are_refused(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "regions.csv"
    write_regions(EXAMPLES["seven"](), path)
    text = path.read_text()
    head, rest = text.split("\n", 1)
    changed = f"\n{rest}".replace(old, new, 1)
    assert changed != f"\n{rest}"
    path.write_text(head + changed)
    assert said in refusal(path, CROSS)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": "linreg-regions-2"}, "'linreg-regions-2' is not known to this version"),
        ({"format": None}, "format null is not known"),
        ({"fingerprint": 3}, "header: fingerprint: unexpected 3"),
        ({"domain": {"type": "ball"}}, "header: domain: unknown type 'ball'"),
        ({"domain": {"type": "box", "lo": [0], "hi": [1]}}, "header: domain: box: has dimension 1"),
        ({"units": 4}, "units are not the network's"),
        ({"units": -1}, "counts must be whole numbers"),
        ({"activation_regions": True}, "counts must be whole numbers"),
        ({"complete": "yes"}, "header: complete: unexpected 'yes'"),
        ({"regions_per_stage": [8]}, "the patterns have [7], and it says [8]"),
        ({"regions_per_stage": []}, "the patterns have [7], and it says []"),
        ({"regions_per_stage": [1, 7]}, "the patterns have [7], and it says [1, 7]"),
        ({"complete": False, "regions_per_stage": [6]}, "it says [6]"),
        ({"surprise": 1}, "unknown key 'surprise'"),
    ],
)
def test_a_header_that_is_wrong_is_refused(
    changes: dict[str, Any], said: str, suffix: str, truth: Any, tmp_path: Path
) -> None:
    regions, header = truth
    path = tmp_path / f"forged{suffix}"
    forge(path, header | changes, regions.patterns, regions.witnesses)
    assert said in refusal(path, CROSS)


@pytest.mark.parametrize("key", ["format", "fingerprint", "columns"])
def test_a_header_without_one_of_its_keys_is_refused(key: str, truth: Any, tmp_path: Path) -> None:
    regions, header = truth
    path = tmp_path / "forged.csv"
    forge(path, {k: v for k, v in header.items() if k != key}, regions.patterns, regions.witnesses)
    assert "missing" in refusal(path, CROSS) or "names no format" in refusal(path, CROSS)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_enumerate_writes_the_table_that_the_library_writes(suffix: str, tmp_path: Path) -> None:
    net = write(tmp_path / "net.json", TRIANGLE)
    path = tmp_path / f"regions{suffix}"
    outcome = run("enumerate", net, "-o", path, "--json")
    assert outcome.code == 0
    counted = run("count", net, "--strategy", outcome.json["strategy"], "--json").json
    more = {"output": str(path), "columns": list(DEFAULT_COLUMNS)}
    assert outcome.json == counted | more | {"seconds": outcome.json["seconds"]}
    assert equal(read_regions(path, load(net)), enumerate_regions(load(net)))
    before = path.read_bytes()
    assert f"written to {path}" in run("enumerate", net, "-o", path, "--workers", 2).out
    assert path.read_bytes() == before


def test_enumerate_writes_the_columns_that_are_asked_for(tmp_path: Path) -> None:
    net, path = write(tmp_path / "net.json", TRIANGLE), tmp_path / "regions.csv"
    outcome = run("enumerate", net, "-o", path, "--columns", "bounded, pattern", "--json")
    assert outcome.json["columns"] == ["pattern", "bounded"]
    rows = list(csv.DictReader(path.read_text().splitlines()[1:]))
    assert [row["pattern"] for row in rows if row["bounded"] == "true"] == ["110"]


def test_enumerate_writes_what_it_found_up_to_a_limit(tmp_path: Path) -> None:
    net, path = write(tmp_path / "net.json", TRIANGLE), tmp_path / "regions.parquet"
    outcome = run("enumerate", net, "-o", path, "--limit", 3, "--json")
    assert (outcome.code, outcome.json["complete"]) == (3, False)
    found = read_regions(path, load(net))
    assert (len(found), found.counted.complete) == (3, False)
    assert "at least 3 regions" in run("enumerate", net, "-o", path, "--limit", 3).err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-o", "regions.xlsx"], "names no format of tables"),
        (["-o", "nowhere/regions.csv"], "there is no folder"),
        (["-o", "regions.csv", "--columns", "pattern,margins"], "did you mean 'margin'?"),
        (["-o", "regions.csv", "--columns", ""], "unknown column ''"),
        ([], "Missing option '-o'"),
    ],
)
def test_a_mistake_is_said_before_any_work_is_done(
    options: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("linreg.cli.enumerating.enumerated", None)
    assert said in run("enumerate", write(tmp_path / "net.json", TRIANGLE), *options).complaint
    assert [path.name for path in tmp_path.iterdir()] == ["net.json"]


def test_an_interrupt_while_a_table_is_written_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    net, path = write(tmp_path / "net.json", TRIANGLE), tmp_path / "regions.csv"
    monkeypatch.setattr("linreg.cli.watch.Watch.tell", interrupted)
    outcome = run("enumerate", net, "-o", path, "--json")
    assert (outcome.code, outcome.json["output"], outcome.json["columns"]) == (3, None, None)
    assert outcome.json["activation_regions"] == 7
    assert [file.name for file in tmp_path.iterdir()] == ["net.json"]
