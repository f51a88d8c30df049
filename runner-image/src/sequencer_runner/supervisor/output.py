"""Converts written bytes to output events: complete characters, merged for a short time, limited in size."""

import codecs
from collections.abc import Callable

from sequencer_runner.common.clock import iso
from sequencer_runner.protocol import OutputEvent

_EVENT_BYTES = 32 * 1024


class Output:
    """The output of one run. Passes events to `emit` in order. Call `flush` before other events, and periodically."""

    def __init__(self, emit: Callable[[OutputEvent], None]) -> None:
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
        """`tagged`: from Python's streams, otherwise from the file descriptor. Each is decoded separately."""
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
        # At most 64 KiB, even if every character takes four bytes.
        for at in range(0, len(text), 16384):
            event: OutputEvent = {
                "type": "output",
                "at": iso(self._time),
                "stream": "STDERR" if stream == 2 else "STDOUT",
                "text": text[at : at + 16384],
            }
            if trace:
                event["trace"] = trace
            if line:
                event["line"] = line
            self._emit(event)

    def close(self, time: int) -> None:
        """Sends incomplete characters as escaped bytes."""
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
