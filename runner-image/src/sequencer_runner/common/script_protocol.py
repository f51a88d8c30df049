"""Messages between the supervisor and the process of the script. Most requests are commands of the runner protocol."""

from typing import Literal, TypedDict, final

from sequencer_runner.protocol import Breakpoint, Event, RunCommand, StopLevel


class ScriptStart(TypedDict):
    """The first message to a script process."""

    script: str
    path: str
    arguments: list[str]
    startPaused: bool
    startAt: int
    holdOnFailure: bool
    breakpoints: list[Breakpoint]
    hostname: str
    graceSeconds: float
    packages: dict[str, str]


class MarkRequest(TypedDict):
    """A signal of this level is about to be sent. From now on `reaction` is about this signal."""

    name: Literal["mark"]
    level: StopLevel


class ControlRequest(TypedDict):
    """`reaction`: how the script reacts to the last signal. `leave`: the signal was sent, so end all waits.
    `stop`: stop before the next statement. `unstop`: withdraw that."""

    name: Literal["reaction", "leave", "stop", "unstop"]


ScriptRequest = RunCommand | MarkRequest | ControlRequest
"""A request to the script process. The supervisor adds an `id` to those that need a reply."""


class _Outcome(TypedDict):
    ok: bool


class ReplyFields(_Outcome, total=False):
    """`code`, `message` and perhaps `remedy` if it is refused, otherwise `result` if the request has one."""

    result: object
    code: str
    message: str
    remedy: str | None


class ScriptReply(ReplyFields):
    id: str | None


class Finished(TypedDict):
    """How the script ended: `end`, `stopped`, `exit`, `error` or `interrupt`; and its exit code."""

    how: str
    code: int


@final
class FinishedMessage(TypedDict):
    finished: Finished


@final
class ReplyMessage(TypedDict):
    reply: ScriptReply


@final
class EventMessage(TypedDict):
    event: Event


ScriptMessage = EventMessage | ReplyMessage | FinishedMessage
