"""Decides at each line whether to report it and whether to stop; keeps prompts and the state of a pause."""

import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from sequencer_runner.script.channel import Channel
from sequencer_runner.script.lines import Lines
from sequencer_runner.script.stack import SCRIPT, ScriptFile
from sequencer_runner.script.streams import Streams
from sequencer_runner.script.traces import Prompt, Trace, Traces

# Line events in one tick of 50 ms: of one place, and of all. What is over is sampled.
_HITS_A_PLACE = 3
_HITS_A_TICK = 25


class Refused(Exception):
    """A command that cannot be carried out: a code of the catalogue and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Controller:
    """One for the script process. `rearm` makes every line report again at once."""

    def __init__(self, channel: Channel, file: ScriptFile, lines: Lines, own_threads: set[int]) -> None:
        self._channel = channel
        self._file = file
        self._lines = lines
        self._own_threads = own_threads
        self._lock = threading.RLock()
        self._numbers = 0
        self._pausing = False
        self._pause_state = "none"
        self._running_ticks = 0
        self._hits: dict[int, int] = {}
        self._left = _HITS_A_TICK
        self.breakpoints: set[int] = set()
        self.rearm: Callable[[], None] = lambda: None
        self.streams: Streams | None = None
        self.traces = Traces(self._announce, self._trace_ended)

    # --- called by the probe, in the script's threads ---------------------------------------------------------------

    def at_line(self, frame: FrameType, raw_line: int) -> bool:
        """Called before a line of the script runs. True if this place need not report again in this tick."""
        trace = self.traces.current()
        line = self._lines.of_line(raw_line)
        frame_id = id(frame)
        if line in self._lines.several and trace.line == line and trace.frame_id == frame_id and raw_line != line:
            return False
        again = trace.line == line and trace.frame_id == frame_id and line in self._lines.several
        if not self.traces.several and self.streams is not None:
            # What was printed so far belongs to the line before.
            self.streams.pass_on()
        trace.frame_id = frame_id
        trace.function = frame.f_code.co_name
        if again:
            # Back on the first line of a call whose arguments have been worked out.
            return False
        trace.line = line
        reason = self._stop_reason(trace, frame, line)
        if reason is not None:
            self._report(trace, line)
            self._wait(trace, frame, reason)
            return False
        return self._count(trace, frame, line)

    def _count(self, trace: Trace, frame: FrameType, line: int) -> bool:
        hits = self._hits.get(line, 0) + 1
        self._hits[line] = hits
        self._left -= 1
        if self._left < 0 or hits > _HITS_A_PLACE:
            # A recursion would miss its own frame's next line if that place were silent.
            return trace.mode == "run" or not self._may_stop_in(trace, frame)
        self._report(trace, line)
        return False

    def _may_stop_in(self, trace: Trace, frame: FrameType) -> bool:
        at = trace.frame
        while at is not None:
            if at.f_code is frame.f_code:
                return True
            at = at.f_back
        return trace.mode == "step"

    def _report(self, trace: Trace, line: int, sampled: bool = False) -> None:
        fields: dict[str, Any] = {"trace": trace.id, "file": SCRIPT, "line": line, "function": trace.function}
        if sampled:
            fields["sampled"] = True
        self._channel.event("line", **fields)

    def _stop_reason(self, trace: Trace, frame: FrameType, line: int) -> str | None:
        if self._pausing:
            return "pause"
        if line in self.breakpoints:
            return "breakpoint"
        if trace.mode == "run":
            return None
        if trace.mode == "step" or frame is trace.frame:
            return None if trace.mode == "return" else trace.reason
        return None if self._is_below(frame, trace.frame) else trace.reason

    def _is_below(self, frame: FrameType, target: FrameType | None) -> bool:
        at = frame.f_back
        while at is not None:
            if at is target:
                return True
            at = at.f_back
        return False

    def _wait(self, trace: Trace, frame: FrameType, reason: str) -> None:
        with self._lock:
            self._numbers += 1
            prompt = Prompt(self._numbers)
            stack = self._file.stack(frame)
            trace.run_freely()
            trace.prompt = prompt
            self._channel.event(
                "prompt", trace=trace.id, number=prompt.number, reason=reason, event="line", stack=stack
            )
            self.judge()
        try:
            while not prompt.answered.wait(0.2):
                pass
        finally:
            with self._lock:
                if not prompt.answered.is_set():
                    # A signal has taken the script out of here.
                    self._answer(trace, "CONTINUE")
                trace.prompt = None
        self._go(trace, frame, prompt.command or "CONTINUE")

    def _go(self, trace: Trace, frame: FrameType, command: str) -> None:
        if command == "CONTINUE":
            return
        trace.reason = "step"
        if command == "RETURN" and frame.f_code.co_name == "<module>":
            return
        trace.mode = {"NEXT": "next", "STEP": "step", "RETURN": "return"}[command]  # type: ignore[assignment]
        trace.frame = frame
        self.rearm()

    # --- called by the thread that reads commands -------------------------------------------------------------------

    def stop_at_first_line(self, trace: Trace) -> None:
        trace.mode = "step"
        trace.reason = "start"

    def pause(self) -> None:
        with self._lock:
            self._pausing = True
            self._pause_state = "pending"
            waiting = self._running()
            self._channel.event("pause", state="pending", waitingFor=waiting)
            self.rearm()
            self.judge()

    def resume(self) -> None:
        """Takes a pending pause back, and lets every paused trace go on."""
        with self._lock:
            self._pausing = False
            for trace in self.traces.at_prompt():
                self._answer(trace, "CONTINUE")
            if self._pause_state != "none":
                self._pause_state = "none"
                self._channel.event("pause", state="none", waitingFor=[])

    def step(self, trace_id: int, number: int, command: str) -> None:
        with self._lock:
            trace = self.traces.all.get(trace_id)
            if trace is None:
                raise Refused("UNKNOWN_TRACE", f"There is no trace {trace_id}, or it has ended.")
            if 0 < number < self._numbers and (trace.prompt is None or trace.prompt.number != number):
                raise Refused("STALE_PROMPT", f"Prompt {number} of trace {trace_id} was answered already.")
            prompt = trace.prompt
            if prompt is None:
                code = "STALE_PROMPT" if number <= self._numbers else "NOT_PAUSED"
                raise Refused(code, f"Trace {trace_id} is not stopped at prompt {number}; it has gone on.")
            if prompt.number != number or prompt.answered.is_set():
                raise Refused("STALE_PROMPT", f"Prompt {number} of trace {trace_id} was answered already.")
            self._answer(trace, command)

    def _answer(self, trace: Trace, command: str) -> None:
        prompt = trace.prompt
        if prompt is None or prompt.answered.is_set():
            return
        prompt.command = command
        self._channel.event("resumed", trace=trace.id, number=prompt.number, command=command)
        prompt.answered.set()

    # --- called 20 times a second -----------------------------------------------------------------------------------

    def tick(self, *, sample: bool) -> None:
        """A new budget; positions of hot code; traces that have ended; whether a pause is complete."""
        self._hits.clear()
        self._left = _HITS_A_TICK
        self.traces.reap()
        if sample:
            for ident, frame in self._script_frames():
                self._sample(ident, frame)
        self.judge(tick=True)

    def _sample(self, ident: int, frame: FrameType) -> None:
        trace = self.traces.sampled(ident)
        line = self._lines.of_line(frame.f_lineno or 0)
        if trace.prompt is None and line and (line != trace.line or frame.f_code.co_name != trace.function):
            trace.line = line
            trace.function = frame.f_code.co_name
            self._report(trace, line, sampled=True)

    def judge(self, *, tick: bool = False) -> None:
        """Tells when a pause has become complete, and when what was paused runs again for longer than a tick."""
        with self._lock:
            at_prompt = self.traces.at_prompt()
            if not at_prompt:
                if self._pause_state == "paused" and not self._pausing:
                    self._runs_again(tick)
                return
            if self._running():
                if self._pause_state == "paused":
                    self._runs_again(tick)
                return
            self._pausing = False
            self._running_ticks = 0
            if self._pause_state != "paused":
                self._pause_state = "paused"
                self._channel.event("pause", state="paused", waitingFor=[])

    def _runs_again(self, tick: bool) -> None:
        if not tick:
            return
        self._running_ticks += 1
        if self._running_ticks >= 2:
            self._running_ticks = 0
            self._pause_state = "none"
            self._channel.event("pause", state="none", waitingFor=[])

    def _running(self) -> list[dict[str, Any]]:
        """The traces inside the script's code that are not stopped, with their lines."""
        stopped = {trace.ident for trace in self.traces.at_prompt()}
        running = []
        for ident, frame in self._script_frames():
            if ident not in stopped:
                line = self._lines.of_line(frame.f_lineno or 0)
                running.append({"trace": self.traces.sampled(ident).id, "line": line or None})
        return running

    def _script_frames(self) -> list[tuple[int, FrameType]]:
        found = []
        for ident, frame in sys._current_frames().items():
            if ident not in self._own_threads:
                inner = self._file.innermost(frame)
                if inner is not None:
                    found.append((ident, inner))
        return found

    # --- what the traces tell ---------------------------------------------------------------------------------------

    def where(self) -> tuple[int, int]:
        """Trace and line of the thread that writes; for the runner's own threads those of the main thread."""
        trace = self.traces.peek() or self.traces.all.get(1)
        return (0, 0) if trace is None else (trace.id, trace.line)

    def _announce(self, trace: Trace) -> None:
        self._channel.event("traceStarted", trace=trace.id, kind=trace.kind, name=trace.name[:200], thread=trace.thread)
        if self.traces.several and self.streams is not None:
            self.streams.tag_every_write()

    def _trace_ended(self, trace: Trace) -> None:
        self._channel.event("traceEnded", trace=trace.id)
