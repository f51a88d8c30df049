"""Shared by both probes: threads in which tracing is suspended, and room for the frames of the runner."""

from sequencer_runner.script import threads

ROOM = 200
"""Frames that the runner may use beyond the recursion limit of the script, to report a line close to the limit."""


class Suspension:
    """The threads inside `disable_trace`, with the nesting depth."""

    def __init__(self) -> None:
        self._depth: dict[int, int] = {}

    def __bool__(self) -> bool:
        return bool(self._depth)

    def holds(self) -> bool:
        return threads.get_ident() in self._depth

    def enter(self) -> None:
        ident = threads.get_ident()
        self._depth[ident] = self._depth.get(ident, 0) + 1

    def leave(self) -> None:
        ident = threads.get_ident()
        depth = self._depth.pop(ident, 0)
        if depth > 1:
            self._depth[ident] = depth - 1
