"""Threads, locks and events of the runner, made of `_thread` alone: the names in `threading` are the script's."""

import _thread
import contextlib
import queue
from collections.abc import Callable
from typing import Any

from sequencer_runner.script.isolation import public

Lock = _thread.allocate_lock
RLock = _thread.RLock
get_ident = _thread.get_ident

_threading = public("threading")
MAIN: int = _threading.main_thread().ident or 0
"""The ident of the main thread."""

known: dict[int, Any] = _threading._active
"""The running threads that `threading` knows, by ident."""

set_trace_of_threads = _threading.settrace


def is_main() -> bool:
    return get_ident() == MAIN


def start(work: Callable[[], object]) -> int:
    """Runs the work in a new thread, which ends with the process. Returns its ident."""
    return _thread.start_new_thread(work, ())


class Event:
    """Set once, awaited by one thread."""

    def __init__(self) -> None:
        self._is_set = False
        self._marks: queue.SimpleQueue[None] = queue.SimpleQueue()

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        self._is_set = True
        self._marks.put(None)

    def wait(self, timeout: float) -> bool:
        """True as soon as it is set, False after so many seconds."""
        if not self._is_set:
            with contextlib.suppress(queue.Empty):
                self._marks.get(timeout=timeout)
        return self._is_set
