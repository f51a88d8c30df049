"""The traces of a run: the threads and asyncio tasks that have reached a line of the script."""

import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Any, Literal

from sequencer_runner.common.clock import now_iso
from sequencer_runner.script import threads
from sequencer_runner.script.debugger.prompts import Prompt
from sequencer_runner.script.isolation import script_modules

if TYPE_CHECKING:
    from sequencer_runner import protocol

Mode = Literal["run", "next", "step", "return", "until", "loop"]
Reason = Literal["start", "pause", "step", "breakpoint", "failure"]
"""Why a trace stops."""


@dataclass(slots=True)
class Trace:
    id: int
    kind: Literal["THREAD", "TASK"]
    name: str
    ident: int
    """The ident of the thread that runs it."""
    thread: int | None = None
    """For a task: the trace of its thread."""
    alive: Callable[[], bool] = lambda: True
    line: int = 0
    """The first line of the current statement; 0 before the first."""
    function: str = ""
    frame_id: int = 0
    mode: Mode = "run"
    frame: FrameType | None = None
    """The frame in which the step began. Referenced only while stepping."""
    frame_left: bool = False
    """While stepping: that frame has returned or yielded."""
    until: int = 0
    """The target line of a step UNTIL."""
    loop: range = range(0)
    """The lines of the loop that a step LOOP leaves."""
    started_statements: dict[int, int] = field(default_factory=dict)
    """While stepping: the first lines of multi-line statements that had started, by the id of their frame."""
    freeze_others: bool = False
    """While stepping: the other tasks of the event loop are frozen."""
    stepping_task: "Trace | None" = None
    """The task that the step of this thread has entered."""
    greenlet: Any = None
    """While stepping: the greenlet that steps. Other greenlets of the thread keep running, as other tasks do."""
    reason: Reason = "step"
    prompt: Prompt | None = None
    before_statement: bool = False
    """Nothing of the current top-level statement has run yet."""
    reported_mute: int = 0
    """The number of the last mute that an event of this trace has reported, by `sampled`."""
    lines_sent: int = 0
    """How many of its line events were sent."""
    sent_when_behind: int = -1
    """The value of `lines_sent` when the trace was last found at a line that it had not reported."""
    library_position: tuple[int, int] | None = None
    """Its last position in a library, as frame id and line; None in the script."""

    @property
    def stepping(self) -> bool:
        return self.mode != "run" or self.stepping_task is not None

    def run_freely(self) -> None:
        self.mode = "run"
        self.frame = None
        self.frame_left = False
        self.started_statements = {}
        self.freeze_others = False
        self.stepping_task = None
        self.greenlet = None

    def started_event(self) -> "protocol.TraceStartedEvent":
        return {
            "type": "traceStarted",
            "at": now_iso(),
            "trace": self.id,
            "kind": self.kind,
            "name": self.name[:200],
            "thread": self.thread,
        }

    def ended_event(self) -> "protocol.TraceEndedEvent":
        return {"type": "traceEnded", "at": now_iso(), "trace": self.id}


