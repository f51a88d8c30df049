"""A gateway that acknowledges everything at almost no cost, so that only the runner is measured."""

import asyncio
import json
import threading
import time
from contextlib import suppress
from typing import NamedTuple

from websockets import ConnectionClosed
from websockets.asyncio.server import ServerConnection, serve


class Seen(NamedTuple):
    """The number of events received up to a time."""

    at: float
    count: int


class Sink:
    """Runs in a separate thread. `printed`: the messages that contain the script's line with its CPU time."""

    def __init__(self) -> None:
        self.port = 0
        self.seen: list[Seen] = []
        self.printed = ""
        self.over = threading.Event()
        self._count = 0
        self._socket: ServerConnection | None = None
        self._hello, started = threading.Event(), threading.Event()
        self._loop = asyncio.new_event_loop()
        self._closed = asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve(started)))
        self._thread.start()
        started.wait(5)

    def start_run(self, script: str) -> None:
        start = {"name": "start", "run": "satp1-1", "by": "bench", "script": script, "arguments": [], "title": None}
        start |= {"startPaused": False, "holdOnFailure": False, "breakpoints": []}
        message = json.dumps({"type": "command", "id": "start", "command": start})
        socket = self._socket if self._hello.wait(20) else None
        assert socket is not None
        asyncio.run_coroutine_threadsafe(socket.send(message), self._loop).result(5)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._closed.set)
        self._thread.join(5)

    async def _serve(self, started: threading.Event) -> None:
        async with serve(self._handle, "127.0.0.1", 0, max_size=8 << 20) as server:
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            await self._closed.wait()

    async def _handle(self, socket: ServerConnection) -> None:
        self._socket = socket
        # The runner is terminated after the last event.
        with suppress(ConnectionClosed):
            async for text in socket:
                await self._receive(socket, str(text))

    async def _receive(self, socket: ServerConnection, text: str) -> None:
        if text.startswith('{"type":"events"'):
            run = text.split('"', 8)[7]
            self._count += text.count('{"seq":')
            self.seen.append(Seen(time.perf_counter(), self._count))
            if "TOOK" in text:
                self.printed += text
            if '"type":"ended"' in text[text.rfind('{"seq":') :]:
                self.over.set()
            await socket.send(json.dumps({"type": "ack", "run": run, "seq": self._count}))
        elif json.loads(text)["type"] == "hello":
            await socket.send(json.dumps({"type": "welcome", "runs": []}))
            self._hello.set()
