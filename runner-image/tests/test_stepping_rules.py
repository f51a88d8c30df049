"""The stepping rules against a reference, with random scripts, breakpoints and commands.

The reference records every line with its callers, and searches this record for the stop of each command.
"""

import ast
import sys
from dataclasses import dataclass
from inspect import CO_OPTIMIZED
from types import FrameType
from typing import Any

from gateway import Runner, Running
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NAME = "a-script"
HEAD = """\
class Context:
    def __enter__(self):
        return 1
    def __exit__(self, *error):
        return True
"""
COMMANDS = ["NEXT", "NEXT", "NEXT", "STEP", "STEP", "RETURN", "CONTINUE", "UNTIL", "LOOP"]


# --- random scripts -------------------------------------------------------------------------------------------------


@st.composite
def blocks(draw: Any, callable_names: tuple[str, ...], depth: int, *, inside: str) -> list[str]:
    """Lines of statements, without indentation. Functions call only earlier functions, so that every script ends."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        kinds = ["assign", "call", "call", "lambda"]
        if depth < 3:
            kinds += ["for", "while", "if", "try", "with", "generate"]
        if inside == "generator":
            kinds += ["yield", "yield"]
        if inside == "function":
            kinds += ["return"]
        lines += draw(statements(draw(st.sampled_from(kinds)), callable_names, depth, inside=inside))
    return lines


@st.composite
def statements(draw: Any, kind: str, names: tuple[str, ...], depth: int, *, inside: str) -> list[str]:
    def body() -> list[str]:
        return ["    " + line for line in draw(blocks(names, depth + 1, inside=inside))]

    functions = [name for name in names if name.startswith("f")] or ["abs"]
    generators = [name for name in names if name.startswith("g")]
    called = draw(st.sampled_from(functions))
    match kind:
        case "call":
            return [f"x = {called}(1)"]
        case "lambda":
            return [f"x = sorted([2, 1], key=lambda n: {called}(n) and n)"]
        case "for":
            return ["for k in range(2):", *body(), *draw(st.sampled_from([[], ["else:", "    x = 1"]]))]
        case "while":
            counter = f"n{depth}"
            return [f"{counter} = 2", f"while {counter}:", f"    {counter} -= 1", *body()]
        case "if":
            return [f"if {draw(st.sampled_from(['True', 'x', 'not x']))}:", *body(), "else:", *body()]
        case "try":
            failing = draw(st.sampled_from(["x = 1 / 0", f"x = {called}(None)", "x = 2"]))
            return ["try:", *body(), f"    {failing}", "except Exception:", *body(), "finally:", "    x = 3"]
        case "with":
            return ["with Context() as c:", *body()]
        case "generate" if generators:
            return [f"for k in {draw(st.sampled_from(generators))}(1):", *body()]
        case "yield":
            return ["yield x"]
        case "return":
            return ["if x == 7:", "    return 5"]
        case _:
            return ["x = 1"]


@st.composite
def scripts(draw: Any) -> str:
    lines = HEAD.splitlines()
    names: tuple[str, ...] = ()
    for number in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["function", "function", "generator"]))
        name = f"{kind[0]}{number}"
        body = draw(blocks(names, 1, inside=kind))
        last = ["yield 9"] if kind == "generator" else ["return x"]
        lines += [f"def {name}(x):", *("    " + line for line in [*body, *last])]
        names = (*names, name)
    lines += ["x = 1", *draw(blocks(names, 0, inside="module")), "print(x)"]
    return "\n".join(lines) + "\n"


# --- the reference --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    frame: int
    line: int
    callers: frozenset[int]
    module: bool
    again: bool
    """The first line of a class, in its own body: a breakpoint there has already stopped outside of it."""


def record(script: str) -> list[Line]:
    """Runs the script with a trace function and returns every line event."""
    found: list[Line] = []
    kept: list[FrameType] = []
    numbers: dict[int, int] = {}

    def number(frame: FrameType) -> int:
        if id(frame) not in numbers:
            # Keeps the frame, so that no other frame gets its id.
            kept.append(frame)
            numbers[id(frame)] = len(kept)
        return numbers[id(frame)]

    def on_event(frame: FrameType, event: str, _argument: Any) -> Any:
        if frame.f_code.co_filename != NAME:
            return None
        if event == "line":
            callers = set()
            at = frame.f_back
            while at is not None:
                callers.add(number(at))
                at = at.f_back
            code = frame.f_code
            module = code.co_name == "<module>"
            again = not module and not code.co_flags & CO_OPTIMIZED and frame.f_lineno == code.co_firstlineno
            found.append(Line(number(frame), frame.f_lineno, frozenset(callers), module, again))
        return on_event

    before = sys.gettrace()
    sys.settrace(on_event)
    try:
        exec(compile(script, NAME, "exec"), {"__name__": "__main__", "print": lambda *_: None})
    except Exception:
        # The record ends with the script.
        pass
    finally:
        sys.settrace(before)
    return found


def loop_of(script: str, line: int) -> range | None:
    """The innermost loop around a line, in the same function."""

    def search(node: ast.AST, loop: range | None) -> range | None:
        for child in ast.iter_child_nodes(node):
            around = loop
            if isinstance(child, (ast.FunctionDef, ast.ClassDef)) and child.lineno < line:
                around = None
            if isinstance(child, (ast.For, ast.While)):
                last = max(n.end_lineno or 0 for n in child.body)
                around = range(child.lineno, last + 1) if child.lineno <= line <= last else loop
            if isinstance(child, ast.stmt) and child.lineno <= line <= (child.end_lineno or 0):
                return search(child, around)
            if isinstance(child, ast.ExceptHandler) and child.lineno <= line <= (child.end_lineno or 0):
                return search(child, around)
        return loop

    return search(ast.parse(script), None)


def stop_after(lines: list[Line], at: int, step: tuple[str, int, range | None], breakpoints: set[int]) -> int | None:
    """The index of the line where the script stops next; None when it ends before.

    `step` is the command, its target line and its loop.
    """
    command, target, loop = step
    here = lines[at]
    for index in range(at + 1, len(lines)):
        there = lines[index]
        own = there.frame == here.frame
        out = not own and here.frame not in there.callers
        match command:
            case "STEP":
                stops = True
            case "NEXT":
                stops = own or out
            case "RETURN":
                stops = out and not here.module
            case "UNTIL":
                stops = there.line == target or (out and not here.module)
            case "LOOP":
                stops = out or (own and loop is not None and there.line not in loop)
            case _:
                stops = False
        if stops or (there.line in breakpoints and not there.again):
            return index
    return None


# --- comparison -----------------------------------------------------------------------------------------------------


def prompt_of(running: Running, number: int) -> dict[str, Any] | None:
    """Waits for the prompt of this number; None when the run ends without it."""

    def find() -> list[dict[str, Any]]:
        return [e for e in running.of("prompt") if e["number"] == number] or running.of("ended")

    event: dict[str, Any] = running.gateway.until(find, 30, f"prompt {number} or the end of {running.run}")[0]
    return event if event["type"] == "prompt" else None


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(script=scripts(), data=st.data())
def test_every_command_stops_where_the_reference_does(runner: Runner, script: str, data: Any) -> None:
    lines = record(script)
    code = sorted({entry.line for entry in lines})
    breakpoints = set(data.draw(st.lists(st.sampled_from(code), max_size=2), label="breakpoints"))
    points = [{"file": "<script>", "line": line, "enabled": True} for line in sorted(breakpoints)]
    running = runner.submit(script, startPaused=True, breakpoints=points)
    try:
        compare(running, script, lines, breakpoints, data)
    finally:
        if not running.of("ended"):
            running.command("stop", level="KILL")
            running.end()


def compare(running: Running, script: str, lines: list[Line], breakpoints: set[int], data: Any) -> None:
    code = sorted({entry.line for entry in lines})
    at: int | None = 0
    number = 1
    walked = []
    while (prompt := prompt_of(running, number)) is not None:
        assert at is not None, (walked, prompt)
        assert prompt["stack"][-1]["line"] == lines[at].line, walked
        over = len(walked) == 12
        command = "CONTINUE" if over else data.draw(st.sampled_from(COMMANDS), label="command")
        target = data.draw(st.sampled_from(code), label="line") if command == "UNTIL" else 0
        loop = loop_of(script, lines[at].line)
        if command == "LOOP" and loop is None:
            command = "NEXT"
        walked.append((lines[at].line, command, target))
        if over:
            running.command("setBreakpoints", breakpoints=[])
            breakpoints = set()
        assert running.step(prompt, command, target or None)["ok"]
        at = stop_after(lines, at, (command, target, loop), breakpoints)
        number += 1
    assert at is None, (walked, lines[at])
