"""Starts script processes ahead of time."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sequencer_runner.common.environment import script_environment
from sequencer_runner.common.frames import json_frame

_MAIN = Path(__file__).parent.parent / "script" / "importlib_bootstrap.py"
_waited_for: "set[int]" = set()


@dataclass
class ScriptProcessHandle:
    """The supervisor's handle of a script process. `pipes`: the reading ends of its file descriptors 1 and 2."""

    popen: "subprocess.Popen[bytes]"
    channel: socket.socket
    pipes: dict[int, int]

    @property
    def pid(self) -> int:
        return self.popen.pid

    def alive(self) -> bool:
        return self.popen.poll() is None

    async def send(self, message: Mapping[str, object]) -> None:
        await asyncio.get_running_loop().sock_sendall(self.channel, json_frame(message))

    def signal(self, number: signal.Signals) -> None:
        """Sends the signal to the main process of the script alone."""
        if self.alive():
            self.popen.send_signal(number)

    def close(self) -> None:
        _waited_for.discard(self.pid)
        self.channel.close()
        for fd in self.pipes.values():
            os.close(fd)


def spawn() -> ScriptProcessHandle:
    ours, theirs = socket.socketpair()
    reading: dict[int, int] = {}
    writing: dict[int, int] = {}
    for stream in (1, 2):
        reading[stream], writing[stream] = os.pipe()
        os.set_blocking(reading[stream], False)
    try:
        popen = subprocess.Popen(
            [sys.executable, str(_MAIN), str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=writing[1],
            stderr=writing[2],
            pass_fds=[theirs.fileno()],
            env=script_environment(),
            # A separate process group: signals from a terminal do not reach it, and the whole group can be killed.
            start_new_session=True,
        )
    finally:
        theirs.close()
        for fd in writing.values():
            os.close(fd)
    ours.setblocking(False)
    _waited_for.add(popen.pid)
    return ScriptProcessHandle(popen, ours, reading)


def waited_for() -> frozenset[int]:
    """The PIDs of the script processes that this supervisor waits for, including those without a script yet."""
    return frozenset(_waited_for)
