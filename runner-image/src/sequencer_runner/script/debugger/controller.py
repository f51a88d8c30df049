"""Decides at each line whether to report it and whether to stop there; executes the commands that resume traces."""

from collections.abc import Callable
from types import FrameType
from typing import Protocol

from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.script import threads
from sequencer_runner.script.debugger import stepping
from sequencer_runner.script.debugger.breakpoints import BreakpointFields, Breakpoints, Hit
from sequencer_runner.script.debugger.line_moves import LineMoves
from sequencer_runner.script.debugger.line_sampler import LineSampler
from sequencer_runner.script.debugger.log_points import LogPoints
from sequencer_runner.script.debugger.pause import Pause
from sequencer_runner.script.debugger.positions import Positions
from sequencer_runner.script.debugger.prompts import Prompt, StepAction
from sequencer_runner.script.debugger.stops import DECIDE, Stops, is_held, refuse_while_evaluating
from sequencer_runner.script.debugger.task_freeze import TaskFreeze, check_can_freeze
from sequencer_runner.script.debugger.traces import Reason, Trace, Traces
from sequencer_runner.script.failure import failed_frames, first_cause
from sequencer_runner.script.io.channel import Channel
from sequencer_runner.script.io.streams import Streams
from sequencer_runner.script.source.lines import Lines
from sequencer_runner.script.source.sources import Sources, parse
from sequencer_runner.script.source.stack import ScriptFile
from sequencer_runner.script.source.statements import RestartStatement, Statements, StopRequested

# Ended traces are looked for every (1 + number of traces / this) ticks.
_REAPED_A_TICK = 100


class LineProbe(Protocol):
    """The part of the probe that the controller uses."""

    def rearm(self) -> None: ...

    def follow(self, frames: list[FrameType], *, into: bool) -> None: ...

    def unfollow(self) -> None: ...

    def breakpoints_changed(self) -> None: ...


