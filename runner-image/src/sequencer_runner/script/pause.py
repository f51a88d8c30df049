"""The pause of a run: asked for, pending until every trace has stopped, complete, over when something runs again."""

from collections.abc import Callable
from typing import Any

from sequencer_runner.script.channel import Channel
from sequencer_runner.script.traces import Traces

Running = list[dict[str, Any]]
"""The traces inside the script's code that are not stopped, with their lines: what a pause waits for."""


class Pause:
    """Called under the lock of the stops."""

    def __init__(self, channel: Channel, traces: Traces, running: Callable[[], Running]) -> None:
        self._channel = channel
        self._traces = traces
        self._running = running
        self.wanted = False
        """Every trace stops at its next line."""
        self._state = "none"
        self._ticks = 0
        self._waiting_for: Running = []

    def ask(self) -> None:
        self.wanted = True
        self._state = "pending"
        self._tell_pending(self._running())

    def end(self) -> None:
        self.wanted = False
        if self._state != "none":
            self._tell_none()

    def leave_to_steps(self) -> None:
        """One trace goes on from a complete pause. Until now a new thread would have stopped at its first line, too."""
        if self._state == "paused":
            self.wanted = False

    def judge(self, *, tick: bool = False) -> None:
        """Tells when the pause has become complete, and when what was paused runs again for longer than a tick."""
        stopped = self._traces.at_prompt()
        if self._state == "none" and not stopped:
            return
        running = self._running()
        if running or not stopped:
            if self._state == "paused" and tick:
                self._runs_again()
            elif self._state == "pending" and tick and running != self._waiting_for:
                self._tell_pending(running)
            return
        self._ticks = 0
        if self._state != "paused":
            self._state = "paused"
            self._channel.event("pause", state="paused", waitingFor=[])

    def _tell_pending(self, running: Running) -> None:
        self._waiting_for = running
        self._channel.event("pause", state="pending", waitingFor=running)

    def _runs_again(self) -> None:
        self._ticks += 1
        if self._ticks >= 2:
            self._ticks = 0
            self._tell_none()

    def _tell_none(self) -> None:
        self._state = "none"
        self._channel.event("pause", state="none", waitingFor=[])
