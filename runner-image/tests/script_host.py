"""Drives a script process of any Python version without a supervisor."""

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sequencer_runner.common.frames import FrameReader, LineFrame, OutputFrame, json_frame

SOURCE = Path(__file__).parent.parent / "src"
MAIN = SOURCE / "sequencer_runner" / "script" / "importlib_bootstrap.py"


def environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COVERAGE", "PYTEST"))}
    return {**kept, "PYTHONPATH": str(SOURCE), "PYTHONHASHSEED": "0", **more}


@dataclass
class Ended:
    """The exit status, output and events of a script."""

    status: int
    stdout: bytes
    stderr: bytes
    events: list[dict[str, Any]] = field(default_factory=list)


def run_plainly(python: str, script: Path, arguments: list[str], env: dict[str, str]) -> Ended:
    command = [python, str(script), *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=env, timeout=120, check=False)
    return Ended(done.returncode, done.stdout, done.stderr)


class ScriptHost:
    """Runs one script. Each of `commands` answers one prompt, in order; after the last the script continues."""

    def __init__(self, python: str, env: dict[str, str]) -> None:
        self.python = python
        self._hold, self._start_at = False, 0
        self._left_to_evaluate: list[tuple[int, str]] = []
        self._stop_at, self._stopping = b"", False
        ours, theirs = socket.socketpair()
        out, err = os.pipe(), os.pipe()
        self._process = subprocess.Popen(
            [python, str(MAIN), str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=out[1],
            stderr=err[1],
            pass_fds=[theirs.fileno()],
            env=env,
            start_new_session=True,
        )
        theirs.close()
        os.close(out[1])
        os.close(err[1])
        self._channel = ours
        self._pipes = {out[0]: 1, err[0]: 2}
        self._reader = FrameReader()
        self._written = {1: bytearray(), 2: bytearray()}
        self.events: list[dict[str, Any]] = []
        self._hold = False
        self._start_at = 0

    def run(
        self,
        script: Path,
        arguments: list[str],
        breakpoints: list[dict[str, Any]],
        commands: list[str],
        others: str = "RUN",
        *,
        evaluate: Sequence[str | tuple[int, str]] = (),
        hold: bool = False,
        start_at: int = 0,
        stop_at: bytes = b"",
    ) -> Ended:
        """Runs the script to its end.

        `evaluate`: expressions for the first prompt, each in the innermost frame or in the frame of that number.
        `stop_at`: the script is interrupted, as by an operator, when stdout contains these bytes.
        """
        self._others = others
        self._left_to_evaluate = [(0, each) if isinstance(each, str) else each for each in evaluate]
        self._hold = hold
        self._start_at = start_at
        self._stop_at = stop_at
        self._stopping = False
        self._start(script, arguments, breakpoints, paused=bool(commands))
        left = list(commands)
        with selectors.DefaultSelector() as selector:
            selector.register(self._channel, selectors.EVENT_READ)
            for fd in self._pipes:
                selector.register(fd, selectors.EVENT_READ)
            deadline = time.monotonic() + 120
            while selector.get_map():
                assert time.monotonic() < deadline, self.events[-5:]
                for key, _ in selector.select(1):
                    self._read(selector, key.fileobj, left)
        status = self._process.wait(20)
        return Ended(status, bytes(self._written[1]), bytes(self._written[2]), self.events)

    def _start(self, script: Path, arguments: list[str], points: list[dict[str, Any]], *, paused: bool) -> None:
        start = {
            "script": script.read_text(),
            "path": str(script),
            "arguments": arguments,
            "startPaused": paused,
            "startAt": self._start_at,
            "holdOnFailure": self._hold,
            "breakpoints": points,
            "hostname": "a-host",
            "graceSeconds": 5,
            "packages": {},
        }
        self.send(start)

    def send(self, message: dict[str, Any]) -> None:
        self._channel.sendall(json_frame(message))

    def _read(self, selector: selectors.BaseSelector, source: Any, left: list[str]) -> None:
        if source is not self._channel:
            # Output of Python's streams in the channel is older than output in the pipes.
            self._read_channel(selector, left, wait=False)
            data = os.read(source, 65536)
            if data:
                self._write(self._pipes[source], data)
            else:
                selector.unregister(source)
                os.close(source)
            return
        self._read_channel(selector, left, wait=True)

    def _read_channel(self, selector: selectors.BaseSelector, left: list[str], *, wait: bool) -> None:
        if self._channel.fileno() < 0:
            return
        try:
            data = self._channel.recv(1 << 20, 0 if wait else socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if not data:
            selector.unregister(self._channel)
            self._channel.close()
            return
        for frame in self._reader.feed(data):
            if isinstance(frame, OutputFrame):
                self._write(frame.stream, frame.data)
            elif isinstance(frame, LineFrame):
                self.events.append(json.loads(frame.data))
            elif "event" in frame:
                self.events.append(frame["event"])
                if frame["event"]["type"] == "prompt":
                    self._prompt = frame["event"]
                    self._answer(left)
            elif frame.get("reply", {}).get("id") == "evaluate":
                self._answer(left)
            elif frame.get("reply", {}).get("id") == "mark":
                os.kill(self._process.pid, signal.SIGINT)
                # The script may have ended already.
                with contextlib.suppress(BrokenPipeError):
                    self.send({"id": "leave", "name": "leave"})

    def _write(self, stream: int, data: bytes) -> None:
        self._written[stream] += data
        if self._stop_at and self._stop_at in self._written[1]:
            self._stop_at = b""
            self._stopping = True
            self.send({"id": "mark", "name": "mark", "level": "INTERRUPT"})

    def _answer(self, left: list[str]) -> None:
        if self._stopping:
            return
        prompt = self._prompt
        at = {"trace": prompt["trace"], "prompt": prompt["number"], "by": "alice"}
        if self._left_to_evaluate:
            number, expression = self._left_to_evaluate.pop(0)
            self.send({"id": "evaluate", "name": "evaluate", "frame": number, "expression": expression, **at})
            return
        if prompt["reason"] == "failure":
            self.send({"id": "decide", "name": "decide", "action": "END", "line": None, "by": "alice"})
            return
        command = left.pop(0) if left else "CONTINUE"
        step = {"name": "step", "trace": prompt["trace"], "prompt": prompt["number"], "command": command, "line": None}
        if command != "CONTINUE" and prompt["reason"] != "start":
            step["others"] = self._others
        if not left and command == "CONTINUE":
            self.send({"id": "none", "name": "setBreakpoints", "breakpoints": []})
        self.send({"id": str(prompt["number"]), **step})
