"""Ends orphaned processes: those of a previous supervisor, and those that a script leaves behind.

On Linux the supervisor is a subreaper: it becomes the parent of orphaned descendants, also of those in another session.
On other systems only the process group of the script is known.
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from sequencer_runner.common.environment import SEQUENCER_RUNNER_FOLDER

_PR_SET_CHILD_SUBREAPER = 36
# Seconds to wait: for processes that are already ending; after SIGTERM; after SIGKILL.
_ENDING, _AFTER_TERM, _AFTER_KILL = 0.2, 1.0, 3.0
_NAMED = 20


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    name: str
    state: str

    def signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(self.pid, number)


def become_subreaper() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _all() -> Iterator[Process]:
    """All processes. Empty on systems without /proc."""
    try:
        entries = os.listdir("/proc")
    except OSError:
        return
    for entry in entries:
        if entry.isdigit():
            with contextlib.suppress(OSError, ValueError):
                stat = Path(f"/proc/{entry}/stat").read_bytes().decode(errors="replace")
                name, fields = stat[stat.index("(") + 1 : stat.rindex(")")], stat[stat.rindex(")") + 2 :].split()
                yield Process(int(entry), int(fields[1]), name, fields[0])


def descendants(without: Collection[int] = ()) -> list[Process]:
    """The running descendants of this process, except the PIDs in `without` and their descendants."""
    children: dict[int, list[Process]] = {}
    for process in _all():
        children.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    todo = [os.getpid()]
    while todo:
        below = [process for process in children.get(todo.pop(), ()) if process.pid not in without]
        found += below
        todo += [process.pid for process in below]
    return [process for process in found if process.state not in "ZX"]


def marked(folder: str) -> list[Process]:
    """The running processes whose environment names this folder and that are not descendants of this process."""
    mark = f"{SEQUENCER_RUNNER_FOLDER.name}={folder}".encode()
    own = {process.pid for process in descendants()} | {os.getpid()}
    found = []
    for process in _all():
        if process.pid not in own and process.state not in "ZX":
            with contextlib.suppress(OSError):
                if mark in Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0"):
                    found.append(process)
    return found


async def end_and_report(find: Callable[[], list[Process]], action: Callable[[str, str, bool, str], None]) -> None:
    """Ends the processes and records their names: two programs must not command one telescope."""
    ended, left = await end_all(find)
    if ended:
        text = f"Processes that the script left running were ended: {listed(ended)}."
        action("endProcesses", "the runner", True, text)
    if left:
        text = f"Processes that the script left running could not be ended: {listed(left)}."
        action("endProcesses", "the runner", False, text)


async def end_all(find: Callable[[], list[Process]]) -> tuple[list[Process], list[Process]]:
    """Ends the processes that `find` returns. Returns those that were ended, and those that could not be."""
    seen: dict[int, Process] = {}

    async def wait_until_gone(seconds: float, number: signal.Signals | None) -> bool:
        deadline = time.monotonic() + seconds
        signalled: set[int] = set()
        while found := find():
            for process in found:
                # Processes that were started meanwhile get the signal too. SIGKILL is repeated.
                if number is not None and (process.pid not in signalled or number == signal.SIGKILL):
                    signalled.add(process.pid)
                    seen[process.pid] = process
                    process.signal(number)
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(0.02)
        return True

    if not await wait_until_gone(_ENDING, None) and not await wait_until_gone(_AFTER_TERM, signal.SIGTERM):
        await wait_until_gone(_AFTER_KILL, signal.SIGKILL)
    left = find()
    return [process for pid, process in seen.items() if all(pid != other.pid for other in left)], left


def listed(processes: list[Process]) -> str:
    names = [f"{process.pid} {process.name.encode('ascii', 'replace').decode()}" for process in processes[:_NAMED]]
    more = len(processes) - _NAMED
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def reap(known: Collection[int]) -> None:
    """Reaps ended processes that were adopted by this one, except the `known` PIDs, which have their own waiters."""
    # AttributeError: no waitid, and no subreaper either.
    with contextlib.suppress(ChildProcessError, AttributeError):
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is None:
            return
        for process in _all():
            if process.parent == os.getpid() and process.state == "Z" and process.pid not in known:
                os.waitpid(process.pid, os.WNOHANG)


def start_time(pid: int) -> str | None:
    """Identifies a process beyond its PID, also after a reboot. None if no such process is running."""
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
    """Whether the process group of this PID can still be that of the process: the PID was not reused since."""
    if started is None or (_boot() and not started.startswith(_boot())):
        return False
    return start_time(pid) in (None, started)


def kill_group(pid: int) -> None:
    signal_group(pid, signal.SIGKILL)


def signal_group(pid: int, number: signal.Signals) -> None:
    """Sends the signal to the process group that `pid` leads, if it still exists."""
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
