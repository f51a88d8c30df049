"""Copies the output of a script to the log of the pod, in a thread: a slow log reader does not delay the script."""

import os
import threading
from collections import deque

_MAX_WAITING = 16 << 20
_CLOSE_TIMEOUT = 5.0


class StdoutTee:
    """Drops output while more than 16 MiB are waiting, and logs how much. The record of the run is complete."""

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
            if self._size > _MAX_WAITING:
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
        self._thread.join(_CLOSE_TIMEOUT)

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
                # The reader of the log is closed.
                continue
