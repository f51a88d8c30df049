"""sys.stdout and sys.stderr of the script: their writes are tagged with trace and line, and sent.

The objects are those that Python has created: a text layer over a buffer over a file. Writes to the buffer or the file
go to the channel, unless the script has redirected the file descriptor.

While the script has one trace, text collects in the C text layer, so that printing costs no more than in plain Python.
It is passed on when the trace moves to another line, and 20 times a second. With several traces, each write is passed
on immediately, so that its trace is known.
"""

import contextlib
import io
import os
import stat
import struct
import time
from collections.abc import Callable, Iterator
from fcntl import ioctl
from termios import FIONREAD
from typing import Any

from sequencer_runner.script.io.channel import Channel
from sequencer_runner.script.io.output_capture import OutputCapture
from sequencer_runner.script.isolation import script_sys

# This many explicit flushes per tick wait until the text is sent: output of a subprocess that follows comes later.
_WAITED_FLUSHES = 50
_TICK = 0.05
# Seconds to wait until the supervisor has read earlier output of a child; after that, no wait for the second time.
_CHILD, _NOT_AGAIN = 0.1, 1.0
# Bytes per frame.
_PIECE = 64 * 1024


class Stream:
    """One stream of the script. `where` returns trace and line of the writing thread (0 for none)."""

    def __init__(self, text: Any, channel: Channel, where: Callable[[], tuple[int, int]]) -> None:
        self._text = text
        self._buffer: Any = text.buffer
        # Without a buffer, as under PYTHONUNBUFFERED, the buffer is the file itself.
        self._file: Any = getattr(self._buffer, "raw", self._buffer)
        self._fd = text.fileno()
        self._target = file_of(self._fd)
        self._channel = channel
        self._where = where
        self._internal = False
        self._flushes = 0
        self._tick = 0.0
        self._not_before = 0.0
        self._plain_flush = self._buffer.flush
        self._plain_writes = {layer: layer.write for layer in (self._buffer, self._file)}
        self.captures: list[OutputCapture] = []
        # The record is UTF-8 in every locale.
        encoding = text.encoding if text.encoding.lower().replace("-", "") == "utf8" else "utf-8"
        text.reconfigure(encoding=encoding, errors=text.errors, write_through=False)
        self._buffer.write = self._write_to(self._buffer)
        self._buffer.flush = self._flush
        self._file.write = self._write_to(self._file)

    def _write_to(self, layer: Any) -> Callable[[Any], int]:
        plain: Callable[[Any], int] = self._plain_writes[layer]

        def write(data: Any, /) -> int:
            # Copy what the caller may change. Bytes are immutable.
            raw = memoryview(data if type(data) is bytes else _copy(data))
            if not self._is_ours():
                return plain(raw)
            if layer is self._file:
                layer.fileno()
            else:
                # Raises what Python raises for a closed or detached buffer.
                plain(b"")
            if raw:
                self._send(raw)
            return len(raw)

        return write

    def _is_ours(self) -> bool:
        """Whether the file descriptor was not redirected. It may be closed."""
        target = file_of(self._fd)
        return target is None or target == self._target

    def _send(self, raw: memoryview) -> None:
        for capture in self.captures:
            capture.add(raw)
        self._wait_for_child_output()
        trace, line = self._where()
        for at in range(0, len(raw), _PIECE):
            self._channel.output(self._fd, trace, line, raw[at : at + _PIECE])

    def _flush(self) -> None:
        self._plain_flush()
        if self._internal:
            return
        now = time.monotonic()
        if now - self._tick > _TICK:
            self._tick, self._flushes = now, 0
        self._flushes += 1
        if self._flushes <= _WAITED_FLUSHES:
            self._channel.drain(0.05)

    def _wait_for_child_output(self) -> None:
        """Waits until the supervisor has read the pipe: that output is older than what is passed on now."""
        if not _unread(self._fd):
            return
        begin = time.monotonic()
        if begin < self._not_before:
            return
        while _unread(self._fd):
            if time.monotonic() - begin > _CHILD:
                # A child that writes constantly must not block the script.
                self._not_before = time.monotonic() + _NOT_AGAIN
                return
            time.sleep(0.0005)

    def pass_on(self) -> None:
        """Sends the text that has collected in the text layer."""
        self._internal = True
        try:
            self._text.flush()
        except (ValueError, OSError, RuntimeError):
            # Closed or detached by the script, or during a write by this same thread: the next tick sends it.
            pass
        finally:
            self._internal = False

    def tag_every_write(self) -> None:
        # A stream that the script has closed or detached: the script flushes its replacement itself.
        with contextlib.suppress(ValueError):
            self._text.reconfigure(write_through=True)

    def restore(self) -> None:
        """Restores the stream: writes go to the file descriptor, as without a runner."""
        for layer in (self._buffer, self._file):
            for name in ("write", "flush"):
                vars(layer).pop(name, None)


class Streams:
    """Both streams, until they are restored."""

    def __init__(self, channel: Channel, where: Callable[[], tuple[int, int]]) -> None:
        self._all = [Stream(text, channel, where) for text in (script_sys.stdout, script_sys.stderr)]

    def pass_on(self) -> None:
        """Passes the collected text to the channel, tagged with the current position of the trace."""
        for stream in self._all:
            stream.pass_on()

    def tag_every_write(self) -> None:
        for stream in self._all:
            stream.tag_every_write()

    def restore(self) -> None:
        """At exit, and in a forked child. Python flushes the streams when nothing refers to them."""
        restored, self._all = self._all, []
        for stream in restored:
            stream.restore()

    @contextlib.contextmanager
    def capture(self, own_threads: set[int]) -> Iterator[OutputCapture]:
        """Captures what the calling thread prints. It is still output of the run."""
        capture = OutputCapture(own_threads)
        self.pass_on()
        for stream in self._all:
            stream.captures.append(capture)
        try:
            yield capture
        finally:
            self.pass_on()
            for stream in self._all:
                stream.captures.remove(capture)


def _copy(data: Any) -> bytes:
    """Copies bytes-like data. Raises the TypeError of a file for other types."""
    copy = io.BytesIO()
    copy.write(data)
    return copy.getvalue()


def file_of(fd: int) -> tuple[int, int] | None:
    """The identity of the file behind a descriptor; None if it is closed."""
    try:
        found = os.fstat(fd)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _unread(fd: int) -> bool:
    """Whether the pipe contains data that the supervisor has not read."""
    try:
        waiting: int = struct.unpack("i", ioctl(fd, FIONREAD, b"\0" * 4))[0]
        return waiting > 0 and stat.S_ISFIFO(os.fstat(fd).st_mode)
    except OSError:
        # The script has closed the descriptor, or redirected it to a file without FIONREAD.
        return False
