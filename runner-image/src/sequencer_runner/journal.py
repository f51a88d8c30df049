"""The journal of one run: its events, one JSON object a line, on disk before anything is sent."""

import json
import os
from collections import deque
from pathlib import Path
from typing import Any

# Lines kept in memory for sending; older ones are read back from the file.
_TAIL_BYTES = 4 * 1024 * 1024
_INDEX_EVERY = 256


class Journal:
    """Append-only. After a crash, a last line that was cut off is dropped: it was never sent.

    Above `limit` bytes, or when the disk is full, output is dropped and counted; everything else is kept, in memory
    while the disk takes nothing.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._path = folder / "journal.jsonl"
        self._limit = limit
        self._dropped = 0
        self._unwritten: list[bytes] = []
        self._tail: deque[bytes] = deque()
        self._tail_bytes = 0
        self._index: list[int] = []
        self._size = 0
        self._base = 0
        self.last_seq = 0
        self.ended = False
        self.dirty = False
        self._recover()
        self._file = open(self._path, "ab", buffering=0)  # noqa: SIM115 -- closed by close()

    def _recover(self) -> None:
        if not self._path.exists():
            return
        with open(self._path, "rb") as file:
            for line in file:
                try:
                    event = json.loads(line)
                except ValueError:
                    break
                if not self.last_seq:
                    self._base = self.last_seq = event.get("seq", 1) - 1
                if not line.endswith(b"\n") or event.get("seq") != self.last_seq + 1:
                    break
                self._note(line)
                self.ended = event["type"] == "ended"
        os.truncate(self._path, self._size)

    def _note(self, line: bytes) -> None:
        if (self.last_seq - self._base) % _INDEX_EVERY == 0:
            self._index.append(self._size)
        self._size += len(line)
        self.last_seq += 1

    def append(self, event: dict[str, Any]) -> None:
        """Numbers the event and writes it."""
        output = event["type"] == "output"
        if output and (self._size > self._limit or self._unwritten):
            self._dropped += len(event["text"].encode())
            if self._unwritten:
                self._write()
            return
        if self._dropped and (event["type"] == "ended" or not self._unwritten):
            dropped, self._dropped = self._dropped, 0
            self._add({"type": "outputDropped", "at": event["at"], "bytes": dropped})
        self._add(event)
        if event["type"] == "ended":
            self.ended = True

    def _add(self, event: dict[str, Any]) -> None:
        line = json.dumps({"seq": self.last_seq + 1, **event}, separators=(",", ":")).encode() + b"\n"
        self._note(line)
        self._tail.append(line)
        self._tail_bytes += len(line)
        while self._tail_bytes > _TAIL_BYTES and len(self._tail) > 1:
            self._tail_bytes -= len(self._tail.popleft())
        self._unwritten.append(line)
        self._write()

    def _write(self) -> None:
        data = b"".join(self._unwritten)
        try:
            written = self._file.write(data) or 0
        except OSError:
            # No space: tried again with the next event.
            return
        self._unwritten = [data[written:]] if written < len(data) else []
        self.dirty = True

    def read(self, after: int, max_events: int, max_bytes: int) -> list[bytes]:
        """The lines of the events after `after`, without newlines: at least one if there is one."""
        first_in_tail = self.last_seq - len(self._tail) + 1
        if after + 1 >= first_in_tail:
            lines = iter([self._tail[i] for i in range(after + 1 - first_in_tail, len(self._tail))][:max_events])
        else:
            lines = iter(self._read_file(after, max_events, max_bytes))
        found: list[bytes] = []
        size = 0
        for line in lines:
            size += len(line)
            if found and (size > max_bytes or len(found) == max_events):
                break
            found.append(line.rstrip(b"\n"))
        return found

    def _read_file(self, after: int, max_events: int, max_bytes: int) -> list[bytes]:
        found: list[bytes] = []
        size = 0
        with open(self._path, "rb") as file:
            block, rest = divmod(max(0, after - self._base), _INDEX_EVERY)
            file.seek(self._index[block])
            for _ in range(rest):
                file.readline()
            while len(found) < max_events and size < max_bytes:
                line = file.readline()
                if not line.endswith(b"\n"):
                    break
                found.append(line)
                size += len(line)
        return found

    def retry(self) -> None:
        """Writes what the disk did not take before, if it takes it now."""
        if self._unwritten:
            self._write()

    def go_on_after(self, seq: int) -> None:
        """The store holds more than this journal: the machine lost power, or the disk was full, after events were
        acknowledged. Their numbers are taken; what comes from here on comes after, also an end that the store lacks."""
        if seq < self.last_seq or (seq == self.last_seq and not self.ended):
            return
        end = self._last() if self.ended else None
        self._file.truncate(0)
        self._tail.clear()
        self._tail_bytes = 0
        self._unwritten = []
        self._index = []
        self._size = 0
        self._base = self.last_seq = seq
        if end is not None:
            end.pop("seq")
            self._add(end)

    def _last(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.read(self.last_seq - 1, 1, 1)[0])
        return event

    def sync(self) -> None:
        """To the disk itself. Slow: call it from a thread, or where it matters."""
        self.dirty = False
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()
