"""The stack of a stopped or sampled trace, without the runner's own frames."""

from collections.abc import Callable
from types import FrameType
from typing import Any

from sequencer_runner.script.values import variables

SCRIPT = "<script>"
_DEEPEST = 100


class ScriptFile:
    """Knows the script's own frames by their file name."""

    def __init__(self, path: str, statement_of: Callable[[int], int]) -> None:
        self.path = path
        self.statement_of = statement_of

    def innermost(self, frame: FrameType | None) -> FrameType | None:
        """The script's frame nearest to the given one, going outwards."""
        while frame is not None:
            if frame.f_code.co_filename == self.path:
                return frame
            frame = frame.f_back
        return None

    def stack(self, frame: FrameType) -> list[dict[str, Any]]:
        """As an event carries it: the innermost frame last, with its variables; none of the runner's frames."""
        frames: list[FrameType] = []
        at: FrameType | None = frame
        outermost = 0
        while at is not None and len(frames) < _DEEPEST:
            frames.append(at)
            if at.f_code.co_filename == self.path:
                outermost = len(frames)
            at = at.f_back
        return self.stack_of([(f, f.f_lineno or 0) for f in reversed(frames[:outermost])])

    def stack_of(self, frames: list[tuple[FrameType, int]]) -> list[dict[str, Any]]:
        """Of frames with the lines that they are at, the innermost last."""
        shown = frames[-_DEEPEST:]
        return [self._entry(f, line, f is shown[-1][0]) for f, line in shown]

    def _entry(self, frame: FrameType, line: int, innermost: bool) -> dict[str, Any]:
        code = frame.f_code
        own = code.co_filename == self.path
        line = line or code.co_firstlineno
        return {
            "file": SCRIPT if own else code.co_filename,
            "line": max(1, self.statement_of(line) if own else line),
            "function": code.co_name,
            "variables": variables(frame) if innermost else [],
        }
