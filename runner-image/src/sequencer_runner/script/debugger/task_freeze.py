"""Freezes the other tasks of an event loop while one asyncio task steps, if the operator requests it.

Only tasks are frozen: callbacks, timers and I/O continue, because the step may await them. The tasks that the step
creates or awaits belong to the step. When the step waits for a frozen task (a lock, a queue), the event `tasksFrozen`
reports that, and the operator can resume the other tasks.
"""

import contextlib
from collections import deque
from collections.abc import Iterator
from typing import Any
from weakref import WeakSet

from sequencer_runner.common.clock import now_iso
from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.script import threads
from sequencer_runner.script.debugger.ready_queue_gate import ReadyQueueGate, begins_or_yields, task_of
from sequencer_runner.script.debugger.traces import Trace
from sequencer_runner.script.io.channel import Channel
from sequencer_runner.script.isolation import script_modules

# Ticks of an idle loop until the frozen tasks are reported.
_IDLE_TICKS = 10


class TaskFreeze:
    """One per script process."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._steps: dict[int, TaskStep] = {}
        self._lock = threads.RLock()

    def begin(self, trace: Trace) -> None:
        """Called in the task that resumes from its prompt."""
        asyncio: Any = script_modules["asyncio"]
        task = asyncio.current_task()
        before = asyncio.get_running_loop()._ready
        if isinstance(before, ReadyQueueGate):
            # The step of a task that will itself be frozen now.
            before.open()
        with self._lock:
            # Registered before the gate closes: if a signal raises here, the tasks can still be released.
            step = self._steps[trace.id] = TaskStep(trace, task)
            step.gate.close()

    def end(self, trace: Trace) -> None:
        """Called in the task that is at its prompt."""
        step = self._steps.get(trace.id)
        if step is not None:
            step.gate.open()
            self._send(step)

    def release(self, trace: Trace | None = None) -> None:
        """Resumes the tasks that are frozen for a step, even during the step. Can be called from any thread."""
        for step in list(self._steps.values()):
            if trace is None or step.trace is trace:
                step.release()
                self._send(step)

    def forget(self) -> None:
        """In a forked child: opens all gates, since no command can release the tasks."""
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
                self._channel.event({"type": "tasksFrozen", "at": now_iso(), "trace": step.trace.id, "tasks": waiting})
            if not step.gate.is_closed and self._steps.get(step.trace.id) is step:
                del self._steps[step.trace.id]


class TaskStep:
    """A step of a task: from the prompt that it leaves to the next, or to the end of the task."""

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
            # A closed loop has no tasks to release.
            self._loop.call_soon_threadsafe(_wake)

    def _is_frozen(self, handle: Any) -> bool:
        task = task_of(handle)
        if task is None or task in self._own:
            return False
        if task not in self._others:
            # A new task. If a callback created it, it is not part of the step.
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
        """The tasks that the tasks of the step await, directly or indirectly."""
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
    """Raises CommandRefused if the other tasks of the loop cannot be frozen. None: the trace is not a task."""
    if task is None:
        raise CommandRefused(
            "OTHERS_CANNOT_WAIT",
            "This trace is not an asyncio task: no tasks can be frozen for its step.",
        )
    loop = task.get_loop()
    if type(getattr(loop, "_ready", None)) not in (deque, ReadyQueueGate):
        name = f"{type(loop).__module__}.{type(loop).__qualname__}"
        text = f"The tasks of {name} cannot be frozen: it is not an asyncio event loop."
        raise CommandRefused("OTHERS_CANNOT_WAIT", text)


def _wake() -> None:
    """Wakes the loop."""
