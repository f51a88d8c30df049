"""Rules for where a stepping trace stops again. Pure, except that it updates the trace.

A step also enters functions of libraries. It passes through code that only calls back (`PASSED`), through imports, and
through code without a file.
"""

import ast
import os
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.script.debugger.prompts import StepAction
from sequencer_runner.script.debugger.traces import Mode, Trace
from sequencer_runner.script.isolation import script_modules
from sequencer_runner.script.source.sources import Source
from sequencer_runner.script.source.stack import is_own

_MODES: dict[str, Mode] = {"NEXT": "next", "STEP": "step", "RETURN": "return", "UNTIL": "until", "LOOP": "loop"}
_LIBRARY = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
_SITES = (_LIBRARY + "site-packages", _LIBRARY + "dist-packages")
PASSED = tuple(
    _LIBRARY + name.replace("/", os.sep)
    for name in (
        "asyncio/",
        "concurrent/",
        "importlib/",
        "multiprocessing/",
        "_weakrefset.py",
        "abc.py",
        "contextlib.py",
        "dataclasses.py",
        "enum.py",
        "functools.py",
        "queue.py",
        "runpy.py",
        "selectors.py",
        "threading.py",
        "typing.py",
        "weakref.py",
    )
)


def begin(trace: Trace, frame: FrameType, command: StepAction, statement_of: Callable[[FrameType], int | None]) -> None:
    """Starts a step from this frame, by any command except CONTINUE."""
    trace.reason = "step"
    trace.mode = _MODES[command]
    trace.frame = frame
    trace.greenlet = _greenlet()
    trace.started_statements = {}
    at: FrameType | None = frame
    while at is not None:
        line = statement_of(at)
        if line is not None:
            trace.started_statements[id(at)] = line
        at = at.f_back


def aim(trace: Trace, source: Source | None, at: int, command: StepAction, line: int | None) -> None:
    """Sets the target of a step UNTIL or LOOP from line `at` of this source. Raises CommandRefused."""
    if source is None:
        raise CommandRefused("BAD_INPUT", f"{command}: the source of this file cannot be read.")
    if command == "LOOP":
        loop = loop_around(source.tree, source.lines.of_line(at))
        if loop is None:
            raise CommandRefused("BAD_INPUT", "This line is not in a loop.")
        trace.loop = loop
        return
    stop = None if line is None else source.stop_at(line)
    if stop is None:
        raise CommandRefused("BAD_INPUT", f"line: there is no code at or after line {line}.")
    trace.until = stop


def stops_at(trace: Trace, frame: FrameType, line: int, path: str) -> bool:
    """Whether the step ends before this statement, given by its first line, in this frame. `path`: of the script."""
    if trace.mode == "run":
        return _stepping_task_ended(trace)
    greenlet = trace.greenlet
    if greenlet is not None and not greenlet.dead and greenlet is not _greenlet():
        return False
    # In one call: another thread may end the step at this moment.
    started_statements = trace.started_statements.pop(id(frame), None)
    if started_statements == line:
        # Back in a statement that had started: a multi-line call whose arguments have been evaluated.
        trace.started_statements[id(frame)] = line
        return False
    if frame is trace.frame:
        return _stops_in_own_frame(trace, line)
    if trace.mode == "step":
        return True
    if trace.mode == "until" and trace.frame is not None:
        if line == trace.until and frame.f_code.co_filename == trace.frame.f_code.co_filename:
            return True
        if is_script(trace.frame.f_code, path):
            # The top level ends with the script: each of its statements has its own frame.
            return False
    return not _is_below(frame, trace.frame)


def _stops_in_own_frame(trace: Trace, line: int) -> bool:
    if trace.mode == "until":
        return line == trace.until
    if trace.mode == "loop":
        return line not in trace.loop
    return trace.mode != "return"


def must_report(trace: Trace, frame: FrameType, line: int) -> bool:
    """Whether the next stop may be at this line of this code, for any trace."""
    if trace.mode == "step" or trace.frame_left or trace.stepping_task is not None:
        return True
    own = trace.frame
    if own is None:
        return False
    code = frame.f_code
    if trace.mode == "until" and line == trace.until and code.co_filename == own.f_code.co_filename:
        return True
    at = own if _stops_in_own_frame(trace, line) else own.f_back
    while at is not None:
        if at.f_code is code:
            return True
        at = at.f_back
    return False


def is_script(code: CodeType, path: str) -> bool:
    """Whether the code is a top-level statement of the script."""
    return code.co_name == "<module>" and code.co_filename == path


def passes(code: CodeType) -> bool:
    """Whether a step passes through the code without a stop."""
    return code.co_filename.startswith(("<", *PASSED))


def enters(trace: Trace, frame: FrameType, path: str) -> bool:
    """Whether STEP enters this function, which is being called."""
    code = frame.f_code
    name = code.co_filename
    if passes(code) or code.co_name == "<module>" or is_own(frame):
        return False
    near = name.startswith(_LIBRARY) and not name.startswith(_SITES)
    at = frame.f_back
    while at is not None and at is not trace.frame and at.f_code.co_filename != path:
        caller = at.f_code.co_filename
        if is_own(at) or caller.startswith("<frozen importlib"):
            return False
        near = near and caller.startswith(_LIBRARY)
        if near and caller.startswith(PASSED):
            # A passed module calls its own helpers in the library.
            return False
        at = at.f_back
    return True


def loop_around(tree: ast.Module, line: int) -> range | None:
    """The lines of the innermost loop around the line, within its function."""
    found: tuple[int, range] | None = None
    function = 0
    for node in ast.walk(tree):
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            span = range(node.lineno, max(n.end_lineno or n.lineno for n in node.body) + 1)
            if line in span and (found is None or span.start >= found[0]):
                found = span.start, span
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            inside = node.body[0].lineno <= line <= (node.end_lineno or node.lineno)
            function = max(function, node.lineno) if inside else function
    return None if found is None or function > found[0] else found[1]


def _stepping_task_ended(trace: Trace) -> bool:
    """Whether the step of this thread entered a task that ended while it was stepping."""
    task = trace.stepping_task
    if task is None or task.alive():
        return False
    trace.stepping_task = None
    trace.mode = task.mode
    return task.mode != "run"


def _greenlet() -> Any:
    """The running greenlet; None if greenlets are not used."""
    module = script_modules.get("greenlet._greenlet")
    return None if module is None else module.getcurrent()


def _is_below(frame: FrameType, target: FrameType | None) -> bool:
    at = frame.f_back
    while at is not None:
        if at is target:
            return True
        at = at.f_back
    return False
