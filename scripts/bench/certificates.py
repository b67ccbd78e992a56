"""Certificates: what they cost beside a plain count, how fast they are checked, and their size.

python scripts/bench/certificates.py
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TypeVar

from gaussian import gaussian
from rich.console import Console
from rich.table import Table

import linreg

NETWORKS = [(3, 10, 10, 1), (5, 10, 10, 1), (3, 32, 32, 1)]
REGIONS_PER_SECOND = 2000
"""What the checker is to reach on 3-10-10-1, on one core."""

Answer = TypeVar("Answer")


def timed(work: Callable[[], Answer]) -> tuple[Answer, float]:
    """What a piece of work returns, and the seconds that it takes."""
    started = perf_counter()
    answer = work()
    return answer, perf_counter() - started


def main() -> None:
    """Certify and check the networks, and print a table."""
    table = Table(title="certificates, one process")
    for heading in ("network", "regions", "certify / count", "checked per s", "bytes each"):
        table.add_column(heading, justify="right", no_wrap=True)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "proof"
        for sizes in NETWORKS:
            net = gaussian(sizes)
            count, counting = timed(lambda net=net: linreg.count(net, strategy="highs"))
            certified, certifying = timed(lambda net=net: linreg.certify(net, path))
            verdict, checking = timed(lambda net=net: linreg.check(path, net))
            assert verdict.accepted
            assert verdict.regions == count.regions
            table.add_row(
                "-".join(map(str, sizes)),
                f"{count.regions:,}",
                f"{certifying / counting:.2f}",
                f"{count.regions / checking:,.0f}",
                f"{certified.n_bytes / count.regions:.0f}",
            )
    Console().print(table)
    Console().print(
        f"The checker is to reach {REGIONS_PER_SECOND:,} regions a second on 3-10-10-1."
    )


if __name__ == "__main__":
    main()
