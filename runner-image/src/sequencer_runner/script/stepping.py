"""Where a trace that is being stepped stops again. Pure but for the trace that it marks."""

from collections.abc import Callable
from types import FrameType

from sequencer_runner.script.traces import Trace


def begin(trace: Trace, frame: FrameType, command: str, statement_of: Callable[[FrameType], int | None]) -> None:
    """The trace goes on from this frame by NEXT, STEP or RETURN."""
    trace.reason = "step"
    trace.mode = {"NEXT": "next", "STEP": "step", "RETURN": "return"}[command]  # type: ignore[assignment]
    trace.frame = frame
    trace.begun = {}
    at: FrameType | None = frame
    while at is not None:
        line = statement_of(at)
        if line is not None:
            trace.begun[id(at)] = line
        at = at.f_back


def stops_at(trace: Trace, frame: FrameType, line: int) -> bool:
    """Whether the step is over before this statement (by its first line) in this frame."""
    if trace.mode == "run":
        return _task_has_handed_back(trace)
    if trace.begun.get(id(frame)) == line:
        # Back in a statement that had begun: a call over several lines whose arguments were worked out.
        return False
    if frame is trace.frame:
        return trace.mode != "return"
    return trace.mode == "step" or not _is_below(frame, trace.frame)


def must_hear(trace: Trace, frame: FrameType) -> bool:
    """Whether the next stop may be in the code of this frame, of whichever trace."""
    if trace.mode == "step" or trace.handed_to is not None:
        return True
    at = trace.frame
    while at is not None:
        if at.f_code is frame.f_code:
            return True
        at = at.f_back
    return False


def _task_has_handed_back(trace: Trace) -> bool:
    """A step went from this thread into a task that has ended meanwhile, still stepping."""
    task = trace.handed_to
    if task is None or task.alive():
        return False
    trace.handed_to = None
    return task.mode != "run"


def _is_below(frame: FrameType, target: FrameType | None) -> bool:
    at = frame.f_back
    while at is not None:
        if at is target:
            return True
        at = at.f_back
    return False
