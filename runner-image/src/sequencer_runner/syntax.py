"""The exceptions of Python's compiler, and their text for users."""

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
