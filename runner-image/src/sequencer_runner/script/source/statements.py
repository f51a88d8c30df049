"""The top-level statements of a script, compiled one by one, and the comparison of two versions."""

import __future__

import ast
import marshal
import sys
from dataclasses import dataclass
from types import CodeType, ModuleType
from typing import TYPE_CHECKING

from sequencer_runner.common.python_code import first_line, python_lines
from sequencer_runner.script.isolation import public
from sequencer_runner.script.source.lines import Lines

if TYPE_CHECKING:
    from sequencer_runner.protocol import StatementSpan

_FLAGS = {name: getattr(__future__, name).compiler_flag for name in __future__.all_feature_names}


class StopRequested(BaseException):
    """A stop before the next statement was requested. Not for the script to catch."""


class RestartStatement(BaseException):
    """A statement was replaced before anything of it had run. Not for the script to catch."""


@dataclass(frozen=True)
class Statement:
    """Lines from 1, inclusive. `end` is the column after the last character, in bytes."""

    first: int
    last: int
    end: int
    code: CodeType


class Statements:
    """One version of a script. Statements are numbered from 0."""

    def __init__(self, source: str, path: str, version: int = 1) -> None:
        self.source = source.removeprefix("\ufeff")
        self.version = version
        self._path = path
        self._text_lines = [line.encode() for line in python_lines(self.source)]
        tree = ast.parse(self.source, path)
        self.lines = Lines.of(tree)
        self.docstring = ast.get_docstring(tree, clean=False)
        self._flags = _future_flags(tree)
        codes = _contiguous([self._compile(node, first=i == 0) for i, node in enumerate(tree.body)])
        self.all = [
            Statement(first_line(node), node.end_lineno or node.lineno, node.end_col_offset or 0, code)
            for node, code in zip(tree.body, codes, strict=True)
        ]

    def spans(self) -> "list[StatementSpan]":
        """First and last line of each statement, as in events."""
        return [{"index": i, "firstLine": s.first, "lastLine": s.last} for i, s in enumerate(self.all)]

    def index_at(self, line: int) -> int | None:
        """The index of the statement at this line, or of the next one."""
        return next((i for i, s in enumerate(self.all) if line <= s.last), None)

    def first_difference(self, other: "Statements") -> int:
        """The index of the first statement whose text or position differs."""
        for index, (mine, theirs) in enumerate(zip(self.all, other.all, strict=False)):
            where = (mine.first, mine.last, mine.end)
            if where != (theirs.first, theirs.last, theirs.end) or self._text(mine) != other._text(theirs):
                return index
        return min(len(self.all), len(other.all))

    def _text(self, statement: Statement) -> list[bytes]:
        lines = self._text_lines[statement.first - 1 : statement.last]
        lines[-1] = lines[-1][: statement.end]
        return lines

    def _compile(self, node: ast.stmt, *, first: bool) -> CodeType:
        if not first and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            # Alone in a module, a string would become its docstring.
            node = ast.copy_location(ast.Pass(), node)
        try:
            code: CodeType = compile(ast.Module([node], []), self._path, "exec", self._flags, dont_inherit=True)
        except RecursionError:
            # The depth limit of Python is three times as high for text.
            code = compile(self._alone(node), self._path, "exec", self._flags, dont_inherit=True)
        return code

    def _alone(self, node: ast.stmt) -> str:
        """The text of the statement at its original position, without the other statements."""
        lines = [*self._text_lines[: node.end_lineno]]
        lines[-1] = lines[-1][: node.end_col_offset]
        first = first_line(node) - 1
        # If another statement precedes it on the line, a constant of the same length keeps the columns.
        before = b"0".ljust(node.col_offset - 1) + b";" if node.col_offset > 1 else b""
        lines[first] = before + lines[first][node.col_offset :]
        return "\n" * first + b"\n".join(lines[first:]).decode() + "\n"


def _contiguous(codes: list[CodeType]) -> list[CodeType]:
    """Copies the code into one stretch of memory. Scattered between garbage of the compiler, small functions run a few
    percent slower."""
    packed: list[CodeType] = marshal.loads(marshal.dumps(codes))
    return packed


def _future_flags(tree: ast.Module) -> int:
    flags = 0
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for name in node.names:
                flags |= _FLAGS.get(name.name, 0)
    return flags


def script_module(path: str) -> ModuleType:
    """Creates a `__main__` module as Python does for a script."""
    module = ModuleType("__main__")
    module.__dict__.update(
        {
            "__file__": path,
            "__builtins__": public("builtins"),
            "__cached__": None,
            "__loader__": None,
            "__annotations__": {},
        }
    )
    if sys.version_info >= (3, 13):
        del module.__dict__["__cached__"]
    return module