class Controller:
    """One per script process. `probe` is set as soon as lines are watched."""

    def __init__(self, channel: Channel, path: str, sources: Sources, lines: Lines, own_threads: set[int]) -> None:
        self._channel = channel
        self.sources = sources
        self._file = ScriptFile(path, sources)
        self._lines = lines
        self.own_threads = own_threads
        self._sampler = LineSampler(channel)
        self.traces = Traces(self._announce, self._trace_ended)
        self._positions = Positions(self._file, lines, self.traces, own_threads)
        self._pause = Pause(channel, self.traces, self._positions.running)
        self._stops = Stops(channel, self.traces, self._file, self._has_stopped, self._pause.release)
        self._lock = self._stops.lock
        self.signals = self._stops.signals
        self._rearm_ticks = 0
        self._ticks = 0
        self._stepping: list[Trace] = []
        self.stop_requested = False
        self.leaving = False
        self.breakpoints = Breakpoints(sources)
        self._log_points = LogPoints(channel, sources)
        self.task_freeze = TaskFreeze(channel)
        self.probe: LineProbe | None = None
        self.streams: Streams | None = None

    # --- called by the probe, in the script's threads ---------------------------------------------------------------

    def at_line(self, frame: FrameType, raw_line: int, hits: "list[Hit] | tuple[()]" = ()) -> bool:
        """Called before a watched line runs. Returns True if it need not be reported again in this tick."""
        trace = self.traces.current()
        if trace.prompt is not None:
            if not trace.prompt.answered.is_set():
                # An evaluation, or a handler of the signal that stops the script.
                return False
            trace.prompt = None
        stop = None
        for hit in hits:
            if hit.breakpoint.log is not None and hit.error is None:
                self._log_points.write(trace.id, hit.breakpoint, frame)
            else:
                stop = stop or hit
        if frame.f_code.co_filename != self._file.path:
            return self._at_library_line(trace, frame, raw_line, stop)
        trace.library_position = None
        line = self._lines.of_line(raw_line)
        frame_id = id(frame)
        several = line in self._lines.several
        if several and stop is None and trace.line == line and trace.frame_id == frame_id:
            # Another line of the same statement, or its first line again: a call whose arguments have been evaluated.
            return False
        if not self.traces.several and self.streams is not None:
            # The output so far belongs to the previous line.
            self.streams.pass_on()
        trace.frame_id = frame_id
        trace.function = frame.f_code.co_name
        trace.line = line
        if trace.before_statement and self.signals.due:
            self.signals.deliver(frame)
        reason = self._stop_reason(trace, frame, line, stop)
        if reason is not None:
            self._sampler.send(trace, line)
            self._wait(trace, frame, reason, stop)
            before_statement, trace.before_statement = trace.before_statement, False
            if before_statement and self.stop_requested:
                raise StopRequested
            return False
        trace.before_statement = False
        if self._sampler.sample(trace, line) or any(stepping.must_report(t, frame, line) for t in self._stepping):
            return False
        self._sampler.mute()
        return True

    def _at_library_line(self, trace: Trace, frame: FrameType, raw_line: int, stop: Hit | None) -> bool:
        """A line of another file, with a breakpoint or during a step. It is reported only if the trace stops."""
        source = self.sources.get(frame.f_code.co_filename)
        line = raw_line if source is None else source.lines.of_line(raw_line)
        place = (id(frame), line)
        if stop is None and trace.library_position == place and source is not None and line in source.lines.several:
            return False
        trace.library_position = place
        if stop is not None:
            self._wait(trace, frame, "breakpoint", stop)
        elif trace.stepping and stepping.stops_at(trace, frame, line, self._file.path):
            self._wait(trace, frame, trace.reason, None)
        elif not any(stepping.must_report(t, frame, line) for t in self._stepping):
            return True
        return False

    def steps_into(self, frame: FrameType) -> bool:
        """Whether a step enters this function of a library, which is being called."""
        trace = self.traces.peek()
        if trace is None or trace.mode != "step" or trace.prompt is not None or self._stops.is_forked():
            return False
        return stepping.enters(trace, frame, self._file.path)

    def frame_left(self, frame: FrameType) -> None:
        """Called when a frame returns or yields. A step from it may stop in whatever runs next, such as a callback
        of a C function."""
        for trace in self._stepping:
            if trace.frame is frame and trace.prompt is None:
                trace.frame_left = True
                self._rearm_repeatedly()

    def serves_runner(self, frame: FrameType) -> bool:
        """Whether the runner itself has called this code."""
        return threads.get_ident() in self.own_threads or self._file.serves_runner(frame)

    def _stop_reason(self, trace: Trace, frame: FrameType, line: int, stop: Hit | None) -> Reason | None:
        if self.leaving:
            return None
        if stop is not None:
            return "breakpoint"
        if self._pause.applies_to(trace):
            return "pause"
        if trace.stepping and stepping.stops_at(trace, frame, line, self._file.path):
            return trace.reason
        return None

    def _wait(self, trace: Trace, frame: FrameType, reason: Reason, stop: Hit | None) -> None:
        point = None if stop is None else stop.fields(self.sources.shown)
        places = self._file.places(frame)
        self.task_freeze.end(trace)

        def over() -> bool:
            """Whether the run was resumed since the reason was determined."""
            return self.leaving or (stop is None and not self._pause.applies_to(trace) and not trace.stepping)

        def begin(command: StepAction) -> None:
            """Called under the lock: a resume finds the trace either at its prompt or in its step."""
            if command == "CONTINUE" or (command == "RETURN" and stepping.is_script(frame.f_code, self._file.path)):
                return
            stepping.begin(trace, frame, command, self._started_statement)
            self._stepping = self.traces.stepping()

        command = self._stops.stop_and_wait(trace, places, over, begin, reason=reason, point=point)
        if command is None:
            self.stop_at_first_line(trace, "pause")
            raise RestartStatement
        if not trace.stepping:
            return
        if trace.freeze_others:
            self.task_freeze.begin(trace)
        if self.probe is not None:
            callers = [f for f, _ in places if not stepping.passes(f.f_code)]
            self.probe.follow([frame, *callers], into=command == "STEP")
        self._rearm_repeatedly()

    def _has_stopped(self, trace: Trace) -> None:
        self._update_stepping()
        self._pause.stopped(trace)
        self._pause.update()

    def hold(self, error: BaseException, decided: Callable[[], bool]) -> None:
        """Stops the main trace, with the stack of the error, until the operator decides, or until a signal or a stop
        ends the hold."""
        trace = self.traces.of_thread(threads.get_ident())
        self._stops.stop_and_wait(
            trace,
            failed_frames(error, self._file.path),
            lambda: decided() or self.leaving or self.stop_requested,
            reason="failure",
            exception=first_cause(error),
        )

    def _started_statement(self, frame: FrameType) -> int | None:
        """The first line of the statement that a frame is in, if the statement has several lines."""
        source = self.sources.known(frame.f_code.co_filename)
        if source is None:
            return None
        line = source.lines.of_line(frame.f_lineno or 0)
        return line if line in source.lines.several else None

    def _update_stepping(self) -> None:
        before, self._stepping = self._stepping, self.traces.stepping()
        if before and not self._stepping and self.probe is not None:
            self.probe.unfollow()

    def rearm(self) -> None:
        """All lines are reported again, immediately."""
        self._sampler.rearm()
        if self.probe is not None:
            self.probe.rearm()

    def _rearm_repeatedly(self) -> None:
        self._rearm_ticks = 2
        self.rearm()

    # --- called by the thread that reads commands -------------------------------------------------------------------

    def stop_at_first_line(self, trace: Trace, reason: Reason = "start") -> None:
        trace.mode = "step"
        trace.reason = reason

    def pause(self) -> None:
        with self._lock:
            self._pause.request()
            self.task_freeze.release()
            self._rearm_repeatedly()
            self._pause.update()

    def resume(self, *, held: bool = False) -> None:
        """Cancels a pause, ends every step, and resumes every stopped trace. Held traces are resumed only if `held`."""
        with self._lock:
            stopped = self.traces.at_prompt()
            if not held and not self._pause.wanted and stopped and all(map(is_held, stopped)):
                raise CommandRefused("NOT_PAUSED", "The run is not paused: it is held on a failure.", DECIDE)
            # First, so that a trace that resumes does not stop again at its next line.
            self._pause.withdraw()
            self._end_steps()
            for trace in self.traces.with_prompt():
                if held or not is_held(trace):
                    self._stops.answer(trace, "CONTINUE")
            self._pause.end()

    def _end_steps(self) -> None:
        for trace in self.traces.stepping():
            trace.run_freely()
        self._update_stepping()
        self.task_freeze.release()

    def expect_stop(self, number: int | None) -> None:
        """This signal is about to be sent: it is delivered immediately, and no step stops the script while it ends."""
        self.signals.let_through(number)
        with self._lock:
            self._end_steps()

    def leave(self) -> None:
        """A signal was sent to end the script: resumes every trace, and nothing is held any more."""
        self.leaving = True
        self.signals.release()
        self.resume(held=True)
        for trace in self.traces.at_prompt():
            evaluation = None if trace.prompt is None else trace.prompt.evaluation
            if evaluation is not None:
                evaluation.leave()

    def check_not_evaluating(self) -> None:
        self._stops.check_not_evaluating()

    def end_hold(self) -> None:
        self._stops.end_hold()

    def restart_statement(self) -> bool:
        return self._stops.restart_statement(allowed=lambda: not self.stop_requested)

    def replaced(self, statements: Statements) -> None:
        """The rest of the script was replaced: its lines change."""
        with self._lock:
            self._lines = self._positions.lines = statements.lines
            new = parse(statements.source, self._file.path)
            moves = LineMoves(self.sources.script, new)
            self.sources.replace(new)
            for trace in self.traces.stepping():
                if trace.mode == "until" and trace.frame and trace.frame.f_code.co_filename == self._file.path:
                    trace.until = moves.line_or_next(trace.until) or 0
            self.breakpoints.move(moves)
            self._breakpoints_changed()

    def set_breakpoints(self, requested: list[BreakpointFields]) -> list[BreakpointFields]:
        """Replaces all breakpoints. Returns them as they were set."""
        self.breakpoints.replace(requested)
        return self._breakpoints_changed()

    def _breakpoints_changed(self) -> list[BreakpointFields]:
        if self.probe is not None:
            self.probe.breakpoints_changed()
        event = self.breakpoints.event()
        self._channel.event(event)
        return event["breakpoints"]

    def begin_statement(self) -> None:
        """The main thread is about to run the next top-level statement."""
        self.traces.of_thread(threads.get_ident()).before_statement = True
        if self.signals.due:
            self._rearm_repeatedly()

    def at_prompt(self, trace_id: int, number: int) -> tuple[Trace, Prompt]:
        """The trace and its unanswered prompt. Raises CommandRefused."""
        return self._stops.find(trace_id, number)

    def step(
        self, trace_id: int, number: int, command: StepAction, line: int | None = None, *, freeze_others: bool = False
    ) -> None:
        with self._lock:
            trace, prompt = self._stops.find(trace_id, number)
            refuse_while_evaluating(prompt)
            if prompt.held:
                raise CommandRefused("NOT_PAUSED", f"Trace {trace_id} cannot step: it is held on a failure.", DECIDE)
            if freeze_others:
                check_can_freeze(self.traces.task_of(trace))
            if command in ("UNTIL", "LOOP"):
                at = prompt.frames[0]
                stepping.aim(trace, self.sources.get(at.f_code.co_filename), at.f_lineno or 0, command, line)
            trace.freeze_others = freeze_others and command != "CONTINUE"
            self._stops.answer(trace, command)

    def resume_other_tasks(self, trace_id: int) -> None:
        trace = self.traces.all.get(trace_id)
        if trace is None:
            raise CommandRefused("UNKNOWN_TRACE", f"There is no trace {trace_id}, or it has ended.")
        self.task_freeze.release(trace)

    # --- called 20 times a second -----------------------------------------------------------------------------------

    def tick(self) -> None:
        """Samples positions in hot code, finds ended traces, and updates the pause."""
        self._ticks += 1
        if self._ticks % (1 + len(self.traces.all) // _REAPED_A_TICK) == 0:
            self.traces.reap()
        self._log_points.tick()
        self.task_freeze.tick()
        if self._stepping and not self.traces.stepping():
            # The stepping trace has ended.
            self._update_stepping()
        if self._rearm_ticks:
            # A line may have been muted at the moment when it became relevant.
            self._rearm_ticks -= 1
            self.rearm()
        self._sampler.tick(self._positions.all())
        with self._lock:
            self._pause.update(tick=True)

    def statements_are_over(self) -> None:
        """Ends a step of the main trace: what Python runs at exit is not part of the script."""
        self.traces.of_thread(threads.get_ident()).run_freely()
        self._update_stepping()

    def finish(self) -> None:
        """Sends the last events. Drops the references to frames of the script."""
        self.traces.over = True
        self.traces.reap()
        for trace in self.traces.all.values():
            trace.run_freely()
        self._stepping = []
        self.task_freeze.release()
        self._log_points.tick()

    # --- events of traces ------------------------------------------------------------------------------------------

    def where(self) -> tuple[int, int]:
        """Trace and line of the calling thread. For threads of the runner, those of the main thread."""
        trace = self.traces.peek() or self.traces.all.get(1)
        return (0, 0) if trace is None else (trace.id, trace.line)

    def _announce(self, trace: Trace) -> None:
        self._channel.event(trace.started_event())
        if self.traces.several and self.streams is not None:
            self.streams.tag_every_write()

    def _trace_ended(self, trace: Trace) -> None:
        self._channel.event(trace.ended_event())
