"""Signals that the script handles itself come in its main thread, also while the runner is at work there."""

import signal
from types import CodeType
from typing import Any


def is_of_signal(error: BaseException) -> bool:
    """Whether a handler of the script has raised it: then it is the script's, whatever was going on."""
    codes = {_code_of(signal.getsignal(number)) for number in signal.valid_signals()}
    at = error.__traceback__
    while at is not None:
        if at.tb_frame.f_code in codes:
            return True
        at = at.tb_next
    return False


def _code_of(handler: Any) -> CodeType | None:
    """Of a function, a method or a partial of one."""
    handler = getattr(handler, "func", handler)
    code = getattr(getattr(handler, "__func__", handler), "__code__", None)
    return code if isinstance(code, CodeType) else None
