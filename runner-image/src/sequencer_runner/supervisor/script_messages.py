"""Checks the messages of a script process: a script can write to the same socket.

The gateway checks the remaining fields of an event. An invalid event is recorded but changes no state.
"""

import re
from collections.abc import Mapping
from types import UnionType
from typing import cast

from sequencer_runner.common.frames import LineFrame, OutputFrame, UncheckedJson
from sequencer_runner.common.script_protocol import ScriptMessage

# The supervisor creates the others: the end of the run, the actions of users, dropped output.
SCRIPT_EVENTS = {
    *("answered", "ask", "breakpoints", "decision", "evaluated", "failure", "line", "logged", "tasksFrozen", "pause"),
    *("progress", "prompt", "resumed", "script", "started", "statement", "traceEnded", "traceStarted"),
}
_FIELDS: dict[str, dict[str, type | UnionType]] = {
    "failure": {"exception": str, "message": str, "awaitingDecision": bool},
    "finished": {"how": str},
    # A message without a reply has no id.
    "reply": {"id": str | None, "ok": bool},
    "refused": {"code": str, "message": str, "remedy": str | None},
}
_AT = re.compile(
    r"(?:19[7-9]\d|2\d{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z"
)
_LAST_MS = 32_503_680_000_000
"""The year 3000."""
_TEXT = rb'"[ !#-\[\]-~]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-\[\]-~]*)*"'
_NUMBER = rb"[1-9]\d{0,14}"
_LINE = re.compile(
    rb'\{"type":"line","at":"%b","trace":%b,"file":%b,"line":%b,"function":%b'
    rb'(?:,"sampled":(?:true|false))?(?:,"busy":(?:true|false))?\}'
    % (_AT.pattern.encode(), _NUMBER, _TEXT, _NUMBER, _TEXT)
)

_MAX_LINES = 4000


class BadScriptMessage(Exception):
    """The script process violated the protocol."""


class ScriptMessages:
    """Checks the messages of one script process, in order."""

    def __init__(self) -> None:
        self._started = False
        self.users: set[str] = set()
        """Users who have sent commands. Events in another name are refused."""
        self._lines: set[bytes] = set()
        """`line` events that are known to be valid."""

    def check(self, message: UncheckedJson) -> ScriptMessage:
        """The same message. Raises BadScriptMessage."""
        for name in ("event", "finished", "reply"):
            inner = message.get(name)
            if inner is None:
                continue
            if not isinstance(inner, dict):
                raise BadScriptMessage(f"{name} is not an object")
            if name == "event":
                self._event(inner)
            else:
                _check(inner, name)
                if name == "reply" and not inner["ok"]:
                    _check(inner, "refused")
            return cast(ScriptMessage, message)
        raise BadScriptMessage("a message of an unknown kind")

    def _event(self, event: UncheckedJson) -> None:
        kind, at = event.get("type"), event.get("at")
        if kind not in SCRIPT_EVENTS:
            raise BadScriptMessage(f"an event of type {str(kind)[:64]!a}, which a script process does not send")
        if not isinstance(at, str) or not _AT.fullmatch(at):
            raise BadScriptMessage(f"the time of an event is {str(at)[:64]!a}")
        if "seq" in event:
            raise BadScriptMessage("an event has a sequence number")
        if (kind == "started") == self._started:
            raise BadScriptMessage("a second `started` event" if self._started else "an event before `started`")
        by = event.get("by")
        if by is not None and by not in self.users:
            raise BadScriptMessage(f"an event {kind} by {str(by)[:64]!a}, who has not sent a command")
        self._started = True
        _check(event, str(kind))

    def is_plain_line(self, frame: LineFrame) -> bool:
        """Whether the frame is a `line` event in the exact form that script processes send. Others must be parsed."""
        if frame.data in self._lines:
            return True
        if not self._started or _LINE.fullmatch(frame.data) is None:
            return False
        # A hot loop repeats its lines within the same millisecond.
        if len(self._lines) >= _MAX_LINES:
            self._lines.clear()
        self._lines.add(frame.data)
        return True


def check_output(frame: OutputFrame) -> None:
    """Raises BadScriptMessage."""
    if frame.stream not in (1, 2) or frame.time > _LAST_MS:
        raise BadScriptMessage(f"output of stream {frame.stream} at {frame.time} ms")


def _check(values: Mapping[str, object], name: str) -> None:
    for key, kind in _FIELDS.get(name, {}).items():
        if not isinstance(values.get(key), kind):
            raise BadScriptMessage(f"{key} of {name} is missing or has the wrong type")
