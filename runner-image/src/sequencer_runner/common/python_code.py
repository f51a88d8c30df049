"""What both processes need to know of Python code: errors of the compiler, lines, and the version."""

import ast
import sys

COMPILER_ERRORS = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, SystemError)


def problem_of(error: BaseException) -> str:
    """Of a compiler error, as a sentence of one line: `line 2: '(' was never closed`."""
    if not isinstance(error, SyntaxError):
        return f"Python cannot compile the script: {': '.join(filter(None, (type(error).__name__, str(error))))}"
    text = error.msg if isinstance(error.msg, str) and error.msg else "invalid syntax"
    return f"line {line_of(error)}: {text}"


def line_of(error: BaseException, last: int | None = None) -> int:
    """From 1 to the last of the script, which some errors go beyond."""
    line = error.lineno if isinstance(error, SyntaxError) else 1
    line = line if isinstance(line, int) and line > 0 else 1
    return line if last is None else min(line, last)


def python_lines(text: str) -> list[str]:
    """As Python counts them: a form feed, U+2028 and the like end no line."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def first_line(node: ast.stmt) -> int:
    """Of a statement with its decorators."""
    return int(min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]))


def python_version() -> str:
    return ".".join(map(str, sys.version_info[:3]))
