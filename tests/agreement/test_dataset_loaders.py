"""What the libraries that a card names read of a dataset, where they are installed."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest
from dataset_specs import DRAWN, rows

from linreg.datasets import Dataset, generate, spec_of
from linreg.datasets.columns import tables_of
from linreg.datasets.writing import splits_of_table

SPEC = spec_of(DRAWN)
TABLES = [
    (table, split) for table in tables_of(SPEC) for split in splits_of_table(table, SPEC.splits)
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return generate(SPEC, tmp_path_factory.mktemp("loaded"))


def paths(made: Dataset) -> list[Path]:
    return [made.path / "data" / table / f"{split}.parquet" for table, split in TABLES]


def expected(path: Path) -> list[dict[str, Any]]:
    from pyarrow import parquet

    return parquet.read_table(path).to_pylist()


def test_polars_reads_every_table(made: Dataset) -> None:
    polars = pytest.importorskip("polars")
    for path in paths(made):
        assert polars.read_parquet(path).to_dicts() == expected(path)


def test_pandas_reads_every_table(made: Dataset) -> None:
    pandas = pytest.importorskip("pandas")
    for path in paths(made):
        frame, held = pandas.read_parquet(path), expected(path)
        assert list(frame.columns) == list(held[0])
        for name in frame.columns:
            read = [list(v) if hasattr(v, "tolist") and v.ndim else v for v in frame[name]]
            for got, value in zip(read, (row[name] for row in held), strict=True):
                assert got == value or (value is None and pandas.isna(got))


def test_duckdb_reads_every_table_and_joins_them(made: Dataset) -> None:
    duckdb = pytest.importorskip("duckdb")
    for path in paths(made):
        names = ", ".join(expected(path)[0])
        found = duckdb.sql(f"select {names} from '{path}'").fetchall()
        assert found == [tuple(row.values()) for row in expected(path)]
    joined = duckdb.sql(
        f"select count(*) from '{made.path}/data/networks/*.parquet' "
        f"join '{made.path}/data/counts/*.parquet' using (network)"
    )
    assert joined.fetchall() == [(made.networks,)]


def test_hugging_face_datasets_finds_every_table_from_the_card(
    made: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        datasets = pytest.importorskip("datasets")
        folder = str(made.path)
        assert datasets.get_dataset_config_names(folder) == list(tables_of(SPEC))
        for table, split in TABLES:
            found = datasets.load_dataset(folder, table, split=split, cache_dir=str(tmp_path))
            path = made.path / "data" / table / f"{split}.parquet"
            assert found.to_list() == expected(path)
        whole = datasets.load_dataset(folder, cache_dir=str(tmp_path))
    assert sum(map(len, whole.values())) == len(rows(made.path, "counts"))
