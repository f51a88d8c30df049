"""Decides which line events to send: all lines of slow code, a sample of hot code.

A line costs the script little, its event much more: the number of events per tick of 50 ms is limited. A line that
exceeds the limit is muted until all lines are rearmed; the ticks look up the position of traces in muted code.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sequencer_runner.common.clock import now_iso
from sequencer_runner.script.debugger.positions import Position
from sequencer_runner.script.debugger.traces import Trace
from sequencer_runner.script.io.channel import Channel
from sequencer_runner.script.source.sources import SCRIPT

if TYPE_CHECKING:
    from sequencer_runner import protocol

# Limits of line events: of one line and trace per tick, of all per tick on average, of all in a burst.
_HITS_PER_LINE = 3
_HITS_PER_TICK = 10
_BURST = 200
# After so many ticks without hot code, the script waits until an event is sent.
_CALM = 20
# How many traces are looked up per tick. If there are more, they take turns.
_LOOKED_UP = 8


class LineSampler:
    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._hits: dict[tuple[int, int], int] = {}
        self._busy: set[tuple[int, int]] = set()
        """The traces and lines that exceeded the limit of one line, since the lines were last rearmed."""
        self._left = _BURST
        self._calm_ticks = _CALM
        self._mutes = 0
        self._muted = False
        self._looked_up = 0

    def sample(self, trace: Trace, line: int) -> bool:
        """Called when the trace reaches the line. Returns False if no event was sent because of the limits."""
        place = (trace.id, line)
        hits = self._hits.get(place, 0) + 1
        self._hits[place] = hits
        if self._left > 0 and hits <= _HITS_PER_LINE:
            self._left -= 1
            self.send(trace, line)
            if self._calm_ticks >= _CALM and self._left > _BURST // 2:
                self._channel.settle()
            return True
        trace.reported_mute = -1
        if hits > _HITS_PER_LINE:
            self._busy.add(place)
        return False

    def send(self, trace: Trace, line: int) -> None:
        event: protocol.LineEvent = {
            "type": "line",
            "at": now_iso(),
            "trace": trace.id,
            "file": SCRIPT,
            "line": line,
            "function": trace.function,
        }
        if self._muted or trace.reported_mute != self._mutes:
            event["sampled"] = True
            trace.reported_mute = self._mutes
        if (trace.id, line) in self._busy:
            event["busy"] = True
        trace.lines_sent += 1
        self._channel.line(event)

    def mute(self) -> None:
        """A line is muted."""
        if not self._muted:
            self._muted = True
            self._mutes += 1
            self._calm_ticks = 0

    def rearm(self) -> None:
        """All lines are reported again."""
        self._muted = False
        self._busy.clear()

    def tick(self, positions: Iterable[Position]) -> None:
        """Renews the limits, and sends the positions of traces in muted code."""
        self._hits.clear()
        self._calm_ticks += 1
        self._left = min(_BURST, self._left + _HITS_PER_TICK)
        moved = [p for p in positions if self._is_behind(*p)]
        begin = self._looked_up % len(moved) if len(moved) > _LOOKED_UP else 0
        self._looked_up = begin + _LOOKED_UP
        for trace, line, function in [*moved[begin:], *moved[:begin]][:_LOOKED_UP]:
            trace.library_position = None
            trace.line = line
            trace.function = function
            trace.reported_mute = -1
            self.send(trace, line)

    def _is_behind(self, trace: Trace, line: int, function: str) -> bool:
        """Whether the trace is at a line that it has not reported. While no line is muted, it may be about to: then the
        next tick decides."""
        if not _has_moved(trace, line, function):
            return False
        if self._muted or trace.sent_when_behind == trace.lines_sent:
            return True
        trace.sent_when_behind = trace.lines_sent
        return False


def _has_moved(trace: Trace, line: int, function: str) -> bool:
    if trace.prompt is not None or not line:
        return False
    return line != trace.line or function != trace.function or trace.library_position is not None
