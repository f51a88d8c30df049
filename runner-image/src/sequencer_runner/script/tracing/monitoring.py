"""Line events by `sys.monitoring`, on code of the script and code with breakpoints or steps; muted where code is hot.

A line that reports too often returns DISABLE and costs nothing from then on. Code in which every line is disabled is
unwatched altogether: Python keeps checking some instructions of lines that are entered more than once. Everything is
rearmed 20 times a second, or less often if that would cost more than 0.3 percent. Lines with breakpoints are never
disabled.
"""

import sys
import time
from types import CodeType, FrameType
from typing import Any

from sequencer_runner.script.debugger.controller import Controller
from sequencer_runner.script.failure import hide_runner
from sequencer_runner.script.source.code_objects import begins_on_its_first_line, lines_of
from sequencer_runner.script.tracing.breakpoint_sites import BreakpointSites
from sequencer_runner.script.tracing.suspension import ROOM, Suspension

if sys.version_info >= (3, 12):
    _monitoring = sys.monitoring
    _DISABLE = sys.monitoring.DISABLE
    _LINE = sys.monitoring.events.LINE
    _START = sys.monitoring.events.PY_START
    _RESUME = sys.monitoring.events.PY_RESUME
    _LEAVE = (sys.monitoring.events.PY_RETURN, sys.monitoring.events.PY_YIELD)
    _LEAVES = sys.monitoring.events.PY_RETURN | sys.monitoring.events.PY_YIELD

# 0 to 2 and 5 are reserved for debuggers, coverage, profilers and optimizers.
_TOOL = 4
_TICK = 0.05
# Estimated costs in seconds, from which the rearm interval is computed: of a reported line, including its event and
# sending it; of rearming a code object.
_CALLBACK, _REARM = 25e-6, 10e-6
_SHARE = 0.003


