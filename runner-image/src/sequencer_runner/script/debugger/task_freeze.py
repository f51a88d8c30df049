"""While one asyncio task takes a step, the others of its loop wait, if whoever steps wants it so.

Only tasks wait: callbacks, timers and I/O go on, so that what the step awaits of them comes. To the step belong, as a
call would, the tasks that it makes and those that it awaits. When it waits for what another task has to do (a lock, a
queue), it is told that others wait, and people let them go on.
"""

import contextlib
from collections import deque
from collections.abc import Iterator
from typing import Any
from weakref import WeakSet

from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.script import threads
from sequencer_runner.script.debugger.ready_queue_gate import ReadyQueueGate, begins_or_yields, task_of
from sequencer_runner.script.debugger.traces import Trace
from sequencer_runner.script.io.channel import Channel
from sequencer_runner.script.isolation import script_modules

# Ticks of an idle loop, until it is told that others wait.
_IDLE_TICKS = 10


class TaskFreeze:
    """One for the script process."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._steps: dict[int, TaskStep] = {}
        self._lock = threads.RLock()

    def begin(self, trace: Trace) -> None:
        """In the task that goes on from its prompt."""
        asyncio: Any = script_modules["asyncio"]
        task = asyncio.current_task()
        before = asyncio.get_running_loop()._ready
        if isinstance(before, ReadyQueueGate):
            # The step of a task that itself waits now.
            before.open()
        with self._lock:
            # Known before it is shut: whatever a signal does here, it can be let go.
            step = self._steps[trace.id] = TaskStep(trace, task)
            step.gate.close()

    def end(self, trace: Trace) -> None:
        """In the task that has come to its prompt."""
        step = self._steps.get(trace.id)
        if step is not None:
            step.gate.open()
            self._send(step)

    def release(self, trace: Trace | None = None) -> None:
        """Those that wait for a step go on, also while it is under way. From any thread."""
        for step in list(self._steps.values()):
            if trace is None or step.trace is trace:
                step.release()
                self._send(step)

    def forget(self) -> None:
        """In a forked child: nobody will let them go on."""
        for step in self._steps.values():
            step.over = True

    def tick(self) -> None:
        for step in list(self._steps.values()):
            idle = step.gate.is_closed and step.gate.idle and step.gate.waiting > 0
            step.idle_ticks = step.idle_ticks + 1 if idle else 0
            self._send(step)

    def _send(self, step: "TaskStep") -> None:
        with self._lock:
            known = step.reported or step.idle_ticks >= _IDLE_TICKS
            waiting = step.gate.waiting if step.gate.is_closed and not step.over and known else 0
            if waiting != step.reported:
                step.reported = waiting
                self._channel.event("tasksFrozen", trace=step.trace.id, tasks=waiting)
            if not step.gate.is_closed and self._steps.get(step.trace.id) is step:
                del self._steps[step.trace.id]


class TaskStep:
    """From the prompt that it leaves to the next, or to the end of the task."""

    def __init__(self, trace: Trace, task: Any) -> None:
        self.trace = trace
        self.over = False
        self.idle_ticks = 0
        self.reported = 0
        self._task = task
        self._loop = task.get_loop()
        asyncio: Any = script_modules["asyncio"]
        self._current_task = asyncio.current_task
        self._own: WeakSet[Any] = WeakSet({task})
        self._others: WeakSet[Any] = WeakSet(asyncio.all_tasks(self._loop) - {task})
        self.gate = ReadyQueueGate(self._loop, self._is_frozen, self._is_over)

    def release(self) -> None:
        self.over = True
        with contextlib.suppress(RuntimeError):
            # A loop that is closed has nobody to let go.
            self._loop.call_soon_threadsafe(_nothing)

    def _is_frozen(self, handle: Any) -> bool:
        task = task_of(handle)
        if task is None or task in self._own:
            return False
        if task not in self._others:
            # It is new. Made by a callback, it is no part of the step.
            by_callback = begins_or_yields(handle) and self._current_task(self._loop) is None
            (self._others if by_callback else self._own).add(task)
        return task in self._others

    def _is_over(self) -> bool:
        if self.over or not self.trace.stepping or self._task.done():
            return True
        awaited = [task for task in self._awaited() if task in self._others]
        if awaited:
            self._own.update(awaited)
            self._others.difference_update(awaited)
            self.gate.sort()
        return False

    def _awaited(self) -> Iterator[Any]:
        """All that its tasks await, and what these do."""
        seen: set[Any] = set()
        left = deque(self._own)
        while left:
            future = left.popleft()
            if future is None or future in seen:
                continue
            seen.add(future)
            if hasattr(future, "get_coro"):
                yield future
            left.append(getattr(future, "_fut_waiter", None))
            left.extend(getattr(future, "_children", ()))


def check_can_freeze(task: Any) -> None:
    """Raises CommandRefused when the others of the task's loop cannot be made to wait. None: the trace is no task."""
    if task is None:
        raise CommandRefused(
            "OTHERS_CANNOT_WAIT", "This trace is no asyncio task: its step keeps nobody else from going on."
        )
    loop = task.get_loop()
    if type(getattr(loop, "_ready", None)) not in (deque, ReadyQueueGate):
        name = f"{type(loop).__module__}.{type(loop).__qualname__}"
        text = f"The tasks of {name} cannot be made to wait: it is no loop of asyncio's own. Step with them going on."
        raise CommandRefused("OTHERS_CANNOT_WAIT", text)


def _nothing() -> None:
    """Wakes a loop."""
