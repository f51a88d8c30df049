"""The stop ladder after a rung was sent: how long it usually takes, whether the script heeds it, and what comes next.

A rung has a deadline. Nothing happens by itself when it passes, unless it was sent with `escalate`: then the next rung
follows. Meanwhile the record tells, ever more rarely, that the script still runs, and what the telescope does.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sequencer_runner.common.clock import iso, now_ms

_log = logging.getLogger("sequencer_runner.supervisor.ladder")

_NEXT = {"INTERRUPT": "TERMINATE", "TERMINATE": "KILL"}
_SENT = {"INTERRUPT": "the interrupt", "TERMINATE": "SIGTERM", "KILL": "SIGKILL"}
# Seconds after a rung was sent at which its effect is looked at; then every ten minutes.
_CHECKS = (1, 5, 12, 30, 60, 120, 300)
_CHECK_EVERY = 600
# Before this, a script that goes on has not had its time to react.
_REACTION_TIME = 5


@dataclass(frozen=True)
class Deadlines:
    """Seconds that clean-up usually takes, a rung each."""

    interrupt: float
    terminate: float = 60.0

    def of(self, level: str) -> float | None:
        return {"INTERRUPT": self.interrupt, "TERMINATE": self.terminate}.get(level)


@dataclass(frozen=True)
class Rung:
    level: str
    by: str
    escalate: bool
    seconds: float | None
    """Until its deadline."""

    def event(self) -> dict[str, Any]:
        fields: dict[str, Any] = {"type": "stopping", "level": self.level, "by": self.by}
        if self.seconds is not None:
            fields["deadline"] = iso(now_ms() + int(self.seconds * 1000))
            fields["escalate"] = self.escalate
        return fields


class Ladder:
    """One for a run. `look` is called when it is time to see how a rung is taken, with the seconds that have passed;
    `climb` sends a rung, with who it is by."""

    def __init__(
        self,
        deadlines: Deadlines,
        check: Callable[[str, int], Awaitable[None]],
        climb: Callable[[str, str], Awaitable[None]],
    ) -> None:
        self._deadlines = deadlines
        self._check = check
        self._send_next = climb
        self._watcher: asyncio.Task[None] | None = None
        self._origin = ""
        self._climbing = False

    def rung(self, level: str, by: str, *, escalate: bool) -> Rung:
        return Rung(level, by, escalate and level in _NEXT, self._deadlines.of(level))

    def sent(self, rung: Rung) -> None:
        """The newest rung decides what comes next."""
        if not self._climbing:
            self._origin = rung.by
        self.over()
        if rung.level != "REQUEST":
            self._watcher = asyncio.create_task(self._watch(rung))
            self._watcher.add_done_callback(_log_failure)

    def over(self) -> None:
        """Nothing more follows by itself."""
        if self._watcher is not None and not self._climbing:
            self._watcher.cancel()
        self._watcher = None

    async def _watch(self, rung: Rung) -> None:
        begin = time.monotonic()
        deadline = rung.seconds if rung.escalate else None
        for due in _due():
            if deadline is not None and deadline <= due:
                await asyncio.sleep(max(0, begin + deadline - time.monotonic()))
                self._climbing = True
                try:
                    await self._send_next(_NEXT[rung.level], f"the system, as {self._origin} asked")
                finally:
                    self._climbing = False
                return
            await asyncio.sleep(max(0, begin + due - time.monotonic()))
            await self._check(rung.level, due)


def _log_failure(watcher: "asyncio.Task[None]") -> None:
    if not watcher.cancelled() and watcher.exception() is not None:
        _log.error("the stop ladder cannot go on by itself", exc_info=watcher.exception())


def _due() -> Iterator[int]:
    yield from _CHECKS
    due = _CHECKS[-1]
    while True:
        due += _CHECK_EVERY
        yield due


def reaction_event(level: str, seconds: int, reaction: str) -> dict[str, Any] | None:
    """A `reaction` event: how the script takes the rung. `reaction` is the script process's own word, or `unknown`."""
    if seconds < _REACTION_TIME:
        return None
    sent = _SENT[level]
    number = "SIGINT" if level == "INTERRUPT" else "SIGTERM"
    if level == "KILL":
        reaction = "none"
        text = f"The script's process is still there {seconds} s after SIGKILL: the system holds it."
    elif reaction == "ignored":
        text = f"The script ignores {number}. It goes on {seconds} s after it was sent."
    elif reaction == "none":
        text = f"The script has not reacted to {sent} for {seconds} s."
    elif reaction == "unknown":
        text = f"The script's process has not answered for {seconds} s: it is busy in code that lets nothing else run."
    else:
        text = f"The script goes on {seconds} s after {sent}: it cleans up, or does not heed it."
    return {"type": "reaction", "level": level, "seconds": seconds, "reaction": reaction, "text": text}
