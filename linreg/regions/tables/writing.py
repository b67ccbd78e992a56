"""Tables of regions, by suffix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from linreg.errors import UnwritableFile
from linreg.files import StrPath, check_writable, format_of, replacing
from linreg.json_values import located
from linreg.progress import Progress
from linreg.regions.enumeration import Enumeration
from linreg.regions.tables.columns import DEFAULT_COLUMNS, check_columns, columns_of
from linreg.regions.tables.formats import FORMATS
from linreg.regions.tables.header import Header


def write_regions(
    regions: Enumeration,
    path: StrPath,
    columns: Sequence[str] = DEFAULT_COLUMNS,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> None:
    """Write regions to a table, one row for each, replacing the file whole or not at all.

    The same regions give the same bytes: nothing that varies from run to run is written. The
    header names the strategy, on which witnesses depend. What each format holds is described in
    docs/schema.md.

    Parameters
    ----------
    regions : Enumeration
    path : str or path
        The suffix decides: .parquet, .csv or .npz.
    columns : sequence of str
        Out of pattern, witness, exact_witness, margin, bounded, affine_map. `read_regions` needs
        the first three, which are the default.
    progress : callable, optional
        Called now and then with a `Progress`.

    Raises
    ------
    UnwritableFile
        If the suffix is not known, the path cannot be written, or a number is too long.
    ValueError
        If a column is not known.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg import enumerate_regions, mlp, read_regions
    >>> net = mlp([([[1], [1]], [0, "-1/3"])])
    >>> with TemporaryDirectory() as folder:
    ...     write_regions(enumerate_regions(net), f"{folder}/regions.parquet")
    ...     read_regions(f"{folder}/regions.parquet", net).patterns.tolist()
    [[0, 0], [1, 0], [1, 1]]
    """
    chosen = check_columns(columns)
    format_ = format_of(path, FORMATS, "tables", UnwritableFile)
    report = progress or (lambda _: None)
    if {"margin", "bounded"} <= {*chosen}:
        told = report
        regions.measure(lambda now: told(now.within(0, 2, "regions written")))
        report = lambda now: told(now.within(1, 2, "regions written"))  # noqa: E731
    with located(str(path)):
        header, held = Header.of(regions, chosen), columns_of(regions, chosen)
    with replacing(path) as temporary, located(str(path)):
        format_.write(temporary, header, held, report)


def check_table_path(path: StrPath, reading: Iterable[StrPath | None] = ()) -> None:
    """Refuse a path that no table should be written to, before any work is done.

    Parameters
    ----------
    path : str or path
    reading : iterable of str, path or None
        Files that must not be replaced.

    Raises
    ------
    UnwritableFile
        If the suffix is not known, the folder is missing or not writable, or a file is being read.
    """
    format_of(path, FORMATS, "tables", UnwritableFile)
    check_writable(path, reading)
