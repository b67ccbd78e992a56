"""Tables of regions: one row for each, written to and read from Parquet, CSV and NumPy archives."""

from linreg.regions.tables.columns import COLUMNS, DEFAULT_COLUMNS, check_columns
from linreg.regions.tables.reading import read_regions
from linreg.regions.tables.writing import check_table_path, write_regions

__all__ = [
    "COLUMNS",
    "DEFAULT_COLUMNS",
    "check_columns",
    "check_table_path",
    "read_regions",
    "write_regions",
]
