"""The prompt of a stopped trace: it waits for a command, and meanwhile evaluates expressions in the trace."""

import ctypes
import queue
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeAlias

from sequencer_runner.script import threads
from sequencer_runner.script.failure import hide_runner
from sequencer_runner.script.source.signals import HELD

if TYPE_CHECKING:
    from sequencer_runner import protocol

StepAction: TypeAlias = "protocol.StepAction"

# Seconds after which an interrupt that has not arrived is sent again.
_RESEND_AFTER = (0.01, 0.02, 0.05, 0.1, 0.2)

_Work = Callable[[], None]


class EvaluationInterrupted(KeyboardInterrupt):
    """The operator interrupted an evaluation. Not for the script."""


@dataclass(slots=True)
class Prompt:
    """`frames`: the stack, innermost first, while the trace is stopped."""

    number: int
    frames: list[FrameType]
    held: bool = False
    """On a failure: it is answered by a decision, not by a step."""
    answered: threads.Event = field(default_factory=threads.Event)
    command: "StepAction | None" = None
    restart: bool = False
    """The statement was replaced before anything of it had run, and restarts."""
    evaluation: "Evaluation | None" = None
    _work: "queue.SimpleQueue[_Work | None]" = field(default_factory=queue.SimpleQueue)

    def answer(self, command: "StepAction") -> None:
        self.command = command
        self.answered.set()
        self._work.put(None)

    def do(self, work: _Work) -> None:
        """Runs the work in the stopped trace."""
        self._work.put(work)

    def wait(self, after: _Work) -> None:
        """Called in the trace: waits until the prompt is answered. `after` is called after each piece of work."""
        while not self.answered.is_set():
            try:
                # With a timeout, so that signals are handled.
                work = self._work.get(timeout=0.2)
            except queue.Empty:
                continue
            if work is not None:
                work()
                after()


class Evaluation:
    """Runs in the stopped trace. `interrupt`, called from another thread, ends the evaluation and nothing else: in the
    main thread by a signal, which also ends a sleep, in other threads by an exception at the next instruction."""

    def __init__(self) -> None:
        self._ident = 0
        self._wanted = False
        self._sending = False
        self._sent = False
        self._arrived = False
        self._echo = False
        self._by_signal = False
        self._before: Any = None
        self.stop: BaseException | None = None
        """The exception that the script's own SIGINT handler raised meanwhile: it belongs to the script."""

    def run(self, work: Callable[[], str]) -> str:
        """Runs the work. Raises what it raises, or EvaluationInterrupted."""
        try:
            try:
                self._begin()
                return work()
            finally:
                self._end()
        finally:
            # Again, in case the interrupt arrived during the first call.
            self._end()

    def interrupt(self) -> None:
        """Called from one other thread."""
        if self._by_signal and self._sent and not self._arrived:
            return
        # Without a lock: the exception could be raised while the trace holds it.
        self._sending = self._wanted = True
        try:
            if self._ident:
                self._sent, self._arrived = True, False
                if self._by_signal:
                    signal.pthread_kill(self._ident, signal.SIGINT)
                    self._resend()
                else:
                    _raise_in(self._ident, EvaluationInterrupted)
        finally:
            self._sending = False

    def leave(self) -> None:
        """Ends the evaluation because the run is being stopped. In the main thread the signal of the stop does that."""
        if not self._by_signal:
            self.interrupt()

    def _resend(self) -> None:
        """Repeats the signal: one that arrives just before a blocking call does not end that call."""
        for wait in _RESEND_AFTER:
            time.sleep(wait)
            ident = self._ident
            if self._arrived or not ident:
                return
            self._echo = True
            signal.pthread_kill(ident, signal.SIGINT)

    def _begin(self) -> None:
        handler = signal.getsignal(signal.SIGINT)
        if threads.is_main() and callable(handler):
            self._before = handler
            signal.signal(signal.SIGINT, self._on_signal)
            self._by_signal = True
        self._ident = threads.get_ident()
        if self._wanted:
            # Interrupted before it began.
            raise EvaluationInterrupted

    def _on_signal(self, number: int, frame: FrameType | None) -> Any:
        if self._sent and not self._arrived:
            self._arrived = True
            raise EvaluationInterrupted
        if self._echo:
            # A repeated signal that crossed the arrival of the first.
            self._echo = False
            return None
        try:
            held = self._before(number, frame) is HELD
        except BaseException as error:
            self.stop = error
            hide_runner(error)
            raise
        if self._ident and not held:
            # The handler only recorded the signal (asyncio cancels the main task): end the evaluation without delay.
            raise EvaluationInterrupted
        return None

    def _end(self) -> None:
        self._ident = 0
        while self._sending or (self._by_signal and self._sent and not self._arrived):
            # The signal is on its way to this thread: receive it here, not in the script.
            time.sleep(0.001)
        if self._by_signal:
            # Unless the evaluation has set another handler.
            if signal.getsignal(signal.SIGINT) == self._on_signal:
                signal.signal(signal.SIGINT, self._before)
            self._by_signal = False
        elif self._sent:
            _raise_in(threads.get_ident(), None)


def _raise_in(ident: int, kind: type[BaseException] | None) -> None:
    """Raises an exception in another thread. None cancels one that has not arrived."""
    value = None if kind is None else ctypes.py_object(kind)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), value)
