"""Limits of the runner protocol, in bytes. `LIMITS` in model/src/limits.ts has the same values."""

MESSAGE_BYTES = 4 * 1024 * 1024
"""Largest message to the gateway."""
EVENT_BYTES = 3 * 1024 * 1024
"""Largest event in a message."""
