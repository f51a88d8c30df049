"""The commands of pdb. A name in the frame takes precedence: `n` is the variable if there is one, else the step.
As in pdb, `!` before a statement means that it is not a command.

| command | does |
| --- | --- |
| p X, pp X, whatis X | the value, the value over several lines, its type |
| w, where, bt | the stack |
| l, list, ll | the source around the line |
| a, args | the arguments of the function |
| n, s, r, c, unt LINE (next, step, return, continue, until) | the steps |
| !X | executes the statement X |
"""

import inspect
import pprint
from dataclasses import dataclass
from types import FrameType
from typing import Any

from sequencer_runner.common.python_code import python_lines
from sequencer_runner.script.debugger.prompts import StepAction
from sequencer_runner.script.source.expressions import evaluate
from sequencer_runner.script.source.sources import Sources
from sequencer_runner.script.source.values import describe, full_text, type_of

_STEPS: dict[str, StepAction] = {
    "n": "NEXT",
    "next": "NEXT",
    "s": "STEP",
    "step": "STEP",
    "r": "RETURN",
    "return": "RETURN",
    "c": "CONTINUE",
    "cont": "CONTINUE",
    "continue": "CONTINUE",
    "unt": "UNTIL",
    "until": "UNTIL",
}
_AROUND = 5
_WIDTH = 100


@dataclass(frozen=True)
class Step:
    """The pdb command for a step."""

    command: StepAction
    line: int | None


def step_of(text: str, frame: FrameType) -> Step | None:
    """The step that the text requests; None if it is not a step."""
    words = text.split()
    if not words or len(words) > 2 or words[0] not in _STEPS or _is_name(words[0], frame):
        return None
    command = _STEPS[words[0]]
    if len(words) == 1:
        return None if command == "UNTIL" else Step(command, None)
    return Step(command, int(words[1])) if command == "UNTIL" and _is_line(words[1]) else None


def answer(text: str, frames: list[FrameType], at: int, sources: Sources) -> str:
    """The result of the text in that frame. Raises what the evaluated code raises."""
    frame = frames[at]
    text = text.strip()
    word, _, rest = text.partition(" ")
    if text.startswith("!"):
        return evaluate(frame, text[1:], sources)
    if not _is_name(word, frame):
        match word:
            case "w" | "where" | "bt" if not rest:
                return _stack(frames, at, sources)
            case "l" | "list" | "ll" | "longlist" if not rest or _is_line(rest.strip()):
                return _listing(frame, rest.strip(), sources, whole=word in ("ll", "longlist"))
            case "a" | "args" if not rest:
                return _arguments(frame)
            case "p" if _is_operand(rest):
                return evaluate(frame, rest, sources)
            case "pp" if _is_operand(rest):
                return evaluate(frame, rest, sources, _pretty)
            case "whatis" if _is_operand(rest):
                return evaluate(frame, rest, sources, type_of)
    return evaluate(frame, text, sources)


def _is_name(word: str, frame: FrameType) -> bool:
    return word in frame.f_locals or word in frame.f_globals or word in frame.f_builtins


def _is_line(word: str) -> bool:
    return word.isdecimal() and len(word) < 10


def _is_operand(rest: str) -> bool:
    """Whether it is an operand. `p = 3` is a statement."""
    return bool(rest) and not (rest.startswith("=") and not rest.startswith("=="))


def _pretty(value: Any) -> str:
    text = full_text(value)
    return pprint.pformat(value, width=_WIDTH) if _WIDTH < len(text) < 8000 else text


def _stack(frames: list[FrameType], at: int, sources: Sources) -> str:
    lines = []
    for index, frame in reversed(list(enumerate(frames))):
        mark = ">" if index == at else " "
        code = frame.f_code
        lines.append(f"{mark} {sources.shown(code.co_filename)}({frame.f_lineno}){code.co_name}()")
    return "\n".join(lines)


def _listing(frame: FrameType, asked: str, sources: Sources, *, whole: bool) -> str:
    source = sources.get(frame.f_code.co_filename)
    if source is None:
        return "The source cannot be read."
    lines = python_lines(source.text)
    current = frame.f_lineno or 1
    middle = int(asked) if asked else current
    first, last = max(1, middle - _AROUND), middle + _AROUND
    if whole:
        code = frame.f_code
        own = [line for _, _, line in code.co_lines() if line]
        if code.co_flags & inspect.CO_OPTIMIZED:
            own.append(code.co_firstlineno)
        first, last = min(own), max(own)
    shown = enumerate(lines[first - 1 : last], first)
    return "\n".join(f"{number:4}{'->' if number == current else '  '} {line}" for number, line in shown)


def _arguments(frame: FrameType) -> str:
    arguments = inspect.getargvalues(frame)
    names = [*arguments.args, *(name for name in (arguments.varargs, arguments.keywords) if name)]
    return "\n".join(f"{name} = {describe(arguments.locals[name])}" for name in names if name in arguments.locals)
