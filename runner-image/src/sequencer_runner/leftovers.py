"""Ends the processes that a supervisor before this one has left."""

import contextlib
import os
import signal
from pathlib import Path


def start_time(pid: int) -> str | None:
    """Something that tells this process from a later one of the same number; None if there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return None
        return _start_time_by_ps(pid)
    fields = stat[stat.rindex(")") + 2 :].split()
    return None if fields[0] == "Z" else fields[19]


def _start_time_by_ps(pid: int) -> str | None:
    import subprocess

    result = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return result.stdout.strip() or None


def is_alive(pid: int, started: str | None) -> bool:
    return started is not None and start_time(pid) == started


def kill_group(pid: int) -> None:
    signal_group(pid, signal.SIGKILL)


def signal_group(pid: int, number: signal.Signals) -> None:
    """To every process of the group that `pid` leads; nothing if there is none left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
