"""Executes a script's top-level statements one by one, in `__main__`, as Python would all at once."""

import __future__

import ast
import sys
from collections.abc import Callable
from types import CodeType, ModuleType
from typing import Any

from sequencer_runner.script.channel import Channel

_FLAGS = {name: getattr(__future__, name).compiler_flag for name in __future__.all_feature_names}


class StopAsked(Exception):
    """The run was asked to stop before its next statement."""


class Statements:
    """A compiled script. Statements are numbered from 0."""

    def __init__(self, source: str, path: str) -> None:
        self.tree = ast.parse(source, path)
        self._path = path
        self._flags = 0
        body = self.tree.body
        self._docstring = ast.get_docstring(self.tree, clean=False)
        for node in body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                for name in node.names:
                    self._flags |= _FLAGS.get(name.name, 0)
        self._codes = [self._compile(node) for node in body]
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
        stop_asked: Callable[[], bool],
        pass_on: Callable[[], None],
    ) -> None:
        """Raises what the script raises, or StopAsked."""
        namespace: dict[str, Any] = module.__dict__
        if self._docstring is not None:
            namespace["__doc__"] = self._docstring
        for index, code in enumerate(self._codes):
            if stop_asked():
                raise StopAsked
            self.current = index
            watch(code)
            channel.event("statement", index=index, state="RUNNING", attempt=1)
            try:
                exec(code, namespace)
            except BaseException as error:
                pass_on()
                ended_well = isinstance(error, SystemExit) and error.code in (None, 0)
                state = "DONE" if ended_well else "FAILED"
                channel.event("statement", index=index, state=state, attempt=1)
                raise
            pass_on()
            channel.event("statement", index=index, state="DONE", attempt=1)

    def _first(self, node: ast.stmt) -> int:
        return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])

    def _compile(self, node: ast.stmt) -> CodeType:
        module = ast.Module([node], [])
        code = compile(module, self._path, "exec", self._flags, dont_inherit=True)
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
