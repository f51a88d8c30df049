"""Evaluates expressions and statements of users in frames of the script."""

import ast
import contextlib
import re
from collections import ChainMap
from collections.abc import Callable, MutableMapping
from keyword import iskeyword
from types import CellType, CodeType, FrameType, FunctionType
from typing import Any, Literal, cast

from sequencer_runner.script.source.live_locals import live_locals, refresh_locals
from sequencer_runner.script.source.scopes import Scope, declared_global, scope_of
from sequencer_runner.script.source.signals import is_of_signal
from sequencer_runner.script.source.sources import Sources
from sequencer_runner.script.source.values import full_text

_ERROR = 2000
_NAME = "<evaluated>"
_PRIVATE = re.compile(r"\b__\w*[^\W_]\w*(?<!__)\b")
_MAY_NEED_FUNCTION = re.compile(rf"\b(for|lambda)\b|:=|{_PRIVATE.pattern}")
_NESTING = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.GeneratorExp,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.NamedExpr,
    # `except ... as name` deletes the name at its end, which Python 3.13 refuses for the variables of a frame.
    ast.ExceptHandler,
)


def one_line(error: BaseException) -> str:
    """`NameError: name 'x' is not defined`, bounded, whatever its `__str__` does."""
    try:
        text = str.__str__(str(error))
    except BaseException as problem:
        text = f"<its text failed with {type(problem).__name__}>"
    name = type(error).__name__
    return (f"{name}: {text}" if text else name)[:_ERROR]


def evaluate(frame: FrameType, text: str, sources: Sources, show: Callable[[Any], str] = full_text) -> str:
    """Returns the value of an expression as text, or an empty string for statements. Raises what they raise."""
    text = text.strip()
    code = _expression(text, sources)
    if code is not None:
        return show(code.run(frame))
    Code(text, "exec", _NAME, sources).run(frame)
    return ""


def _expression(text: str, sources: Sources) -> "Code | None":
    # Separate from running the code: code that runs in an `except` block sees its exception in sys.exception().
    try:
        return Code(text, "eval", _NAME, sources)
    except SyntaxError:
        return None


class Code:
    """An expression or statements, compiled once, to run in frames. Raises what the compiler raises.

    With `eval` and the names of a frame, nested code (a lambda, a generator) would see only globals. Such a text is
    compiled as a function inside functions that own the names of the frame, and its assignments are written back.
    """

    def __init__(self, text: str, mode: Literal["eval", "exec"], file: str, sources: Sources) -> None:
        self._plain: CodeType = compile(text, file, mode, dont_inherit=True)
        self._file = file
        self._sources = sources
        self._tree: ast.Expression | ast.Module | None = None
        self._scopes: dict[CodeType, Scope] = {}
        self._functions: dict[tuple[CodeType, frozenset[str]], CodeType | None] = {}
        if mode == "exec" or _MAY_NEED_FUNCTION.search(text):
            # The depth limit of Python is lower for a tree. Without a tree, the text runs as it is.
            with contextlib.suppress(RecursionError, MemoryError):
                tree = compile(text, file, mode, ast.PyCF_ONLY_AST, dont_inherit=True)
                self._tree = cast("ast.Expression | ast.Module", tree)
        self._nests = self._tree is not None and any(isinstance(node, _NESTING) for node in ast.walk(self._tree))
        self._private = _PRIVATE.search(text) is not None

    def run(self, frame: FrameType) -> Any:
        """Runs the code. Returns the value of an expression."""
        variables = live_locals(frame)
        try:
            if self._tree is not None and variables is not frame.f_globals:
                code = self._function_for(frame, variables)
                if code is not None:
                    return _call(code, frame, variables)
            return eval(self._plain, frame.f_globals, variables)
        finally:
            refresh_locals(frame)

    def _function_for(self, frame: FrameType, variables: MutableMapping[str, Any]) -> CodeType | None:
        """None if the names of the frame suffice, or if the text cannot be compiled in a function."""
        scope = self._scope(frame.f_code)
        if not (self._nests or scope.declared or (self._private and scope.private)):
            return None
        names = frozenset(n for n in variables if n.isidentifier() and not iskeyword(n) and n != "__debug__")
        key = frame.f_code, names
        if key not in self._functions:
            try:
                self._functions[key] = self._function(frame.f_code.co_name, names, scope)
            except (SyntaxError, RecursionError):
                self._functions[key] = None
        return self._functions[key]

    def _scope(self, code: CodeType) -> Scope:
        scope = self._scopes.get(code)
        if scope is None:
            scope = self._scopes[code] = scope_of(code, self._sources)
        return scope

    def _function(self, name: str, names: frozenset[str], scope: Scope) -> CodeType:
        tree = self._tree
        body = [ast.Return(tree.body)] if isinstance(tree, ast.Expression) else [] if tree is None else tree.body
        own = set() if tree is None else set(declared_global(tree))
        declared = sorted(scope.declared | own)
        head: list[ast.stmt] = [ast.Global(declared)] if declared else []
        alone = _innermost(name, [], scope.private, [*head, *body], self._file)
        owned = sorted({*names, *alone.co_varnames, *alone.co_cellvars} - {*declared})
        if owned:
            head.append(ast.Nonlocal(owned))
        return _innermost(name, owned, scope.private, [*head, *body], self._file)


