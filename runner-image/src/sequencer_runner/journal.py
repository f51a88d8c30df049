"""The journal of one run: its events, one JSON object per line, written to disk before they are sent."""

import contextlib
import json
import os
import shutil
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from sequencer_runner.common.clock import now_iso
from sequencer_runner.common.frames import compact_strict
from sequencer_runner.private_files import private
from sequencer_runner.protocol import AnyEvent, Event, LineEvent

# Size of the newest lines that are kept in memory; older ones are read from the file.
_TAIL_BYTES = 4 * 1024 * 1024
_INDEX_EVERY = 256
# Events that the store has are removed from the file when they exceed the first size and the rest is below the second.
_TRIM_BYTES, _TRIM_REST = 64 * 1024 * 1024, 8 * 1024 * 1024
# Seconds until a failed write is retried, and the size of one write then.
_RETRY_AFTER = 0.2
_PIECE = 1024 * 1024
# `line` events are thinned out too when more than this is waiting for the disk, or is above the limit.
_CROWDED_BYTES = 16 * 1024 * 1024
_THINNED_EVERY = 1.0


class Journal:
    """Append-only. After a crash, an incomplete last line is dropped: it was never sent.

    Above `limit` bytes, or when the disk is full, output is dropped and counted. All other events are kept, in memory
    while the disk is full. If the disk stays full, `line` events are reduced to one a second. Events that the store has
    acknowledged are removed from the file from time to time.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._path = folder / "journal.jsonl"
        self._limit = limit
        self._dropped = 0
        self._unwritten: deque[bytes] = deque()
        """Lines that are not on disk yet. The first may be the rest of a partly written line."""
        self._unwritten_bytes = 0
        self._retry_at = 0.0
        self._last_line = 0.0
        self._tail: deque[bytes] = deque()
        self._tail_bytes = 0
        self._index: list[int] = []
        self._size = 0
        self._base = 0
        self.last_seq = 0
        self.ended = False
        self.dirty = False
        self._recover()
        self._file = open(self._path, "ab", buffering=0, opener=private)  # noqa: SIM115 -- closed by close()

    def _recover(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._beside.unlink()
        if not self._path.exists():
            return
        with open(self._path, "rb") as file:
            for line in file:
                event = _read(line)
                if event is None:
                    break
                if not self.last_seq:
                    self._base = self.last_seq = event["seq"] - 1
                if event["seq"] != self.last_seq + 1:
                    break
                self._note(line)
                self.ended = event["type"] == "ended"
        os.truncate(self._path, self._size)

    @property
    def _beside(self) -> Path:
        return self._path.with_name("journal.new")

    def _note(self, line: bytes) -> None:
        if (self.last_seq - self._base) % _INDEX_EVERY == 0:
            self._index.append(self._size)
        self._size += len(line)
        self.last_seq += 1

    # --- writing ----------------------------------------------------------------------------------------------------

    def append(self, event: Event) -> None:
        """Adds a sequence number and writes the event. Raises ValueError when it cannot be encoded as JSON."""
        if event["type"] == "output" and (self._size > self._limit or self._unwritten):
            self._dropped += len(event["text"].encode())
            self._write()
            return
        if event["type"] == "line" and self._crowded:
            now = time.monotonic()
            if now - self._last_line < _THINNED_EVERY:
                return
            self._last_line = now
            sampled: LineEvent = {**event, "sampled": True}
            event = sampled
        if self._dropped and (event["type"] == "ended" or not self._unwritten):
            dropped, self._dropped = self._dropped, 0
            self._add({"type": "outputDropped", "at": event["at"], "bytes": dropped})
        self._add(event)
        if event["type"] == "ended":
            self.ended = True
            # The last event: retry immediately, the disk may have space again.
            self.retry()

    def append_line(self, event: bytes) -> None:
        """Appends a `line` event that is already JSON, without parsing it while there is space."""
        if self._dropped or self._crowded:
            self.append(cast(LineEvent, json.loads(event)))
        else:
            self._put(b'{"seq":%d,%b\n' % (self.last_seq + 1, event[1:]))

    @property
    def _crowded(self) -> bool:
        return self._unwritten_bytes > _CROWDED_BYTES or self._size - self._limit > _CROWDED_BYTES

    def _add(self, event: Mapping[str, object]) -> None:
        self._put(compact_strict({"seq": self.last_seq + 1, **event}).encode() + b"\n")

    def _put(self, line: bytes) -> None:
        self._note(line)
        self._unwritten.append(line)
        self._unwritten_bytes += len(line)
        self._tail.append(line)
        self._tail_bytes += len(line)
        self._write()
        # Lines that are not on disk must stay in memory.
        while self._tail_bytes > _TAIL_BYTES and len(self._tail) > max(1, len(self._unwritten)):
            self._tail_bytes -= len(self._tail.popleft())

    def _write(self) -> None:
        while self._unwritten and time.monotonic() >= self._retry_at:
            piece = self._piece()
            try:
                written = self._file.write(piece) or 0
            except OSError:
                # No space.
                self._retry_at = time.monotonic() + _RETRY_AFTER
                return
            self._taken(written)
            if written < len(piece):
                self._retry_at = time.monotonic() + _RETRY_AFTER

    def _piece(self) -> bytes:
        if len(self._unwritten) == 1:
            return self._unwritten[0]
        lines: list[bytes] = []
        size = 0
        for line in self._unwritten:
            lines.append(line)
            size += len(line)
            if size >= _PIECE:
                break
        return b"".join(lines)

    def _taken(self, written: int) -> None:
        self.dirty = True
        self._unwritten_bytes -= written
        while written:
            line = self._unwritten.popleft()
            if written < len(line):
                self._unwritten.appendleft(line[written:])
                return
            written -= len(line)

    def retry(self) -> None:
        """Tries again to write what is not on disk yet."""
        self._retry_at = 0.0
        self._write()

    def sync(self) -> None:
        """Flushes the file to disk. Slow: call it in a thread, or where it matters."""
        self.dirty = False
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()

    # --- reading ----------------------------------------------------------------------------------------------------

    def read(self, after: int, max_events: int, max_bytes: int) -> list[bytes]:
        """Returns the events after number `after` as lines without newlines: at least one, if there is one."""
        if after < self._base:
            # They were acknowledged and trimmed. Then an older backup of the store was restored.
            return [_lost(seq) for seq in range(after + 1, min(self._base, after + max_events) + 1)]
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

    # --- acknowledged events ------------------------------------------------------------------------------------------

    def trim(self, acked: int) -> None:
        """Removes acknowledged events, so that the file does not grow for as long as the run lasts.

        Keeps the last event: from it, a later supervisor knows how far the run was.
        """
        block = (min(acked, self.last_seq - 1) - self._base) // _INDEX_EVERY
        if block <= 0 or self._unwritten:
            return
        cut = self._index[block]
        if cut < _TRIM_BYTES or self._size - cut > _TRIM_REST:
            return
        try:
            with open(self._path, "rb") as old, open(self._beside, "wb", opener=private) as new:
                old.seek(cut)
                shutil.copyfileobj(old, new)
                new.flush()
                os.fsync(new.fileno())
            os.replace(self._beside, self._path)
        except OSError:
            # No space for both files: retried later.
            with contextlib.suppress(OSError):
                self._beside.unlink()
            return
        self._file.close()
        self._file = open(self._path, "ab", buffering=0, opener=private)  # noqa: SIM115
        self._base += block * _INDEX_EVERY
        self._index = [at - cut for at in self._index[block:]]
        self._size -= cut

    def continue_after(self, seq: int) -> None:
        """For a store with more events than this journal: power was lost, or the disk was full, after they were
        acknowledged. New events get later numbers, including an `ended` event that the store does not have."""
        if seq < self.last_seq or (seq == self.last_seq and not self.ended):
            return
        end = self._last() if self.ended else None
        self._file.truncate(0)
        self._tail.clear()
        self._tail_bytes = 0
        self._unwritten.clear()
        self._unwritten_bytes = 0
        self._index = []
        self._size = 0
        self._base = self.last_seq = seq
        if end is not None:
            end.pop("seq")
            self._add(end)

    def _last(self) -> dict[str, object]:
        event: dict[str, object] = json.loads(self.read(self.last_seq - 1, 1, 1)[0])
        return event


def _lost(seq: int) -> bytes:
    problem = "Lost when an older backup of the database was restored."
    event = {"seq": seq, "at": now_iso(), "type": "setAside", "event": "unknown", "problem": problem}
    return compact_strict(event).encode()


def _read(line: bytes) -> AnyEvent | None:
    """Returns None for a line that is damaged or incomplete, as after a crash."""
    if not line.endswith(b"\n"):
        return None
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    valid = isinstance(event, dict) and isinstance(event.get("type"), str)
    return cast(AnyEvent, event) if valid and type(event.get("seq")) is int and event["seq"] > 0 else None
