"""The pause of a run: pending until every trace has stopped, then complete, and over when a trace runs again."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeAlias

from sequencer_runner.common.clock import now_iso
from sequencer_runner.script.debugger.traces import Trace, Traces
from sequencer_runner.script.io.channel import Channel

if TYPE_CHECKING:
    from sequencer_runner import protocol

Running: TypeAlias = "list[protocol.PauseWaitingFor]"
"""The traces in the script's code that are not stopped, with their lines: a pause waits for them."""

State = Literal["pending", "paused", "none"]


class Pause:
    """All methods are called under the lock of `Stops`."""

    def __init__(self, channel: Channel, traces: Traces, running: Callable[[], Running]) -> None:
        self._channel = channel
        self._traces = traces
        self._running = running
        self._wanted = False
        self._released: set[int] = set()
        """Traces that have left a prompt since the pause was requested: the pause does not stop them again."""
        self._moving: set[int] = set()
        """Traces that have left a prompt since the pause was last reported complete, and have not stopped again."""
        self._state: State = "none"
        self._ticks = 0
        self._waiting_for: Running = []

    @property
    def wanted(self) -> bool:
        """Every trace stops at its next line, except those that were released."""
        return self._wanted

    def applies_to(self, trace: Trace) -> bool:
        return self._wanted and trace.id not in self._released

    def request(self) -> None:
        self._wanted = True
        self._released = set()
        self._state = "pending"
        self._send_pending(self._running())

    def end(self) -> None:
        self.withdraw()
        if self._state != "none":
            self._send_none()

    def withdraw(self) -> None:
        """No trace stops for the pause any more. Its end is not reported yet."""
        self._wanted = False

    def release(self, trace: Trace) -> None:
        """Called when a trace leaves its prompt. A pending pause still stops the others. After a complete one, new
        threads no longer stop at their first line. A trace that was held on a failure stops at the next statement."""
        held = trace.prompt is not None and trace.prompt.held
        if self._state == "paused":
            self._moving.add(trace.id)
            self._wanted = self._wanted and held
        elif not held:
            self._released.add(trace.id)

    def stopped(self, trace: Trace) -> None:
        self._moving.discard(trace.id)

    def update(self, *, tick: bool = False) -> None:
        """Reports when the pause is complete, and when a paused trace runs again for longer than a tick."""
        stopped = self._traces.at_prompt()
        if self._state == "none" and not stopped:
            return
        running = self._running()
        if self._state == "pending" and stopped and running and self._all_released(running):
            self._send_none()
            return
        if running or not stopped:
            if self._state == "paused" and tick:
                self._runs_again()
            elif self._state == "pending" and tick and running != self._waiting_for:
                self._send_pending(running)
            return
        self._ticks = 0
        # Also again: a trace that left its prompt may be unable to run, in an event loop that is stopped.
        if self._state != "paused" or self._moving:
            self._state = "paused"
            self._moving = set()
            self._send("paused", [])

    def _send_pending(self, running: Running) -> None:
        self._waiting_for = running
        self._send("pending", running)

    def _runs_again(self) -> None:
        self._ticks += 1
        if self._ticks >= 2:
            self._ticks = 0
            self._send_none()

    def _all_released(self, running: Running) -> bool:
        """Whether no trace is left that the pause could stop."""
        return all(entry["trace"] in self._released for entry in running)

    def _send_none(self) -> None:
        self._wanted = False
        self._moving = set()
        self._state = "none"
        self._send("none", [])

    def _send(self, state: State, running: Running) -> None:
        self._channel.event({"type": "pause", "at": now_iso(), "state": state, "waitingFor": running})
