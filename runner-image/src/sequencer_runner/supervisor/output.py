"""From bytes as they were written to output events: whole characters, merged for a moment, never too long."""

import codecs
from collections.abc import Callable
from typing import Any

from sequencer_runner.common.clock import iso

_NAMES = {1: "STDOUT", 2: "STDERR"}
_EVENT_BYTES = 32 * 1024


class Output:
    """One for a run. `emit` gets finished events, in order; call `flush` before any other event and now and then."""

    def __init__(self, emit: Callable[[dict[str, Any]], None]) -> None:
        self._emit = emit
        self._decoders: dict[tuple[int, bool], codecs.IncrementalDecoder] = {}
        self._key: tuple[int, int, int] | None = None
        self._parts: list[str] = []
        self._size = 0
        self._time = 0

    @property
    def pending(self) -> bool:
        return self._key is not None

    def add(self, stream: int, trace: int, line: int, time: int, data: bytes, *, tagged: bool) -> None:
        """`tagged` text comes from Python's streams, other text from the file descriptor: two sequences of bytes."""
        text = self._decoder(stream, tagged).decode(data)
        if not text:
            return
        key = (stream, trace, line)
        if key != self._key:
            self.flush()
            self._key = key
            self._time = time
        self._parts.append(text)
        self._size += len(data)
        if self._size >= _EVENT_BYTES:
            self.flush()

    def flush(self) -> None:
        if self._key is None:
            return
        stream, trace, line = self._key
        text = "".join(self._parts)
        self._key = None
        self._parts = []
        self._size = 0
        # A text of 64 KiB at most, also when every character takes four bytes.
        for at in range(0, len(text), 16384):
            event: dict[str, Any] = {"type": "output", "at": iso(self._time), "stream": _NAMES[stream]}
            event["text"] = text[at : at + 16384]
            if trace:
                event["trace"] = trace
            if line:
                event["line"] = line
            self._emit(event)

    def close(self, time: int) -> None:
        """Characters that were never finished are shown as what they are."""
        for (stream, _), decoder in self._decoders.items():
            rest = decoder.decode(b"", final=True)
            if rest:
                self.flush()
                self._key, self._parts, self._time = (stream, 0, 0), [rest], time
        self.flush()

    def _decoder(self, stream: int, tagged: bool) -> codecs.IncrementalDecoder:
        decoder = self._decoders.get((stream, tagged))
        if decoder is None:
            decoder = codecs.getincrementaldecoder("utf-8")(errors="backslashreplace")
            self._decoders[(stream, tagged)] = decoder
        return decoder
