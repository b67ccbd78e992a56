"""Clusters: work done by Dask's workers, on this machine or on others."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from logging import CRITICAL
from os import cpu_count
from typing import Any

from linreg.errors import UnreachableCluster
from linreg.explore import Sink
from linreg.run.processes import interrupts_ignored
from linreg.run.task import ProblemNeeded, Task, explore_task

LOCAL = "local"
"""The name of a cluster of processes on this machine, made for the occasion."""

ANSWER_SECONDS = 10
"""Seconds after which a scheduler that does not answer will not."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where to have work done.

    Attributes
    ----------
    executor : concurrent.futures.Executor
    workers : int
        How many tasks it does at a time.
    """

    executor: Executor
    workers: int


class LostCluster(BrokenExecutor):
    """Work was lost with its workers several times over, or the scheduler is gone."""


@contextmanager
def cluster(address: str, workers: int | None = None) -> Iterator[Cluster]:
    """Context of a Dask cluster; one that was made for it ends with it.

    Parameters
    ----------
    address : str
        Of a scheduler, such as "tcp://10.0.0.1:8786", or "local" for processes of this machine.
    workers : int, optional
        Processes of a local cluster; by default as many as there are processors.

    Raises
    ------
    UnreachableCluster
        If Dask is not installed, nobody answers, there are no workers, or linreg is missing there.
    LostCluster
        Within the context.
    """
    try:
        import dask

        # Its own lines would stand among ours; what goes wrong is raised.
        with dask.config.set(
            {"logging": {"distributed": "critical", "distributed.client": "critical"}}
        ):
            distributed: Any = import_module("distributed")
    except ImportError:
        raise UnreachableCluster(
            "a cluster needs the extra dask: pip install 'linreg-exact[dask]'"
        ) from None
    gone = (distributed.KilledWorker, distributed.comm.CommClosedError, CancelledError)
    with _client(distributed, address, workers) as client:
        try:
            yield Cluster(client.get_executor(), _n_workers(client, address))
        except gone as error:
            raise LostCluster(f"the cluster {address} was lost ({type(error).__name__})") from None


@contextmanager
def _client(distributed: Any, address: str, workers: int | None) -> Iterator[Any]:
    """A client of the scheduler at an address, or of one of our own."""
    if address == LOCAL:
        with interrupts_ignored():
            made = distributed.LocalCluster(
                n_workers=workers or cpu_count() or 1,
                threads_per_worker=1,
                dashboard_address=None,
                silence_logs=CRITICAL,
            )
        with made, distributed.Client(made) as client:
            yield client
        return
    try:
        client = distributed.Client(address, timeout=ANSWER_SECONDS)
    except (OSError, ValueError) as error:
        raise UnreachableCluster(
            f"{address}: no scheduler of Dask answers; give its address, such as "
            f"tcp://10.0.0.1:8786, or local: {error}"
        ) from None
    with client:
        yield client


def _n_workers(client: Any, address: str) -> int:
    """How many tasks can be done at a time, by workers that know how."""
    n_threads: int = sum(client.nthreads().values())
    if not n_threads:
        raise UnreachableCluster(f"{address}: the cluster has no workers; start some first")
    nothing = Task("auto", "", None, (), Sink(), 0, None)
    try:
        known = client.submit(explore_task, nothing, pure=False).result()
    except ImportError as error:
        raise UnreachableCluster(
            f"{address}: linreg cannot be used on the cluster's workers: {error}"
        ) from None
    assert isinstance(known, ProblemNeeded)
    return n_threads
