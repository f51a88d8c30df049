"""The Python files that a run uses: their paths, their text, and the lines at which a trace can stop."""

import ast
import importlib.machinery
import os
import tokenize
from dataclasses import dataclass
from types import CodeType

from sequencer_runner.common.python_code import COMPILER_ERRORS
from sequencer_runner.script.isolation import script_modules
from sequencer_runner.script.source.lines import Lines

SCRIPT = "<script>"
_LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True)
class Source:
    """The text and syntax tree of a file. `stops`: the first lines of the statements that have code."""

    text: str
    tree: ast.Module
    lines: Lines
    stops: list[int]

    def stop_at(self, line: int) -> int | None:
        """The first line of the statement at this line, or of the next one that has code."""
        own = self.lines.of_line(line)
        return next((stop for stop in self.stops if stop >= own), None)


def parse(text: str, path: str) -> Source:
    """Raises COMPILER_ERRORS."""
    script = text.removeprefix("\ufeff")
    tree = ast.parse(script, path)
    lines = Lines.of(tree)
    # Compiled from the text: the depth limit of Python is lower for a tree.
    stops = {lines.of_line(line) for line in _code_lines(compile(script, path, "exec", dont_inherit=True))}
    return Source(text, tree, lines, sorted(stops))


def _code_lines(code: CodeType) -> set[int]:
    # The first line of a function's code is its definition, which runs as part of the enclosing code.
    found = {line for _, _, line in code.co_lines() if line and (line != code.co_firstlineno or code.co_name[0] == "<")}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _code_lines(constant)
    return found


class Sources:
    """Reads files on demand and caches them. The script itself is identified by its path."""

    def __init__(self, path: str, script: Source) -> None:
        self.path = path
        self._known: dict[str, Source | None] = {path: script}

    @property
    def script(self) -> Source:
        """The current version of the script."""
        script = self._known[self.path]
        if script is None:
            raise LookupError("the script is always known")
        return script

    def replace(self, script: Source) -> None:
        self._known[self.path] = script

    def get(self, path: str) -> Source | None:
        """The source of a file; None if it cannot be read as Python."""
        if path not in self._known:
            self._known[path] = _read(path)
        return self._known[path]

    def known(self, path: str) -> Source | None:
        """The source of a file, if it was read before."""
        return self._known.get(path)

    def statement(self, path: str, line: int) -> int:
        """The first line of the statement that a line belongs to, if the file was read before."""
        source = self._known.get(path)
        return line if source is None else source.lines.of_line(line)

    def shown(self, path: str) -> str:
        """The name of the file for users."""
        return SCRIPT if path == self.path else path

    def find(self, name: str) -> str | None:
        """The path of a file, given as `<script>`, as a path, or as a module name. Imports nothing."""
        if name == SCRIPT:
            return self.path
        if os.path.isabs(name):
            return name if os.path.isfile(name) else None
        return _module_path(name)


def _read(path: str) -> Source | None:
    try:
        if os.path.getsize(path) > _LARGEST:
            return None
        with tokenize.open(path) as file:
            return parse(file.read(), path)
    except (OSError, *COMPILER_ERRORS):
        return None


def _module_path(name: str) -> str | None:
    module = script_modules.get(name)
    loaded = getattr(module, "__dict__", {}).get("__file__") if module is not None else None
    if isinstance(loaded, str) and loaded.endswith(".py"):
        return os.path.abspath(loaded)
    places: list[str] | None = None
    spec: importlib.machinery.ModuleSpec | None = None
    parts = name.split(".")
    for depth in range(1, len(parts) + 1):
        spec = importlib.machinery.PathFinder.find_spec(".".join(parts[:depth]), places)
        if spec is None:
            return None
        places = list(spec.submodule_search_locations or [])
    origin = None if spec is None else spec.origin
    return os.path.abspath(origin) if origin is not None and origin.endswith(".py") else None
