"""Limits of the runner protocol, in bytes. `LIMITS` of model/src/limits.ts has the same values."""

MESSAGE_BYTES = 4 * 1024 * 1024
"""One message to the gateway."""
EVENT_BYTES = 3 * 1024 * 1024
"""One event of a message."""
