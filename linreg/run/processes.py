"""Pools of processes and threads that ignore interrupts and are always ended."""

from __future__ import annotations

import os
from _thread import interrupt_main
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import Pipe, Process, parent_process
from multiprocessing.connection import Connection, wait
from queue import Empty, SimpleQueue
from signal import SIG_DFL, SIG_IGN, SIGINT, SIGTERM, getsignal, raise_signal, signal
from threading import Event, Thread, Timer, current_thread, local, main_thread
from time import monotonic
from traceback import format_exception
from typing import Any

GRACE = 2.0
"""Seconds that a process has for its next look when its pool ends; then it is killed."""

_line: Connection | None = None
"""What a process of a pool reads nothing from, until its parent closes the other end."""

_of_thread = local()
"""What a thread of a pool looks at: `ended`, set when nobody waits for its answers any more."""


@contextmanager
def process_pool(workers: int, begin: Callable[[], object] = int) -> Iterator[Executor]:
    """A pool of processes, each of which ends at its next look; `begin` is called in each."""
    pool = _Processes()
    try:
        with interrupts_held():
            pool.start(workers, begin)
        yield pool
    finally:
        with interrupts_held():
            pool.shutdown()


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


class _Processes(Executor):
    """Processes, each with a thread here that hands it one piece of work after another.

    Python's own pool waits without a limit for processes that it tells to end through queues. If
    that wait is interrupted, it waits once more when the program ends, with the queues closed.
    Here no process shares anything with another, and each can be killed at any time.
    """

    def __init__(self) -> None:
        self._pieces: SimpleQueue[tuple[Future[Any], Any] | None] = SimpleQueue()
        self._is_closed = False
        self._processes: list[Process] = []
        self._lines: list[Connection] = []
        self._threads: list[Thread] = []
        self._reader, self._writer = Pipe(duplex=False)

    def start(self, workers: int, begin: Callable[[], object]) -> None:
        """Begin the processes, and then the threads: no process is a copy of several threads."""
        for _ in range(workers):
            ours, theirs = Pipe()
            self._lines.append(ours)
            process = Process(
                target=_serve, args=(theirs, self._reader, self._writer, begin), daemon=True
            )
            with theirs:
                process.start()
            self._processes.append(process)
        for pair in zip(self._processes, self._lines, strict=True):
            thread = Thread(target=self._hand_out, args=pair, daemon=True)
            thread.start()
            self._threads.append(thread)

    def submit(self, task: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._pieces.put((future, (task, arguments, named)))
        if self._is_closed:
            self._close()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True) -> None:
        """End without doing what was not begun; this takes little more than the grace, if that."""
        self._close()
        self._writer.close()
        end = monotonic() + GRACE
        for process in self._processes:
            process.join(max(0.0, end - monotonic()))
        for process in self._processes:
            process.kill()
            process.join()
        for thread in self._threads:
            thread.join(GRACE)
        for line in (*self._lines, self._reader):
            line.close()

    def _close(self) -> None:
        """Take no more work, and say so to whoever waits for what was not begun."""
        self._is_closed = True
        with suppress(Empty):
            while True:
                piece = self._pieces.get_nowait()
                if piece is not None and piece[0].set_running_or_notify_cancel():
                    piece[0].set_exception(BrokenProcessPool("the pool has ended"))
        for _ in self._threads:
            self._pieces.put(None)

    def _hand_out(self, process: Process, line: Connection) -> None:
        """Have a process do pieces of work, until there are no more or it is lost."""
        while (piece := self._pieces.get()) is not None:
            future, call = piece
            if not future.set_running_or_notify_cancel():
                continue
            try:
                with suppress(EOFError, OSError):
                    line.send(call)
                    # Others may hold a copy of the end of the line of a process that is lost.
                    wait([line, process.sentinel])
                    if line.poll():
                        error, answer = line.recv()
                        future.set_exception(error) if error else future.set_result(answer)
            finally:
                if not future.done():
                    self._close()
                    future.set_exception(BrokenProcessPool("a process was lost"))


def _serve(
    line: Connection, reader: Connection, writer: Connection, begin: Callable[[], object]
) -> None:
    """Do pieces of work in a process that has just begun, until the pool ends."""
    global _line
    # An interrupt is for the parent, which then closes the other line.
    signal(SIGINT, SIG_IGN)
    signal(SIGTERM, SIG_DFL)  # at once, and not after what machine code is doing
    writer.close()
    _line = reader
    Thread(target=_end_with_parent, daemon=True).start()
    begin()
    # A thread of its own keeps whatever the work raises.
    with ThreadPoolExecutor(1) as runner, suppress(EOFError, OSError):
        while wait([line, reader]) == [line]:
            task, arguments, named = line.recv()
            done = runner.submit(task, *arguments, **named)
            if error := done.exception():
                error.add_note("".join(format_exception(error)))  # what travels has no traceback
            line.send((error, None if error else done.result()))


def _end_with_parent() -> None:
    """End this process when its parent has: it would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Context that delays an interrupt until its end.

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


class CutShort(KeyboardInterrupt):
    """An interrupt that came through in the middle of what was to be held."""


@contextmanager
def interrupts_put_off(seconds: float) -> Iterator[None]:
    """As `interrupts_held`, but what takes longer than that after an interrupt is cut short.

    Raises
    ------
    CutShort
        From anywhere inside.
    """
    handler = getsignal(SIGINT)
    if not callable(handler) or current_thread() is not main_thread():
        yield
        return
    timer: Timer | None = None
    is_late = False

    def cut() -> None:
        nonlocal is_late
        is_late = True
        interrupt_main()

    def put_off(*_: object) -> None:
        nonlocal timer
        if is_late:
            raise CutShort
        if timer is None:
            timer = Timer(seconds, cut)
            timer.daemon = True
            timer.start()

    signal(SIGINT, put_off)
    try:
        yield
    finally:
        if timer is not None:
            timer.cancel()
            timer.join()
        signal(SIGINT, handler)
    if timer is not None:
        raise_signal(SIGINT)


@contextmanager
def interrupts_ignored() -> Iterator[None]:
    """Context in which interrupts are ignored, by this process and by programs begun meanwhile."""
    if current_thread() is not main_thread():
        yield
        return
    handler = signal(SIGINT, SIG_IGN)
    try:
        yield
    finally:
        signal(SIGINT, handler)
