"""The source of line events: `sys.monitoring` from Python 3.12 on, else `sys.settrace`."""

import sys
from types import CodeType, FrameType
from typing import Protocol

from sequencer_runner.common.environment import SEQUENCER_SETTRACE
from sequencer_runner.script.debugger.controller import Controller


class Probe(Protocol):
    """Reports lines of the script to the controller."""

    def watch(self, code: CodeType) -> None:
        """Reports the lines of this code and its nested code from now on."""

    def rearm(self) -> None:
        """All lines report again. Can be called from any thread."""

    def breakpoints_changed(self) -> None:
        """Watches code with breakpoints in any file, including files that are imported later."""

    def follow(self, frames: list[FrameType], *, into: bool) -> None:
        """A step begins: also reports the lines of these library frames and, if `into`, of called functions."""

    def unfollow(self) -> None:
        """No trace is stepping any more."""

    def tick(self) -> bool:
        """Called 20 times a second. Rearms muted lines if that is cheap enough now. Returns True if it did."""

    def suspend(self) -> None:
        """The calling thread reports nothing until `unsuspend`. Calls nest."""

    def unsuspend(self) -> None: ...

    def close(self) -> None:
        """Stops watching."""


_current: Probe | None = None


def current_probe() -> Probe | None:
    """The probe of this process; None outside a runner, and in forked children."""
    return _current


def install(controller: Controller, path: str) -> Probe:
    global _current  # noqa: PLW0603 -- one process runs one script
    probe: Probe
    if sys.version_info >= (3, 12) and SEQUENCER_SETTRACE.read() is None:
        from sequencer_runner.script.tracing.monitoring import MonitoringProbe

        probe = MonitoringProbe(controller, path)
    else:
        from sequencer_runner.script.tracing.settrace import SettraceProbe

        probe = SettraceProbe(controller, path)
    controller.probe = probe
    probe.breakpoints_changed()
    _current = probe
    return probe


def uninstall() -> None:
    """At exit, and in a forked child, which is not part of the run."""
    global _current  # noqa: PLW0603
    if _current is not None:
        _current.close()
        _current = None
