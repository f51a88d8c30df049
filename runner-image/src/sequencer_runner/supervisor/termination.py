"""Shows in the status of a pod that its script has ended, while the runner still waits for the gateway.

Kubernetes shows the message of a container that has ended. The runner ends only when the gateway has stored the record,
so a second container of the pod waits beside it. It ends when the runner has written the outcome into the work folder,
with that as its message. The runner holds a lock meanwhile: the second container also ends when the runner is killed.

This module imports little, because the second container uses its memory for as long as the script runs.
"""

import contextlib
import fcntl
import os
import signal
import sys
import time
from pathlib import Path

_LOCK, _NEW_LOCK, _OUTCOME = ".runner", ".runner.new", ".outcome"
# Seconds in which the runner has to start; it may be unable to.
_START_WITHIN = 120.0
_POLL = 0.1


class TerminationNotice:
    """The runner's side."""

    def __init__(self, work: Path) -> None:
        self._work = work
        self._lock = os.open(work / _NEW_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # Visible only now, when it is locked.
        os.replace(work / _NEW_LOCK, work / _LOCK)

    def publish(self, message: str) -> None:
        """The script has ended."""
        (self._work / _OUTCOME).write_text(message)
        fcntl.flock(self._lock, fcntl.LOCK_UN)


def wait_for_outcome(work: Path) -> str:
    """The message of the runner; empty if it ended without one, or did not start."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    lock = _open_lock(work / _LOCK)
    if lock is None:
        return ""
    # The pod is being deleted. The runner still has to stop the script.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.close(lock)
    with contextlib.suppress(FileNotFoundError):
        return (work / _OUTCOME).read_text()
    return ""


def _open_lock(path: Path) -> int | None:
    deadline = time.monotonic() + _START_WITHIN
    while time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError):
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        time.sleep(_POLL)
    return None


def main() -> None:
    work, message = Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "/dev/termination-log")
    message.write_text(wait_for_outcome(work))


if __name__ == "__main__":
    main()
