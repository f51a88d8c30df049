"""Samples the positions of the traces in the script, from another thread."""

from collections.abc import Iterator
from types import FrameType
from typing import TYPE_CHECKING

from sequencer_runner.script import threads
from sequencer_runner.script.debugger.traces import Trace, Traces
from sequencer_runner.script.source.lines import Lines
from sequencer_runner.script.source.stack import ScriptFile

if TYPE_CHECKING:
    from sequencer_runner import protocol

Position = tuple[Trace, int, str]
"""A trace in the script's code, its line (0 for none) and its function."""


class Positions:
    """`lines`: of the current version of the script."""

    def __init__(self, file: ScriptFile, lines: Lines, traces: Traces, own_threads: set[int]) -> None:
        self._file = file
        self.lines = lines
        self._traces = traces
        self._own_threads = own_threads

    def all(self) -> Iterator[Position]:
        for ident, frame in self._frames():
            yield self._traces.sampled(ident), self.lines.of_line(frame.f_lineno or 0), frame.f_code.co_name

    def running(self) -> "list[protocol.PauseWaitingFor]":
        """The traces that are not stopped, as in a `pause` event."""
        stopped = {trace.ident for trace in self._traces.at_prompt()}
        if threads.has_subinterpreters():
            # The positions of threads are unknown: assume that every trace with a line is running.
            known = [t for t in self._traces.all.values() if t.kind == "THREAD" and t.line and t.ident not in stopped]
            return [{"trace": t.id, "line": t.line} for t in known]
        running: list[protocol.PauseWaitingFor] = []
        for ident, frame in self._frames():
            if ident not in stopped:
                line = self.lines.of_line(frame.f_lineno or 0)
                running.append({"trace": self._traces.sampled(ident).id, "line": line or None})
        return running

    def _frames(self) -> list[tuple[int, FrameType]]:
        found = []
        for ident, frame in threads.frames().items():
            if ident not in self._own_threads:
                inner = self._file.innermost(frame)
                if inner is not None:
                    found.append((ident, inner))
        return found
