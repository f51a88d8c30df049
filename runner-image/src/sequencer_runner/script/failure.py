"""An exception that ends the script, as people need it: the first cause first."""

import traceback
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

_TEXT = 32 * 1024
_OURS = str(Path(__file__).parent.parent) + "/"


def without_runner(tb: TracebackType | None, path: str) -> TracebackType | None:
    """The traceback from the script's first frame on."""
    while tb is not None and tb.tb_frame.f_code.co_filename != path:
        tb = tb.tb_next
    return tb


def chain(error: BaseException) -> list[BaseException]:
    """The exceptions that led to this one, the first cause first, this one last."""
    found = [error]
    seen = {id(error)}
    while True:
        last = found[-1]
        before = last.__cause__ if last.__cause__ is not None or last.__suppress_context__ else last.__context__
        if before is None or id(before) in seen:
            return found[::-1]
        seen.add(id(before))
        found.append(before)


def strip(error: BaseException, path: str) -> None:
    """Takes the runner's own frames out of the tracebacks of an exception and of those that led to it."""
    for cause in chain(error):
        tb = without_runner(cause.__traceback__, path)
        if tb is not None or _is_ours(cause.__traceback__):
            cause.__traceback__ = tb
        _cut_end(tb, path)


def _cut_end(tb: TracebackType | None, path: str) -> None:
    """Raised in the runner's code, as at a prompt: to the script it came from its own line."""
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
    """The frames where the first cause was raised, with their lines, the innermost last; below those that it passed
    through on its way to the script's end."""
    frames: list[tuple[FrameType, int]] = []
    for cause in reversed(chain(error)):
        own = _frames(without_runner(cause.__traceback__, path) or cause.__traceback__)
        if not frames:
            frames = own
            continue
        # It was raised deeper, in a frame that the one after it went on from.
        at = next((i for i, (frame, _) in enumerate(frames) if own and frame is own[0][0]), None)
        if at is None:
            break
        frames = frames[:at] + own
    return frames


def _frames(tb: TracebackType | None) -> list[tuple[FrameType, int]]:
    found = []
    while tb is not None and not _is_ours(tb):
        found.append((tb.tb_frame, tb.tb_lineno or 0))
        tb = tb.tb_next
    return found


def first_cause(error: BaseException) -> dict[str, str]:
    """The first cause, as a `prompt` event carries it."""
    first = chain(error)[0]
    return {"type": type(first).__qualname__, "message": _message(first)}


def describe_failure(
    error: BaseException, path: str, statement: int | None, *, awaiting_decision: bool = False
) -> dict[str, Any]:
    """The fields of a `failure` event."""
    causes = chain(error)
    first = causes[0]
    return {
        "exception": type(first).__qualname__,
        "message": _message(first),
        "traceback": _traceback(error),
        "line": _script_line(first, path) or _script_line(error, path),
        "statement": statement,
        "then": [f"{type(e).__qualname__}: {_message(e)}"[:1000] for e in causes[1:]],
        "awaitingDecision": awaiting_decision,
    }


def _message(error: BaseException) -> str:
    try:
        return str(error)[:4000]
    except Exception as problem:
        return f"<its text failed with {type(problem).__name__}>"


def _traceback(error: BaseException) -> str:
    try:
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    except Exception as problem:
        text = f"<the traceback failed with {type(problem).__name__}>"
    return text if len(text) <= _TEXT else f"{text[: _TEXT // 2]}\n…\n{text[-_TEXT // 2 :]}"


def _script_line(error: BaseException, path: str) -> int | None:
    line = None
    tb = error.__traceback__
    while tb is not None:
        if tb.tb_frame.f_code.co_filename == path:
            line = tb.tb_lineno
        tb = tb.tb_next
    return line
