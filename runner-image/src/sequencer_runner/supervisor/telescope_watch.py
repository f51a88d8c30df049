"""Reports what runs on the telescope while a failure is held, for the operator who decides."""

import asyncio
import time
from collections.abc import Callable

from sequencer_runner.protocol import TelescopeAgent, TelescopeEvent
from sequencer_runner.supervisor import telescope

# Seconds between two checks. An unchanged status is sent again after _RESEND, which shows that it is still checked.
_EVERY, _RESEND = 5.0, 30.0


async def watch_telescope(send: Callable[[TelescopeEvent], None]) -> None:
    """Runs until it is cancelled. Does nothing if no observatory is configured."""
    sent: tuple[list[TelescopeAgent], str | None] | None = None
    sent_at = 0.0
    while (event := await telescope.read_status()) is not None:
        seen = (event["agents"], event.get("problem"))
        if seen != sent or time.monotonic() - sent_at >= _RESEND:
            send(event)
            sent, sent_at = seen, time.monotonic()
        await asyncio.sleep(_EVERY)
