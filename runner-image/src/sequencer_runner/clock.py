"""Times as events carry them."""

import time
from datetime import datetime, timezone


def now_ms() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def iso(ms: int) -> str:
    """ISO 8601 in UTC, with milliseconds."""
    stamp = datetime.fromtimestamp(ms // 1000, timezone.utc)
    return f"{stamp:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def now_iso() -> str:
    return iso(now_ms())
