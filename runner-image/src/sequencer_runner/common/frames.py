"""How supervisor and script process talk: frames on a pair of sockets.

A frame is a length (4 bytes, big endian), a kind (1 byte) and a payload. Kind `J` is one JSON object. Kind `L` is a
`line` event as JSON: there are many, and they are recorded as they come. Kind `O` is what the script wrote: stream (1
or 2), trace and line (0 for none), milliseconds since the epoch, then the bytes.
"""

import json
import struct
from dataclasses import dataclass
from typing import Any

_HEAD = struct.Struct(">IB")
_OUTPUT = struct.Struct(">BIIQ")
_KINDS = _JSON, _LINE, _OUT = ord("J"), ord("L"), ord("O")

# No frame is as large: what says so is none.
_LARGEST = 64 << 20

compact = json.JSONEncoder(separators=(",", ":")).encode
"""JSON without spaces. Made once: `json.dumps` would make an encoder for each message."""
compact_strict = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
"""The same for other readers than Python. ValueError: it holds NaN or an infinity, which are not JSON."""


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
    """A `line` event, without a number yet."""

    data: bytes

    def event(self) -> dict[str, Any]:
        """Raises BadFrame."""
        try:
            return _object(self.data)
        except (ValueError, RecursionError) as error:
            raise BadFrame(f"not a frame: {error}") from None


Frame = dict[str, Any] | LineFrame | OutputFrame


def json_frame(message: dict[str, Any]) -> bytes:
    payload = compact(message).encode()
    return _HEAD.pack(len(payload), _JSON) + payload


def line_frame(event: dict[str, Any]) -> bytes:
    payload = compact(event).encode()
    return _HEAD.pack(len(payload), _LINE) + payload


def output_head(stream: int, trace: int, line: int, time: int, size: int) -> bytes:
    """What comes before `size` bytes of output."""
    return _HEAD.pack(_OUTPUT.size + size, _OUT) + _OUTPUT.pack(stream, trace, line, time)


class BadFrame(Exception):
    """What came is no frame. Where the next one begins is not known: nothing more can be read."""


def _object(payload: bytes) -> dict[str, Any]:
    message = json.loads(payload)
    if not isinstance(message, dict):
        raise ValueError("no object")
    return message


class FrameReader:
    """Cuts a stream of bytes into frames. Sans I/O."""

    def __init__(self) -> None:
        self._rest = b""
        self._lost = False

    def lose(self) -> None:
        """Nothing more is read."""
        self._lost, self._rest = True, b""

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are whole now. Raises BadFrame once; what comes after that is passed over."""
        if self._lost:
            return []
        try:
            return self._cut(data)
        except (ValueError, RecursionError, struct.error) as error:
            self.lose()
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
