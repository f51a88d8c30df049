"""sys.stdout and sys.stderr of the script: Python's own text layer over a buffer that tags what is written.

While the script has one trace, text gathers in the C text layer (printing costs what it always costs) and is passed on
when the trace moves to another line, and 20 times a second. With several traces each write is passed on at once, so
that its trace is known.
"""

import contextlib
import io
import os
import stat
import struct
import sys
import time
from collections.abc import Callable, Iterator
from fcntl import ioctl
from termios import FIONREAD
from typing import Any

from sequencer_runner.script.channel import Channel
from sequencer_runner.script.overheard import Overheard

# Explicit flushes in one tick that wait until the text has left: what a subprocess writes next comes after it.
_WAITED_FLUSHES = 50
_TICK = 0.05
# What a child wrote before comes first, if the supervisor reads it in this time; else it is not asked for a while.
_CHILD, _NOT_AGAIN = 0.1, 1.0
# Bytes of one frame.
_PIECE = 64 * 1024


class TaggedBuffer(io.BufferedIOBase):
    """The bytes under a text stream. `where` tells trace and line of the thread that writes (0 for none)."""

    def __init__(self, channel: Channel, fd: int, where: Callable[[], tuple[int, int]]) -> None:
        self._channel = channel
        self._fd = fd
        self._where = where
        self._internal = False
        self._flushes = 0
        self._tick = 0.0
        self._not_before = 0.0
        self.overhearing: list[Overheard] = []

    def write(self, data: Any, /) -> int:
        if self.closed:
            raise ValueError("I/O operation on closed file.")
        # A copy of what the caller may change; bytes are taken as they are.
        raw = memoryview(bytes(data))
        if raw:
            for overheard in self.overhearing:
                overheard.hear(raw)
            self._let_children_pass()
            trace, line = self._where()
            for at in range(0, len(raw), _PIECE):
                self._channel.output(self._fd, trace, line, raw[at : at + _PIECE])
        return len(raw)

    def flush(self) -> None:
        if self._internal or self.closed:
            return
        now = time.monotonic()
        if now - self._tick > _TICK:
            self._tick, self._flushes = now, 0
        self._flushes += 1
        if self._flushes <= _WAITED_FLUSHES:
            self._channel.drain(0.05)

    def _let_children_pass(self) -> None:
        """Until the supervisor has read what is in the pipe: it was written before what is handed over now."""
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

    def fileno(self) -> int:
        return self._fd

    def isatty(self) -> bool:
        return False

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    @property
    def name(self) -> str:
        return "<stdout>" if self._fd == 1 else "<stderr>"

    @property
    def mode(self) -> str:
        return "wb"


class Streams:
    """Installs both streams, and passes gathered text on."""

    def __init__(self, channel: Channel, where: Callable[[], tuple[int, int]]) -> None:
        self._buffers = [TaggedBuffer(channel, fd, where) for fd in (1, 2)]
        self._texts = [
            io.TextIOWrapper(self._buffers[0], encoding="utf-8", errors="strict"),
            io.TextIOWrapper(self._buffers[1], encoding="utf-8", errors="backslashreplace", line_buffering=True),
        ]
        sys.stdout, sys.stderr = self._texts
        sys.__stdout__, sys.__stderr__ = self._texts  # type: ignore[misc]

    def tag_every_write(self) -> None:
        for text in self._texts:
            if not text.closed:
                text.reconfigure(write_through=True)

    def hand_back(self) -> None:
        """Plain streams on the file descriptors, for what objects print while the interpreter takes itself apart."""
        for name, fd, errors in (("stdout", 1, "strict"), ("stderr", 2, "backslashreplace")):
            with contextlib.suppress(OSError):
                plain = io.TextIOWrapper(
                    io.FileIO(fd, "w", closefd=False), encoding="utf-8", errors=errors, write_through=True
                )
                setattr(sys, name, plain)
                setattr(sys, f"__{name}__", plain)

    @contextlib.contextmanager
    def overhear(self, own_threads: set[int]) -> Iterator[Overheard]:
        """What the calling thread prints meanwhile. It is output all the same."""
        overheard = Overheard(own_threads)
        self.pass_on()
        for buffer in self._buffers:
            buffer.overhearing.append(overheard)
        try:
            yield overheard
        finally:
            self.pass_on()
            for buffer in self._buffers:
                buffer.overhearing.remove(overheard)

    def pass_on(self) -> None:
        """Hands gathered text to the channel, tagged with where the trace is now."""
        for text, buffer in zip(self._texts, self._buffers, strict=True):
            buffer._internal = True
            try:
                text.flush()
            except (ValueError, OSError, RuntimeError):
                # Closed by the script, or in the middle of a write by this very thread: the next tick gets it.
                pass
            finally:
                buffer._internal = False


def _unread(fd: int) -> bool:
    """Whether something is in the pipe that the supervisor has not read yet."""
    try:
        waiting: int = struct.unpack("i", ioctl(fd, FIONREAD, b"\0" * 4))[0]
        return waiting > 0 and stat.S_ISFIFO(os.fstat(fd).st_mode)
    except OSError:
        # The script has closed it, or put something there that cannot tell.
        return False
