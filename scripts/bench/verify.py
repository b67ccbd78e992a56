"""Properties of public networks, decided exactly: seconds, boxes and programs, and a summary.

    python scripts/bench/verify.py FOLDER [--properties 1,2,3,4] [--networks 1_1,3_3] [--seconds S]
        [--peer NNENUM --peer-python PYTHON]
    python scripts/bench/verify.py FOLDER --ranges [--properties 1,3,4] [--networks 1_1,3_3]
    python scripts/bench/verify.py FOLDER --certificates [--networks 1_1,3_3]

FOLDER holds ONNX networks of the ACAS Xu benchmark (Julian et al. 2016) and files prop_K.vnnlib
(Katz et al. 2017), which are not part of this project. NNENUM is a checkout of the verifier nnenum
(Bak et al. 2020), which is not either, and PYTHON runs it: then each instance is decided by both,
one after the other. With --ranges the greatest and the least value of output 0 are found on the
inputs of each property. With --certificates a few answers of each kind are proved and checked
instead, on random networks and on those named; a check is to take at most 40 times the search.
Seconds are of the processor, of one process, and do not count start-up and reading; after so many
an instance is given up.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
from collections import Counter
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from signal import ITIMER_PROF, SIGPROF, setitimer, signal
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, TypeVar

from certified_answers import certified

import linreg
from linreg.questions.queries import questions_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Answer = TypeVar("Answer")

LONG = 2.0
"""Seconds from which on an instance counts as long."""


def main() -> None:
    """Decide each property on each network, one after another."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--properties", default="1,2,3,4")
    parser.add_argument("--networks", default="")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each, of the processor")
    parser.add_argument("--ranges", action="store_true", help="extreme values of output 0")
    parser.add_argument("--certificates", action="store_true", help="prove and check answers")
    parser.add_argument("--peer", type=Path, help="a checkout of nnenum")
    parser.add_argument("--peer-python", default="python", help="what runs it")
    asked = parser.parse_args()
    if asked.certificates:
        names = asked.networks.split(",") if asked.networks else []
        certified(asked.folder, names, asked.seconds)
        return
    files = {
        match[1]: path
        for path in sorted(asked.folder.glob("*.onnx"))
        if (match := re.search(r"_(\d_\d)_", path.name))
    }
    chosen = asked.networks.split(",") if asked.networks else list(files)
    networks = {name: linreg.load(files[name]) for name in chosen}
    if asked.ranges:
        for number in asked.properties.split(","):
            ranges(networks, asked.folder / f"prop_{number}.vnnlib", asked.seconds)
        return
    pairs: list[tuple[float, float]] = []
    total = 0.0
    for number in asked.properties.split(","):
        path = asked.folder / f"prop_{number}.vnnlib"
        query = linreg.load_query(path)
        verdicts: Counter[str] = Counter()
        times = []
        for name in chosen:
            started = process_time()
            with at_most(asked.seconds):
                found = decided(networks[name], query)
            times.append(process_time() - started)
            verdicts[found.verdict] += 1
            line = (
                f"property {number}  net {name}  {found.verdict:8}  {times[-1]:7.2f} s  "
                f"{found.nodes:7,} boxes"
            )
            if asked.peer is not None:
                verdict, seconds = peer(asked, files[name], path)
                line += f"  nnenum {verdict:8}  {seconds:7.2f} s"
                if {verdict, found.verdict} == {"holds", "violated"}:
                    line += "  THE VERDICTS DIFFER"
                elif verdict != "error":
                    pairs.append((times[-1], seconds))
            if found.replays is not None:
                line += f"  float64 {found.replays.float64}, float32 {found.replays.float32}"
            print(line, flush=True)
        total += sum(times)
        print(
            f"property {number}: {dict(verdicts)}, {sum(times):.1f} s, slowest {max(times):.1f} s",
            flush=True,
        )
    print(f"all: {total:.1f} s of the processor")
    if pairs:
        ours, theirs = (sum(column) for column in zip(*pairs, strict=True))
        long = [(a, b) for a, b in pairs if b > LONG]
        faster = sum(a < b for a, b in long)
        print(
            f"beside nnenum, {len(pairs)} instances: {ours:.1f} s and {theirs:.1f} s, "
            f"{theirs / ours:.1f} times; faster on {faster} of {len(long)} that take it "
            f"more than {LONG:g} s"
        )


def ranges(networks: Mapping[str, linreg.Network], path: Path, seconds: float) -> None:
    """The greatest and the least value of output 0 on the inputs of a property."""
    forms = next(iter(questions_of(linreg.load_query(path)))).inputs
    domain = linreg.Polytope([[-by for by in form[:-1]] for form in forms], [f[-1] for f in forms])
    times = []
    for name, net in networks.items():
        for sense, ask in (("max", linreg.maximum), ("min", linreg.minimum)):
            started = process_time()
            with at_most(seconds):
                found = answered(partial(ask, net, [1, 0, 0, 0, 0], domain))
            times.append(process_time() - started)
            known = "" if found.value is None else f"{found.value_float:.9g}"
            print(
                f"{path.stem}  net {name}  {sense} {found.status:8}  {times[-1]:7.2f} s  "
                f"{found.nodes:7,} boxes  {known}",
                flush=True,
            )
    print(
        f"{path.stem}: {len(times)} values, {sum(times):.1f} s, median {median(times):.2f} s, "
        f"slowest {max(times):.1f} s",
        flush=True,
    )


def decided(net: linreg.Network, query: object) -> linreg.Verification:
    """The verdict, or what is proved by the time that is given."""
    return answered(partial(linreg.verify, net, query))


def answered(ask: Callable[[], Answer]) -> Answer:
    """The answer, or what is proved of it by the time that is given."""
    try:
        return ask()
    except KeyboardInterrupt as interrupt:
        if not hasattr(interrupt, "answer"):
            raise
        return interrupt.answer


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Context that is interrupted after so many seconds of the processor."""

    def end(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal(SIGPROF, end)
    setitimer(ITIMER_PROF, seconds)
    try:
        yield
    finally:
        setitimer(ITIMER_PROF, 0)


def peer(asked: argparse.Namespace, net: Path, query: Path) -> tuple[str, float]:
    """What nnenum says of an instance, and how long it takes."""
    program = Path(__file__).with_name("nnenum_run.py")
    done = subprocess.run(
        [asked.peer_python, program, asked.peer / "src", net, query, str(asked.seconds)],
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"nnenum does not work: {done.stderr.strip().splitlines()[-1]}")
    found = json.loads(done.stdout.splitlines()[-1])
    return found["verdict"], found["seconds"]


if __name__ == "__main__":
    main()
