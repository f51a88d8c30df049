"""Stops traces at numbered prompts until a command answers them."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from sequencer_runner.common.clock import now_iso
from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.script import threads
from sequencer_runner.script.debugger.prompts import Prompt, StepAction
from sequencer_runner.script.debugger.traces import Reason, Trace, Traces
from sequencer_runner.script.io.channel import Channel
from sequencer_runner.script.source.signals import HeldSignals
from sequencer_runner.script.source.stack import Place, ScriptFile

if TYPE_CHECKING:
    from sequencer_runner import protocol

DECIDE = "Decide what follows: retry, skip, go to a statement, or stop."


class Stops:
    """`on_stop` is called under the lock when a trace is at its prompt, `on_leave` when it leaves the prompt. The lock
    protects all stopping and resuming of traces."""

    def __init__(
        self,
        channel: Channel,
        traces: Traces,
        file: ScriptFile,
        on_stop: Callable[[Trace], None],
        on_leave: Callable[[Trace], None],
    ) -> None:
        self._channel = channel
        self._traces = traces
        self._file = file
        self._on_stop = on_stop
        self._on_leave = on_leave
        self._pid = os.getpid()
        self.signals = HeldSignals()
        self._last = 0
        self.lock = threads.RLock()

    def is_forked(self) -> bool:
        """Whether this is a forked child whose after-fork functions have not run: no command can arrive there."""
        return os.getpid() != self._pid

    def stop_and_wait(
        self,
        trace: Trace,
        places: list[Place],
        over: Callable[[], bool],
        begin: Callable[["StepAction"], None] = lambda command: None,
        *,
        reason: Reason,
        point: "protocol.PromptBreakpoint | None" = None,
        exception: "protocol.PromptException | None" = None,
    ) -> "StepAction | None":
        """Stops the trace at a prompt, unless `over` is already true. Returns the command that answered it; None if its
        statement restarts. `begin` is called with the command, under the lock."""
        if self.is_forked():
            return "CONTINUE"
        prompt: protocol.PromptEvent = {
            "type": "prompt",
            "at": "",
            "trace": trace.id,
            "number": 0,
            "reason": reason,
            "event": "line" if exception is None else "exception",
            "stack": [],
            "beforeStatement": trace.before_statement and reason != "failure",
        }
        if point is not None:
            prompt["breakpoint"] = point
        if exception is not None:
            prompt["exception"] = exception
        # After a failure no frame of the script is left: the next statement receives the signals.
        frame = None if reason == "failure" else places[-1][0]
        try:
            self.signals.hold()
            command = self._stop_and_wait(trace, places, over, begin, prompt)
        except BaseException as error:
            self.signals.end(frame, error)
            raise
        self.signals.end(frame)
        return command

    def _stop_and_wait(
        self,
        trace: Trace,
        places: list[Place],
        over: Callable[[], bool],
        begin: Callable[["StepAction"], None],
        event: "protocol.PromptEvent",
    ) -> "StepAction | None":
        prompt: Prompt | None = None
        try:
            with self.lock:
                if over():
                    return "CONTINUE"
                self._last += 1
                frames = [frame for frame, _ in reversed(places)]
                prompt = Prompt(self._last, frames, held=event["reason"] == "failure")
                trace.run_freely()
                event["stack"] = self._file.stack_of(places)
                trace.prompt = prompt
                event["number"], event["at"] = prompt.number, now_iso()
                self._channel.event(event)
                self._on_stop(trace)
            prompt.wait(self.signals.hold)
            with self.lock:
                trace.prompt = None
                if not prompt.restart and prompt.command is not None:
                    begin(prompt.command)
        finally:
            if prompt is not None:
                with self.lock:
                    if trace.prompt is prompt:
                        # An exception ended the wait.
                        self.answer(trace, "CONTINUE")
                        trace.prompt = None
                    prompt.frames = []
        return None if prompt.restart else prompt.command

    def answer(self, trace: Trace, command: "StepAction") -> None:
        prompt = trace.prompt
        if prompt is None:
            return
        if prompt.answered.is_set():
            if command == "CONTINUE" and not prompt.restart:
                # The step that answered it has not begun yet.
                prompt.command = command
            return
        event: protocol.ResumedEvent = {
            "type": "resumed",
            "at": now_iso(),
            "trace": trace.id,
            "number": prompt.number,
            "command": command,
        }
        if trace.freeze_others:
            event["others"] = "WAIT"
        self._channel.event(event)
        self._on_leave(trace)
        prompt.answer(command)

    def find(self, trace_id: int, number: int) -> tuple[Trace, Prompt]:
        """The trace and its unanswered prompt. Raises CommandRefused."""
        trace = self._traces.all.get(trace_id)
        if trace is None:
            raise CommandRefused("UNKNOWN_TRACE", f"There is no trace {trace_id}, or it has ended.")
        prompt = trace.prompt
        if 0 < number < self._last and (prompt is None or prompt.number != number):
            raise CommandRefused("STALE_PROMPT", f"Prompt {number} of trace {trace_id} was already answered.")
        if prompt is None:
            code: protocol.ErrorCode = "STALE_PROMPT" if number <= self._last else "NOT_PAUSED"
            raise CommandRefused(code, f"Trace {trace_id} is not stopped at prompt {number}; it has continued.")
        if prompt.number != number or prompt.answered.is_set():
            raise CommandRefused("STALE_PROMPT", f"Prompt {number} of trace {trace_id} was already answered.")
        return trace, prompt

    def held(self) -> list[Trace]:
        """The traces that are held on a failure."""
        return [trace for trace in self._traces.at_prompt() if is_held(trace)]

    def check_not_evaluating(self) -> None:
        """Raises CommandRefused while an expression is evaluated in the frames of a failure."""
        with self.lock:
            for trace in self.held():
                refuse_while_evaluating(trace.prompt)

    def end_hold(self) -> None:
        with self.lock:
            for trace in self.held():
                self.answer(trace, "CONTINUE")

    def restart_statement(self, *, allowed: Callable[[], bool]) -> bool:
        """Makes the main trace restart a statement of which nothing has run. False if it is not stopped before one."""
        with self.lock:
            trace = self._traces.of_thread(threads.MAIN)
            prompt = trace.prompt
            if prompt is None or prompt.held or prompt.answered.is_set() or not trace.before_statement or not allowed():
                return False
            prompt.restart = True
            self.answer(trace, "CONTINUE")
            return True


def is_held(trace: Trace) -> bool:
    return trace.prompt is not None and trace.prompt.held


def refuse_while_evaluating(prompt: Prompt | None) -> None:
    if prompt is not None and prompt.evaluation is not None:
        raise CommandRefused("STILL_EVALUATING", "The trace is busy with an expression.")
