"""What log points write. A point in hot code is counted above a rate, and the count is told."""

from types import FrameType

from sequencer_runner.script import threads
from sequencer_runner.script.debugger.breakpoints import Breakpoint
from sequencer_runner.script.io.channel import Channel
from sequencer_runner.script.source.sources import Sources

# Of all log points in a tick of 50 ms.
_A_TICK = 200


class LogPoints:
    def __init__(self, channel: Channel, sources: Sources) -> None:
        self._channel = channel
        self._sources = sources
        self._left = _A_TICK
        self._unwritten: dict[tuple[int, Breakpoint], int] = {}
        self._lock = threads.Lock()

    def write(self, trace: int, point: Breakpoint, frame: FrameType) -> None:
        """In the trace that has come to the point."""
        if point.log is None:
            return
        with self._lock:
            full = self._left <= 0
            self._left -= 1
            if full:
                self._unwritten[trace, point] = self._unwritten.get((trace, point), 0) + 1
        if not full:
            self._event(trace, point, point.log.text(frame))

    def tick(self) -> None:
        with self._lock:
            self._left = _A_TICK
            unwritten, self._unwritten = self._unwritten, {}
        for (trace, point), count in unwritten.items():
            self._event(trace, point, f"… and {count} times more, too fast to be written one by one.")

    def _event(self, trace: int, point: Breakpoint, text: str) -> None:
        self._channel.event(
            "logged",
            trace=trace,
            file=self._sources.shown(point.path or ""),
            line=point.line,
            text=text,
            hits=point.hits,
        )
