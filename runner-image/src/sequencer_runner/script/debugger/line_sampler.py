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


class Telling:
    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._hits: dict[tuple[int, int], int] = {}
        self._left = _BURST
        self._calm_ticks = _CALM
        self._silences = 0
        self._silent = False
        self._looked_up = 0

    def comes(self, trace: Trace, line: int) -> bool:
        """The trace comes to its line. False when it was not told: there is too much to tell."""
        place = (trace.id, line)
        hits = self._hits.get(place, 0) + 1
        self._hits[place] = hits
        if self._left > 0 and hits <= _HITS_A_PLACE:
            self._left -= 1
            self.tell(trace, line)
            if self._calm_ticks >= _CALM and self._left > _BURST // 2:
                self._channel.settle()
            return True
        trace.silence = -1
        return False

    def tell(self, trace: Trace, line: int) -> None:
        fields: dict[str, Any] = {"trace": trace.id, "file": SCRIPT, "line": line, "function": trace.function}
        if self._silent or trace.silence != self._silences:
            fields["sampled"] = True
            trace.silence = self._silences
        trace.told += 1
        self._channel.line(**fields)

    def fall_silent(self) -> None:
        """A place reports no more."""
        if not self._silent:
            self._silent = True
            self._silences += 1
            self._calm_ticks = 0

    def hear_again(self) -> None:
        """Every place reports again."""
        self._silent = False

    def tick(self, positions: Iterable[Position]) -> None:
        """A new budget; and where the traces are whose code is silent."""
        self._hits.clear()
        self._calm_ticks += 1
        self._left = min(_BURST, self._left + _HITS_A_TICK)
        moved = [p for p in positions if self._is_behind(*p)]
        begin = self._looked_up % len(moved) if len(moved) > _LOOKED_UP else 0
        self._looked_up = begin + _LOOKED_UP
        for trace, line, function in [*moved[begin:], *moved[:begin]][:_LOOKED_UP]:
            trace.abroad = None
            trace.line = line
            trace.function = function
            trace.silence = -1
            self.tell(trace, line)

    def _is_behind(self, trace: Trace, line: int, function: str) -> bool:
        """Whether the trace is where no line tells of it. While every place reports, one may be just about to: the next
        tick sees whether it did."""
        if not _has_moved(trace, line, function):
            return False
        if self._silent or trace.behind == trace.told:
            return True
        trace.behind = trace.told
        return False


def _has_moved(trace: Trace, line: int, function: str) -> bool:
    if trace.prompt is not None or not line:
        return False
    return line != trace.line or function != trace.function or trace.abroad is not None
