"""A gate in the ready queue of an asyncio event loop: frozen handles wait until it opens. None is lost or duplicated.

It replaces `loop._ready` and wraps its deque. A signal may raise at any line here, so a handle is moved from one queue
to the other by a single C call.
"""

from collections import deque
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any

_OF_TASKS = {"__step", "__wakeup", "task_wakeup"}


def task_of(handle: Any) -> Any:
    """The task that a handle resumes; None for any other callback."""
    callback = handle._callback
    if type(callback).__name__ == "TaskStepMethWrapper" or getattr(callback, "__name__", None) in _OF_TASKS:
        task = getattr(callback, "__self__", None)
        return task if hasattr(task, "get_coro") else None
    return None


def begins_or_yields(handle: Any) -> bool:
    """Whether the handle was scheduled by the task or its creator, not by what the task awaited."""
    return type(handle._callback).__name__ == "TaskStepMethWrapper" or handle._callback.__name__ == "__step"


class _CancelledHandle:
    """For a loop that had counted a handle which is frozen now: the loop skips a cancelled handle."""

    _cancelled = True


class ReadyQueueGate:
    """`is_frozen`: whether a handle has to wait. `is_over`: called in each iteration of the loop; true opens the gate.
    Only `append` may be called by threads other than that of the loop."""

    def __init__(self, loop: Any, is_frozen: Callable[[Any], bool], is_over: Callable[[], bool]) -> None:
        self._loop = loop
        self._is_frozen = is_frozen
        self._is_over = is_over
        self._ready: deque[Any] = loop._ready
        self._frozen: deque[Any] = deque()
        self.is_closed = False
        self.idle = False
        """The loop had no handle to run at its last check."""

    def close(self) -> None:
        self.is_closed = True
        self._loop._ready = self
        self._frozen.extend(map(deque.popleft, repeat(self._ready, len(self._ready))))
        self.sort()

    @property
    def waiting(self) -> int:
        return len(self._frozen)

    def sort(self) -> None:
        """Moves the handles that are no longer frozen to the ready queue."""
        for _ in range(len(self._frozen)):
            if self._is_frozen(self._frozen[0]):
                self._frozen.rotate(-1)
            else:
                self._ready.extend(map(deque.popleft, (self._frozen,)))

    def open(self) -> None:
        """Moves all handles to the front of the ready queue, in their order: they have waited longest."""
        self.is_closed = False
        if self._loop._ready is self:
            self._loop._ready = self._ready
        self._ready.extendleft(map(deque.pop, repeat(self._frozen, len(self._frozen))))

    # --- used by the loop as its queue ------------------------------------------------------------------------------

    def append(self, handle: Any) -> None:
        """Can be called by other threads, also by one that read `loop._ready` just before the gate opened."""
        queue = self._frozen if self.is_closed and self._is_frozen(handle) else self._ready
        queue.append(handle)

    def popleft(self) -> Any:
        self.idle = False
        return self._ready.popleft() if self._ready else _CancelledHandle

    def __len__(self) -> int:
        if self.is_closed and self._is_over():
            self.open()
        self.idle = not self._ready
        return len(self._ready)

    def __iter__(self) -> Iterator[Any]:
        return iter([*self._ready, *self._frozen])

    def clear(self) -> None:
        self.open()
        self._ready.clear()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ready, name)
