"""Detects, from a background thread, whether the script reacted to a stop signal."""

import signal

from sequencer_runner.script import threads

_SIGNALS = {"INTERRUPT": signal.SIGINT, "TERMINATE": signal.SIGTERM}


class SignalReaction:
    """Call `mark` just before the signal is sent, then `tick` periodically; `reaction` returns the result so far."""

    def __init__(self) -> None:
        self._signal: signal.Signals | None = None
        self._mark: tuple[int, int] | None = None
        self._moved = False

    def mark(self, level: str) -> signal.Signals | None:
        """Notes the position of the main thread. Returns the signal of the rung."""
        self._signal = _SIGNALS.get(level)
        self._mark = _position()
        self._moved = False
        return self._signal

    def tick(self) -> None:
        if self._mark is not None and not self._moved:
            # With subinterpreters the position is unknown, which must not be reported as stuck.
            self._moved = threads.has_subinterpreters() or _position() != self._mark

    def reaction(self) -> str:
        """`ignored`: the script ignores the signal. `none`: the main thread has not moved. `running`: it has moved."""
        if self._signal is not None and signal.getsignal(self._signal) is signal.SIG_IGN:
            return "ignored"
        self.tick()
        return "running" if self._moved else "none"


def _position() -> tuple[int, int]:
    """The innermost frame of the main thread, and its current instruction."""
    frame = threads.frames().get(threads.MAIN)
    return (0, 0) if frame is None else (id(frame), frame.f_lasti)
