"""A gateway for the tests: a websocket server that follows the protocol and stores all events and replies."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from websockets import ConnectionClosed
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

TOKEN = "a token for the tests"
FINAL = "ended"


class Gateway:
    """The server runs in its own thread. The test calls the public methods from its thread."""

    def __init__(self, *, acknowledge: bool = True, port: int = 0, max_size: int = 8 << 20) -> None:
        self._max_size = max_size
        self.acknowledge = acknowledge
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.tokens: dict[str, set[str]] = {}
        """By run: the tokens that were sent with its events."""
        self.token = TOKEN
        self.refused: set[str] = set()
        """Runs that the gateway does not record."""
        self.doubled = 0
        self.faults: list[str] = []
        self.hellos: list[dict[str, Any]] = []
        self.replies: dict[str, dict[str, Any]] = {}
        self.port = port
        self._last = 0
        self._socket: ServerConnection | None = None
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        started.wait(5)

    def _run(self, started: threading.Event) -> None:
        async def main() -> None:
            self._stop = asyncio.Event()
            async with serve(
                self._handle, "127.0.0.1", self.port, max_size=self._max_size, process_request=self._admit
            ) as server:
                self.port = server.sockets[0].getsockname()[1]
                started.set()
                await self._stop.wait()

        self._loop.run_until_complete(main())

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("Authorization") == f"Bearer {self.token}":
            return None
        return connection.respond(401, "The token of this runner is wrong.\n")

    async def _handle(self, socket: ServerConnection) -> None:
        self._socket = socket
        with contextlib.suppress(ConnectionClosed):
            async for text in socket:
                await self._receive(socket, json.loads(text))

    async def _receive(self, socket: ServerConnection, message: dict[str, Any]) -> None:
        with self._changed:
            if message["type"] == "hello":
                self.hellos.append(message)
                runs = [
                    {
                        "run": r["run"],
                        "acked": len(self.events.get(r["run"], [])),
                        "forget": r["run"] in self.refused
                        or (r["ended"] and r["lastSeq"] == len(self.events.get(r["run"], []))),
                    }
                    for r in message["runs"]
                ]
                await socket.send(json.dumps({"type": "welcome", "runs": runs}))
            elif message["type"] == "reply":
                self.replies[message["id"]] = message
            else:
                if "token" in message:
                    self.tokens.setdefault(message["run"], set()).add(message["token"])
                kept = self.events.setdefault(message["run"], [])
                for event in message["events"]:
                    if event["seq"] <= len(kept):
                        self.doubled += 1
                        continue
                    if event["seq"] != len(kept) + 1:
                        self.faults.append(f"a gap before {event}")
                    if kept and kept[-1]["type"] == FINAL:
                        self.faults.append(f"after the end: {event}")
                    kept.append(event)
                if self.acknowledge:
                    await socket.send(json.dumps({"type": "ack", "run": message["run"], "seq": len(kept)}))
            self._changed.notify_all()

    def until(self, condition: Any, timeout: float = 20, what: str = "") -> Any:
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                assert not self.faults, self.faults
                found = condition()
                if found:
                    return found
                left = deadline - time.monotonic()
                if left <= 0:
                    last = {run: events[-5:] for run, events in self.events.items()}
                    raise AssertionError(f"not within {timeout} s: {what}; last events {last}")
                self._changed.wait(left)

    def send(self, message: dict[str, Any]) -> None:
        socket = self._socket
        assert socket is not None
        asyncio.run_coroutine_threadsafe(socket.send(json.dumps(message)), self._loop).result(5)

    def command(self, name: str, timeout: float = 20, **fields: Any) -> dict[str, Any]:
        """Sends a command and returns its reply."""
        self._last += 1
        key = f"c{self._last}"
        self.send({"type": "command", "id": key, "command": {"name": name, **fields}})
        reply: dict[str, Any] = self.until(lambda: self.replies.get(key), timeout, f"reply to {name}")
        return reply

    def disconnect(self) -> None:
        socket = self._socket
        assert socket is not None
        asyncio.run_coroutine_threadsafe(socket.close(1012), self._loop).result(5)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)


class Runner:
    """A worker process that connects to the gateway of the test."""

    def __init__(
        self,
        gateway: Gateway,
        folder: Path,
        *options: str,
        python: str = sys.executable,
        env: dict[str, str] | None = None,
    ) -> None:
        self.gateway = gateway
        self.folder = folder
        self._options = options
        self._python = python
        self._env = env or {}
        self._runs = 0
        self.start()

    def start(self, *, stderr: Any = None, wait: bool = True) -> None:
        hellos = len(self.gateway.hellos)
        source = str(Path(__file__).parent.parent / "src")
        environment = {**os.environ, "RUNNER_TOKEN": TOKEN, "PYTHONPATH": source, **self._env}
        self.process = subprocess.Popen(
            [
                self._python,
                "-m",
                "sequencer_runner",
                "--gateway",
                f"ws://127.0.0.1:{self.gateway.port}/runner",
                "--sequencer",
                "satp1",
                "--state-dir",
                str(self.folder),
                *self._options,
            ],
            env=environment,
            stderr=stderr,
        )
        if wait:
            self.gateway.until(lambda: len(self.gateway.hellos) > hellos, 20, "hello")

    def submit(self, script: str, **options: Any) -> "Running":
        self._runs += 1
        run = options.pop("run", f"satp1-{self._runs}")
        reply = self.gateway.command(
            "start",
            run=run,
            by="alice",
            script=script,
            arguments=options.pop("arguments", []),
            title=None,
            startPaused=options.pop("startPaused", False),
            holdOnFailure=options.pop("holdOnFailure", False),
            breakpoints=options.pop("breakpoints", []),
            **{key: options.pop(key) for key in ("startAt", "startLine", "token") if key in options},
        )
        assert not options
        return Running(self.gateway, run, reply)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


class Running:
    """One run, seen through its events."""

    def __init__(self, gateway: Gateway, run: str, reply: dict[str, Any]) -> None:
        self.gateway = gateway
        self.run = run
        self.reply = reply

    @property
    def events(self) -> list[dict[str, Any]]:
        return self.gateway.events.get(self.run, [])

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [e for e in self.events if e["type"] == kind]

    def until(self, kind: str, timeout: float = 20, **fields: Any) -> dict[str, Any]:
        """Waits for the first event of this type with these values."""

        def find() -> dict[str, Any] | None:
            for event in self.of(kind):
                if all(event.get(k) == v for k, v in fields.items()):
                    return event
            return None

        event: dict[str, Any] = self.gateway.until(find, timeout, f"{kind} {fields} of {self.run}")
        return event

    def end(self, timeout: float = 30) -> dict[str, Any]:
        assert self.reply["ok"], self.reply
        return self.until(FINAL, timeout)

    def output(self, stream: str = "STDOUT") -> str:
        return "".join(e["text"] for e in self.of("output") if e["stream"] == stream)

    def lines(self, trace: int = 1) -> list[int]:
        return [e["line"] for e in self.of("line") if e["trace"] == trace]

    def prompt(self, number: int) -> dict[str, Any]:
        return self.until("prompt", number=number)

    def command(self, name: str, **fields: Any) -> dict[str, Any]:
        return self.gateway.command(name, run=self.run, by="alice", **fields)

    def step(self, prompt: dict[str, Any], command: str, line: int | None = None) -> dict[str, Any]:
        more = {} if line is None else {"line": line}
        return self.command("step", trace=prompt["trace"], prompt=prompt["number"], command=command, **more)
