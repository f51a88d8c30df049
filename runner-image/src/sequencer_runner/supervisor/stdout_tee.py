"""Prints what a script prints, in a thread of its own: who reads the log slowly, or not at all, holds no script up."""

import os
import threading
from collections import deque

_MOST = 16 << 20
_LAST_WAIT = 5.0


class StdoutTee:
    """Above 16 MiB that nobody took, what comes is left out, and a line says so. The record has it all the same."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._size = 0
        self._left_out = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="tee", daemon=True)
        self._thread.start()

    def write(self, fd: int, data: bytes) -> None:
        with self._changed:
            if self._size > _MOST:
                self._left_out += len(data)
                return
            if self._left_out:
                note = f"[{self._left_out} bytes are not in this log; the record of the run has them]\n".encode()
                self._left_out = 0
                self._add(2, note)
            self._add(fd, data)

    def _add(self, fd: int, data: bytes) -> None:
        self._waiting.append((fd, data))
        self._size += len(data)
        self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(_LAST_WAIT)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    if self._closed:
                        return
                    self._changed.wait()
                fd, data = self._waiting.popleft()
                self._size -= len(data)
            view = memoryview(data)
            try:
                while view:
                    view = view[os.write(fd, view) :]
            except OSError:
                # Nobody reads it any more.
                continue
