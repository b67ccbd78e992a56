"""Runs on disk: a directory that any later process can go on with.

Here belong the files of a run and the order in which they are written; what is explored, and by
whom, is in `run`. Read `metadata` first, then `journal`, `directory`, and `runs`.
"""

from linreg.store.runs import RunStatus, count_into, run_status

__all__ = ["RunStatus", "count_into", "run_status"]
