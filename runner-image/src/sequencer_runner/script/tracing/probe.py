"""What watches lines: `sys.monitoring` where Python has it (3.12), `sys.settrace` where not."""

import os
import sys
from types import CodeType, FrameType
from typing import Protocol

from sequencer_runner.script.debugger.controller import Controller


class Probe(Protocol):
    """Reports the lines of the script's code to the controller."""

    def watch(self, code: CodeType) -> None:
        """From now on, report the lines of this code and of all code inside it."""

    def rearm(self) -> None:
        """Every place reports again. From any thread."""

    def breakpoints_changed(self) -> None:
        """Watch the code with breakpoints, in whatever file, also in those that are not imported yet."""

    def follow(self, frames: list[FrameType], *, into: bool) -> None:
        """A step begins: report the lines of these frames of libraries too, and if `into`, of what is called."""

    def unfollow(self) -> None:
        """No trace steps any more."""

    def tick(self) -> bool:
        """Called 20 times a second; re-arms what had become silent, if that is cheap enough now. True if it did."""

    def suspend(self) -> None:
        """The calling thread reports nothing until `unsuspend`. Nests."""

    def unsuspend(self) -> None: ...

    def close(self) -> None:
        """Watch nothing any more."""


_current: Probe | None = None


def current_probe() -> Probe | None:
    """The probe of this process; None outside a runner, and in forked children."""
    return _current


def install(controller: Controller, path: str) -> Probe:
    global _current  # noqa: PLW0603 -- one process runs one script
    probe: Probe
    if sys.version_info >= (3, 12) and not os.environ.get("SEQUENCER_SETTRACE"):
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
    """At the end, and in a forked child, which is not the run."""
    global _current  # noqa: PLW0603
    if _current is not None:
        _current.close()
        _current = None
