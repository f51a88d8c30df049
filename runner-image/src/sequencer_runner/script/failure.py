"""An exception that ends the script, as people need it: the first cause first."""

import traceback
from types import TracebackType
from typing import Any

_TEXT = 32 * 1024


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


def describe_failure(error: BaseException, path: str, statement: int | None) -> dict[str, Any]:
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
        "awaitingDecision": False,
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
