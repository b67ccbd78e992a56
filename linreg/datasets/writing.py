"""The files of a dataset: tables, networks and archives, put together in the order of the plan."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from linreg.datasets.columns import Column
from linreg.datasets.truth import NetworkTruth
from linreg.errors import UnreadableFile
from linreg.files import replacing

if TYPE_CHECKING:
    import pyarrow

ROWS_OF_GROUP = 1 << 16
"""Rows that are written together: a row group, whatever the number of networks in it."""

TABLE_COMPRESSION = 3
"""Level of compression, named so that no default changes the bytes."""

SUMS = "SHA256SUMS"
"""The file with the sha256 of all others."""

COHORTS = "cohorts"
"""The split of a table whose rows are not about one network."""

OLD = (1980, 1, 1, 0, 0, 0)
"""The time that archives give for their members: the first that they can."""


def table_path(table: str, split: str) -> str:
    """Where a table lies in the folder.

    Examples
    --------
    >>> table_path("counts", "train")
    'data/counts/train.parquet'
    """
    return f"data/{table}/{split}.parquet"


def splits_of_table(table: str, splits: Iterable[str]) -> list[str]:
    """The splits of a table, given those of the dataset."""
    return [COHORTS] if table == "expectations" else list(splits)


def archive_path(split: str) -> str:
    """Where the graphs of a split lie in the folder."""
    return f"graphs/{split}.zip"


class TableFile:
    """A Parquet file under way, whose bytes depend on its rows alone."""

    def __init__(self, path: Path, columns: Mapping[str, Column]) -> None:
        import pyarrow
        from pyarrow import parquet

        self._schema = pyarrow.schema([(name, c.arrow()) for name, c in columns.items()])
        self._waiting: list[pyarrow.Table] = []
        self._n_waiting = 0
        self._writer = parquet.ParquetWriter(
            path,
            self._schema,
            compression="zstd",
            compression_level=TABLE_COMPRESSION,
            write_page_checksum=True,
        )

    def add(self, columns: Mapping[str, Sequence[object]]) -> None:
        """Append rows."""
        import pyarrow

        part = pyarrow.table(dict(columns), schema=self._schema)
        self._waiting.append(part)
        self._n_waiting += len(part)
        while self._n_waiting >= ROWS_OF_GROUP:
            self._write(ROWS_OF_GROUP)

    def close(self) -> None:
        """Write what is left."""
        if self._n_waiting:
            self._write(self._n_waiting)
        self._writer.close()

    def _write(self, rows: int) -> None:
        import pyarrow

        whole = pyarrow.concat_tables(self._waiting)
        self._writer.write_table(whole[:rows].combine_chunks(), row_group_size=rows)
        self._waiting = [whole[rows:]]
        self._n_waiting -= rows


@contextmanager
def table_file(path: Path, columns: Mapping[str, Column]) -> Iterator[TableFile]:
    """Context in which a table is written; it is there, whole, when the context is left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        file = TableFile(temporary, columns)
        try:
            yield file
        finally:
            file.close()


class Files:
    """The files of a dataset under way, which each network adds something to."""

    def __init__(
        self,
        folder: Path,
        tables: Mapping[str, Mapping[str, Column]],
        splits: Sequence[str],
        archives: bool,
        stack: ExitStack,
    ) -> None:
        self._folder = folder
        self._tables = {
            (table, split): stack.enter_context(
                table_file(folder / table_path(table, split), columns)
            )
            for table, columns in tables.items()
            for split in splits
        }
        self._archives = {
            split: stack.enter_context(_archive(folder / archive_path(split)))
            for split in (splits if archives else ())
        }
        (folder / "networks").mkdir(exist_ok=True)

    def add(self, found: NetworkTruth, split: str) -> None:
        """Write a network, its rows and its graph."""
        with replacing(self._folder / "networks" / f"{found.id}.json") as temporary:
            temporary.write_bytes(found.document.encode())
        for table, columns in found.tables.items():
            if (table, split) in self._tables:
                self._tables[table, split].add(columns)
        if found.graph is not None and split in self._archives:
            member = ZipInfo(f"{found.id}.json", OLD)
            member.compress_type = ZIP_DEFLATED
            self._archives[split].writestr(member, found.graph, compresslevel=6)


@contextmanager
def _archive(path: Path) -> Iterator[ZipFile]:
    path.parent.mkdir(exist_ok=True)
    with replacing(path) as temporary, ZipFile(temporary, "w") as archive:
        yield archive


def part_of(found: NetworkTruth) -> bytes:
    """What is known of a network, as bytes."""
    return json.dumps(
        {
            "id": found.id,
            "document": found.document,
            "graph": found.graph,
            "tables": found.tables,
        }
    ).encode()


def found_in(part: bytes) -> NetworkTruth:
    """What is known of a network, from its bytes."""
    fields: dict[str, Any] = json.loads(part)
    return NetworkTruth(**fields)


def sums_of(folder: Path, names: Sequence[str]) -> str:
    """The sha256 of some files, a line for each, as the program sha256sum writes and checks it.

    Parameters
    ----------
    folder : Path
    names : sequence of str
        Relative to the folder.

    Raises
    ------
    UnreadableFile
        If a file is missing or may not be read.
    """
    lines = []
    for name in names:
        try:
            with (folder / name).open("rb") as file:
                lines.append(f"{file_digest(file, 'sha256').hexdigest()}  {name}\n")
        except OSError as error:
            raise UnreadableFile(f"{folder / name}: cannot be read: {error.strerror}") from None
    return "".join(lines)
