"""Holds signals that the script handles while its main thread is at a prompt.

Python runs signal handlers in the main thread. A handler that raises there would end the prompt. Held signals are
delivered when the script continues, as if they had arrived then. The stop signals of an operator are never held.
"""

import signal
from collections.abc import Callable
from signal import getsignal
from signal import signal as set_handler
from types import CodeType, FrameType
from typing import Any

from sequencer_runner.script import threads

_Handler = Callable[[int, FrameType | None], Any]

_kill = signal.pthread_kill
_ALL = sorted(signal.valid_signals())


HELD = object()
"""Returned for a signal that is held."""


class HeldSignals:
    """One per script process. Threads other than the main thread may call only `let_through` and `release`."""

    def __init__(self) -> None:
        self._holders: dict[int, _Holder] = {}
        self._held: list[int] = []
        self._let_through: set[int] = set()
        self._all_through = False
        self._holding = False

    def hold(self) -> None:
        """Holds signals from now on; does nothing outside the main thread. Called again after an evaluation, which may
        have set handlers."""
        if not threads.is_main():
            return
        self._holding = True
        for number in _ALL:
            handler = getsignal(number)
            if callable(handler) and not isinstance(handler, _Holder):
                holder = self._holders[number] = _Holder(self, handler)
                set_handler(number, holder)

    def end(self, frame: FrameType | None, error: BaseException | None = None) -> None:
        """Delivers the held signals to `frame`. With None they wait for `deliver`, unless the script is being ended.
        `error`: the exception that ends the prompt."""
        if not threads.is_main():
            return
        self._restore()
        if frame is None and error is None and not self._all_through:
            return
        try:
            self.deliver(frame)
        except BaseException as earlier:
            if error is None:
                raise
            # As if the signal had arrived first, and the error while it was handled.
            earlier.__context__ = None
            error.__context__ = error.__context__ or earlier

    def _restore(self) -> None:
        # First, so that a holder that is left in place holds nothing if a signal raises below.
        self._holding = False
        holders, self._holders = self._holders, {}
        for number, holder in holders.items():
            if getsignal(number) is holder:
                set_handler(number, holder.func)

    @property
    def due(self) -> bool:
        """Whether signals wait that were held while no statement was running."""
        return bool(self._held) and not self._holding

    def deliver(self, frame: FrameType | None) -> None:
        """Calls the handlers of the held signals."""
        while self._held:
            number = self._held.pop(0)
            handler = getsignal(number)
            if callable(handler):
                handler(number, frame)

    def on_signal(self, number: int, holder: "_Holder", frame: FrameType | None) -> Any:
        if not self._holding or self._all_through or number in self._let_through:
            return holder.func(number, frame)
        if number not in self._held:
            self._held.append(number)
        return HELD

    @property
    def passing(self) -> bool:
        """Whether the operator has sent a stop signal."""
        return self._all_through or bool(self._let_through)

    def let_through(self, number: int | None) -> None:
        """The operator is about to send this signal: it is not held."""
        if number is not None:
            self._let_through.add(number)

    def release(self) -> None:
        """Delivers the held signals, and holds none from now on. Called from another thread when the run is stopped."""
        self._all_through = True
        if self._holding:
            held, self._held = self._held, []
            for number in held:
                _kill(threads.MAIN, number)


class _Holder:
    """Replaces a handler of the script. `func`: that handler, named as in a partial."""

    def __init__(self, signals: HeldSignals, handler: _Handler) -> None:
        self._signals = signals
        self.func = handler

    def __call__(self, number: int, frame: FrameType | None) -> Any:
        return self._signals.on_signal(number, self, frame)


def is_of_signal(error: BaseException) -> bool:
    """Whether a signal handler of the script has raised the exception, which then belongs to the script."""
    codes = {_code_of(getsignal(number)) for number in _ALL}
    at = error.__traceback__
    while at is not None:
        if at.tb_frame.f_code in codes:
            return True
        at = at.tb_next
    return False


def _code_of(handler: Any) -> CodeType | None:
    """The code of a function, a method or a partial of one."""
    handler = getattr(handler, "func", handler)
    code = getattr(getattr(handler, "__func__", handler), "__code__", None)
    return code if isinstance(code, CodeType) else None
