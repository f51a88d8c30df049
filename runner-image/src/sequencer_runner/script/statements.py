"""Executes a script's top-level statements one by one, in `__main__`, as Python would all at once."""

import __future__

import ast
import sys
from collections.abc import Callable
from types import CodeType, ModuleType
from typing import Any, Protocol

from sequencer_runner.script.channel import Channel

_FLAGS = {name: getattr(__future__, name).compiler_flag for name in __future__.all_feature_names}


class StopAsked(BaseException):
    """The run was asked to stop before its next statement. Not for the script to catch."""


class Control(Protocol):
    """Who decides between statements."""

    stop_asked: bool

    def begin_statement(self) -> None: ...


class Statements:
    """A compiled script. Statements are numbered from 0."""

    def __init__(self, source: str, path: str) -> None:
        self.tree = ast.parse(source.removeprefix("\ufeff"), path)
        self._path = path
        self._flags = 0
        body = self.tree.body
        self._docstring = ast.get_docstring(self.tree, clean=False)
        for node in body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                for name in node.names:
                    self._flags |= _FLAGS.get(name.name, 0)
        self._codes = [self._compile(node, first=node is body[0]) for node in body]
        self.current: int | None = None

    def spans(self) -> list[dict[str, int]]:
        """First and last line of each statement, as the `started` event carries them."""
        return [
            {"index": index, "firstLine": self._first(node), "lastLine": node.end_lineno or node.lineno}
            for index, node in enumerate(self.tree.body)
        ]

    def run(
        self,
        module: ModuleType,
        channel: Channel,
        watch: Callable[[CodeType], None],
        control: Control,
        pass_on: Callable[[], None],
    ) -> None:
        """Raises what the script raises, or StopAsked."""
        namespace: dict[str, Any] = module.__dict__
        if self._docstring is not None:
            namespace["__doc__"] = self._docstring
        for index, code in enumerate(self._codes):
            if control.stop_asked:
                raise StopAsked
            self.current = index
            watch(code)
            channel.event("statement", index=index, state="RUNNING", attempt=1)
            control.begin_statement()
            try:
                exec(code, namespace)
            except StopAsked:
                channel.event("statement", index=index, state="PENDING", attempt=1)
                raise
            except BaseException as error:
                pass_on()
                ended_well = isinstance(error, SystemExit) and error.code in (None, 0)
                state = "DONE" if ended_well else "FAILED"
                channel.event("statement", index=index, state=state, attempt=1)
                raise
            pass_on()
            channel.event("statement", index=index, state="DONE", attempt=1)

    def _first(self, node: ast.stmt) -> int:
        return int(min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]))

    def _compile(self, node: ast.stmt, *, first: bool) -> CodeType:
        if not first and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            # Alone in a module, a text would be its docstring.
            node = ast.copy_location(ast.Pass(), node)
        code: CodeType = compile(ast.Module([node], []), self._path, "exec", self._flags, dont_inherit=True)
        return code


def script_module(path: str) -> ModuleType:
    """A fresh `__main__`, as Python makes it for a script."""
    import builtins

    module = ModuleType("__main__")
    module.__dict__.update(
        {"__file__": path, "__builtins__": builtins, "__cached__": None, "__loader__": None, "__annotations__": {}}
    )
    if sys.version_info >= (3, 13):
        del module.__dict__["__cached__"]
    return module
