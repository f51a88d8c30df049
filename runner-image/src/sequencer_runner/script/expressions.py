"""Expressions and statements of people, in the frames of the script."""

import ast
import ctypes
import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from sequencer_runner.script.signals import is_of_signal
from sequencer_runner.script.values import full_text

_ERROR = 2000
_NAME = "<evaluated>"


def one_line(error: BaseException) -> str:
    """`NameError: name 'x' is not defined`, bounded, whatever its `__str__` does."""
    try:
        text = str(error)
    except Exception as problem:
        text = f"<its text failed with {type(problem).__name__}>"
    name = type(error).__name__
    return (f"{name}: {text}" if text else name)[:_ERROR]


def evaluate(frame: FrameType, text: str, show: Callable[[Any], str] = full_text) -> str:
    """The value of an expression as text, or nothing for statements. Raises what they raise."""
    text = text.strip()
    try:
        code = compile(text, _NAME, "eval", dont_inherit=True)
    except SyntaxError:
        _carry_out(compile(text, _NAME, "exec", dont_inherit=True), frame)
        return ""
    return show(_value(code, frame))


def _value(code: CodeType, frame: FrameType) -> Any:
    names = frame.f_locals
    if frame.f_locals is not frame.f_globals and any(isinstance(c, CodeType) for c in code.co_consts):
        # A comprehension or lambda inside sees globals only: give it the locals as such.
        return eval(code, {**frame.f_globals, **names})
    try:
        return eval(code, frame.f_globals, names)
    finally:
        _write_back(frame)


def _carry_out(code: CodeType, frame: FrameType) -> None:
    names = frame.f_locals
    try:
        exec(code, frame.f_globals, names)
    finally:
        _write_back(frame)


def _write_back(frame: FrameType) -> None:
    """Before 3.13 the locals of a function are a copy, which has to be put back."""
    if sys.version_info < (3, 13) and frame.f_code.co_name != "<module>":
        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(1))


class LogText:
    """Text with expressions in {braces}; {{ and }} are braces. Raises SyntaxError."""

    def __init__(self, message: str) -> None:
        self._parts = [
            part if isinstance(part, str) else compile(part[0], "<log>", "eval", dont_inherit=True)
            for part in _split(message)
        ]

    def text(self, frame: FrameType) -> str:
        """Never raises: what goes wrong is in the text."""
        return "".join(part if isinstance(part, str) else _shown(part, frame) for part in self._parts)


def _shown(code: CodeType, frame: FrameType) -> str:
    try:
        value = eval(code, frame.f_globals, frame.f_locals)
        return value if type(value) is str else full_text(value)
    except Exception as error:
        if is_of_signal(error):
            raise
        return f"<{one_line(error)}>"


def _split(message: str) -> list[str | tuple[str]]:
    """Texts, and expressions as tuples."""
    parts: list[str | tuple[str]] = []
    text = ""
    at = 0
    while at < len(message):
        sign = message[at]
        if message[at : at + 2] in ("{{", "}}"):
            text += sign
            at += 2
        elif sign == "{":
            end = _end_of_expression(message, at + 1)
            parts += [text, (message[at + 1 : end].strip(),)]
            text = ""
            at = end + 1
        else:
            text += sign
            at += 1
    return [*parts, text]


def _end_of_expression(message: str, begin: int) -> int:
    """The first closing brace up to which Python can compile it."""
    end = message.find("}", begin)
    while end >= 0:
        try:
            ast.parse(message[begin:end].strip(), mode="eval")
        except SyntaxError:
            end = message.find("}", end + 1)
        else:
            return end
    raise SyntaxError(f"no expression and closing brace after {message[begin - 1 : begin + 40]!r}")