class MonitoringProbe:
    def __init__(self, controller: Controller, path: str) -> None:
        self._controller = controller
        self._path = path
        self._suspension = Suspension()
        self._sites = BreakpointSites(controller.breakpoints, path, lambda code, _: self._apply(code))
        self._followed: dict[int, CodeType] = {}
        self._stepped: dict[int, CodeType] = {}
        self._one_liners: dict[int, bool] = {}
        """One-line functions, and whether they are hot. From 3.13 on, their line needs their start event."""
        self._reporting: dict[int, tuple[CodeType, set[int]]] = {}
        """Code with disabled lines, and its lines that are not disabled."""
        self._unwatched: dict[int, CodeType] = {}
        self._into = False
        self._codes = 0
        self._open = True
        self._muted = False
        self._calls = 0
        self._next_rearm = 0.0
        _monitoring.use_tool_id(_TOOL, "sequencer")
        _monitoring.register_callback(_TOOL, _LINE, self._on_line)
        _monitoring.register_callback(_TOOL, _START, self._on_start)
        _monitoring.register_callback(_TOOL, _RESUME, self._on_start)
        for event in _LEAVE:
            _monitoring.register_callback(_TOOL, event, self._on_leave)

    def watch(self, code: CodeType) -> None:
        if self._open:
            self._watch(code)
            self._sites.add_script(code)

    def _watch(self, code: CodeType) -> None:
        self._apply(code)
        self._codes += 1
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                self._watch(constant)

    def breakpoints_changed(self) -> None:
        if self._open:
            self._sites.changed(self._watch_starts)
            self._controller.rearm()

    def follow(self, frames: list[FrameType], *, into: bool) -> None:
        self._into = self._into or into
        self._watch_starts()
        own = frames[0].f_code
        self._stepped[id(own)] = own
        self._apply(own)
        for frame in frames:
            self._follow(frame.f_code)

    def unfollow(self) -> None:
        self._into = False
        self._watch_starts()
        before = {**self._followed, **self._stepped}
        self._followed, self._stepped = {}, {}
        for code in before.values():
            self._apply(code)

    def _follow(self, code: CodeType) -> None:
        if code.co_filename != self._path:
            self._followed[id(code)] = code
            self._apply(code)

    def _apply(self, code: CodeType) -> None:
        """Sets the events that the code must report now."""
        if self._open:
            watched = code.co_filename == self._path or id(code) in self._followed or self._sites.has(code)
            events = _LINE if watched else 0
            if watched and sys.version_info >= (3, 13) and begins_on_its_first_line(code):
                self._one_liners[id(code)] = False
                events |= _START
            if id(code) in self._stepped:
                events |= _LEAVES
            _monitoring.set_local_events(_TOOL, code, events)

    def _watch_starts(self) -> None:
        """Enables start events of all functions while a step or a breakpoint needs them."""
        if self._open:
            wanted = _START | _RESUME if self._into else _START if self._sites.awaited else 0
            if _monitoring.get_events(_TOOL) != wanted:
                _monitoring.set_events(_TOOL, wanted)

    def rearm(self) -> None:
        self._muted = False
        if self._open:
            self._sites.rearm()
            for key in list(self._one_liners):
                self._one_liners[key] = False
            self._reporting = {}
            quiet, self._unwatched = self._unwatched, {}
            for code in quiet.values():
                self._apply(code)
            _monitoring.restart_events()

    def tick(self) -> bool:
        if not self._muted:
            self._calls = 0
            return False
        now = time.monotonic()
        if now < self._next_rearm:
            self._unwatch_muted_code()
            return False
        cost = self._calls * _CALLBACK + min(self._codes, self._calls) * _REARM
        self._next_rearm = now + max(_TICK, cost / _SHARE)
        self._calls = 0
        self._controller.rearm()
        return True

    def _unwatch_muted_code(self) -> None:
        for key, (code, lines) in list(self._reporting.items()):
            if not lines and key not in self._stepped and self._open:
                self._reporting.pop(key, None)
                self._unwatched[key] = code
                _monitoring.set_local_events(_TOOL, code, 0)

    def suspend(self) -> None:
        self._suspension.enter()

    def unsuspend(self) -> None:
        self._suspension.leave()

    def close(self) -> None:
        self._open = False
        _monitoring.set_events(_TOOL, 0)
        for event in (_LINE, _START, _RESUME, *_LEAVE):
            _monitoring.register_callback(_TOOL, event, None)
        _monitoring.free_tool_id(_TOOL)

    def _on_line(self, code: CodeType, line: int) -> Any:
        frame = sys._getframe(1)
        try:
            try:
                return self._at_line(code, line, frame)
            except RecursionError as error:
                limit = sys.getrecursionlimit()
                try:
                    sys.setrecursionlimit(limit)
                except RecursionError:
                    # The limit is reached: the script has no frame left either.
                    raise error from None
                sys.setrecursionlimit(limit + ROOM)
                try:
                    return self._at_line(code, line, frame)
                finally:
                    sys.setrecursionlimit(limit)
        except BaseException as error:
            hide_runner(error)
            raise

    def _at_line(self, code: CodeType, line: int, frame: FrameType) -> Any:
        if self._suspension and self._suspension.holds():
            return None
        sites = self._sites.by_line.get(line)
        if sites is not None:
            for site in sites:
                if site.code is code:
                    hits = site.reached(frame)
                    if hits:
                        if self._controller.serves_runner(frame):
                            return None
                    elif site.muted:
                        return None
                    self._calls += 1
                    if self._controller.at_line(frame, line, hits):
                        site.muted = self._muted = True
                    return None
        self._calls += 1
        if self._controller.at_line(frame, line):
            self._muted = True
            if id(code) in self._one_liners:
                self._one_liners[id(code)] = True
            self._disabled(code, line)
            return _DISABLE
        return None

    def _disabled(self, code: CodeType, line: int) -> None:
        reporting = self._reporting.get(id(code))
        if reporting is None:
            reporting = self._reporting[id(code)] = code, lines_of(code)
        reporting[1].discard(line)

    def _on_leave(self, _code: CodeType, _offset: int, _value: object) -> None:
        self._controller.frame_left(sys._getframe(1))

    def _on_start(self, code: CodeType, _offset: int) -> Any:
        if self._sites.awaited:
            self._sites.appeared(code)
            self._watch_starts()
        if not self._into:
            return None if self._one_liners.get(id(code)) is False else _DISABLE
        if self._controller.steps_into(sys._getframe(1)):
            self._follow(code)
        return None
