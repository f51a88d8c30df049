"""A tick reports the line of a trace only when the trace has not reported it itself."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from sequencer_runner.common.frames import FrameReader, LineFrame
from sequencer_runner.script.debugger.line_sampler import LineSampler
from sequencer_runner.script.debugger.traces import Trace
from sequencer_runner.script.io.channel import Channel


class Watched:
    """One trace and its line events."""

    def __init__(self) -> None:
        self._ours, self._theirs = socket.socketpair()
        self._channel = Channel(self._theirs)
        self.sampler = LineSampler(self._channel)
        self.trace = Trace(1, "THREAD", "MainThread", 1, function="<module>")

    def reach(self, line: int) -> None:
        """The trace reports the line itself."""
        self.trace.line = line
        self.sampler.sample(self.trace, line)

    def tick(self, line: int) -> None:
        self.sampler.tick([(self.trace, line, "<module>")])

    def events(self) -> Iterator[tuple[int, bool]]:
        """Each line event so far, and whether it is marked as a sample."""
        return ((event["line"], event.get("sampled", False)) for event in self._received())

    def busy(self) -> Iterator[tuple[object, ...]]:
        """Trace and line of each event so far, and whether the trace is marked as busy."""
        for event in self._received():
            yield (event["trace"], event["line"], *(["busy"] if event.get("busy") else []))

    def _received(self) -> Iterator[dict[str, Any]]:
        self._channel.empty(5.0)
        self._theirs.shutdown(socket.SHUT_WR)
        reader = FrameReader()
        while data := self._ours.recv(65536):
            for frame in reader.feed(data):
                assert isinstance(frame, LineFrame)
                yield json.loads(frame.data)


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    yield watched
    watched._ours.close()
    watched._theirs.close()


def test_does_not_sample_a_line_that_is_about_to_report_itself(watched: Watched) -> None:
    for line in range(1, 10, 3):
        # The interpreter is at the line already, but has not reported it yet.
        watched.tick(line)
        watched.reach(line)
        watched.reach(line + 1)
        # The tick read the line before the script continued.
        watched.tick(line)
        watched.reach(line + 2)
    assert list(watched.events()) == [(line, False) for line in range(1, 10)]


def test_samples_a_line_without_an_event_at_the_second_tick(watched: Watched) -> None:
    watched.reach(1)
    watched.tick(7)
    watched.tick(7)
    watched.tick(7)
    watched.reach(8)
    assert list(watched.events()) == [(1, False), (7, True), (8, False)]


def test_samples_muted_code_at_the_first_tick(watched: Watched) -> None:
    watched.reach(1)
    watched.sampler.mute()
    watched.tick(7)
    watched.tick(9)
    assert list(watched.events()) == [(1, False), (7, True), (9, True)]


def test_marks_a_trace_as_busy_only_at_lines_that_it_passes_too_often(watched: Watched) -> None:
    other = Trace(2, "THREAD", "waiting", 2, function="wait")
    watched.reach(1)
    for _ in range(4):
        watched.reach(7)
    watched.sampler.mute()
    watched.trace.line = 8
    watched.tick(7)
    # Another thread waits in the same code, and continues seldom.
    watched.sampler.tick([(other, 7, "wait")])
    watched.reach(9)
    watched.sampler.rearm()
    watched.trace.line = 8
    watched.tick(7)
    watched.tick(7)
    assert list(watched.busy()) == [(1, 1), (1, 7), (1, 7), (1, 7), (1, 7, "busy"), (2, 7), (1, 9), (1, 7)]
