"""Lines by `sys.monitoring`: set on the script's own code only, and silent where code is hot.

A place that reports too often answers DISABLE and costs nothing from then on. 20 times a second everything is
re-armed, less often when that would cost more than one percent.
"""

import sys
import time
from types import CodeType
from typing import Any

from sequencer_runner.script.controller import Controller
from sequencer_runner.script.probe import Suspension

if sys.version_info >= (3, 12):
    _monitoring = sys.monitoring
    _DISABLE = sys.monitoring.DISABLE
    _LINE = sys.monitoring.events.LINE

# The runner's own; 0 to 2 and 5 are spoken for by debuggers, coverage, profilers and optimizers.
_TOOL = 4
_TICK = 0.05
# Estimated costs, in seconds, for the stretch of the re-arm interval.
_CALLBACK, _REARM = 15e-6, 10e-6
_SHARE = 0.01


class MonitoringProbe:
    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._suspension = Suspension()
        self._codes = 0
        self._open = True
        self._silent = False
        self._calls = 0
        self._next_rearm = 0.0
        _monitoring.use_tool_id(_TOOL, "sequencer")
        _monitoring.register_callback(_TOOL, _LINE, self._on_line)

    def watch(self, code: CodeType) -> None:
        if not self._open:
            return
        _monitoring.set_local_events(_TOOL, code, _LINE)
        self._codes += 1
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                self.watch(constant)

    def rearm(self) -> None:
        self._silent = False
        if self._open:
            _monitoring.restart_events()

    def tick(self) -> bool:
        if not self._silent:
            self._calls = 0
            return False
        now = time.monotonic()
        if now < self._next_rearm:
            return False
        cost = self._calls * _CALLBACK + min(self._codes, self._calls) * _REARM
        self._next_rearm = now + max(_TICK, cost / _SHARE)
        self._calls = 0
        self._controller.rearm()
        return True

    def suspend(self) -> None:
        self._suspension.enter()

    def unsuspend(self) -> None:
        self._suspension.leave()

    def close(self) -> None:
        self._open = False
        _monitoring.register_callback(_TOOL, _LINE, None)
        _monitoring.free_tool_id(_TOOL)

    def _on_line(self, _code: CodeType, line: int) -> Any:
        if self._suspension and self._suspension.holds():
            return None
        self._calls += 1
        if self._controller.at_line(sys._getframe(1), line):
            self._silent = True
            return _DISABLE
        return None
