"""Regions on disk are those in memory, whoever finds them and however often that is interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from generators import problems
from hypothesis import given, settings
from hypothesis import strategies as st

import linreg
from linreg import (
    Network,
    ScalarUnit,
    UnreadableFile,
    UnusableRun,
    mlp,
    read_run,
    run_status,
)
from linreg.domains import Box, Domain
from linreg.explore import HighsExplorer
from linreg.kernel.bridge.explorer import CompiledExplorer
from linreg.problem import Problem, problem_of
from linreg.run.keys import order_of, pattern_keys, pattern_texts, patterns_of_keys
from linreg.store import directory as store
from linreg.store import merging as sorting
from linreg.store import shards
from linreg.strategies import auto

# Small networks are done by "auto" before it has to decide anything.
count = partial(linreg.count, strategy="highs")
count_into = partial(linreg.count_into, strategy="highs")
enumerate_regions = partial(linreg.enumerate_regions, strategy="highs")
enumerate_into = partial(linreg.enumerate_into, strategy="highs")


def gaussian(*widths: int, seed: int = 0) -> Network:
    rng = np.random.default_rng(seed)
    shapes = zip(widths[1:], widths, strict=False)
    return mlp([(rng.normal(size=shape), rng.normal(size=shape[0])) for shape in shapes])


NET = gaussian(2, 6, 4, 4)
"""14 units, 82 regions."""

THIN = mlp([([[1, 0]] * 4 + [[0, 1], [1e-300, 0]], [-1, -1 - 2**-52, -1 - 2**-51, -2, 0, -1e300])])
"""The strips between 1 + k ulp hold no float, and 1e-300 x = 1e300 is beyond them all."""

ZIGZAG = ScalarUnit(
    range(260), [1, -1] * 130 + [1], [(-1) ** (k + 1) * 2 * (k // 2) for k in range(261)]
)
MANY = mlp([([[1], [2]], [0, 0.25])], activation=ZIGZAG)
AROUND_256 = Box([115], [262])
"""Units with more pieces than a byte can name, and where both have the last of these."""


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small units, commits and files, so that a small network makes many."""
    for explorer in (HighsExplorer, CompiledExplorer):
        monkeypatch.setattr(explorer, "alone", 4)
        monkeypatch.setattr(explorer, "slice", 2)
        monkeypatch.setattr(explorer, "task_budget", 7)
    monkeypatch.setattr(store, "REGIONS_OF_PART", 5)
    monkeypatch.setattr(shards, "GROUP", 3)
    monkeypatch.setattr(sorting, "REGIONS_OF_SHARD", 16)
    monkeypatch.setattr(sorting, "SORTED_BYTES_AT_ONCE", 700)
    monkeypatch.setattr(sorting, "FAN", 4)


def digests(folder: Path) -> dict[str, str]:
    """The files with regions in a run directory, by the sha256 of their content."""
    return {
        path.name: sha256(path.read_bytes()).hexdigest()
        for path in sorted((folder / "shards").iterdir())
    }


@contextmanager
def one_process() -> Iterator[None]:
    yield None


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("strategy", ["highs", "compiled"])
@pytest.mark.parametrize("net", [NET, THIN], ids=["generic", "thin"])
def test_the_files_are_the_same_bytes_whoever_does_the_work(
    net: Network, strategy: str, tmp_path: Path
) -> None:
    executors = {
        "one": one_process,
        "threads": lambda: ThreadPoolExecutor(3),
        "processes": lambda: ProcessPoolExecutor(2),
    }
    for name, executor in executors.items():
        with executor() as pool:
            enumerate_into(net, tmp_path / name, executor=pool, strategy=strategy)
    enumerate_into(net, tmp_path / "own", workers=2, strategy=strategy)
    seen = {name: digests(tmp_path / name) for name in [*executors, "own"]}
    assert len(seen["one"]) > 1 or net is THIN
    assert all(found == seen["one"] for found in seen.values())


@pytest.mark.usefixtures("tiny")
@settings(max_examples=15)
@given(problem=problems())
def test_what_is_read_back_is_what_was_found(problem: tuple[Network, Domain]) -> None:
    net, domain = problem
    whole = enumerate_regions(net, domain)
    with TemporaryDirectory() as folder:
        stored = enumerate_into(net, f"{folder}/run", domain)
        assert len(stored) == len(whole)
        assert stored.counted.regions_per_stage == whole.counted.regions_per_stage
        for region, twin in zip(stored, whole, strict=True):
            assert region.pattern.tobytes() == twin.pattern.tobytes()
            assert region.witness.tobytes() == twin.witness.tobytes()
            assert region.exact_witness == twin.exact_witness
        assert stored.patterns.tobytes() == whole.patterns.tobytes()
        assert stored.witnesses.tobytes() == whole.witnesses.tobytes()
        assert stored.exact == whole.exact
        assert [stored.point(i).fractions for i in range(len(whole))] == [
            whole.exact_witness(i) for i in range(len(whole))
        ]


