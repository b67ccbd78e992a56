"""A cluster of Dask's finds the same bytes, and its troubles are said in one line."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from program import ROOT, linreg

from linreg import Network, UnreachableCluster, enumerate_into, mlp
from linreg.run import clusters
from linreg.run.clusters import LostCluster, cluster
from linreg.run.task import ProblemNeeded
from linreg.store import directory as store

IRIS = ROOT / "examples" / "iris-2d.json"


def gaussian(*widths: int) -> Network:
    rng = np.random.default_rng(0)
    shapes = zip(widths[1:], widths, strict=False)
    return mlp([(rng.normal(size=shape), rng.normal(size=shape[0])) for shape in shapes])


def digests(folder: Path) -> list[str]:
    files = sorted((folder / "shards").iterdir())
    return [sha256(path.read_bytes()).hexdigest() for path in files]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_a_local_cluster_finds_the_same_bytes_though_one_of_its_workers_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = gaussian(3, 9, 8)
    alone = enumerate_into(net, tmp_path / "alone", strategy="highs")
    monkeypatch.setattr(store, "REGIONS_OF_PART", 100)
    with cluster("local", 2) as found:
        assert found.workers == 2
        client = found.executor._client
        pids = client.run(os.getpid)
        submit, n_units = found.executor.submit, iter(range(10**6))

        def submit_and_kill(*arguments: object) -> object:
            if next(n_units) == 3:
                os.kill(next(iter(pids.values())), signal.SIGKILL)
            return submit(*arguments)

        monkeypatch.setattr(found.executor, "submit", submit_and_kill)
        shared = enumerate_into(
            net, tmp_path / "shared", strategy="highs", executor=found.executor, workers=2
        )
        assert set(client.run(os.getpid).values()) != set(pids.values())
    assert next(n_units) > 5
    assert shared.counted.regions_per_stage == alone.counted.regions_per_stage
    assert digests(tmp_path / "shared") == digests(tmp_path / "alone")


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "ANSWER_SECONDS", 0.2)
    done = linreg("count", IRIS, "--cluster", "tcp://127.0.0.1:1")
    assert "tcp://127.0.0.1:1: no scheduler of Dask answers" in done.complaint
    with (
        pytest.raises(UnreachableCluster, match="nowhere: no scheduler of Dask answers"),
        cluster("nowhere"),
    ):
        pass


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask", None)
    done = linreg("count", IRIS, "--cluster", "local")
    assert done.complaint == ("a cluster needs the extra dask: pip install 'linreg-exact[dask]'")


def stand_in(n_threads: dict[str, int], answer: object) -> Callable[..., object]:
    """What makes clients of a cluster with these workers, which answer so."""

    def submit(*_: object, **__: object) -> Future:
        future: Future = Future()
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
        return future

    client = SimpleNamespace(
        nthreads=lambda: n_threads, submit=submit, get_executor=lambda: "executor"
    )
    return lambda *_: nullcontext(client)


def test_a_cluster_without_workers_or_without_linreg_is_of_no_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clusters, "_client", stand_in({}, None))
    with pytest.raises(UnreachableCluster, match="there: the cluster has no workers"):
        cluster("there").__enter__()
    missing = ModuleNotFoundError("No module named 'linreg'")
    monkeypatch.setattr(clusters, "_client", stand_in({"a": 4}, missing))
    with pytest.raises(UnreachableCluster, match=r"cannot be used .* No module named 'linreg'"):
        cluster("there").__enter__()


def test_a_cluster_that_is_lost_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "_client", stand_in({"a": 4, "b": 2}, ProblemNeeded()))
    with cluster("there") as found:
        assert found.workers == 6
    said = r"the cluster there was lost \(CancelledError\)"
    with pytest.raises(LostCluster, match=said), cluster("there"):
        raise CancelledError
