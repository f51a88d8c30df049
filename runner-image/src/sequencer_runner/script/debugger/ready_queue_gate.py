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


class _Nothing:
    """What a loop skips, that had counted a handle which is outside now."""

    _cancelled = True


class Gate:
    """`waits`: whether this handle stays outside. `turns`: called at each turn of the loop; true when the gate is to
    open. All but `append` is for the thread of the loop alone."""

    def __init__(self, loop: Any, waits: Callable[[Any], bool], turns: Callable[[], bool]) -> None:
        self._loop = loop
        self._waits = waits
        self._turns = turns
        self._ready: deque[Any] = loop._ready
        self._outside: deque[Any] = deque()
        self.is_shut = False
        self.idle = False
        """The loop had nothing to do when it last looked."""

    def shut(self) -> None:
        self.is_shut = True
        self._loop._ready = self
        self._outside.extend(map(deque.popleft, repeat(self._ready, len(self._ready))))
        self.sort()

    @property
    def outside(self) -> int:
        return len(self._outside)

    def sort(self) -> None:
        """Lets in what has not to wait any more."""
        for _ in range(len(self._outside)):
            if self._waits(self._outside[0]):
                self._outside.rotate(-1)
            else:
                self._ready.extend(map(deque.popleft, (self._outside,)))

    def open(self) -> None:
        """They have waited longest: they come first, in their order."""
        self.is_shut = False
        if self._loop._ready is self:
            self._loop._ready = self._ready
        self._ready.extendleft(map(deque.pop, repeat(self._outside, len(self._outside))))

    # --- what a loop does with its queue ----------------------------------------------------------------------------

    def append(self, handle: Any) -> None:
        """Also by other threads, and by one that has taken the gate for the queue just before it opened."""
        queue = self._outside if self.is_shut and self._waits(handle) else self._ready
        queue.append(handle)

    def popleft(self) -> Any:
        self.idle = False
        return self._ready.popleft() if self._ready else _Nothing

    def __len__(self) -> int:
        if self.is_shut and self._turns():
            self.open()
        self.idle = not self._ready
        return len(self._ready)

    def __iter__(self) -> Iterator[Any]:
        return iter([*self._ready, *self._outside])

    def clear(self) -> None:
        self.open()
        self._ready.clear()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ready, name)
