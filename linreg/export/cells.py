"""Complexes into tables: one row for each cell, and one for each vertex and direction."""

from __future__ import annotations

from pathlib import Path

from linreg.complex import CellComplex, Strata
from linreg.errors import UnwritableFile
from linreg.files import StrPath, check_writable, known_suffix, replacing

SUFFIX = ".parquet"


def write_cells(cells: CellComplex | Strata, path: StrPath) -> tuple[Path, ...]:
    """Write the tables of a complex, `PolyhedralComplex.to_tables`, to Parquet files.

    Parameters
    ----------
    cells : PolyhedralComplex
    path : str or path
        NAME.parquet for the cells; the vertices and directions go to NAME-vectors.parquet beside,
        if the complex has them.

    Returns
    -------
    tuple of Path
        Both files, or one.

    Raises
    ------
    UnwritableFile
        If the suffix is another, or a file cannot be written.

    Examples
    --------
    Two lines that cross have one vertex and four directions, and make nine cells:

    >>> from tempfile import TemporaryDirectory
    >>> from pyarrow import parquet
    >>> from linreg import mlp, polyhedral_complex
    >>> cross = polyhedral_complex(mlp([([[1, 0], [0, 1]], [0, 0])]))
    >>> with TemporaryDirectory() as folder:
    ...     files = write_cells(cross, f"{folder}/cross.parquet")
    ...     [(file.name, parquet.read_table(file).num_rows) for file in files]
    [('cross.parquet', 9), ('cross-vectors.parquet', 5)]
    """
    from pyarrow import parquet

    first, second = _files(path)
    tables = cells.to_tables()
    if "vectors" not in tables:
        with replacing(first) as temporary:
            parquet.write_table(tables["cells"], temporary)
        return (first,)
    with replacing(first) as temporary, replacing(second) as beside:
        parquet.write_table(tables["cells"], temporary)
        parquet.write_table(tables["vectors"], beside)
    return first, second


def check_cells_path(path: StrPath, reading: tuple[StrPath | None, ...] = ()) -> None:
    """Refuse a path that no complex should be written to, before any work is done.

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
    >>> check_cells_path("net.png")
    Traceback (most recent call last):
    linreg.errors.UnwritableFile: net.png: ...
    """
    for file in _files(path):
        check_writable(file, reading)


def _files(path: StrPath) -> tuple[Path, Path]:
    first = Path(path)
    known_suffix(path, (SUFFIX,), "complexes", UnwritableFile)
    return first, first.with_name(f"{first.stem}-vectors{SUFFIX}")
