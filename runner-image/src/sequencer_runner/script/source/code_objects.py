"""Finds code objects of files that were imported before a breakpoint was set in them."""

import dis
import gc
from collections.abc import Callable
from types import AsyncGeneratorType, CodeType, CoroutineType, FrameType, FunctionType, GeneratorType

from sequencer_runner.script import threads
from sequencer_runner.script.isolation import script_modules


def live_codes(paths: set[str], real: Callable[[str], str]) -> tuple[list[CodeType], set[str]]:
    """The existing code objects of the files, with nested ones; and which of the files are loaded as modules."""
    found: dict[int, CodeType] = {}
    for value in gc.get_objects():
        code = _code_of(value)
        if code is not None:
            found[id(code)] = code
    for frame in threads.frames().values():
        at: FrameType | None = frame
        while at is not None:
            found[id(at.f_code)] = at.f_code
            at = at.f_back
    codes = [code for code in found.values() if real(code.co_filename) in paths]
    files = [getattr(module, "__dict__", {}).get("__file__") for module in list(script_modules.values())]
    loaded = {real(file) for file in files if isinstance(file, str)} & paths
    return with_nested(codes), loaded


def _code_of(value: object) -> CodeType | None:
    kind = type(value)
    if kind is FunctionType:
        return value.__code__  # type: ignore[attr-defined,no-any-return]
    if kind is GeneratorType:
        return value.gi_code  # type: ignore[attr-defined,no-any-return]
    if kind is CoroutineType:
        return value.cr_code  # type: ignore[attr-defined,no-any-return]
    if kind is AsyncGeneratorType:
        return value.ag_code  # type: ignore[attr-defined,no-any-return]
    return None


def begins_on_its_first_line(code: CodeType) -> bool:
    """Whether it is a lambda or a function on one line, whose body is on the line of its `def`."""
    resume = code.co_code[::2].find(dis.opmap.get("RESUME", 0)) * 2
    return any(line == code.co_firstlineno and start <= resume + 2 < end for start, end, line in code.co_lines())


def lines_of(code: CodeType) -> set[int]:
    """The lines of the code that can be reported."""
    resume = code.co_code[::2].find(dis.opmap.get("RESUME", 0)) * 2
    return {line for _, end, line in code.co_lines() if line is not None and end > resume + 2}


def with_nested(codes: list[CodeType]) -> list[CodeType]:
    """The code objects and all nested ones, without duplicates."""
    found: dict[int, CodeType] = {}
    todo = list(codes)
    while todo:
        code = todo.pop()
        if id(code) not in found:
            found[id(code)] = code
            todo += [c for c in code.co_consts if isinstance(c, CodeType)]
    return list(found.values())
