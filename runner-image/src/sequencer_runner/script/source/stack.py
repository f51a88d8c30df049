"""The stack of a stopped or sampled trace, without frames of the runner."""

import os
from types import FrameType
from typing import TYPE_CHECKING

from sequencer_runner.script.source.sources import Sources
from sequencer_runner.script.source.values import variables

if TYPE_CHECKING:
    from sequencer_runner.protocol import Frame

_DEEPEST = 100
_OWN = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))) + os.sep

Place = tuple[FrameType, int]
"""A frame and its current line."""


def is_own(frame: FrameType) -> bool:
    """Whether the frame runs code of the runner."""
    return frame.f_code.co_filename.startswith(_OWN)


class ScriptFile:
    """Identifies the frames of the script by their file name."""

    def __init__(self, path: str, sources: Sources) -> None:
        self.path = path
        self._sources = sources

    def innermost(self, frame: FrameType | None) -> FrameType | None:
        """The innermost frame of the script, starting at `frame`."""
        while frame is not None:
            if frame.f_code.co_filename == self.path:
                return frame
            frame = frame.f_back
        return None

    def places(self, frame: FrameType) -> list[Place]:
        """The stack of the frame, innermost last, starting at the outermost frame of the script, if there is one."""
        found: list[Place] = []
        at: FrameType | None = frame
        outermost = 0
        while at is not None and len(found) < _DEEPEST:
            if not is_own(at):
                found.append((at, at.f_lineno or 0))
            if at.f_code.co_filename == self.path:
                outermost = len(found)
            at = at.f_back
        return found[: outermost or None][::-1]

    def stack_of(self, places: list[Place]) -> "list[Frame]":
        """The stack as in events, with the variables of the innermost frame."""
        shown = places[-_DEEPEST:]
        return [self._entry(frame, line, frame is shown[-1][0]) for frame, line in shown]

    def serves_runner(self, frame: FrameType) -> bool:
        """Whether the runner has called this code on behalf of the script."""
        at: FrameType | None = frame
        while at is not None and at.f_code.co_filename != self.path:
            if is_own(at):
                return True
            at = at.f_back
        return False

    def _entry(self, frame: FrameType, line: int, innermost: bool) -> "Frame":
        code = frame.f_code
        return {
            "file": self._sources.shown(code.co_filename),
            "line": max(1, self._sources.statement(code.co_filename, line or code.co_firstlineno)),
            "function": code.co_name,
            "variables": variables(frame) if innermost else [],
        }
