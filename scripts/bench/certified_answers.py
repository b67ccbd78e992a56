"""Answers with certificates: what the search takes, the proof, and the check, in one table.

Used by verify.py --certificates; the networks are those of its folder, or random ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import numpy as np
from gaussian import gaussian, layers
from rich.console import Console
from rich.table import Table

import linreg
from linreg.checker import check_answer, check_verdict
from linreg.readers import as_domain

MOST = 40.0
"""Times the search that a check may take."""


@dataclass(frozen=True)
class Instance:
    """A question, how it is asked with a certificate or without, and how that is checked."""

    kind: str
    name: str
    ask: Callable[..., Any]
    check: Callable[[Path], Any]


def certified(folder: Path | None, networks: list[str], timeout: float) -> None:
    """Print a table with a row for each instance."""
    table = Table(title="certificates of answers, seconds of the processor, one process")
    for heading in ("kind", "instance", "search", "with proof", "check", "ratio", "bytes"):
        table.add_column(heading, justify="left" if heading in ("kind", "instance") else "right")
    worst = 0.0
    with TemporaryDirectory() as place:
        path = Path(place) / "proof"
        for each in [*_random(timeout), *(_public(folder, networks, timeout) if folder else ())]:
            _, searching = _timed(each.ask)
            path.unlink(missing_ok=True)
            _, proving = _timed(lambda each=each: each.ask(certificate=path))
            if not path.exists():
                table.add_row(each.kind, each.name, f"{searching:.2f}", "stopped", "", "", "")
                continue
            checked, checking = _timed(lambda each=each: each.check(path))
            assert checked.accepted, checked.false_claim
            worst = max(worst, checking / searching)
            table.add_row(
                each.kind,
                each.name,
                f"{searching:.2f}",
                f"{proving:.2f}",
                f"{checking:.2f}",
                f"{checking / searching:.2f}",
                f"{path.stat().st_size:,}",
            )
    Console().print(table)
    print(f"check / search: at most {worst:.1f}; {'as' if worst <= MOST else 'NOT as'} asked")


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = process_time()
    answer = work()
    return answer, process_time() - started


def _random(timeout: float) -> list[Instance]:
    """Instances on random networks and copies of them with weights of four binary places."""
    cube, net = linreg.Box([-1] * 4, [1] * 4), gaussian((4, 12, 12, 2))
    small = linreg.Box([0] * 4, ["1/4"] * 4)
    plain = gaussian((3, 10, 10, 2))
    pairs = layers((4, 12, 12, 2))
    hidden = [(np.round(w * 16) / 16, np.round(b * 16) / 16) for w, b in pairs[:-1]]
    copy = linreg.mlp(hidden, readout=pairs[-1])
    space = linreg.Box([-1] * 3, [1] * 3)
    found = [
        Instance(
            "range",
            "4-12-12-2",
            lambda **kw: linreg.output_range(net, cube, timeout=timeout, **kw),
            lambda path: check_answer(path, net, cube),
        ),
        Instance(
            "difference",
            "4-12-12-2",
            lambda **kw: linreg.difference(net, copy, small, timeout=timeout, **kw),
            lambda path: check_answer(path, net, small, other=copy),
        ),
    ]
    for norms in (("linf", "linf"), ("l2", "l2")):
        found.append(
            Instance(
                "Lipschitz",
                f"3-10-10-2, {norms[0]}",
                lambda norms=norms, **kw: linreg.lipschitz(plain, space, *norms, **kw),
                lambda path: check_answer(path, plain, space),
            )
        )
    for norm in ("linf", "l1", "l2"):
        found.append(
            Instance(
                "robustness",
                f"4-12-12-2, {norm}",
                lambda norm=norm, **kw: linreg.robustness(net, [0.25] * 4, norm, cube, **kw),
                lambda path: check_answer(path, net, cube),
            )
        )
    return found


def _public(folder: Path, names: list[str], timeout: float) -> list[Instance]:
    """Instances on the networks of a folder, and the box of property 3."""
    query = linreg.load_query(folder / "prop_3.vnnlib")
    box = as_domain(str(folder / "prop_3.vnnlib"), 5)
    half = linreg.Box([Fraction(-1, 2)] * 5, [Fraction(1, 2)] * 5)
    point = [Fraction(k, 100) for k in (20, -15, 5, 30, -25)]
    found = []
    for name in names:
        (file,) = folder.glob(f"*_{name}_*.onnx")
        net = linreg.load(file)
        found += [
            Instance(
                "verdict",
                f"{name}, property 3",
                lambda net=net, **kw: linreg.verify(net, query, timeout=timeout, **kw),
                lambda path, net=net: check_verdict(path, net, query.alternatives),
            ),
            Instance(
                "range",
                f"{name}, output 0",
                lambda net=net, **kw: linreg.output_range(
                    net, box, output=0, timeout=timeout, **kw
                ),
                lambda path, net=net: check_answer(path, net, box),
            ),
        ]
        found.append(
            Instance(
                "robustness",
                f"{name}, linf",
                lambda net=net, **kw: linreg.robustness(
                    net, point, "linf", half, sense="min", timeout=timeout, **kw
                ),
                lambda path, net=net: check_answer(path, net, half),
            )
        )
    return found