def _innermost(name: str, owned: list[str], private: str | None, body: list[ast.stmt], file: str) -> CodeType:
    """Compiles the body as a function inside a class, inside a function that owns the names."""
    module = ast.parse("def outer():\n class inner:\n  def function(): pass")
    outer = cast(ast.FunctionDef, module.body[0])
    inner = cast(ast.ClassDef, outer.body[0])
    function = cast(ast.FunctionDef, inner.body[0])
    outer.name, inner.name, function.name = "<evaluated>", private or "_", name
    outer.args.args = [ast.arg(name) for name in owned]
    function.body = body
    code: CodeType = compile(ast.fix_missing_locations(module), file, "exec", dont_inherit=True)
    for _ in range(3):
        code = next(constant for constant in code.co_consts if isinstance(constant, CodeType))
    return code


def _call(code: CodeType, frame: FrameType, variables: MutableMapping[str, Any]) -> Any:
    """Runs the code with the variables, and writes back its assignments."""
    # As in a module: until a name is assigned, it is read from the outer scopes.
    known = ChainMap(cast("dict[str, Any]", variables), frame.f_globals, frame.f_builtins)
    before = {name: known[name] for name in code.co_freevars if name in known}
    cells = {name: CellType(before[name]) if name in before else CellType() for name in code.co_freevars}
    try:
        return FunctionType(code, frame.f_globals, closure=tuple(cells.values()))()
    finally:
        _write_back(variables, before, cells)


def _write_back(variables: MutableMapping[str, Any], before: dict[str, Any], cells: dict[str, CellType]) -> None:
    for name, cell in cells.items():
        try:
            value = cell.cell_contents
        except ValueError:
            if name in variables:
                with contextlib.suppress(TypeError, ValueError):
                    del variables[name]
            continue
        if name not in before or before[name] is not value:
            variables[name] = value


class LogText:
    """Text with expressions in {braces}; {{ and }} mean braces. Raises what the compiler raises."""

    def __init__(self, message: str, sources: Sources) -> None:
        self._parts = [
            part if isinstance(part, str) else Code(part[0], "eval", "<log>", sources) for part in _split(message)
        ]

    def text(self, frame: FrameType) -> str:
        """The formatted text. Errors are shown in the text."""
        return "".join(part if isinstance(part, str) else _shown(part, frame) for part in self._parts)


def _shown(code: Code, frame: FrameType) -> str:
    try:
        value = code.run(frame)
        return value if type(value) is str else full_text(value)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) or is_of_signal(error):
            raise
        return f"<{one_line(error)}>"


def _split(message: str) -> list[str | tuple[str]]:
    """Splits a message into texts, and expressions as tuples."""
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
    """The position of the first closing brace before which the text is a valid expression."""
    end = message.find("}", begin)
    while end >= 0:
        try:
            ast.parse(message[begin:end].strip(), mode="eval")
        except SyntaxError:
            end = message.find("}", end + 1)
        else:
            return end
    raise SyntaxError(f"no expression and closing brace after {message[begin - 1 : begin + 40]!r}")
