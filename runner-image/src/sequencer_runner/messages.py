"""Reads the messages of the gateway and checks them against the types of `protocol.py`."""

import functools
import json
import types
import typing
from typing import Any, cast

from sequencer_runner import protocol
from sequencer_runner.common.frames import UncheckedJson
from sequencer_runner.protocol import Ack, Command, CommandMessage, ToRunner, Welcome


class BadMessage(Exception):
    """A message that does not follow the protocol."""


class BadCommand(BadMessage):
    """A command that this version cannot carry out. It is answered, and the connection stays open."""

    def __init__(self, key: str, code: str, text: str, remedy: str | None = None) -> None:
        super().__init__(text)
        self.id = key
        self.code = code
        self.remedy = remedy


class UnknownType(BadMessage):
    """A message of a type that only a newer gateway knows. It is ignored."""


def read_message(text: str | bytes) -> ToRunner:
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
            _check(message, Ack, "ack")
            return cast(Ack, message)
        case "command":
            return _command(message)
        case str(other):
            raise UnknownType(f"unknown type {other[:100]!r}")
        case _:
            raise BadMessage("type is missing or no text")


def _welcome(message: UncheckedJson) -> Welcome:
    runs = message.get("runs")
    if not isinstance(runs, list) or not all(isinstance(r, dict) for r in runs):
        raise BadMessage("welcome: runs is not a list of objects")
    for run in runs:
        _check(run, protocol.WelcomeRun, "welcome")
    return cast(Welcome, message)


def _command(message: UncheckedJson) -> CommandMessage:
    key, command = message.get("id"), message.get("command")
    if not isinstance(key, str) or not isinstance(command, dict):
        raise BadMessage("command: id or command is missing")
    name = command.get("name")
    if not isinstance(name, str):
        raise BadMessage("command: name is missing or no text")
    shape = _COMMANDS.get(name)
    if shape is None:
        text = f"This runner does not know the command {name[:100]!r}."
        raise BadCommand(key, "NOT_YET", text, "Upgrade the runner.")
    try:
        _check(command, shape, f"command {name}")
    except BadMessage as error:
        raise BadCommand(key, "BAD_INPUT", f"{error}.") from None
    return cast(CommandMessage, message)


# --- checks against types -------------------------------------------------------------------------------------------


@functools.cache
def _fields(shape: Any) -> dict[str, Any]:
    return typing.get_type_hints(shape, include_extras=True)


_COMMANDS: dict[str, Any] = {typing.get_args(_fields(shape)["name"])[0]: shape for shape in typing.get_args(Command)}


def _check(values: UncheckedJson, shape: Any, what: str) -> None:
    for key, field in _fields(shape).items():
        if not _fits(values.get(key), field):
            raise BadMessage(f"{what}: {key} is missing, of the wrong kind, or a value that this version does not know")


def _fits(value: Any, shape: Any) -> bool:
    """Whether a JSON value is of a type of `protocol.py`. A field that is not required may also be null."""
    if typing.is_typeddict(shape):
        return isinstance(value, dict) and all(_fits(value.get(key), field) for key, field in _fields(shape).items())
    arguments = typing.get_args(shape)
    match typing.get_origin(shape):
        case typing.Literal:
            return value in arguments
        case typing.Union | types.UnionType:
            return any(_fits(value, each) for each in arguments)
        case None:
            # No number of a command is negative.
            return type(value) is shape and (shape is not int or value >= 0)
        case origin if origin is list:
            return isinstance(value, list) and all(_fits(each, arguments[0]) for each in value)
        case _:
            return value is None or _fits(value, arguments[0])
