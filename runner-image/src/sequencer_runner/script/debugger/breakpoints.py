"""Breakpoints and log points: where they are set, and when they are hit."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from inspect import CO_OPTIMIZED
from types import CodeType, FrameType
from typing import TYPE_CHECKING, TypeAlias, cast

from sequencer_runner.common.clock import now_iso
from sequencer_runner.common.python_code import COMPILER_ERRORS
from sequencer_runner.script.debugger.line_moves import LineMoves
from sequencer_runner.script.source.expressions import Code, LogText, one_line
from sequencer_runner.script.source.signals import is_of_signal
from sequencer_runner.script.source.sources import Sources

if TYPE_CHECKING:
    from sequencer_runner import protocol

BreakpointFields: TypeAlias = "protocol.Breakpoint"
"""A breakpoint in a command or an event."""

# Code objects that run immediately as a part of a statement. Before Python 3.12 comprehensions have their own.
_PART_OF_A_STATEMENT = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}
_KEPT = ("file", "line", "condition", "hitCount", "logMessage", "enabled")


@dataclass(eq=False)
class Breakpoint:
    """A breakpoint as it was requested, and how it was resolved."""

    requested: BreakpointFields
    path: str | None = None
    line: int = 0
    condition: Code | None = None
    log: LogText | None = None
    problem: str | None = None
    hits: int = 0
    moved_from: int | None = None
    """The line of its statement before the script was replaced."""
    removed: bool = False
    """Its statement was removed when the script was replaced."""

    @property
    def stops(self) -> bool:
        return bool(self.requested["enabled"]) and self.problem is None

    def reached(self, frame: FrameType) -> "Hit | None":
        """Called when its line is about to run. Returns a hit if the condition and the hit count are met."""
        if self.condition is not None:
            try:
                if not self.condition.run(frame):
                    return None
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt) or is_of_signal(error):
                    raise
                self.hits += 1
                return Hit(self, one_line(error))
        self.hits += 1
        wanted = self.requested.get("hitCount")
        return None if wanted and self.hits != wanted else Hit(self)

    def fields(self, shown: Callable[[str], str]) -> BreakpointFields:
        """The breakpoint as in events."""
        kept = {key: self.requested.get(key) for key in _KEPT if self.requested.get(key) is not None}
        fields = cast("BreakpointFields", kept)
        if self.path is not None:
            fields["file"] = shown(self.path)
        if self.line:
            fields["line"] = self.line
            if self.line != self.requested["line"]:
                fields["requestedLine"] = self.requested["line"]
        if self.moved_from is not None:
            fields["movedFrom"] = self.moved_from
        if self.problem is not None:
            fields["problem"] = self.problem
        fields["hits"] = self.hits
        return fields


@dataclass(frozen=True)
class Hit:
    """A breakpoint was reached, and its condition is true or raised `error`."""

    breakpoint: Breakpoint
    error: str | None = None

    def fields(self, shown: Callable[[str], str]) -> "protocol.PromptBreakpoint":
        """The hit as in a `prompt` event."""
        fields = self.breakpoint.fields(shown)
        return {
            "file": fields["file"],
            "line": fields["line"],
            "condition": fields.get("condition"),
            "hits": fields.get("hits"),
            "error": self.error,
        }


@dataclass(eq=False)
class BreakpointSite:
    """A line of a code object with breakpoints.

    `begins`: the instructions that begin its statement, if the statement has several lines: a call returns to its first
    line for the call itself. `muted`: except for hits, the line is not reported again in this tick.
    """

    code: CodeType
    breakpoints: list[Breakpoint]
    begins: list[range] | None
    muted: bool = False

    def reached(self, frame: FrameType) -> list[Hit]:
        if self.begins is not None and not any(frame.f_lasti in begin for begin in self.begins):
            return []
        return [hit for point in self.breakpoints if (hit := point.reached(frame)) is not None]


@dataclass
class Breakpoints:
    """All breakpoints of the run, by file."""

    sources: Sources
    all: list[Breakpoint] = field(default_factory=list)
    _by_path: dict[str, dict[int, list[Breakpoint]]] = field(default_factory=dict)
    _real: dict[str, str] = field(default_factory=dict)

    def replace(self, requested: list[BreakpointFields]) -> None:
        """Replaces all breakpoints. An unchanged one keeps its hits, and stays removed."""
        before = {_key(b.requested): b for b in self.all}
        self._set([self._make(a, before.get(_key(a))) for a in requested])

    def move(self, moves: LineMoves) -> None:
        """After the script was replaced: moves its breakpoints with their statements."""
        self._set(
            [self._moved(b, moves) if b.path == self.sources.path else self._make(b.requested, b) for b in self.all]
        )

    def _moved(self, point: Breakpoint, moves: LineMoves) -> Breakpoint:
        if not point.line or point.removed:
            return self._make(point.requested, point)
        line = moves.line(point.line)
        if line is None:
            return self._make({**point.requested, "line": point.line}, replace(point, removed=True))
        if line == point.line:
            return self._make(point.requested, point)
        return self._make({**point.requested, "line": line}, replace(point, moved_from=point.line))

    def _set(self, made: list[Breakpoint]) -> None:
        by_path: dict[str, dict[int, list[Breakpoint]]] = {}
        for point in made:
            if point.stops and point.path is not None:
                by_path.setdefault(self.real(point.path), {}).setdefault(point.line, []).append(point)
        self.all, self._by_path = made, by_path

    def event(self) -> "protocol.BreakpointsEvent":
        points = [b.fields(self.sources.shown) for b in self.all]
        return {"type": "breakpoints", "at": now_iso(), "breakpoints": points}

    def paths(self) -> set[str]:
        """The real paths of the files with active breakpoints."""
        return set(self._by_path)

    def real(self, path: str) -> str:
        """The real path: code may have been loaded by another path than the one that the user gave."""
        real = self._real.get(path)
        if real is None:
            real = self._real[path] = path if path.startswith("<") else os.path.realpath(path)
        return real

    def sites(self, code: CodeType) -> dict[int, BreakpointSite]:
        """The breakpoint sites of a code object, by every line that belongs to the statement of a breakpoint."""
        wanted = self._by_path.get(self.real(code.co_filename))
        if wanted is None or code.co_name in _PART_OF_A_STATEMENT:
            return {}
        path = next(b.path for found in wanted.values() for b in found if b.path is not None)
        source = self.sources.get(path)
        if source is None:
            return {}
        sites: dict[int, BreakpointSite] = {}
        for line in {line for _, _, line in code.co_lines() if line}:
            first = source.lines.of_line(line)
            if first in wanted and not (line == code.co_firstlineno and _is_class_body(code)):
                begins = _begins(code, first, source.lines.of_line) if first in source.lines.several else None
                sites[line] = BreakpointSite(code, wanted[first], begins)
        return sites

    def _make(self, requested: BreakpointFields, before: Breakpoint | None) -> Breakpoint:
        made = Breakpoint(requested)
        if before is not None:
            made.hits, made.moved_from, made.removed = before.hits, before.moved_from, before.removed
        made.path = self.sources.find(requested["file"])
        if made.path is None:
            made.problem = f"There is no Python file or module {requested['file']}."
            return made
        source = self.sources.get(made.path)
        if source is None:
            made.problem = f"{requested['file']} cannot be read as Python."
            return made
        if made.removed:
            made.line = requested["line"]
            made.problem = f"Its statement, line {made.line}, was removed when the script was replaced."
            return made
        line = source.stop_at(requested["line"])
        if line is None:
            made.problem = f"There is no code at or after line {requested['line']}."
            return made
        made.line = line
        try:
            condition, message = requested.get("condition"), requested.get("logMessage")
            if condition:
                made.condition = Code(condition.strip(), "eval", "<condition>", self.sources)
            if message:
                made.log = LogText(message, self.sources)
        except COMPILER_ERRORS as error:
            made.problem = f"Python cannot compile its expression: {one_line(error)}"
        return made


def _key(requested: BreakpointFields) -> tuple[object, ...]:
    return tuple(requested.get(key) for key in _KEPT if key != "enabled")


def _is_class_body(code: CodeType) -> bool:
    """Whether it is a class body. Its first line was already reported outside of it."""
    return not code.co_flags & CO_OPTIMIZED and code.co_name != "<module>"


def _begins(code: CodeType, first: int, of_line: Callable[[int], int]) -> list[range]:
    found = []
    inside = False
    for start, end, line in code.co_lines():
        if line is None:
            continue
        was, inside = inside, of_line(line) == first
        if inside and not was:
            found.append(range(start, end))
    return found
