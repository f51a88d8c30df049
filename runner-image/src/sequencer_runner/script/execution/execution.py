"""Runs a script's statements one by one, in `__main__`, as Python would all at once.

Between two statements anything may be decided: what has not started can be replaced, and after a failure that is held the
next statement is the one that somebody chooses.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, ModuleType
from typing import Protocol

from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.common.python_code import COMPILER_ERRORS, problem_of
from sequencer_runner.script import threads
from sequencer_runner.script.failure import describe_failure, strip
from sequencer_runner.script.io.channel import Channel
from sequencer_runner.script.source.statements import RestartStatement, Statement, Statements, StopRequested


class Control(Protocol):
    """Who decides at lines, and shows what has failed."""

    stop_requested: bool
    leaving: bool
    """A signal was sent to end the script: nothing is held any more."""

    def begin_statement(self) -> None:
        """The main thread is about to run the next top-level statement."""

    def restart_statement(self) -> bool:
        """Takes the main trace back out of a statement of which nothing has run. False when it has gone on."""

    def hold(self, error: BaseException, decided: Callable[[], bool]) -> None:
        """Stops the main trace where the error was raised, until `end_hold`, or until a stop ends it."""

    def check_not_evaluating(self) -> None:
        """Raises CommandRefused while something is evaluated in the frames of the failure."""

    def end_hold(self) -> None: ...

    def replaced(self, statements: Statements) -> None:
        """The script has other lines from now on."""


@dataclass
class Held:
    """A failed statement that waits for a decision."""

    index: int
    decided: bool = False
    continues: bool = False


class Execution:
    def __init__(
        self,
        statements: Statements,
        path: str,
        channel: Channel,
        control: Control,
        *,
        watch: Callable[[CodeType], None],
        pass_on: Callable[[], None],
        hold: bool,
        start_at: int,
    ) -> None:
        self._statements = statements
        self._path = path
        self._channel = channel
        self._control = control
        self._watch = watch
        self._pass_on = pass_on
        self._hold = hold
        self._next = start_at
        self._lock = threads.Lock()
        self._attempts: dict[int, int] = {}
        self._over = False
        self._held: Held | None = None
        self.current: int | None = None
        """The statement that runs or ran last."""

    # --- in the main thread -----------------------------------------------------------------------------------------

    def begin(self, module: ModuleType) -> None:
        if self._statements.docstring is not None:
            module.__dict__["__doc__"] = self._statements.docstring
        for index in range(self._next):
            self._send_state(index, "SKIPPED")

    def next(self) -> CodeType | None:
        """Code of the next statement, for the caller to execute; None when all have run. Raises StopRequested."""
        statement = self._take()
        if statement is None:
            return None
        self._watch(statement.code)
        self._send_state(self.current or 0, "RUNNING")
        self._control.begin_statement()
        return statement.code

    def _take(self) -> Statement | None:
        """The next statement. From here on it cannot be replaced any more. None when all have run."""
        with self._lock:
            index = self._next
            if index >= len(self._statements.all):
                self._over = True
                return None
            if self._control.stop_requested:
                raise StopRequested
            self.current = index
            self._next = index + 1
            self._attempts[index] = self._attempts.get(index, 0) + 1
            return self._statements.all[index]

    def succeeded(self) -> None:
        """The statement has ended."""
        self._pass_on()
        self._send_state(self.current or 0, "DONE")

    def failed(self, error: BaseException) -> None:
        """The statement has raised this. Raises it again, or StopRequested, if it ends the script."""
        index = self.current or 0
        if isinstance(error, StopRequested):
            self._send_state(index, "PENDING")
            raise error
        if isinstance(error, RestartStatement):
            with self._lock:
                self._attempts[index] -= 1
            self._send_state(index, "PENDING")
            return
        self._pass_on()
        ended_well = isinstance(error, SystemExit) and error.code in (None, 0)
        self._send_state(index, "DONE" if ended_well else "FAILED")
        if not self._holds(error):
            raise error
        self._wait_for_decision(index, error)

    def _holds(self, error: BaseException) -> bool:
        return self._hold and not self._control.leaving and not isinstance(error, (KeyboardInterrupt, SystemExit))

    def _wait_for_decision(self, index: int, error: BaseException) -> None:
        """With the frames of the failure alive. Raises the error if it is to end the script."""
        held = Held(index)
        strip(error, self._path)
        self._channel.event("failure", **describe_failure(error, self._path, index, awaiting_decision=True))
        with self._lock:
            self._held = held
        try:
            self._control.hold(error, lambda: held.decided)
        finally:
            with self._lock:
                self._held = None
        if held.continues:
            return
        if self._control.stop_requested and not held.decided:
            raise StopRequested from error
        raise error

    def _send_state(self, index: int, state: str) -> None:
        attempt, version = self._attempts.get(index, 0), self._statements.version
        self._channel.event("statement", index=index, state=state, attempt=attempt, version=version)

    # --- in the thread that reads commands --------------------------------------------------------------------------

    def decide(self, action: str, line: int | None, by: str) -> None:
        """What follows the failure that is held."""
        with self._lock:
            held = self._held
            if held is None or held.decided:
                raise CommandRefused("NO_DECISION", "No failed statement waits for a decision.")
            self._control.check_not_evaluating()
            target = self._target(held.index, action, line)
            self._channel.event("decision", action=action, statement=held.index, line=line, by=by)
            held.decided = True
            if target is not None:
                held.continues = True
                self._next = target
                for index in [held.index] if action == "SKIP" else range(held.index + 1, target):
                    self._send_state(index, "SKIPPED")
        self._control.end_hold()

    def _target(self, failed: int, action: str, line: int | None) -> int | None:
        """The statement to go on with; None when the script is to end."""
        match action:
            case "RETRY":
                return failed
            case "SKIP":
                return failed + 1
            case "GOTO":
                if line is None:
                    raise CommandRefused("BAD_INPUT", "line: say the line of the statement to go on with.")
                target = self._statements.index_at(line)
                if target is None:
                    raise CommandRefused("BAD_INPUT", f"line: there is no statement at line {line} or after it.")
                return target
            case _:
                return None

    def replace(self, source: str, by: str) -> None:
        """Replaces the statements that have not started. CommandRefused when one that has would change."""
        try:
            new = Statements(source, self._path, self._statements.version + 1)
        except COMPILER_ERRORS as error:
            raise CommandRefused("SYNTAX_ERROR", problem_of(error)) from None
        with self._lock:
            old = self._statements
            if new.source == old.source:
                return
            if self._over:
                raise CommandRefused("RUN_FINISHED", "All statements have run: there is nothing left to replace.")
            first = old.first_difference(new)
            held = self._held is not None and not self._held.decided
            started = self._held.index if self._held is not None and held else self._next
            if first == started - 1 and not held and self._control.restart_statement():
                # It stands before its first line: as good as not started.
                self._next = started = first
            if first < started:
                raise CommandRefused("STATEMENT_STARTED", _started(old, first, started))
            try:
                _write(self._path, source)
            except OSError as error:
                raise CommandRefused(
                    "INTERNAL", f"Nothing was replaced: the script's file cannot be written: {error}."
                ) from None
            self._statements = new
            self._attempts = {i: n for i, n in self._attempts.items() if i <= started}
            self._channel.event(
                "script", version=new.version, script=source, firstChanged=first, statements=new.spans(), by=by
            )
            self._control.replaced(new)


def _started(old: Statements, first: int, started: int) -> str:
    changed, last = old.all[first], old.all[started - 1]
    where = f"line {changed.first}" if changed.first == changed.last else f"lines {changed.first} to {changed.last}"
    text = f"Statement {first + 1} ({where}) has started, and this would change or move it."
    return f"{text} What comes after line {last.last} can be replaced."


def _write(path: str, source: str) -> None:
    """Whole or not at all: tracebacks read it."""
    beside = f"{path}.new"
    with open(beside, "wb") as file:
        file.write(source.encode())
    os.replace(beside, path)
