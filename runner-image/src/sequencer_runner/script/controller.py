"""Decides at each line whether to report it and whether to stop; keeps prompts and the state of a pause."""

import os
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Protocol

from sequencer_runner.script import stepping
from sequencer_runner.script.breakpoints import Breakpoints, Hit
from sequencer_runner.script.channel import Channel
from sequencer_runner.script.failure import failed_frames, first_cause
from sequencer_runner.script.lines import Lines
from sequencer_runner.script.logbook import Logbook
from sequencer_runner.script.prompts import Prompt
from sequencer_runner.script.sources import SCRIPT, Sources, parse
from sequencer_runner.script.stack import Place, ScriptFile
from sequencer_runner.script.statements import BeginAgain, Statements, StopAsked
from sequencer_runner.script.streams import Streams
from sequencer_runner.script.traces import Trace, Traces

# Line events of one place and trace in a tick of 50 ms, of all on the long run, and of all in a burst. What is over is
# sampled.
_HITS_A_PLACE = 3
_HITS_A_TICK = 10
_BURST = 200
# Ticks without hot code, after which an event is worth waiting for until it is sent.
_CALM = 20


_DECIDE = "Decide what follows: retry, skip, go to a statement, or stop."


class Refused(Exception):
    """A command that cannot be carried out: a code of the catalogue and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Watching(Protocol):
    """What the controller asks of the probe."""

    def rearm(self) -> None: ...

    def follow(self, frames: list[FrameType], *, into: bool) -> None: ...

    def unfollow(self) -> None: ...

    def breakpoints_changed(self) -> None: ...


class Controller:
    """One for the script process. `probe` is there as soon as lines are watched."""

    def __init__(self, channel: Channel, path: str, sources: Sources, lines: Lines, own_threads: set[int]) -> None:
        self._channel = channel
        self.sources = sources
        self._file = ScriptFile(path, sources)
        self._lines = lines
        self.own_threads = own_threads
        self._pid = os.getpid()
        self._lock = threading.RLock()
        self._numbers = 0
        self._pausing = False
        self._pause_state = "none"
        self._running_ticks = 0
        self._hits: dict[tuple[int, int], int] = {}
        self._left = _BURST
        self._silences = 0
        self._rearm_ticks = 0
        self._calm_ticks = _CALM
        self._silent = False
        self._stepping: list[Trace] = []
        self._waiting_for: list[dict[str, Any]] = []
        self.stop_asked = False
        self.leaving = False
        self.breakpoints = Breakpoints(sources)
        self._logbook = Logbook(channel, sources)
        self.probe: Watching | None = None
        self.streams: Streams | None = None
        self.traces = Traces(self._announce, self._trace_ended)

    # --- called by the probe, in the script's threads ---------------------------------------------------------------

    def at_line(self, frame: FrameType, raw_line: int, hits: "list[Hit] | tuple[()]" = ()) -> bool:
        """Called before a line runs that is watched. `hits`: of its breakpoints. True if this place need not report
        again in this tick."""
        trace = self.traces.current()
        if trace.prompt is not None:
            if trace.prompt.evaluation is not None:
                # What people evaluate is not the script.
                return False
            # It runs, so it is not stopped: a signal has taken it out of its prompt.
            trace.prompt = None
        stop = None
        for hit in hits:
            if hit.breakpoint.log is not None and hit.error is None:
                self._logbook.write(trace.id, hit.breakpoint, frame)
            else:
                stop = stop or hit
        if frame.f_code.co_filename != self._file.path:
            return self._at_library_line(trace, frame, raw_line, stop)
        trace.abroad = None
        line = self._lines.of_line(raw_line)
        frame_id = id(frame)
        several = line in self._lines.several
        if several and stop is None and trace.line == line and trace.frame_id == frame_id:
            # Further lines of a statement, or its first again: a call whose arguments have been worked out.
            return False
        if not self.traces.several and self.streams is not None:
            # What was printed so far belongs to the line before.
            self.streams.pass_on()
        trace.frame_id = frame_id
        trace.function = frame.f_code.co_name
        trace.line = line
        reason = self._stop_reason(trace, frame, line, stop)
        if reason is not None:
            self._report(trace, line)
            self._wait(trace, frame, reason, stop)
            fresh, trace.fresh = trace.fresh, False
            if fresh and self.stop_asked:
                raise StopAsked
            return False
        trace.fresh = False
        return self._count(trace, frame, line)

    def _count(self, trace: Trace, frame: FrameType, line: int) -> bool:
        place = (trace.id, line)
        hits = self._hits.get(place, 0) + 1
        self._hits[place] = hits
        if self._left > 0 and hits <= _HITS_A_PLACE:
            self._left -= 1
            self._report(trace, line)
            if self._calm_ticks >= _CALM and self._left > _BURST // 2:
                self._channel.settle()
            return False
        trace.silence = -1
        if any(stepping.must_hear(t, frame, line) for t in self._stepping):
            return False
        if not self._silent:
            self._silent = True
            self._silences += 1
            self._calm_ticks = 0
        return True

    def _at_library_line(self, trace: Trace, frame: FrameType, raw_line: int, stop: Hit | None) -> bool:
        """A line of another file, with a breakpoint or on the way of a step. What is not stopped at is not told."""
        source = self.sources.get(frame.f_code.co_filename)
        line = raw_line if source is None else source.lines.of_line(raw_line)
        place = (id(frame), line)
        if stop is None and trace.abroad == place and source is not None and line in source.lines.several:
            return False
        trace.abroad = place
        if stop is not None:
            self._wait(trace, frame, "breakpoint", stop)
        elif trace.stepping and stepping.stops_at(trace, frame, line, self._file.path):
            self._wait(trace, frame, trace.reason, None)
        elif not any(stepping.must_hear(t, frame, line) for t in self._stepping):
            return True
        return False

    def steps_into(self, frame: FrameType) -> bool:
        """Whether a step goes into this function of a library, which begins."""
        trace = self.traces.peek()
        if trace is None or trace.mode != "step" or trace.prompt is not None or self._is_forked():
            return False
        return stepping.enters(trace, frame, self._file.path)

    def left(self, frame: FrameType) -> None:
        """A frame is returned from. A step from there may stop in whatever comes next: what a C function calls next."""
        for trace in self._stepping:
            if trace.frame is frame and trace.prompt is None:
                trace.left = True
                self._rearm_surely()

    def serves_runner(self, frame: FrameType) -> bool:
        """Whether the runner itself has called this."""
        return threading.get_ident() in self.own_threads or self._file.serves_runner(frame)

    def _report(self, trace: Trace, line: int) -> None:
        fields: dict[str, Any] = {"trace": trace.id, "file": SCRIPT, "line": line, "function": trace.function}
        if self._silent or trace.silence != self._silences:
            fields["sampled"] = True
            trace.silence = self._silences
        self._channel.event("line", **fields)

    def _stop_reason(self, trace: Trace, frame: FrameType, line: int, stop: Hit | None) -> str | None:
        if stop is not None:
            return "breakpoint"
        if self._pausing:
            return "pause"
        if trace.stepping and stepping.stops_at(trace, frame, line, self._file.path):
            return trace.reason
        return None

    def _wait(self, trace: Trace, frame: FrameType, reason: str, stop: Hit | None) -> None:
        fields = {} if stop is None else {"breakpoint": stop.told(self.sources.shown)}
        command = self._stand(trace, self._file.places(frame), lambda: False, reason=reason, event="line", **fields)
        if command is None:
            self.stop_at_first_line(trace, "pause")
            raise BeginAgain
        if command == "CONTINUE" or (command == "RETURN" and stepping.is_script(frame.f_code, self._file.path)):
            return
        with self._lock:
            stepping.begin(trace, frame, command, self._begun_statement)
            self._stepping = self.traces.stepping()
        if self.probe is not None:
            callers = [f for f, _ in self._file.places(frame) if not stepping.passes(f.f_code)]
            self.probe.follow([frame, *callers], into=command == "STEP")
        self._rearm_surely()

    def _stand(self, trace: Trace, places: list[Place], over: Callable[[], bool], **fields: Any) -> str | None:
        """Stops the trace at a prompt, unless that is over before it begins. The command that answered it; None when
        its statement begins again."""
        if self._is_forked():
            return "CONTINUE"
        prompt: Prompt | None = None
        try:
            with self._lock:
                if over():
                    return "CONTINUE"
                self._numbers += 1
                frames = [frame for frame, _ in reversed(places)]
                prompt = Prompt(self._numbers, frames, held=fields["reason"] == "failure")
                trace.run_freely()
                self._no_step_is_left()
                stack = self._file.stack_of(places)
                trace.prompt = prompt
                self._channel.event("prompt", trace=trace.id, number=prompt.number, stack=stack, **fields)
                self.judge()
            prompt.wait()
        finally:
            if prompt is not None:
                with self._lock:
                    # Not answered: a signal has taken the script out of here.
                    self._answer(trace, "CONTINUE")
                    trace.prompt = None
                    prompt.frames = []
        return None if prompt.again else prompt.command

    def _is_forked(self) -> bool:
        """In a child, before it has forgotten the run: nobody is there to answer."""
        return os.getpid() != self._pid

    def hold(self, error: BaseException, decided: Callable[[], bool]) -> None:
        """Stops the main trace, whose stack is that of the error, until it is decided what follows, or until a signal
        or a stop ends it."""
        trace = self.traces.of_thread(threading.get_ident())
        self._stand(
            trace,
            failed_frames(error, self._file.path),
            lambda: decided() or self.leaving or self.stop_asked,
            reason="failure",
            event="exception",
            exception=first_cause(error),
        )

    def _begun_statement(self, frame: FrameType) -> int | None:
        """The first line of the statement that a frame is in, if it has several lines."""
        source = self.sources.known(frame.f_code.co_filename)
        if source is None:
            return None
        line = source.lines.of_line(frame.f_lineno or 0)
        return line if line in source.lines.several else None

    def _no_step_is_left(self) -> None:
        before, self._stepping = self._stepping, self.traces.stepping()
        if before and not self._stepping and self.probe is not None:
            self.probe.unfollow()

    def rearm(self) -> None:
        """Every place reports again, at once."""
        self._silent = False
        if self.probe is not None:
            self.probe.rearm()

    def _rearm_surely(self) -> None:
        self._rearm_ticks = 2
        self.rearm()

    # --- called by the thread that reads commands -------------------------------------------------------------------

    def stop_at_first_line(self, trace: Trace, reason: str = "start") -> None:
        trace.mode = "step"
        trace.reason = reason

    def pause(self) -> None:
        with self._lock:
            self._pausing = True
            self._pause_state = "pending"
            self._tell_pending(self._running())
            self._rearm_surely()
            self.judge()

    def resume(self, *, held: bool = False) -> None:
        """Takes a pending pause back, and lets every paused trace go on; one that is held only if asked to."""
        with self._lock:
            stopped = self.traces.at_prompt()
            if not held and not self._pausing and stopped and all(map(_is_held, stopped)):
                raise Refused("NOT_PAUSED", f"The run is not paused: it is held on a failure. {_DECIDE}")
            self._pausing = False
            for trace in stopped:
                if held or not _is_held(trace):
                    self._answer(trace, "CONTINUE")
            if self._pause_state != "none":
                self._pause_state = "none"
                self._channel.event("pause", state="none", waitingFor=[])

    def leave(self) -> None:
        """A signal was sent to end the script: nothing is to keep it."""
        self.leaving = True
        self.resume(held=True)

    def check_free(self) -> None:
        """Raises Refused while something is evaluated in the frames of a failure."""
        with self._lock:
            for trace in filter(_is_held, self.traces.at_prompt()):
                _refuse_busy(trace.prompt)

    def end_hold(self) -> None:
        with self._lock:
            for trace in filter(_is_held, self.traces.at_prompt()):
                self._answer(trace, "CONTINUE")

    def begin_again(self) -> bool:
        """Takes the main trace out of a statement of which nothing has run. False when it does not stand before one."""
        with self._lock:
            trace = self.traces.of_thread(threading.main_thread().ident or 0)
            prompt = trace.prompt
            if prompt is None or prompt.held or prompt.answered.is_set() or not trace.fresh or self.stop_asked:
                return False
            prompt.again = True
            self._answer(trace, "CONTINUE")
            return True

    def replaced(self, statements: Statements) -> None:
        """The script has other lines from now on."""
        with self._lock:
            self._lines = statements.lines
            self.sources.replace(parse(statements.source, self._file.path))
            self.set_breakpoints([b.asked for b in self.breakpoints.all])

    def set_breakpoints(self, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Replaces them all; as they were set."""
        self.breakpoints.replace(asked)
        if self.probe is not None:
            self.probe.breakpoints_changed()
        told = self.breakpoints.told()
        self._channel.event("breakpoints", breakpoints=told)
        return told

    def begin_statement(self) -> None:
        """The main thread is about to run the next top-level statement."""
        self.traces.of_thread(threading.get_ident()).fresh = True

    def at_prompt(self, trace_id: int, number: int) -> tuple[Trace, Prompt]:
        """The trace with its prompt, which is free: nothing is evaluated there. Raises Refused."""
        trace = self.traces.all.get(trace_id)
        if trace is None:
            raise Refused("UNKNOWN_TRACE", f"There is no trace {trace_id}, or it has ended.")
        prompt = trace.prompt
        if 0 < number < self._numbers and (prompt is None or prompt.number != number):
            raise Refused("STALE_PROMPT", f"Prompt {number} of trace {trace_id} was answered already.")
        if prompt is None:
            code = "STALE_PROMPT" if number <= self._numbers else "NOT_PAUSED"
            raise Refused(code, f"Trace {trace_id} is not stopped at prompt {number}; it has gone on.")
        if prompt.number != number or prompt.answered.is_set():
            raise Refused("STALE_PROMPT", f"Prompt {number} of trace {trace_id} was answered already.")
        return trace, prompt

    def step(self, trace_id: int, number: int, command: str, line: int | None = None) -> None:
        with self._lock:
            trace, prompt = self.at_prompt(trace_id, number)
            _refuse_busy(prompt)
            if prompt.held:
                raise Refused("NOT_PAUSED", f"Trace {trace_id} cannot step: it is held on a failure. {_DECIDE}")
            if self._pause_state == "paused":
                # Until now a new thread would have stopped at its first line, too.
                self._pausing = False
            if command in ("UNTIL", "LOOP"):
                self._aim(trace, prompt.frames[0], command, line)
            self._answer(trace, command)

    def _aim(self, trace: Trace, frame: FrameType, command: str, line: int | None) -> None:
        source = self.sources.get(frame.f_code.co_filename)
        if source is None:
            raise Refused("BAD_INPUT", f"{command}: the source of this file cannot be read.")
        if command == "LOOP":
            loop = stepping.loop_around(source.tree, source.lines.of_line(frame.f_lineno or 0))
            if loop is None:
                raise Refused("BAD_INPUT", "This line is in no loop.")
            trace.loop = loop
            return
        stop = None if line is None else source.stop_at(line)
        if stop is None:
            raise Refused("BAD_INPUT", f"line: there is no code at or after line {line}.")
        trace.until = stop

    def _answer(self, trace: Trace, command: str) -> None:
        prompt = trace.prompt
        if prompt is None or prompt.answered.is_set():
            return
        self._channel.event("resumed", trace=trace.id, number=prompt.number, command=command)
        prompt.answer(command)

    # --- called 20 times a second -----------------------------------------------------------------------------------

    def tick(self, *, sample: bool) -> None:
        """A new budget; positions of hot code; traces that have ended; whether a pause is complete."""
        self._hits.clear()
        self._calm_ticks += 1
        self._left = min(_BURST, self._left + _HITS_A_TICK)
        self.traces.reap()
        self._logbook.tick()
        if self._stepping and not self.traces.stepping():
            # The trace that was stepping has ended.
            self._no_step_is_left()
        if self._rearm_ticks:
            # A place may have fallen silent at the very moment when it became wanted.
            self._rearm_ticks -= 1
            self.rearm()
        if sample:
            for ident, frame in self._script_frames():
                self._sample(ident, frame)
        self.judge(tick=True)

    def statements_are_over(self) -> None:
        """A step of the main trace ends with the last statement: what Python does at exit is not the script."""
        self.traces.of_thread(threading.get_ident()).run_freely()
        self._no_step_is_left()

    def finish(self) -> None:
        """What there is still to be told at the end. No frame of the script is kept alive any longer."""
        self.traces.over = True
        self.traces.reap()
        for trace in self.traces.all.values():
            trace.run_freely()
        self._stepping = []
        self._logbook.tick()

    def _sample(self, ident: int, frame: FrameType) -> None:
        trace = self.traces.sampled(ident)
        line = self._lines.of_line(frame.f_lineno or 0)
        moved = line != trace.line or frame.f_code.co_name != trace.function or trace.abroad is not None
        if trace.prompt is None and line and moved:
            trace.abroad = None
            trace.line = line
            trace.function = frame.f_code.co_name
            trace.silence = -1
            self._report(trace, line)

    def judge(self, *, tick: bool = False) -> None:
        """Tells when a pause has become complete, and when what was paused runs again for longer than a tick."""
        with self._lock:
            running = self._running()
            if running or not self.traces.at_prompt():
                if self._pause_state == "paused" and tick:
                    self._runs_again()
                elif self._pause_state == "pending" and tick and running != self._waiting_for:
                    self._tell_pending(running)
                return
            self._running_ticks = 0
            if self._pause_state != "paused":
                self._pause_state = "paused"
                self._channel.event("pause", state="paused", waitingFor=[])

    def _tell_pending(self, running: list[dict[str, Any]]) -> None:
        self._waiting_for = running
        self._channel.event("pause", state="pending", waitingFor=running)

    def _runs_again(self) -> None:
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
            if ident not in self.own_threads:
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


def _refuse_busy(prompt: Prompt | None) -> None:
    if prompt is not None and prompt.evaluation is not None:
        raise Refused("STILL_EVALUATING", "The trace is busy with an expression. Wait for it, or interrupt it.")


def _is_held(trace: Trace) -> bool:
    return trace.prompt is not None and trace.prompt.held
