"""Which format a suffix means, and how each is written and read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from linreg.progress import Progress
from linreg.regions.tables.body import Body
from linreg.regions.tables.columns import Column
from linreg.regions.tables.csv_table import csv_body, csv_header, write_csv
from linreg.regions.tables.header import Header
from linreg.regions.tables.npz_table import npz_body, npz_header, write_npz
from linreg.regions.tables.parquet_table import parquet_body, parquet_header, write_parquet


@dataclass(frozen=True, slots=True)
class Format:
    """One format of tables.

    Attributes
    ----------
    write : function
        Writes a header and columns to a path, and calls back with the share that is written.
    header : function
        From a file's bytes to the text of its header.
    body : function
        From a file's bytes, its header and the type of patterns to its rows.
    """

    write: Callable[[Path, Header, Sequence[Column], Callable[[Progress], None]], None]
    header: Callable[[bytes], str | bytes]
    body: Callable[[bytes, Header, np.dtype], Body]


FORMATS = {
    ".parquet": Format(write_parquet, parquet_header, parquet_body),
    ".csv": Format(write_csv, csv_header, csv_body),
    ".npz": Format(write_npz, npz_header, npz_body),
}
