"""Describes an exception that ends the script, first cause first, and hides frames of the runner in tracebacks."""

import ctypes
import re
import sys
import traceback
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

from sequencer_runner.common.clock import now_iso
from sequencer_runner.script.causes import Causes, everything, remote_traceback

if TYPE_CHECKING:
    from sequencer_runner.protocol import FailureEvent, PromptException

_TEXT = 32 * 1024
# How many exceptions after the first cause are listed in a failure.
_FOLLOWING = 100
_OURS = str(Path(__file__).parent.parent) + "/"


def without_runner(tb: TracebackType | None, path: str) -> TracebackType | None:
    """The traceback, starting at the first frame of the script."""
    while tb is not None and tb.tb_frame.f_code.co_filename != path:
        tb = tb.tb_next
    return tb


def hide_runner(error: BaseException) -> None:
    """Removes the frames of the runner from the traceback so far. For an `except` block of the runner that reraises the
    error into the script by a bare `raise`."""
    tb = error.__traceback__
    while tb is not None and _is_ours(tb):
        tb = tb.tb_next
    error.__traceback__ = tb
    if sys.version_info < (3, 11):
        # There, a bare `raise` restores a separate traceback.
        taken = [ctypes.py_object(each) for each in (type(error), error, *([] if tb is None else [tb]))]
        for each in taken:
            ctypes.pythonapi.Py_IncRef(each)
        ctypes.pythonapi.PyErr_SetExcInfo(*taken, *([None] if tb is None else []))


def strip(error: BaseException, path: str) -> None:
    """Removes the frames of the runner from the tracebacks of an exception and of those that led to it."""
    for cause in everything(error):
        tb = without_runner(cause.__traceback__, path)
        if tb is not None or _is_ours(cause.__traceback__):
            cause.__traceback__ = tb
        _cut_end(tb, path)


def _cut_end(tb: TracebackType | None, path: str) -> None:
    """Cuts the frames of the runner at the end: the exception appears to be raised at the line of the script."""
    last = None
    while tb is not None and tb.tb_next is not None:
        if tb.tb_next.tb_frame.f_code.co_filename == path:
            last = None
        elif last is None and _is_ours(tb.tb_next):
            last = tb
        tb = tb.tb_next
    if last is not None:
        last.tb_next = None


def _is_ours(tb: TracebackType | None) -> bool:
    return tb is not None and tb.tb_frame.f_code.co_filename.startswith(_OURS)


def failed_frames(error: BaseException, path: str) -> list[tuple[FrameType, int]]:
    """The frames of the first cause and their lines, innermost last, after the frames that it propagated through."""
    frames: list[tuple[FrameType, int]] = []
    for cause in reversed(Causes.of(error).path()):
        own = _frames(without_runner(cause.__traceback__, path) or cause.__traceback__)
        # Raised deeper in a frame of the exception that it led to, or in a separate task or thread.
        at = next((i for i, (frame, _) in enumerate(frames) if own and frame is own[0][0]), len(frames))
        frames = frames[:at] + own
    return frames


def _frames(tb: TracebackType | None) -> list[tuple[FrameType, int]]:
    found = []
    while tb is not None and not _is_ours(tb):
        found.append((tb.tb_frame, tb.tb_lineno or 0))
        tb = tb.tb_next
    return found


def first_cause(error: BaseException) -> "PromptException":
    """The first cause as in a `prompt` event."""
    first = Causes.of(error).first
    return {"type": type(first).__qualname__, "message": _message(first)}


def failure_event(
    error: BaseException, path: str, statement: int | None, *, awaiting_decision: bool = False
) -> "FailureEvent":
    causes = Causes.of(error)
    first = causes.first
    after = causes.after_first()
    left_out = len(after) - _FOLLOWING
    return {
        "type": "failure",
        "at": now_iso(),
        "exception": type(first).__qualname__,
        "message": _message(first),
        "traceback": _traceback(error),
        "line": next(filter(None, (_script_line(cause, path) for cause in causes.path())), None),
        "statement": statement,
        "then": [
            *([f"… {left_out} more exceptions are not shown."] if left_out > 0 else []),
            *(_one_line(each)[:1000] for each in after[-_FOLLOWING:]),
        ],
        "awaitingDecision": awaiting_decision,
    }


def _one_line(error: BaseException) -> str:
    return ": ".join(filter(None, (type(error).__qualname__, _message(error))))


def _message(error: BaseException) -> str:
    try:
        return str.__str__(str(error))[:4000]
    except Exception as problem:
        return f"<its text failed with {type(problem).__name__}>"


def _traceback(error: BaseException) -> str:
    try:
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    except Exception as problem:
        text = f"<the traceback failed with {type(problem).__name__}>"
    return text if len(text) <= _TEXT else f"{text[: _TEXT // 2]}\n…\n{text[-_TEXT // 2 :]}"


def _script_line(error: BaseException, path: str) -> int | None:
    remote = re.findall(rf'^ *File "{re.escape(path)}", line (\d+)', remote_traceback(error), re.MULTILINE)
    if remote:
        return int(remote[-1])
    line = None
    tb = error.__traceback__
    while tb is not None:
        if tb.tb_frame.f_code.co_filename == path:
            line = tb.tb_lineno
        tb = tb.tb_next
    return line
