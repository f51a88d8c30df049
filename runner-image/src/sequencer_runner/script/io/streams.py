"""sys.stdout and sys.stderr of the script: the streams that Python has made, whose writes are tagged and sent.

The objects stay Python's own: a text layer over a buffer over a file. What is written to the buffer or the file goes to
the channel, with the trace and the line of the writer, unless the script has put another file in the place of the file
descriptor.

While the script has one trace, text gathers in the C text layer (printing costs what it always costs) and is passed on
when the trace moves to another line, and 20 times a second. With several traces each write is passed on at once, so
that its trace is known.
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

# Explicit flushes in one tick that wait until the text has left: what a subprocess writes next comes after it.
_WAITED_FLUSHES = 50
_TICK = 0.05
# What a child wrote before comes first, if the supervisor reads it in this time; else it is not asked for a while.
_CHILD, _NOT_AGAIN = 0.1, 1.0
# Bytes of one frame.
_PIECE = 64 * 1024


class Stream:
    """One stream of the script. `where` tells trace and line of the thread that writes (0 for none)."""

    def __init__(self, text: Any, channel: Channel, where: Callable[[], tuple[int, int]]) -> None:
        self._text = text
        self._buffer: Any = text.buffer
        # Without a buffer, as under PYTHONUNBUFFERED, it is the file itself.
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
        # The record is UTF-8, whatever the locale is.
        encoding = text.encoding if text.encoding.lower().replace("-", "") == "utf8" else "utf-8"
        text.reconfigure(encoding=encoding, errors=text.errors, write_through=False)
        self._buffer.write = self._write_to(self._buffer)
        self._buffer.flush = self._flush
        self._file.write = self._write_to(self._file)

    def _write_to(self, layer: Any) -> Callable[[Any], int]:
        plain: Callable[[Any], int] = self._plain_writes[layer]

        def write(data: Any, /) -> int:
            # A copy of what the caller may change; bytes are taken as they are.
            raw = memoryview(data if type(data) is bytes else _copy(data))
            if not self._is_ours():
                return plain(raw)
            if layer is self._file:
                layer.fileno()
            else:
                # Raises what Python raises of one that is closed or detached.
                plain(b"")
            if raw:
                self._send(raw)
            return len(raw)

        return write

    def _is_ours(self) -> bool:
        """Whether the file descriptor is as it was, or closed."""
        target = file_of(self._fd)
        return target is None or target == self._target

    def _send(self, raw: memoryview) -> None:
        for capture in self.captures:
            capture.add(raw)
        self._let_children_pass()
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

    def _let_children_pass(self) -> None:
        """Until the supervisor has read what is in the pipe: it was written before what is passed on now."""
        if not _unread(self._fd):
            return
        begin = time.monotonic()
        if begin < self._not_before:
            return
        while _unread(self._fd):
            if time.monotonic() - begin > _CHILD:
                # A child that never stops writing does not hold the script up.
                self._not_before = time.monotonic() + _NOT_AGAIN
                return
            time.sleep(0.0005)

    def pass_on(self) -> None:
        """Sends what has gathered in the text layer."""
        self._internal = True
        try:
            self._text.flush()
        except (ValueError, OSError, RuntimeError):
            # Closed or detached by the script, or in the middle of a write by this very thread: the next tick gets it.
            pass
        finally:
            self._internal = False

    def tag_every_write(self) -> None:
        # Not on a stream that the script has closed or detached: what it has put in its place, it flushes itself.
        with contextlib.suppress(ValueError):
            self._text.reconfigure(write_through=True)

    def hand_back(self) -> None:
        """Writes go to the file descriptor again, as without a runner."""
        for layer in (self._buffer, self._file):
            for name in ("write", "flush"):
                vars(layer).pop(name, None)


class Streams:
    """Both streams, until they are restored."""

    def __init__(self, channel: Channel, where: Callable[[], tuple[int, int]]) -> None:
        self._all = [Stream(text, channel, where) for text in (script_sys.stdout, script_sys.stderr)]

    def pass_on(self) -> None:
        """Hands gathered text to the channel, tagged with where the trace is now."""
        for stream in self._all:
            stream.pass_on()

    def tag_every_write(self) -> None:
        for stream in self._all:
            stream.tag_every_write()

    def hand_back(self) -> None:
        """At the end, and in a forked child, which is not the run. Python flushes them when nothing refers to them."""
        restored, self._all = self._all, []
        for stream in restored:
            stream.hand_back()

    @contextlib.contextmanager
    def capture(self, own_threads: set[int]) -> Iterator[OutputCapture]:
        """What the calling thread prints meanwhile. It is output all the same."""
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
    """Raises the TypeError of a file for anything but bytes."""
    copy = io.BytesIO()
    copy.write(data)
    return copy.getvalue()


def file_of(fd: int) -> tuple[int, int] | None:
    """Which file the descriptor leads to; None when it is closed."""
    try:
        found = os.fstat(fd)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _unread(fd: int) -> bool:
    """Whether something is in the pipe that the supervisor has not read yet."""
    try:
        waiting: int = struct.unpack("i", ioctl(fd, FIONREAD, b"\0" * 4))[0]
        return waiting > 0 and stat.S_ISFIFO(os.fstat(fd).st_mode)
    except OSError:
        # The script has closed it, or put something there that cannot tell.
        return False
