"""A gate in the queue of an asyncio loop: what has to wait stays outside until it opens. Nothing is lost or doubled.

It takes the place of `loop._ready`, whose deque goes on behind it. A signal may raise at any line here: so a handle is
moved from one queue to the other by a single call of C.
"""

from collections import deque
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any

_OF_TASKS = {"__step", "__wakeup", "task_wakeup"}


def task_of(handle: Any) -> Any:
    """The task that a handle makes go on; None for any other callback."""
    callback = handle._callback
    if type(callback).__name__ == "TaskStepMethWrapper" or getattr(callback, "__name__", None) in _OF_TASKS:
        task = getattr(callback, "__self__", None)
        return task if hasattr(task, "get_coro") else None
    return None


def begins_or_yields(handle: Any) -> bool:
    """Whether it was put there by the task itself or by its maker, not by what the task waited for."""
    return type(handle._callback).__name__ == "TaskStepMethWrapper" or handle._callback.__name__ == "__step"


class _CancelledHandle:
    """What a loop skips, that had counted a handle which is outside now."""

    _cancelled = True


class ReadyQueueGate:
    """`waits`: whether this handle stays outside. `turns`: called at each turn of the loop; true when the gate is to
    open. All but `append` is for the thread of the loop alone."""

    def __init__(self, loop: Any, is_frozen: Callable[[Any], bool], is_over: Callable[[], bool]) -> None:
        self._loop = loop
        self._is_frozen = is_frozen
        self._is_over = is_over
        self._ready: deque[Any] = loop._ready
        self._frozen: deque[Any] = deque()
        self.is_closed = False
        self.idle = False
        """The loop had nothing to do when it last looked."""

    def close(self) -> None:
        self.is_closed = True
        self._loop._ready = self
        self._frozen.extend(map(deque.popleft, repeat(self._ready, len(self._ready))))
        self.sort()

    @property
    def waiting(self) -> int:
        return len(self._frozen)

    def sort(self) -> None:
        """Lets in what has not to wait any more."""
        for _ in range(len(self._frozen)):
            if self._is_frozen(self._frozen[0]):
                self._frozen.rotate(-1)
            else:
                self._ready.extend(map(deque.popleft, (self._frozen,)))

    def open(self) -> None:
        """They have waited longest: they come first, in their order."""
        self.is_closed = False
        if self._loop._ready is self:
            self._loop._ready = self._ready
        self._ready.extendleft(map(deque.pop, repeat(self._frozen, len(self._frozen))))

    # --- what a loop does with its queue ----------------------------------------------------------------------------

    def append(self, handle: Any) -> None:
        """Also by other threads, and by one that has taken the gate for the queue just before it opened."""
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
