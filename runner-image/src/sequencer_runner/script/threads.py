"""Threads, locks and events of the runner. They use only `_thread`: scripts may replace names in `threading`."""

import _thread
import contextlib
import queue
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from sequencer_runner.script.isolation import public, script_modules

_INTERPRETER_MODULES = {"_interpreters", "_xxsubinterpreters", "_testcapi", "_testinternalcapi"}

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


def has_subinterpreters() -> bool:
    """Whether the script has imported a module that creates subinterpreters."""
    return not _INTERPRETER_MODULES.isdisjoint(script_modules)


def frames() -> dict[int, FrameType]:
    """The frame of each thread, by ident. With subinterpreters, only that of the calling thread: `sys._current_frames`
    would create objects for their frames in the memory of this interpreter, and that aborts the process.

    For the calling thread, it is the frame that called the caller. A reference to the caller's own frame in one of its
    variables is a cycle, which would keep frames of the script and their objects alive until garbage collection.
    """
    own = sys._getframe(1).f_back
    found = {} if has_subinterpreters() else sys._current_frames()
    if own is None:
        found.pop(get_ident(), None)
    else:
        found[get_ident()] = own
    return found


def start(work: Callable[[], object]) -> int:
    """Runs the work in a new thread that ends with the process. Returns the ident of the thread."""
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
        """Returns True as soon as it is set, False after `timeout` seconds."""
        if not self._is_set:
            with contextlib.suppress(queue.Empty):
                self._marks.get(timeout=timeout)
        return self._is_set
