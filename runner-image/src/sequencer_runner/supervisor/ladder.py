"""The stop ladder: what happens after a rung was sent.

A rung has a deadline. With `escalate`, the next rung is sent when the deadline passes; otherwise nothing happens
automatically. Until the script ends, its reaction and the telescope status are recorded, at increasing intervals.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from sequencer_runner.common.clock import iso, now_iso, now_ms
from sequencer_runner.protocol import ReactionEvent, StopLevel, StoppingEvent

Reaction = Literal["none", "ignored", "running", "unknown"]

_log = logging.getLogger("sequencer_runner.supervisor.ladder")

_NEXT: dict[StopLevel, StopLevel] = {"INTERRUPT": "TERMINATE", "TERMINATE": "KILL"}
_SENT = {"INTERRUPT": "the interrupt", "TERMINATE": "SIGTERM", "KILL": "SIGKILL"}
# Seconds after a rung at which its effect is checked; then every ten minutes.
_CHECKS = (1, 5, 12, 30, 60, 120, 300)
_CHECK_EVERY = 600
# A script that still runs before this has not had time to react.
_REACTION_TIME = 5


@dataclass(frozen=True)
class Deadlines:
    """Seconds that clean-up usually takes after each rung."""

    interrupt: float
    terminate: float = 60.0

    def of(self, level: str) -> float | None:
        return {"INTERRUPT": self.interrupt, "TERMINATE": self.terminate}.get(level)


@dataclass(frozen=True)
class Rung:
    level: StopLevel
    by: str
    escalate: bool
    seconds: float | None
    """Until the deadline."""
    requested_at: str | None
    """When the API received the request."""

    def event(self) -> StoppingEvent:
        event: StoppingEvent = {"type": "stopping", "at": now_iso(), "level": self.level, "by": self.by}
        if self.requested_at is not None:
            event["requestedAt"] = self.requested_at
        if self.seconds is not None:
            event["deadline"] = iso(now_ms() + int(self.seconds * 1000))
            event["escalate"] = self.escalate
        return event


class Ladder:
    """The ladder of one run. `check` is called with a rung and the seconds since it was sent, when its effect is to be
    checked; `send_next` is called with the next rung and the user who requested it."""

    def __init__(
        self,
        deadlines: Deadlines,
        check: Callable[[StopLevel, int], Awaitable[None]],
        send_next: Callable[[StopLevel, str], Awaitable[None]],
    ) -> None:
        self._deadlines = deadlines
        self._check = check
        self._send_next = send_next
        self._watcher: asyncio.Task[None] | None = None
        self._origin = ""
        self._escalating = False

    def rung(self, level: StopLevel, by: str, *, escalate: bool, requested_at: str | None) -> Rung:
        return Rung(level, by, escalate and level in _NEXT, self._deadlines.of(level), requested_at)

    def sent(self, rung: Rung) -> None:
        """Starts to watch the rung. It replaces the previous one."""
        if not self._escalating:
            self._origin = rung.by
        self.over()
        if rung.level != "REQUEST":
            self._watcher = asyncio.create_task(self._watch(rung))
            self._watcher.add_done_callback(_log_failure)

    def over(self) -> None:
        """Stops watching: no further rung is sent automatically."""
        if self._watcher is not None and not self._escalating:
            self._watcher.cancel()
        self._watcher = None

    async def _watch(self, rung: Rung) -> None:
        begin = time.monotonic()
        deadline = rung.seconds if rung.escalate else None
        for due in _due():
            if deadline is not None and deadline <= due:
                await asyncio.sleep(max(0, begin + deadline - time.monotonic()))
                self._escalating = True
                try:
                    await self._send_next(_NEXT[rung.level], f"the system, as {self._origin} asked")
                finally:
                    self._escalating = False
                return
            await asyncio.sleep(max(0, begin + due - time.monotonic()))
            await self._check(rung.level, due)


def _log_failure(watcher: "asyncio.Task[None]") -> None:
    if not watcher.cancelled() and watcher.exception() is not None:
        _log.error("the stop ladder failed; no further rung is sent automatically", exc_info=watcher.exception())


def _due() -> Iterator[int]:
    yield from _CHECKS
    due = _CHECKS[-1]
    while True:
        due += _CHECK_EVERY
        yield due


def reaction_event(level: StopLevel, seconds: int, reaction: Reaction) -> ReactionEvent | None:
    """Returns a `reaction` event; None before the script had time to react. `reaction`: of the script process."""
    if seconds < _REACTION_TIME:
        return None
    sent = _SENT[level]
    number = "SIGINT" if level == "INTERRUPT" else "SIGTERM"
    if level == "KILL":
        reaction = "none"
        text = f"The script process still exists {seconds} s after SIGKILL: the system has not removed it."
    elif reaction == "ignored":
        text = f"The script ignores {number}. It is still running {seconds} s after it was sent."
    elif reaction == "none":
        text = f"The script has not reacted to {sent} for {seconds} s."
    elif reaction == "unknown":
        text = f"The script process has not responded for {seconds} s: it is busy in code that blocks the interpreter."
    else:
        text = f"The script is still running {seconds} s after {sent}: it is cleaning up, or handles it otherwise."
    return {"type": "reaction", "at": now_iso(), "level": level, "seconds": seconds, "reaction": reaction, "text": text}
