"""A trace that is stopped: it waits for its command, and does meanwhile what people ask of it."""

import ctypes
import queue
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from sequencer_runner.script import threads
from sequencer_runner.script.failure import hide_runner
from sequencer_runner.script.source.signals import HELD

# Seconds after which an interrupt that has not arrived is sent again.
_RESEND_AFTER = (0.01, 0.02, 0.05, 0.1, 0.2)

_Work = Callable[[], None]


class EvaluationInterrupted(KeyboardInterrupt):
    """Somebody ended an evaluation; the script itself is not meant."""


@dataclass(slots=True)
class Prompt:
    """`frames`: the stack, the innermost first, as long as the trace is stopped."""

    number: int
    frames: list[FrameType]
    held: bool = False
    """On a failure: it is answered by a decision, and by no step."""
    answered: threads.Event = field(default_factory=threads.Event)
    command: str | None = None
    restart: bool = False
    """The statement that it stands before was replaced, and begins again."""
    evaluation: "Evaluation | None" = None
    _work: "queue.SimpleQueue[_Work | None]" = field(default_factory=queue.SimpleQueue)

    def answer(self, command: str) -> None:
        self.command = command
        self.answered.set()
        self._work.put(None)

    def do(self, work: _Work) -> None:
        """Lets the stopped trace do it."""
        self._work.put(work)

    def wait(self, after: _Work) -> None:
        """In the trace itself: until it is answered. `after` is called after each piece of work."""
        while not self.answered.is_set():
            try:
                # Not for ever: a signal is to be noticed.
                work = self._work.get(timeout=0.2)
            except queue.Empty:
                continue
            if work is not None:
                work()
                after()


class Evaluation:
    """Runs in the stopped trace. `interrupt`, from another thread, ends it and nothing else: in the main thread by a
    signal, which also ends a sleep, in another by an exception at its next instruction."""

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
        """What the script's own handler of an interrupt raised meanwhile: it is meant for the script."""

    def run(self, work: Callable[[], str]) -> str:
        """Raises what the work raises, or EvaluationInterrupted."""
        try:
            try:
                self._begin()
                return work()
            finally:
                self._end()
        finally:
            # Once more, in case the interrupt has come in the middle of the end.
            self._end()

    def interrupt(self) -> None:
        """From one other thread."""
        if self._by_signal and self._sent and not self._arrived:
            return
        # No lock: the exception could come while the trace holds it.
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
        """The run is being stopped. In the main thread the signal that stops it ends the evaluation."""
        if not self._by_signal:
            self.interrupt()

    def _resend(self) -> None:
        """A signal that comes just before a blocking call begins does not end that call: another one does."""
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
            # It was interrupted before it began.
            raise EvaluationInterrupted

    def _on_signal(self, number: int, frame: FrameType | None) -> Any:
        if self._sent and not self._arrived:
            self._arrived = True
            raise EvaluationInterrupted
        if self._echo:
            # Sent again at the very moment when the first arrived.
            self._echo = False
            return None
        try:
            held = self._before(number, frame) is HELD
        except BaseException as error:
            self.stop = error
            hide_runner(error)
            raise
        if self._ident and not held:
            # The handler only made a note (asyncio cancels the main task): the evaluation does not delay it.
            raise EvaluationInterrupted
        return None

    def _end(self) -> None:
        self._ident = 0
        while self._sending or (self._by_signal and self._sent and not self._arrived):
            # On its way, and at this thread: it is taken here, not in the script.
            time.sleep(0.001)
        if self._by_signal:
            # Unless the evaluation has set another.
            if signal.getsignal(signal.SIGINT) == self._on_signal:
                signal.signal(signal.SIGINT, self._before)
            self._by_signal = False
        elif self._sent:
            _raise_in(threads.get_ident(), None)


def _raise_in(ident: int, kind: type[BaseException] | None) -> None:
    """None takes back what has not arrived."""
    value = None if kind is None else ctypes.py_object(kind)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), value)
