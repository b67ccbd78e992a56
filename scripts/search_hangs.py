"""Networks on which linear programs cycle, counted by every strategy, until one hangs or is wrong.

python scripts/search_hangs.py --networks 1500 --first 0 --patience 120

Each network is counted in a process that is ended if it gives no answer in time, and by deletion
and restriction, which solves no linear program. Exit code 1 if a count hung, failed or was wrong.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from skewed_rows import regions_of, repeated, skewed

import linreg
from linreg.readers.json_network import network_from_json

STRATEGIES = ("auto", "highs", "compiled")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", type=int, default=1500)
    parser.add_argument("--first", type=int, default=0, help="the first network's seed")
    parser.add_argument("--patience", type=float, default=120, help="seconds for each count")
    given = parser.parse_args()
    wrong = 0
    counter = Counter()
    for seed in range(given.first, given.first + given.networks):
        expected = regions_of(skewed(seed))
        for strategy in STRATEGIES:
            found = counter.ask(seed, strategy, given.patience)
            if found != expected:
                wrong += 1
                print(f"network {seed}, {strategy}: {found}, not {expected}", flush=True)
        if (seed + 1 - given.first) % 100 == 0:
            print(f"{seed + 1 - given.first} networks", flush=True)
    counter.end()
    print(f"{given.networks} networks by {', '.join(STRATEGIES)}: {wrong} counts hung or wrong")
    return int(wrong > 0)


class Counter:
    """A process that counts, and another one in its place where it hangs."""

    def __init__(self) -> None:
        self._begin()

    def ask(self, seed: int, strategy: str, patience: float) -> int | str:
        """The count, or what went wrong."""
        self._connection.send((seed, strategy))
        try:
            if self._connection.poll(patience):
                answer: int | str = self._connection.recv()
                return answer
            failure = f"no answer after {patience:g} s"
        except (EOFError, ConnectionError):
            failure = "the process ended"
        self.end()
        self._begin()
        return failure

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, other = context.Pipe()
        self._process = context.Process(target=count_forever, args=(other,), daemon=True)
        self._process.start()
        other.close()


def count_forever(connection: Connection) -> None:
    """Answer with the count of each network that is asked for."""
    while True:
        seed, strategy = connection.recv()
        net = network_from_json(repeated(seed))
        connection.send(linreg.count_regions(net, strategy=strategy))


if __name__ == "__main__":
    sys.exit(main())
