"""Sends the messages of log points. Above a limit per tick they are only counted, and the count is sent."""

from types import FrameType

from sequencer_runner.common.clock import now_iso
from sequencer_runner.script import threads
from sequencer_runner.script.debugger.breakpoints import Breakpoint
from sequencer_runner.script.io.channel import Channel
from sequencer_runner.script.source.sources import Sources

# Messages of all log points in a tick of 50 ms.
_PER_TICK = 200


class LogPoints:
    def __init__(self, channel: Channel, sources: Sources) -> None:
        self._channel = channel
        self._sources = sources
        self._left = _PER_TICK
        self._skipped: dict[tuple[int, Breakpoint], int] = {}
        self._lock = threads.Lock()

    def write(self, trace: int, point: Breakpoint, frame: FrameType) -> None:
        """Called in the trace that has reached the log point."""
        if point.log is None:
            return
        with self._lock:
            full = self._left <= 0
            self._left -= 1
            if full:
                self._skipped[trace, point] = self._skipped.get((trace, point), 0) + 1
        if not full:
            self._event(trace, point, point.log.text(frame))

    def tick(self) -> None:
        with self._lock:
            self._left = _PER_TICK
            skipped, self._skipped = self._skipped, {}
        for (trace, point), count in skipped.items():
            self._event(trace, point, f"… and {count} times more, too fast to log each one.")

    def _event(self, trace: int, point: Breakpoint, text: str) -> None:
        self._channel.event(
            {
                "type": "logged",
                "at": now_iso(),
                "trace": trace,
                "file": self._sources.shown(point.path or ""),
                "line": point.line,
                "text": text,
                "hits": point.hits,
            }
        )
