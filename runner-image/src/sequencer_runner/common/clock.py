"""Times in the format of events."""

import time
from datetime import datetime, timezone


def now_ms() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def iso(ms: int) -> str:
    """ISO 8601 in UTC with milliseconds. `ms`: milliseconds since the epoch."""
    stamp = datetime.fromtimestamp(ms // 1000, timezone.utc).replace(microsecond=ms % 1000 * 1000)
    # Not `strftime`: it calls `time.strftime`, which the script may have replaced.
    return f"{stamp.isoformat(timespec='milliseconds')[:23]}Z"


def now_iso() -> str:
    return iso(now_ms())
