"""Derives the outcome of a run from the facts about its ended process."""

from dataclasses import dataclass
from signal import Signals

from sequencer_runner.common.clock import now_iso
from sequencer_runner.common.interruptions import is_interruption
from sequencer_runner.common.python_code import python_version
from sequencer_runner.protocol import EndedEvent, Outcome, StartedEvent, StopLevel

_LEVELS: dict[StopLevel, Outcome] = {
    "REQUEST": "INTERRUPTED",
    "INTERRUPT": "INTERRUPTED",
    "TERMINATE": "TERMINATED",
    "KILL": "KILLED",
}
_STOP_TEXTS = {
    "REQUEST": "Stopped after a statement",
    "INTERRUPT": "Interrupted",
    "TERMINATE": "Terminated",
    "KILL": "Killed",
}


_VIOLATION = (
    "The script process did not follow the protocol on the runner's own connection ({}). The connection was "
    "closed and the script interrupted. Look for code that writes to file descriptors that it has not opened."
)


@dataclass(frozen=True)
class Stop:
    """A rung of the stop ladder that was sent."""

    level: StopLevel
    by: str
    held: str | None = None
    """The failure that the script was held on."""


@dataclass(frozen=True)
class Facts:
    """`how` and `failure` are what the script process reported, if anything. `status`: of `waitpid`, negative for a
    signal."""

    how: str | None
    status: int
    stops: tuple[Stop, ...] = ()
    failure: str | None = None
    violation: str | None = None
    """How the script process violated the protocol."""


@dataclass(frozen=True)
class End:
    outcome: Outcome
    exit_code: int | None
    reason: str

    def event(self) -> EndedEvent:
        return {
            "type": "ended",
            "at": now_iso(),
            "outcome": self.outcome,
            "exitCode": self.exit_code,
            "reason": self.reason,
        }


def started_without_statements(pid: int, hostname: str, packages: dict[str, str]) -> StartedEvent:
    """The first event of a run whose script process died before it could send one."""
    return {
        "type": "started",
        "at": now_iso(),
        "statements": [],
        "pid": pid,
        "hostname": hostname,
        "python": python_version(),
        "packages": packages,
    }


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
        return End("INTERRUPTED", 130, "Interrupted: an uncaught KeyboardInterrupt.")
    if facts.status == -Signals.SIGKILL:
        return End("KILLED", 137, "Killed by another program, or by the system because memory ran out.")
    if facts.status == -Signals.SIGTERM:
        return End("TERMINATED", 143, "Terminated by another program.")
    if facts.how is None:
        return End("FAILED", code, _crashed(facts.status))
    if facts.how == "error":
        return End("FAILED", code or 1, facts.failure or "An exception ended the script.")
    if code == 0:
        return End("SUCCEEDED", 0, "All statements are done." if facts.how == "end" else "The script called sys.exit.")
    return End("FAILED", code, f"The script exited with code {code}.")


def _stopped(stop: Stop, facts: Facts, code: int) -> str:
    words = f"{_STOP_TEXTS[stop.level]} by {stop.by}."
    if stop.held is not None:
        return f"{words} It was held on {stop.held}"
    if facts.how in ("end", "exit") and code == 0:
        return f"{words} The script then finished with exit code 0."
    if facts.failure and not is_interruption(facts.failure):
        return f"{words} Then: {facts.failure}"
    return words


def _crashed(status: int) -> str:
    if status < 0:
        return f"The script process was ended by {Signals(-status).name}."
    return f"The script process exited with code {status} before the script ended (os._exit or a crash)."
