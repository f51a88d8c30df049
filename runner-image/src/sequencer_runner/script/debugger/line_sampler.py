"""Which lines are told: all of slow code, samples of hot code.

A line costs the script little and its event much more, so only so many are told in a tick of 50 ms. A place that is
over falls silent until everything reports again; where such code is now is looked up by the ticks.
"""

from collections.abc import Iterable
from typing import Any

from sequencer_runner.script.debugger.positions import Position
from sequencer_runner.script.debugger.traces import Trace
from sequencer_runner.script.io.channel import Channel
from sequencer_runner.script.source.sources import SCRIPT

# Line events of one place and trace in a tick, of all on the long run, and of all in a burst.
_HITS_A_PLACE = 3
_HITS_A_TICK = 10
_BURST = 200
# Ticks without hot code, after which an event is worth waiting for until it is sent.
_CALM = 20
# Traces whose place is looked up in a tick: in turns, where there are more.
_LOOKED_UP = 8


class LineSampler:
    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._hits: dict[tuple[int, int], int] = {}
        self._left = _BURST
        self._calm_ticks = _CALM
        self._mutes = 0
        self._muted = False
        self._looked_up = 0

    def sample(self, trace: Trace, line: int) -> bool:
        """The trace sample to its line. False when it was not told: there is too much to send."""
        place = (trace.id, line)
        hits = self._hits.get(place, 0) + 1
        self._hits[place] = hits
        if self._left > 0 and hits <= _HITS_A_PLACE:
            self._left -= 1
            self.send(trace, line)
            if self._calm_ticks >= _CALM and self._left > _BURST // 2:
                self._channel.settle()
            return True
        trace.reported_mute = -1
        return False

    def send(self, trace: Trace, line: int) -> None:
        fields: dict[str, Any] = {"trace": trace.id, "file": SCRIPT, "line": line, "function": trace.function}
        if self._muted or trace.reported_mute != self._mutes:
            fields["sampled"] = True
            trace.reported_mute = self._mutes
        trace.lines_sent += 1
        self._channel.line(**fields)

    def mute(self) -> None:
        """A place reports no more."""
        if not self._muted:
            self._muted = True
            self._mutes += 1
            self._calm_ticks = 0

    def rearm(self) -> None:
        """Every place reports again."""
        self._muted = False

    def tick(self, positions: Iterable[Position]) -> None:
        """A new budget; and where the traces are whose code is silent."""
        self._hits.clear()
        self._calm_ticks += 1
        self._left = min(_BURST, self._left + _HITS_A_TICK)
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
        """Whether the trace is where no line tells of it. While every place reports, one may be just about to: the next
        tick sees whether it did."""
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
