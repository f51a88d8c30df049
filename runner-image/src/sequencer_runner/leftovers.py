"""Ends the processes that a supervisor before this one has left, and those that a script leaves behind."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path


def start_time(pid: int) -> str | None:
    """Tells this process from any other of the same number, also after a reboot. None if there is none that runs."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self").exists():
            return None
        return _start_time_by_ps(pid)
    fields = stat[stat.rindex(")") + 2 :].split()
    return None if fields[0] == "Z" else f"{_boot()} {fields[19]}"


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _start_time_by_ps(pid: int) -> str | None:
    result = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return result.stdout.strip() or None


def is_alive(pid: int, started: str | None) -> bool:
    return started is not None and start_time(pid) == started


def may_be_ours(pid: int, started: str | None) -> bool:
    """Whether the group of this number can still be that of the process: the number was not given out again since."""
    if started is None or (_boot() and not started.startswith(_boot())):
        return False
    return start_time(pid) in (None, started)


def kill_group(pid: int) -> None:
    signal_group(pid, signal.SIGKILL)


def signal_group(pid: int, number: signal.Signals) -> None:
    """To every process of the group that `pid` leads; nothing if there is none left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def group_exists(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
