"""How a run ended, from what is known when its process is gone. Pure."""

from dataclasses import dataclass
from signal import Signals

from sequencer_runner.common.interruptions import is_interruption

_LEVELS = {"REQUEST": "INTERRUPTED", "INTERRUPT": "INTERRUPTED", "TERMINATE": "TERMINATED", "KILL": "KILLED"}
_WORDS = {
    "REQUEST": "Stopped after a statement",
    "INTERRUPT": "Interrupted",
    "TERMINATE": "Terminated",
    "KILL": "Killed",
}


_VIOLATION = (
    "The script's process wrote something into the runner's own connection that did not follow the protocol ({}). The "
    "connection was closed and the script interrupted. Look for code that writes to file descriptors that it has not "
    "opened."
)


@dataclass(frozen=True)
class Stop:
    """A rung of the stop ladder that was sent."""

    level: str
    by: str
    held: str | None = None
    """The failure that the script was held on."""


@dataclass(frozen=True)
class Facts:
    """`how` and `failure` are the script process's own words, None if it said none; `status` as of `waitpid`: negative
    for a signal."""

    how: str | None
    status: int
    stops: tuple[Stop, ...] = ()
    failure: str | None = None
    violation: str | None = None
    """How its process did not follow the protocol."""


@dataclass(frozen=True)
class End:
    outcome: str
    exit_code: int | None
    reason: str


def outcome_of(facts: Facts) -> End:
    code = 128 - facts.status if facts.status < 0 else facts.status
    sent = [s for s in facts.stops if s.level != "REQUEST"]
    requested = facts.how == "stopped"
    stop = sent[-1] if sent else (facts.stops[-1] if requested and facts.stops else None)
    if stop is not None:
        return End(_LEVELS[stop.level], code, _stopped(stop, facts, code))
    if facts.violation is not None:
        return End("FAILED", code or 1, _VIOLATION.format(facts.violation))
    if facts.how == "interrupt" or facts.status == -Signals.SIGINT:
        return End("INTERRUPTED", 130, "Interrupted: a KeyboardInterrupt that nobody caught.")
    if facts.status == -Signals.SIGKILL:
        return End("KILLED", 137, "Killed from outside, or by the system for want of memory.")
    if facts.status == -Signals.SIGTERM:
        return End("TERMINATED", 143, "Terminated from outside.")
    if facts.how is None:
        return End("FAILED", code, _crashed(facts.status))
    if facts.how == "error":
        return End("FAILED", code or 1, facts.failure or "An exception ended the script.")
    if code == 0:
        return End(
            "SUCCEEDED", 0, "All statements are done." if facts.how == "end" else "The script ended itself by sys.exit."
        )
    return End("FAILED", code, f"The script ended itself with exit code {code}.")


def _stopped(stop: Stop, facts: Facts, code: int) -> str:
    words = f"{_WORDS[stop.level]} by {stop.by}."
    if stop.held is not None:
        return f"{words} It was held on {stop.held}"
    if facts.how in ("end", "exit") and code == 0:
        return f"{words} The script then ended by itself, with exit code 0."
    if facts.failure and not is_interruption(facts.failure):
        return f"{words} Then: {facts.failure}"
    return words


def _crashed(status: int) -> str:
    if status < 0:
        return f"The script's process was ended by {Signals(-status).name}."
    return f"The script's process left at once with exit code {status} (os._exit or a crash), before its end."
