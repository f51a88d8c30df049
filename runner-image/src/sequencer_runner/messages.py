"""What the gateway says, checked. The shapes are those of docs/protocol.md; model/golden has examples."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PROTOCOL_VERSION = 1
STEP_COMMANDS = ("NEXT", "STEP", "RETURN", "CONTINUE", "UNTIL", "LOOP")
OTHERS = ("GO_ON", "WAIT")
STOP_LEVELS = ("REQUEST", "INTERRUPT", "TERMINATE", "KILL")
FAILURE_ACTIONS = ("RETRY", "SKIP", "GOTO", "STOP")


class BadMessage(Exception):
    """A message that does not follow the protocol."""


class BadCommand(BadMessage):
    """A command that this version cannot carry out. It is answered, and the connection stays."""

    def __init__(self, key: str, code: str, text: str) -> None:
        super().__init__(text)
        self.id = key
        self.code = code


class UnknownType(BadMessage):
    """A message of a type that only a newer gateway knows. It is ignored."""


@dataclass(frozen=True)
class Welcome:
    """For each run: what is stored, and whether its journal may go."""

    runs: dict[str, tuple[int, bool]]


@dataclass(frozen=True)
class Ack:
    run: str
    seq: int


@dataclass(frozen=True)
class Command:
    """`fields` holds the command's own values, of the right types."""

    id: str
    name: str
    fields: dict[str, Any]


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _or_nothing(good: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or good(value)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


def _breakpoints(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(b, dict) and all(good(b.get(key)) for key, good in _BREAKPOINT.items()) for b in value
    )


Shape = dict[str, Callable[[Any], bool]]

_BREAKPOINT: Shape = {
    "file": _text,
    "line": _number,
    "condition": _or_nothing(_text),
    "hitCount": _or_nothing(_number),
    "logMessage": _or_nothing(_text),
    "enabled": _flag,
}
_RUN: Shape = {"run": _text, "by": _text}
_PROMPT: Shape = {**_RUN, "trace": _number, "prompt": _number}
_COMMANDS: dict[str, Shape] = {
    "start": {
        **_RUN,
        "token": _or_nothing(_text),
        "script": _text,
        "arguments": _texts,
        "title": _or_nothing(_text),
        "startPaused": _flag,
        "holdOnFailure": _flag,
        "breakpoints": _breakpoints,
        "startAt": _or_nothing(_number),
        "startLine": _or_nothing(_number),
    },
    "pause": _RUN,
    "resume": _RUN,
    "step": {
        **_PROMPT,
        "command": lambda v: v in STEP_COMMANDS,
        "line": _or_nothing(_number),
        "others": _or_nothing(lambda v: v in OTHERS),
    },
    "resumeOtherTasks": {**_RUN, "trace": _number},
    "setBreakpoints": {**_RUN, "breakpoints": _breakpoints},
    "evaluate": {**_PROMPT, "frame": _number, "expression": _text},
    "interruptEvaluation": _PROMPT,
    "variables": {
        **_PROMPT,
        "frame": _number,
        "scope": lambda v: v in ("locals", "globals"),
        "path": _texts,
        "after": _number,
        "first": _number,
    },
    "source": {**_RUN, "file": _text},
    "decide": {**_RUN, "action": lambda v: v in FAILURE_ACTIONS, "line": _or_nothing(_number)},
    "replace": {**_RUN, "script": _text},
    "answer": {**_RUN, "ask": _number, "answer": _text},
    "stop": {**_RUN, "level": lambda v: v in STOP_LEVELS, "escalate": _or_nothing(_flag)},
    "unstop": _RUN,
    "check": {"script": _text, "startAt": _or_nothing(_number), "startLine": _or_nothing(_number)},
    "statements": {"script": _text},
}


def read_message(text: str | bytes) -> Welcome | Ack | Command:
    """Raises BadMessage with a sentence."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadMessage(f"not JSON: {error}") from None
    if not isinstance(message, dict):
        raise BadMessage("not an object")
    match message.get("type"):
        case "welcome":
            return _welcome(message)
        case "ack":
            _check(message, {"run": _text, "seq": _number}, "ack")
            return Ack(message["run"], message["seq"])
        case "command":
            return _command(message)
        case str(other):
            raise UnknownType(f"unknown type {other[:100]!r}")
        case _:
            raise BadMessage("type is missing or no text")


def _welcome(message: dict[str, Any]) -> Welcome:
    runs = message.get("runs")
    if not isinstance(runs, list) or not all(isinstance(r, dict) for r in runs):
        raise BadMessage("welcome: runs is not a list of objects")
    for run in runs:
        _check(run, {"run": _text, "acked": _number, "forget": _flag}, "welcome")
    return Welcome({r["run"]: (r["acked"], r["forget"]) for r in runs})


def _command(message: dict[str, Any]) -> Command:
    key, command = message.get("id"), message.get("command")
    if not isinstance(key, str) or not isinstance(command, dict):
        raise BadMessage("command: id or command is missing")
    name = command.get("name")
    if not isinstance(name, str):
        raise BadMessage("command: name is missing or no text")
    shape = _COMMANDS.get(name)
    if shape is None:
        raise BadCommand(key, "NOT_YET", f"This runner does not know the command {name[:100]!r}. Upgrade it.")
    try:
        _check(command, shape, f"command {name}")
    except BadMessage as error:
        raise BadCommand(key, "BAD_INPUT", f"{error}.") from None
    return Command(key, name, command)


def _check(values: dict[str, Any], shape: Shape, what: str) -> None:
    for key, good in shape.items():
        if not good(values.get(key)):
            raise BadMessage(f"{what}: {key} is missing, of the wrong kind, or a value that this version does not know")
