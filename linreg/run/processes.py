"""Processes and threads to run in: deaf to interrupts, and never left behind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import (
    Executor,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from contextlib import contextmanager
from multiprocessing import Pipe, parent_process
from multiprocessing.connection import Connection
from signal import SIG_DFL, SIG_IGN, SIGINT, SIGTERM, getsignal, raise_signal, signal
from threading import Event, Thread, current_thread, local, main_thread

_line: Connection | None = None
"""What a process of a pool reads nothing from, until its parent closes the other end."""

_of_thread = local()
"""What a thread of a pool looks at: `ended`, set when nobody waits for its answers any more."""


@contextmanager
def process_pool(workers: int, begin: Callable[[], object] = int) -> Iterator[Executor]:
    """A pool of processes, each of which ends at its next look; `begin` is called in each."""
    reader, writer = Pipe(duplex=False)
    pool = ProcessPoolExecutor(workers, initializer=_serve, initargs=(reader, writer, begin))
    try:
        with interrupts_held():
            pool.submit(int)  # the first piece of work begins the processes
        yield pool
    finally:
        writer.close()
        # Python waits when it ends, too, but by then the pool's queues may be closed.
        pool.shutdown(wait=True, cancel_futures=True)
        reader.close()


@contextmanager
def thread_pool(workers: int) -> Iterator[Executor]:
    """A pool of threads, which ends without waiting; each stops at its next look at `is_wanted`."""
    ended = Event()

    def begin() -> None:
        _of_thread.ended = ended

    pool = ThreadPoolExecutor(workers, "linreg", initializer=begin)
    try:
        yield pool
    finally:
        ended.set()
        pool.shutdown(wait=False, cancel_futures=True)


def is_wanted() -> bool:
    """Whether the answer of this process or thread, if it is of a pool of ours, is waited for."""
    ended: Event | None = getattr(_of_thread, "ended", None)
    return (_line is None or not _line.poll()) and not (ended is not None and ended.is_set())


def _serve(reader: Connection, writer: Connection, begin: Callable[[], object]) -> None:
    """Make ready for work in a process that has just begun."""
    global _line
    # An interrupt is for the parent, which then closes the line.
    signal(SIGINT, SIG_IGN)
    signal(SIGTERM, SIG_DFL)  # at once, and not after what machine code is doing
    writer.close()
    _line = reader
    Thread(target=_end_with_parent, daemon=True).start()
    begin()


def _end_with_parent() -> None:
    """End this process when its parent has: it would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Context at whose end an interrupt is felt that came meanwhile.

    A process is begun as a copy of this one. An interrupt would end the copy with a traceback, and
    be lost in this process: Python ignores what is raised in the hooks around the copying.
    """
    handler = getsignal(SIGINT)
    if handler is None or current_thread() is not main_thread():
        yield
        return
    came = []
    signal(SIGINT, lambda *_: came.append(True))
    try:
        yield
    finally:
        signal(SIGINT, handler)
    if came:
        raise_signal(SIGINT)


@contextmanager
def interrupts_ignored() -> Iterator[None]:
    """Context in which an interrupt goes unheard, here and for ever in programs begun meanwhile."""
    if current_thread() is not main_thread():
        yield
        return
    handler = signal(SIGINT, SIG_IGN)
    try:
        yield
    finally:
        signal(SIGINT, handler)
