"""Executes the statements of a script one by one in `__main__`, with the same result as Python.

Between two statements, those that have not started can be replaced. After a failure that is held, the operator chooses
the next statement.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Protocol

from sequencer_runner.common.clock import now_iso
from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.common.python_code import COMPILER_ERRORS, problem_of
from sequencer_runner.script import threads
from sequencer_runner.script.failure import failure_event, strip
from sequencer_runner.script.io.channel import Channel
from sequencer_runner.script.source.statements import RestartStatement, Statement, Statements, StopRequested

if TYPE_CHECKING:
    from sequencer_runner import protocol


class Control(Protocol):
    """The part of the controller that is used here."""

    stop_requested: bool
    leaving: bool
    """A signal was sent to end the script: failures are no longer held."""

    def begin_statement(self) -> None:
        """The main thread is about to run the next top-level statement."""

    def restart_statement(self) -> bool:
        """Makes the main trace restart a statement of which nothing has run. False if it has continued."""

    def hold(self, error: BaseException, decided: Callable[[], bool]) -> None:
        """Stops the main trace where the error was raised, until `end_hold` or a stop."""

    def check_not_evaluating(self) -> None:
        """Raises CommandRefused while an expression is evaluated in the frames of the failure."""

    def end_hold(self) -> None: ...

    def replaced(self, statements: Statements) -> None:
        """The rest of the script was replaced: its lines change."""


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
        """The index of the statement that is running or ran last."""

    # --- in the main thread -----------------------------------------------------------------------------------------

    def begin(self, module: ModuleType) -> None:
        if self._statements.docstring is not None:
            module.__dict__["__doc__"] = self._statements.docstring
        for index in range(self._next):
            self._send_state(index, "SKIPPED")

    def next(self) -> CodeType | None:
        """The code of the next statement, for the caller to execute; None when all have run. Raises StopRequested."""
        statement = self._take()
        if statement is None:
            return None
        self._watch(statement.code)
        self._send_state(self.current or 0, "RUNNING")
        self._control.begin_statement()
        return statement.code

    def _take(self) -> Statement | None:
        """The next statement, which from now on cannot be replaced; None when all have run."""
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
        """The statement has raised this. Reraises it, or StopRequested, if it ends the script."""
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
        """Waits while the frames of the failure are alive. Raises the error if it ends the script."""
        held = Held(index)
        strip(error, self._path)
        self._channel.event(failure_event(error, self._path, index, awaiting_decision=True))
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

    def _send_state(self, index: int, state: "protocol.StatementState") -> None:
        self._channel.event(
            {
                "type": "statement",
                "at": now_iso(),
                "index": index,
                "state": state,
                "attempt": self._attempts.get(index, 0),
                "version": self._statements.version,
            }
        )

    # --- in the thread that reads commands --------------------------------------------------------------------------

    def decide(self, action: "protocol.FailureAction", line: int | None, by: str) -> None:
        """Decides how the run continues after a held failure."""
        with self._lock:
            held = self._held
            if held is None or held.decided:
                raise CommandRefused("NO_DECISION", "No failed statement waits for a decision.")
            self._control.check_not_evaluating()
            target = self._target(held.index, action, line)
            self._channel.event(
                {
                    "type": "decision",
                    "at": now_iso(),
                    "action": action,
                    "statement": held.index,
                    "line": line,
                    "by": by,
                }
            )
            held.decided = True
            if target is not None:
                held.continues = True
                self._next = target
                for index in [held.index] if action == "SKIP" else range(held.index + 1, target):
                    self._send_state(index, "SKIPPED")
        self._control.end_hold()

    def _target(self, failed: int, action: str, line: int | None) -> int | None:
        """The index of the statement to continue with; None if the script ends."""
        match action:
            case "RETRY":
                return failed
            case "SKIP":
                return failed + 1
            case "GOTO":
                if line is None:
                    raise CommandRefused("BAD_INPUT", "line: the line of the statement to continue with is required.")
                target = self._statements.index_at(line)
                if target is None:
                    raise CommandRefused("BAD_INPUT", f"line: there is no statement at line {line} or after it.")
                return target
            case _:
                return None

    def replace(self, source: str, by: str) -> None:
        """Replaces the statements that have not started. Raises CommandRefused if a started statement would change."""
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
                # It is stopped before its first line, so it counts as not started.
                self._next = started = first
            if first < started:
                raise CommandRefused("STATEMENT_STARTED", _started(old, first, started))
            try:
                _write(self._path, source)
            except OSError as error:
                text = f"Nothing was replaced: the script's file cannot be written: {error}."
                raise CommandRefused("INTERNAL", text, "Check the disk of the runner.") from None
            self._statements = new
            self._attempts = {i: n for i, n in self._attempts.items() if i <= started}
            self._channel.event(
                {
                    "type": "script",
                    "at": now_iso(),
                    "version": new.version,
                    "script": source,
                    "firstChanged": first,
                    "statements": new.spans(),
                    "by": by,
                }
            )
            self._control.replaced(new)


def _started(old: Statements, first: int, started: int) -> str:
    changed, last = old.all[first], old.all[started - 1]
    where = f"line {changed.first}" if changed.first == changed.last else f"lines {changed.first} to {changed.last}"
    text = f"Statement {first + 1} ({where}) has started, and this would change or move it."
    return f"{text} Only lines after {last.last} can be replaced."


def _write(path: str, source: str) -> None:
    """Replaces the file atomically: tracebacks read it."""
    beside = f"{path}.new"
    with open(beside, "wb") as file:
        file.write(source.encode())
    os.replace(beside, path)
