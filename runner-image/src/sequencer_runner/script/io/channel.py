"""The connection of the script process to its supervisor.

A separate thread sends the frames in order, so that a signal that raises KeyboardInterrupt in the main thread never
interrupts a frame.
"""

import os
import queue
import time
from typing import TYPE_CHECKING

from sequencer_runner.common.clock import now_ms
from sequencer_runner.common.frames import json_frame, line_frame, output_head
from sequencer_runner.script import threads

if TYPE_CHECKING:
    import _socket

    from sequencer_runner.common.script_protocol import ScriptMessage
    from sequencer_runner.protocol import Event, LineEvent

# A thread that prints is blocked while more bytes than this are waiting to be sent.
_HIGH_WATER = 32 * 1024 * 1024
# Size up to which frames are sent together.
_BATCH_BYTES = 256 * 1024
# An ending process gives up when nothing was sent for so many seconds: the supervisor is stuck.
_PATIENCE = 5.0
# So few waiting bytes are sent immediately.
_LITTLE = 32 * 1024

# A frame in parts, which avoids a copy in the thread that prints; or an event to set when all before it is sent.
_Item = tuple[bytes | memoryview, ...] | threads.Event


class Channel:
    """Events, output and replies to the supervisor."""

    def __init__(self, sock: "_socket.socket") -> None:
        self._socket = sock
        self._queue: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._waiting = 0
        self._batches = 0
        self._open = True
        self._late = False
        self._thread = threads.start(self._send)
        os.register_at_fork(after_in_child=self._after_fork)

    @property
    def own_threads(self) -> set[int]:
        return {self._thread}

    def event(self, event: "Event") -> None:
        self.send({"event": event})

    def line(self, event: "LineEvent") -> None:
        """Sends a `line` event, the most frequent kind."""
        if self._open:
            self._queue.put((line_frame(event),))

    def send(self, message: "ScriptMessage") -> None:
        if self._open:
            self._queue.put((json_frame(message),))

    def output(self, stream: int, trace: int, line: int, data: memoryview) -> None:
        """Sends output. Blocks while too much is waiting, so that memory stays bounded."""
        if not self._open:
            return
        self._waiting += len(data)
        self._queue.put((output_head(stream, trace, line, now_ms(), len(data)), data))
        while self._waiting > _HIGH_WATER and self._open and threads.get_ident() != self._thread:
            time.sleep(0.002)

    def drain(self, timeout: float) -> None:
        """Waits until everything queued so far is sent."""
        if self._open:
            sent = threads.Event()
            self._queue.put(sent)
            sent.wait(timeout)

    def empty(self, patience: float) -> None:
        """Waits until everything queued so far is sent. Gives up when nothing was sent for `patience` seconds."""
        if not self._open:
            return
        sent = threads.Event()
        self._queue.put(sent)
        before = -1
        while not sent.wait(patience) and before != self._batches:
            before = self._batches

    def settle(self) -> None:
        """Waits up to 50 ms until everything queued is sent, so that it is recorded if the script crashes now.

        Does nothing while much output is waiting, to not delay a script that prints much.
        """
        if self._late or not self._open or self._waiting > _LITTLE:
            return
        sent = threads.Event()
        self._queue.put(sent)
        self._late = not sent.wait(0.05)

    def finish(self) -> None:
        """Sends everything. The interpreter is about to end, and its threads with it."""
        self.empty(_PATIENCE)
        self._open = False

    def _send(self) -> None:
        while True:
            item = self._queue.get()
            parts: list[bytes | memoryview] = []
            marks: list[threads.Event] = []
            size = 0
            while True:
                if isinstance(item, threads.Event):
                    marks.append(item)
                else:
                    parts += item
                    size += sum(map(len, item))
                if size >= _BATCH_BYTES or self._queue.empty():
                    break
                item = self._queue.get()
            try:
                self._socket.sendall(b"".join(parts))
            except OSError:
                # The supervisor has ended. The script can clean up; its events are dropped.
                self._open = False
            self._batches += 1
            self._waiting = 0 if self._queue.empty() else max(0, self._waiting - size)
            if marks or self._queue.empty():
                self._late = False
            for mark in marks:
                mark.set()

    def _after_fork(self) -> None:
        """A forked child is not part of the run: it sends nothing."""
        self._open = False
        self._socket.close()
