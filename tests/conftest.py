"""How tests are run: examples are the same every time, and what hangs ends."""

from __future__ import annotations

import gc
import linecache
import signal
import sys
from collections.abc import Generator
from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, settings

# Whether an example is made in time is up to the machine, and to what else it does.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same ones in every run, so that more of them would hardly find more; a search has new ones.
settings.register_profile("repeatable", patient, derandomize=True, max_examples=40)
settings.register_profile("search", patient)  # pytest --hypothesis-profile=search
settings.load_profile("repeatable")

# Until all tests are collected hardly anything is garbage: looking for it is a fifth of the work.
gc.disable()

SELDOM = 20_000
"""Objects more than before at which garbage is looked for; at 700 that is 4 % of the time."""

LONGEST = 1200
"""Seconds after which a test hangs, on however busy a machine.

Well before that what it waits for is given up, and faulthandler says where it is."""


# Programs that are tested begin as from a terminal, also where the tests run in the background or
# are to go on when the terminal is closed.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip examples of torch where it is missing, as where its builds bring gigabytes of CUDA."""
    if find_spec("torch") is None:
        for item in items:
            if isinstance(item, pytest.DoctestItem) and "import torch" in item.dtest.docstring:
                item.add_marker(pytest.mark.skip(reason="there is no torch"))


def pytest_collection_finish() -> None:
    """Take what is there for good out of the sight of the garbage collector: it is a lot."""
    gc.freeze()
    gc.set_threshold(SELDOM)
    gc.enable()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Forget lines of source before an example: its runner looks at each file they are from."""
    if isinstance(item, pytest.DoctestItem):
        linecache.clearcache()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """End this process, whatever it is in, if a test hangs; xdist says which, and goes on.

    No figure is left open for the next test.
    """
    if hasattr(signal, "alarm"):
        signal.alarm(LONGEST)
    try:
        return (yield)
    finally:
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close(
                "all"
            )  # what an example draws stays open, and from 20 on that is warned of
        if hasattr(signal, "alarm"):
            signal.alarm(0)
