"""The binary frames that supervisor and script process exchange over a pair of sockets.

A frame is a length (4 bytes, big endian), a kind (1 byte) and a payload:

- `J`: one JSON object.
- `L`: a `line` event as JSON. These are the most frequent; they are recorded without being parsed.
- `O`: output of the script: stream (1 or 2), trace and line (0 for none), milliseconds since the epoch, then the bytes.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_HEAD = struct.Struct(">IB")
_OUTPUT = struct.Struct(">BIIQ")
_KINDS = _JSON, _LINE, _OUT = ord("J"), ord("L"), ord("O")

# A larger length means that the data is not a frame.
_LARGEST = 64 << 20

UncheckedJson = dict[str, Any]
"""A JSON object whose fields were not checked yet."""

compact = json.JSONEncoder(separators=(",", ":")).encode
"""JSON without spaces. Created once: `json.dumps` would create an encoder for each message."""
compact_strict = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
"""The same for readers other than Python. Raises ValueError for NaN and infinities, which JSON does not have."""


@dataclass(frozen=True, slots=True)
class OutputFrame:
    """Bytes that the script wrote through Python's own stream (1 or 2); time in ms since the epoch."""

    stream: int
    trace: int
    line: int
    time: int
    data: bytes


@dataclass(frozen=True, slots=True)
class LineFrame:
    """A `line` event that has no sequence number yet."""

    data: bytes

    def event(self) -> UncheckedJson:
        """Raises BadFrame."""
        try:
            return _object(self.data)
        except (ValueError, RecursionError) as error:
            raise BadFrame(f"not a frame: {error}") from None


Frame = UncheckedJson | LineFrame | OutputFrame


def json_frame(message: Mapping[str, object]) -> bytes:
    payload = compact(message).encode()
    return _HEAD.pack(len(payload), _JSON) + payload


def line_frame(event: Mapping[str, object]) -> bytes:
    payload = compact(event).encode()
    return _HEAD.pack(len(payload), _LINE) + payload


def output_head(stream: int, trace: int, line: int, time: int, size: int) -> bytes:
    """The header of a frame with `size` bytes of output."""
    return _HEAD.pack(_OUTPUT.size + size, _OUT) + _OUTPUT.pack(stream, trace, line, time)


class BadFrame(Exception):
    """Received data is not a frame. The start of the next frame is unknown, so nothing more can be read."""


def _object(payload: bytes) -> UncheckedJson:
    message = json.loads(payload)
    if not isinstance(message, dict):
        raise ValueError("not an object")
    return message


class FrameReader:
    """Splits a stream of bytes into frames. Does no I/O."""

    def __init__(self) -> None:
        self._rest = b""
        self._stopped = False

    def stop(self) -> None:
        """Ignores all further data."""
        self._stopped, self._rest = True, b""

    def feed(self, data: bytes) -> list[Frame]:
        """Returns the frames that are now complete. Raises BadFrame once; later data is ignored."""
        if self._stopped:
            return []
        try:
            return self._cut(data)
        except (ValueError, RecursionError, struct.error) as error:
            self.stop()
            raise BadFrame(f"not a frame: {error}") from None

    def _cut(self, data: bytes) -> list[Frame]:
        data = self._rest + data
        found: list[Frame] = []
        at = 0
        while len(data) - at >= _HEAD.size:
            length, kind = _HEAD.unpack_from(data, at)
            if length > _LARGEST or kind not in _KINDS:
                raise ValueError(f"kind {kind}, {length} bytes")
            begin = at + _HEAD.size
            if len(data) - begin < length:
                break
            at = begin + length
            payload = data[begin:at]
            if kind == _LINE:
                found.append(LineFrame(payload))
            elif kind == _OUT:
                stream, trace, line, time = _OUTPUT.unpack_from(payload)
                found.append(OutputFrame(stream, trace, line, time, payload[_OUTPUT.size :]))
            else:
                found.append(_object(payload))
        self._rest = data[at:]
        return found
