"""Strategies by name."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches

from linreg.errors import UnknownStrategy
from linreg.explore.explorer import Explorer
from linreg.explore.highs import HighsExplorer
from linreg.explore.sink import Sink
from linreg.strategies.auto import AutoExplorer
from linreg.strategies.machine_code import compiled_explorer, compiled_for

_MAKERS: dict[str, Callable[[], Explorer]] = {
    "auto": AutoExplorer,
    "compiled": compiled_explorer,
    "highs": HighsExplorer,
}

STRATEGIES = tuple(_MAKERS)
"""Names of the strategies; "auto" takes the fastest there is."""


def check_strategy(name: str) -> None:
    """Refuse a strategy that does not exist.

    Raises
    ------
    UnknownStrategy
    """
    if name not in STRATEGIES:
        near = get_close_matches(name, STRATEGIES, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise UnknownStrategy(f"unknown strategy {name!r}{hint} Known: {', '.join(STRATEGIES)}")


def explorer_named(name: str) -> Explorer:
    """A new explorer of a strategy.

    Raises
    ------
    UnknownStrategy
        If no strategy has that name.
    """
    check_strategy(name)
    return _MAKERS[name]()


def explorer_for(name: str, sink: Sink) -> Explorer:
    """A new explorer of a strategy, which tells a sink what that wants to know.

    Raises
    ------
    UnknownStrategy
        If no strategy has that name.
    """
    if name == "compiled" and sink.wants_proofs:
        return compiled_for(sink)
    return explorer_named(name)
