"""Facts about Python that both processes use: compiler errors, line counting, the version."""

import ast
import sys

COMPILER_ERRORS = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, SystemError)


def problem_of(error: BaseException) -> str:
    """Describes a compiler error in one line, such as `line 2: '(' was never closed`."""
    if not isinstance(error, SyntaxError):
        return f"Python cannot compile the script: {': '.join(filter(None, (type(error).__name__, str(error))))}"
    text = error.msg if isinstance(error.msg, str) and error.msg else "invalid syntax"
    return f"line {line_of(error)}: {text}"


def line_of(error: BaseException, last: int | None = None) -> int:
    """The line of a compiler error, at least 1. Some errors are reported after the `last` line: those return `last`."""
    line = error.lineno if isinstance(error, SyntaxError) else 1
    line = line if isinstance(line, int) and line > 0 else 1
    return line if last is None else min(line, last)


def python_lines(text: str) -> list[str]:
    """Splits text into lines as Python does: a form feed or U+2028 does not end a line."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def first_line(node: ast.stmt) -> int:
    """The first line of a statement, including its decorators."""
    return int(min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]))


def python_version() -> str:
    return ".".join(map(str, sys.version_info[:3]))
