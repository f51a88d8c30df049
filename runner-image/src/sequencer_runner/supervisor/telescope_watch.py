"""While a failure is held: what goes on on the telescope, looked at again and again for those who decide."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from sequencer_runner.supervisor import telescope

# Seconds from look to look; and until what has not changed is sent again, so that its age tells that somebody looks.
_EVERY, _AGAIN = 5.0, 30.0


async def watch_telescope(send: Callable[[dict[str, Any]], None]) -> None:
    """Until it is cancelled. Nothing where no observatory is configured."""
    sent: Any = None
    sent_at = 0.0
    while (event := await telescope.read_status()) is not None:
        seen = (event["agents"], event.get("problem"))
        if seen != sent or time.monotonic() - sent_at >= _AGAIN:
            send(event)
            sent, sent_at = seen, time.monotonic()
        await asyncio.sleep(_EVERY)
