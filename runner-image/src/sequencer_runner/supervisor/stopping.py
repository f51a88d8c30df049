"""Stops a run: sends the rungs of the stop ladder and records the reaction of the script to each."""

import asyncio
import contextlib
import signal
from collections.abc import Callable
from typing import Protocol, cast

from sequencer_runner.common.clock import now_iso
from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.protocol import Event, StopLevel, TelescopeEvent
from sequencer_runner.supervisor import orphans, telescope
from sequencer_runner.supervisor.ladder import Deadlines, Ladder, Reaction, reaction_event
from sequencer_runner.supervisor.outcome import Stop
from sequencer_runner.supervisor.script_channel import ScriptChannel
from sequencer_runner.supervisor.script_process import ScriptProcessHandle, waited_for

# Seconds for a reply of the script process, which is immediate unless the interpreter is stuck.
_MARK, _REACTION = 0.2, 2.0
_DETAILS = {
    "REQUEST": "Stop after this statement.",
    "INTERRUPT": "Interrupt: the script gets KeyboardInterrupt.",
    "TERMINATE": "Terminate: the script gets SIGTERM.",
    "KILL": "Kill: the script and all its child processes get SIGKILL.",
}


class StoppableRun(Protocol):
    """The part of a run that is used here."""

    @property
    def ending(self) -> bool:
        """The script process has ended."""

    @property
    def held(self) -> str | None:
        """The failure that the run is held on."""

    def event(self, event: Event) -> None: ...

    async def stop(self, level: StopLevel, by: str, *, escalate: bool = False) -> None: ...


class Stopping:
    def __init__(
        self, run: StoppableRun, process: ScriptProcessHandle, channel: ScriptChannel, deadlines: Deadlines
    ) -> None:
        self._run = run
        self._process = process
        self._channel = channel
        self._ladder = Ladder(deadlines, self._check, self._send_next)
        self.sent: list[Stop] = []
        """The rungs that were sent, in order."""

    @property
    def signalled(self) -> bool:
        return any(s.level != "REQUEST" for s in self.sent)

    def over(self) -> None:
        self._ladder.over()

    async def stop(self, level: StopLevel, by: str, escalate: bool, requested_at: str | None) -> str:
        """Sends a rung. Returns a sentence for the record."""
        if level == "REQUEST" and self.signalled:
            raise CommandRefused("STOPPING", "The run is already being stopped by a stronger rung.")
        if level == "REQUEST" and escalate:
            text = "escalate: a REQUEST waits for the end of the statement, however long it takes, and cannot escalate."
            raise CommandRefused("BAD_INPUT", text)
        rung = self._ladder.rung(level, by, escalate=escalate, requested_at=requested_at)
        if level in ("INTERRUPT", "TERMINATE"):
            await self._channel.request_within({"name": "mark", "level": level}, _MARK)
        self.sent.append(Stop(level, by, self._run.held))
        self._run.event(rung.event())
        self._ladder.sent(rung)
        named = await self._send(level)
        return f"{_DETAILS[level]}{named}"

    async def _send(self, level: StopLevel) -> str:
        """Returns the child processes that were killed, for the record."""
        match level:
            case "REQUEST":
                await self._channel.request({"name": "stop"})
            case "INTERRUPT" | "TERMINATE":
                self._process.signal(signal.SIGINT if level == "INTERRUPT" else signal.SIGTERM)
                # After the signal: the main thread leaves its prompt by the exception, not by running its next line.
                with contextlib.suppress(OSError):
                    await self._channel.send({"name": "leave"})
            case _:
                below = orphans.descendants(waited_for() - {self._process.pid})
                for process in below:
                    process.signal(signal.SIGKILL)
                orphans.kill_group(self._process.pid)
                others = [process for process in below if process.pid != self._process.pid]
                return f" {orphans.listed(others)}." if others else ""
        return ""

    async def cancel(self, by: str) -> str:
        if not any(s.level == "REQUEST" for s in self.sent):
            text = "No stop after the statement was requested: there is nothing to cancel."
            raise CommandRefused("BAD_INPUT", text, "")
        await self._channel.request({"name": "unstop"})
        self.sent = [s for s in self.sent if s.level != "REQUEST"]
        self._run.event({"type": "stopping", "at": now_iso(), "level": None, "by": by})
        return "The stop after this statement was cancelled."

    async def _send_next(self, level: StopLevel, by: str) -> None:
        """Sends the next rung automatically."""
        await self._run.stop(level, by, escalate=True)

    async def _check(self, level: StopLevel, seconds: int) -> None:
        """Records how the script reacts to a rung, and what still runs on the telescope."""
        reaction = None
        if level != "KILL":
            reaction = await self._channel.request_within({"name": "reaction"}, _REACTION)
        event = reaction_event(level, seconds, cast(Reaction, str(reaction or "unknown")))
        if event is not None and not self._run.ending:
            self._run.event(event)
        await record_telescope(self._run.event)


async def record_telescope(send: Callable[[TelescopeEvent], None]) -> None:
    """Records what still runs on the telescope, if an observatory is configured."""
    event = await telescope.read_status()
    if event is not None:
        send(event)


async def interrupt_and_wait(run: StoppableRun, over: asyncio.Event, grace: float) -> None:
    """Interrupts the script because the supervisor is shutting down. Kills it after `grace` seconds."""
    await run.stop("INTERRUPT", "the system, which is shutting the runner down")
    try:
        await asyncio.wait_for(over.wait(), grace)
    except asyncio.TimeoutError:
        await run.stop("KILL", "the system, after the grace time")
        await over.wait()