@pytest.mark.usefixtures("tiny")
def test_patterns_are_found_and_points_located_in_files_as_in_memory(tmp_path: Path) -> None:
    whole, stored = enumerate_regions(NET), enumerate_into(NET, tmp_path / "run")
    assert [stored.find(pattern) for pattern in whole.patterns] == list(range(len(whole)))
    others = np.random.default_rng(0).integers(0, 2, size=(200, 14))
    assert [stored.find(p) for p in others] == [whole.find(p) for p in others]
    assert stored.find([2] * 14) == stored.find([-1] * 14) == -1
    points = np.random.default_rng(1).normal(size=(50, 2))
    assert stored.locate(points).tolist() == whole.locate(points).tolist()
    assert [r.pattern.tolist() for r in stored[3:40:7]] == whole.patterns[3:40:7].tolist()
    assert stored[-1].index == len(whole) - 1
    with pytest.raises(IndexError):
        stored[len(whole)]


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("strategy", ["highs", "compiled"])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_stops_at_limits_ends_where_one_without_them_does(
    workers: int, strategy: str, tmp_path: Path
) -> None:
    whole = enumerate_regions(NET, strategy=strategy)
    asked = {"strategy": strategy, "workers": workers}
    enumerate_into(NET, tmp_path / "at once", **asked)
    for limit in (1, 2, 30, 31, 60):
        part = enumerate_into(NET, tmp_path / "run", limit=limit, **asked)
        expected = enumerate_regions(NET, limit=limit, strategy=strategy)
        assert not part.counted.complete
        assert part.patterns.tobytes() == expected.patterns.tobytes()
        assert part.counted.regions_per_stage == expected.counted.regions_per_stage
    rest = enumerate_into(NET, tmp_path / "run", **asked)
    assert rest.counted.complete
    assert rest.counted.regions_per_stage == whole.counted.regions_per_stage
    assert rest.patterns.tobytes() == whole.patterns.tobytes()
    assert rest.witnesses.tobytes() == whole.witnesses.tobytes()
    assert [*digests(tmp_path / "run").values()] == [*digests(tmp_path / "at once").values()]


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize(
    ("net", "domain"),
    [(NET, None), (THIN, None), (MANY, AROUND_256)],
    ids=["generic", "thin", "many pieces"],
)
def test_the_files_are_the_same_bytes_however_parts_are_merged(
    net: Network, domain: Domain | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All at once, or two and two of them again and again, a few rows at a time."""
    monkeypatch.setattr(sorting, "SORTED_BYTES_AT_ONCE", 10**6)
    monkeypatch.setattr(sorting, "FAN", 10**6)
    enumerate_into(net, tmp_path / "at once", domain)
    monkeypatch.setattr(sorting, "SORTED_BYTES_AT_ONCE", 100)
    monkeypatch.setattr(sorting, "FAN", 2)
    shares: list[float] = []
    enumerate_into(
        net, tmp_path / "two and two", domain, sorting=lambda now: shares.append(now.share)
    )
    assert digests(tmp_path / "two and two") == digests(tmp_path / "at once")
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.usefixtures("tiny")
def test_a_run_that_has_ended_is_not_explored_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = enumerate_into(NET, tmp_path / "run")
    before = digests(tmp_path / "run")
    monkeypatch.setattr(HighsExplorer, "explore", None)
    assert enumerate_into(NET, tmp_path / "run").counted == first.counted
    assert count_into(NET, tmp_path / "run") == first.counted
    assert digests(tmp_path / "run") == before


@pytest.mark.usefixtures("tiny")
def test_a_count_goes_on_without_keeping_a_region(tmp_path: Path) -> None:
    whole = count(NET)
    assert count_into(NET, tmp_path / "run", limit=40).regions == 40
    rest = count_into(NET, tmp_path / "run")
    assert rest.complete
    assert rest.regions_per_stage == whole.regions_per_stage
    assert list((tmp_path / "run" / "shards").iterdir()) == []
    status = run_status(tmp_path / "run")
    assert (status.count, status.shards, status.description.keeps) == (rest, 0, "count")
    assert status.share == pytest.approx(1)


@pytest.mark.usefixtures("tiny")
def test_a_problem_travels_to_each_process_and_not_with_each_unit_of_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    travelled = []
    packed = Problem.__reduce__
    monkeypatch.setattr(Problem, "__reduce__", lambda self: travelled.append(1) or packed(self))
    units = []
    submit = ProcessPoolExecutor.submit
    monkeypatch.setattr(
        ProcessPoolExecutor, "submit", lambda *arguments: units.append(1) or submit(*arguments)
    )
    whole = count(NET)
    with ProcessPoolExecutor(2) as pool:
        assert count(NET, executor=pool, workers=2).regions == whole.regions
    assert len(units) > 20
    assert 2 <= len(travelled) <= 20
    travelled.clear()
    assert count(NET, workers=2).regions == whole.regions
    assert len(travelled) <= 2


def test_tables_have_the_columns_that_are_documented(tmp_path: Path) -> None:
    regions = enumerate_into(THIN, tmp_path / "run")
    table = regions.to_arrow()
    whole = enumerate_regions(THIN)
    assert table.column_names == ["pattern", "witness", "exact_witness"]
    assert table.column("pattern").to_pylist() == whole.patterns.tolist()
    texts = table.column("exact_witness").to_pylist()
    assert {i for i, text in enumerate(texts) if text is not None} == whole.exact.keys() != set()
    assert sum(part.num_rows for part in regions.tables()) == len(whole)


def test_a_network_without_units_has_one_region_on_disk_too(tmp_path: Path) -> None:
    regions = enumerate_into(mlp([], readout=([[1, 2]], [0])), tmp_path / "run")
    assert (len(regions), regions[0].pattern.shape, regions.find([])) == (1, (0,), 0)
    assert read_run(tmp_path / "run").patterns.shape == (1, 0)


@settings(max_examples=50)
@given(
    rows=st.lists(st.lists(st.integers(0, 1), min_size=70, max_size=70), min_size=1, max_size=9),
    most=st.sampled_from([1, 3, 700]),
)
def test_patterns_are_ordered_as_lists_of_numbers_are(rows: list[list[int]], most: int) -> None:
    dtype = np.uint16 if most > 255 else np.uint8
    patterns = np.array(rows, dtype=dtype) * most
    expected = sorted(range(len(rows)), key=lambda i: (rows[i], i))
    assert order_of(patterns, two_pieces=most == 1).tolist() == expected
    keys = pattern_keys(patterns, two_pieces=most == 1)
    assert (patterns_of_keys(keys, 70, patterns.dtype, two_pieces=most == 1) == patterns).all()
    texts = pattern_texts(patterns, two_pieces=most == 1)
    assert np.argsort(texts, kind="stable").tolist() == expected


def test_a_part_that_is_not_sorted_is_refused(tmp_path: Path) -> None:
    """Rows between two patterns would not be together in it."""
    layout = store.layout_of(problem_of(NET, None))
    columns = layout.sink
    columns.regions(*(np.eye(3, width, dtype=t) for width, t in ((14, "uint8"), (2, "f8"))), {})
    part = layout.part(columns)
    for name, rows in (("right", part), ("wrong", part.take([1, 0, 2]))):
        held = shards.write_part(tmp_path, f"{name}.arrow", rows)
        if name == "right":
            [shard] = sorting.sort_shards(tmp_path, [held], layout, tmp_path, "sorted")
            table = shards.read_shard(tmp_path, shard, layout)
            assert layout.patterns(table).tolist() == np.eye(3, 14)[::-1].tolist()
        else:
            with pytest.raises(UnreadableFile, match=r"wrong\.arrow: damaged: its regions are not"):
                sorting.sort_shards(tmp_path, [held], layout, tmp_path, "sorted")


def test_a_shard_holds_no_more_than_its_columns_say() -> None:
    """What docs/schema.md says of the size of files."""
    assert shards.REGIONS_OF_SHARD == 131_072


def test_a_run_keeps_to_the_strategy_that_it_begins_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small problem is left to Python, a larger one goes to machine code."""
    for small, strategy in ((10**6, "highs"), (10, "compiled")):
        monkeypatch.setattr(auto, "TRIED", small)
        folder = tmp_path / strategy
        linreg.enumerate_into(NET, folder, limit=20)
        assert run_status(folder).description.strategy == strategy
        monkeypatch.setattr(auto, "TRIED", 10)
        assert linreg.enumerate_into(NET, folder).counted.strategy == strategy
        other = {"highs": "compiled", "compiled": "highs"}[strategy]
        with pytest.raises(UnusableRun, match=f"it holds a run of strategy '{strategy}'"):
            linreg.enumerate_into(NET, folder, strategy=other)


def test_a_run_in_machine_code_needs_machine_code_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enumerate_into(NET, tmp_path / "run", limit=20, strategy="compiled")
    monkeypatch.setattr(store, "explorer_named", lambda _: HighsExplorer())
    with pytest.raises(UnusableRun, match="'compiled', which cannot be had here"):
        linreg.enumerate_into(NET, tmp_path / "run")
