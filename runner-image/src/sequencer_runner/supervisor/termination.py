"""Shows in the status of a pod that its script has ended, while the runner still waits for the gateway.

Kubernetes shows the message of a container that has ended. The runner ends only when the gateway has stored the record,
so a second container of the pod waits beside it. It ends when the runner has written the outcome into the work folder,
with that as its message. The runner holds a lock meanwhile: the second container also ends when the runner is killed.

This module imports little, because the second container starts with every run, and uses its memory for as long as the
script runs. So there are no `pathlib` and `contextlib`, which would double the start.
"""

import fcntl
import os
import signal
import sys
import time

_LOCK, _NEW_LOCK, _OUTCOME = ".runner", ".runner.new", ".outcome"
# Seconds in which the runner has to start; it may be unable to.
_START_WITHIN = 120.0
_POLL = 0.1


class TerminationNotice:
    """The runner's side."""

    def __init__(self, work: "os.PathLike[str] | str") -> None:
        self._work = work
        new = os.path.join(work, _NEW_LOCK)
        self._lock = os.open(new, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # Visible only now, when it is locked.
        os.replace(new, os.path.join(work, _LOCK))

    def publish(self, message: str) -> None:
        """The script has ended."""
        with open(os.path.join(self._work, _OUTCOME), "w", encoding="utf-8") as file:
            file.write(message)
        fcntl.flock(self._lock, fcntl.LOCK_UN)


def wait_for_outcome(work: str) -> bytes:
    """The message of the runner; empty if it ended without one, or did not start."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    lock = _open_lock(os.path.join(work, _LOCK))
    if lock is None:
        return b""
    # The pod is being deleted. The runner still has to stop the script.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        with open(os.path.join(work, _OUTCOME), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def _open_lock(path: str) -> int | None:
    deadline = time.monotonic() + _START_WITHIN
    while time.monotonic() < deadline:
        try:
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            time.sleep(_POLL)
    return None


def main() -> None:
    work, message = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "/dev/termination-log"
    outcome = wait_for_outcome(work)
    with open(message, "wb") as file:
        file.write(outcome)
    # Without the end of the interpreter: there is nothing to clean up.
    os._exit(0)


if __name__ == "__main__":
    main()
