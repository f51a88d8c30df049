"""How supervisor and script process talk: frames on a pair of sockets.

A frame is a length (4 bytes, big endian), a kind (1 byte) and a payload. Kind `J` is one JSON object. Kind `O` is what
the script wrote: stream (1 or 2), trace and line (0 for none), milliseconds since the epoch, then the bytes.
"""

import json
import struct
from dataclasses import dataclass
from typing import Any

_HEAD = struct.Struct(">IB")
_OUTPUT = struct.Struct(">BIIQ")
_JSON, _OUT = ord("J"), ord("O")


@dataclass(frozen=True, slots=True)
class OutputFrame:
    """Bytes that the script wrote through Python's own stream (1 or 2); time in ms since the epoch."""

    stream: int
    trace: int
    line: int
    time: int
    data: bytes


def json_frame(message: dict[str, Any]) -> bytes:
    payload = json.dumps(message, separators=(",", ":")).encode()
    return _HEAD.pack(len(payload), _JSON) + payload


def output_head(stream: int, trace: int, line: int, time: int, size: int) -> bytes:
    """What comes before `size` bytes of output."""
    return _HEAD.pack(_OUTPUT.size + size, _OUT) + _OUTPUT.pack(stream, trace, line, time)


class FrameReader:
    """Cuts a stream of bytes into frames. Sans I/O."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[dict[str, Any] | OutputFrame]:
        """The frames that are whole now."""
        self._buffer += data
        found: list[dict[str, Any] | OutputFrame] = []
        at = 0
        while len(self._buffer) - at >= _HEAD.size:
            length, kind = _HEAD.unpack_from(self._buffer, at)
            begin = at + _HEAD.size
            if len(self._buffer) - begin < length:
                break
            payload = bytes(self._buffer[begin : begin + length])
            at = begin + length
            if kind == _OUT:
                stream, trace, line, time = _OUTPUT.unpack_from(payload)
                found.append(OutputFrame(stream, trace, line, time, payload[_OUTPUT.size :]))
            else:
                found.append(json.loads(payload))
        del self._buffer[:at]
        return found
