"""Properties of public networks, decided exactly: seconds, boxes and programs, and a summary.

    python scripts/bench/verify.py FOLDER [--properties 1,2,3,4] [--timeout S] [--networks 1_1,3_3]
    python scripts/bench/verify.py FOLDER --certificates [--networks 1_1,3_3]

FOLDER holds ONNX networks of the ACAS Xu benchmark (Julian et al. 2016) and files prop_K.vnnlib
(Katz et al. 2017), which are not part of this project. With --certificates a few answers of each
kind are proved and checked instead, on random networks and on those named; a check is to take at
most 40 times the search. Seconds are of the processor, and do not count reading; where the machine
is shared a timeout, which is of the clock, comes too early.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from pathlib import Path
from time import process_time

from certified_answers import certified

import linreg


def main() -> None:
    """Decide each property on each network, one after another."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--properties", default="1,2,3,4")
    parser.add_argument("--networks", default="")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds for each, wall clock")
    parser.add_argument("--certificates", action="store_true", help="prove and check answers")
    asked = parser.parse_args()
    if asked.certificates:
        names = asked.networks.split(",") if asked.networks else []
        certified(asked.folder, names, asked.timeout)
        return
    files = {
        match[1]: path
        for path in sorted(asked.folder.glob("*.onnx"))
        if (match := re.search(r"_(\d_\d)_", path.name))
    }
    chosen = asked.networks.split(",") if asked.networks else list(files)
    networks = {name: linreg.load(files[name]) for name in chosen}
    total = 0.0
    for number in asked.properties.split(","):
        query = linreg.load_query(asked.folder / f"prop_{number}.vnnlib")
        verdicts: Counter[str] = Counter()
        times = []
        for name in chosen:
            started = process_time()
            found = linreg.verify(networks[name], query, timeout=asked.timeout)
            times.append(process_time() - started)
            verdicts[found.verdict] += 1
            replay = ""
            if found.replays is not None:
                replay = f"  float64 {found.replays.float64}, float32 {found.replays.float32}"
            print(
                f"property {number}  net {name}  {found.verdict:8}  {times[-1]:7.2f} s  "
                f"{found.nodes:7,} boxes{replay}",
                flush=True,
            )
        total += sum(times)
        print(
            f"property {number}: {dict(verdicts)}, {sum(times):.1f} s, slowest {max(times):.1f} s",
            flush=True,
        )
    print(f"all: {total:.1f} s of the processor")


if __name__ == "__main__":
    main()