class Traces:
    """Finds the trace of the running code. Announces new traces."""

    def __init__(self, announce: Callable[[Trace], None], ended: Callable[[Trace], None]) -> None:
        self._announce = announce
        self._ended = ended
        self._lock = threads.RLock()
        self._last = 0
        self._running_loop: Any = None
        self._task_of: Any = None
        self._threads: dict[int, Trace] = {}
        self._thread_objects: dict[int, Any] = {}
        self._loops: dict[int, weakref.ref[Any]] = {}
        self._tasks: weakref.WeakKeyDictionary[Any, Trace] = weakref.WeakKeyDictionary()
        self.all: dict[int, Trace] = {}
        self.over = False
        """The script has ended, including its exit functions."""

    @property
    def several(self) -> bool:
        return len(self.all) > 1

    def current(self) -> Trace:
        """The trace of the calling code. Announces it if it is new."""
        task = self._current_task()
        if task is None:
            return self.of_thread(threads.get_ident())
        trace = self._tasks.get(task)
        if trace is None:
            thread = self.of_thread(threads.get_ident())
            trace = self._add_task(task, thread)
        return trace

    def peek(self) -> Trace | None:
        """The trace of the calling code, if it is known."""
        task = self._current_task()
        if task is None:
            return self._threads.get(threads.get_ident())
        return self._tasks.get(task)

    def of_thread(self, ident: int) -> Trace:
        trace = self._threads.get(ident)
        thread = threads.known.get(ident)
        # There is one main thread, even if gevent has registered it again.
        if trace is None or (ident != threads.MAIN and self._thread_objects.get(ident) is not thread):
            with self._lock:
                if trace is not None:
                    self._end(trace)
                name = thread.name if thread is not None else f"thread {ident}"
                trace = self._add(Trace(self._next(), "THREAD", name, ident))
                self._threads[ident] = trace
                if thread is not None:
                    self._thread_objects[ident] = thread
                    # `threading` removes the main thread before the exit functions have run in it.
                    main = ident == threads.MAIN
                    trace.alive = (lambda: not self.over) if main else (lambda: threads.known.get(ident) is thread)
                self._announce(trace)
        return trace

    def sampled(self, ident: int) -> Trace:
        """The current trace of a thread: that of its running task, or its own. Can be called from any thread."""
        reference = self._loops.get(ident)
        loop = None if reference is None else reference()
        if self._task_of is not None and loop is not None:
            try:
                task = self._task_of(loop)
            except RuntimeError:
                task = None
            trace = None if task is None else self._tasks.get(task)
            if trace is not None:
                return trace
        return self.of_thread(ident)

    def reap(self) -> None:
        """Removes the traces whose thread or task has ended."""
        with self._lock:
            for trace in [t for t in self.all.values() if not t.alive()]:
                self._end(trace)

    def task_of(self, trace: Trace) -> Any:
        """The task of a trace; None for a thread."""
        with self._lock:
            return next((task for task, known in self._tasks.items() if known is trace), None)

    def at_prompt(self) -> list[Trace]:
        """The traces whose prompt is not answered."""
        return [t for t in self.with_prompt() if t.prompt is not None and not t.prompt.answered.is_set()]

    def with_prompt(self) -> list[Trace]:
        """The traces at a prompt, including those whose prompt was answered and that have not left it yet."""
        with self._lock:
            return [t for t in self.all.values() if t.prompt is not None]

    def stepping(self) -> list[Trace]:
        with self._lock:
            return [t for t in self.all.values() if t.stepping]

    def _current_task(self) -> Any:
        if self._running_loop is None and not self._find_asyncio():
            return None
        loop = self._running_loop()
        return None if loop is None else self._task_of(loop)

    def _find_asyncio(self) -> bool:
        """Takes the functions of asyncio as soon as it is imported: later the script may replace them."""
        module: Any = script_modules.get("_asyncio")
        tasks: Any = script_modules.get("asyncio.tasks")
        # Calling it while it is being imported would crash the process.
        if module is None or tasks is None or getattr(module.__spec__, "_initializing", False):
            return False
        current_task = getattr(tasks, "current_task", None)
        if current_task is None:
            return False
        self._task_of, self._running_loop = current_task, module._get_running_loop
        return True

    def _add_task(self, task: Any, thread: Trace) -> Trace:
        with self._lock:
            name = task.get_name() if hasattr(task, "get_name") else "task"
            trace = self._add(Trace(self._next(), "TASK", name, thread.ident, thread.id))
            reference = weakref.ref(task)

            def alive() -> bool:
                task = reference()
                return task is not None and not task.done()

            trace.alive = alive
            if thread.mode == "step":
                # A step into a call that starts an event loop continues in its tasks, and returns from them.
                trace.mode = "step"
                thread.run_freely()
                thread.stepping_task = trace
            self._tasks[task] = trace
            self._loops[thread.ident] = weakref.ref(task.get_loop())
            self._announce(trace)
            return trace

    def _add(self, trace: Trace) -> Trace:
        self.all[trace.id] = trace
        return trace

    def _next(self) -> int:
        self._last += 1
        return self._last

    def _end(self, trace: Trace) -> None:
        if self.all.pop(trace.id, None) is None:
            return
        if self._threads.get(trace.ident) is trace:
            del self._threads[trace.ident]
            self._thread_objects.pop(trace.ident, None)
        self._ended(trace)
