"""Times as events carry them."""

import time
from datetime import datetime, timezone


def now_ms() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def iso(ms: int) -> str:
    """ISO 8601 in UTC, with milliseconds."""
    stamp = datetime.fromtimestamp(ms // 1000, timezone.utc).replace(microsecond=ms % 1000 * 1000)
    # Not by `strftime`, for which Python calls that of the module `time`, which a script may have replaced.
    return f"{stamp.isoformat(timespec='milliseconds')[:23]}Z"


def now_iso() -> str:
    return iso(now_ms())
