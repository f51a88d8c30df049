"""Whether the script takes notice of a signal that was sent to end it: seen from a thread beside the main one."""

import signal

from sequencer_runner.script import threads

_SIGNALS = {"INTERRUPT": signal.SIGINT, "TERMINATE": signal.SIGTERM}


class SignalReaction:
    """`mark` just before the signal is sent; `tick` from then on; `reaction` whenever somebody wants to know."""

    def __init__(self) -> None:
        self._signal: signal.Signals | None = None
        self._mark: tuple[int, int] | None = None
        self._moved = False

    def mark(self, level: str) -> signal.Signals | None:
        """The signal that follows."""
        self._signal = _SIGNALS.get(level)
        self._mark = _position()
        self._moved = False
        return self._signal

    def tick(self) -> None:
        if self._mark is not None and not self._moved:
            # With subinterpreters its position is unknown, which must not be reported as stuck.
            self._moved = threads.has_subinterpreters() or _position() != self._mark

    def reaction(self) -> str:
        """`ignored`: switched off; `none`: the main thread is where it was; `running`: it goes on, wherever to."""
        if self._signal is not None and signal.getsignal(self._signal) is signal.SIG_IGN:
            return "ignored"
        self.tick()
        return "running" if self._moved else "none"


def _position() -> tuple[int, int]:
    """Of the main thread: its innermost frame, and the instruction there."""
    frame = threads.frames().get(threads.MAIN)
    return (0, 0) if frame is None else (id(frame), frame.f_lasti)
