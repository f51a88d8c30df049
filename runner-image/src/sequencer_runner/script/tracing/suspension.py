"""What both probes need: threads that report nothing for a while, and room for their own frames."""

from sequencer_runner.script import threads

ROOM = 200
"""Frames that the runner may use beyond the recursion limit of the script, while it reports one of its last lines."""


class Suspension:
    """Which threads are inside `disable_trace`, how deep."""

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
