"""Line events by `sys.settrace`, for Python before 3.12. Every line of the script costs a call; lines of libraries
only in code with breakpoints or steps."""

import sys
from types import CodeType, FrameType
from typing import Any

from sequencer_runner.script import threads
from sequencer_runner.script.debugger.controller import Controller
from sequencer_runner.script.failure import hide_runner
from sequencer_runner.script.tracing.breakpoint_sites import BreakpointSites
from sequencer_runner.script.tracing.suspension import ROOM, Suspension


class SettraceProbe:
    def __init__(self, controller: Controller, path: str) -> None:
        self._controller = controller
        self._path = path
        self._suspension = Suspension()
        self._sites = BreakpointSites(controller.breakpoints, path, self._set_watched)
        self._watched: dict[int, CodeType] = {}
        self._followed: dict[int, CodeType] = {}
        self._into = False
        self._open = True
        self._muted = False
        sys.settrace(self._on_call)
        threads.set_trace_of_threads(self._on_call)

    def watch(self, code: CodeType) -> None:
        """Watches all code of the script, unless the script has set its own trace function."""
        self._sites.add_script(code)
        if self._open and sys.gettrace() is None and not self._suspension.holds():
            sys.settrace(self._on_call)

    def breakpoints_changed(self) -> None:
        self._sites.changed(lambda: None)
        for frame in threads.frames().values():
            at: FrameType | None = frame
            while at is not None:
                if self._wants(at.f_code) and at.f_trace is None:
                    at.f_trace = self._on_line
                at = at.f_back
        self._controller.rearm()

    def follow(self, frames: list[FrameType], *, into: bool) -> None:
        self._into = self._into or into
        for frame in frames:
            self._followed[id(frame.f_code)] = frame.f_code
            if frame.f_trace is None:
                frame.f_trace = self._on_line

    def unfollow(self) -> None:
        self._into = False
        self._followed = {}

    def _set_watched(self, code: CodeType, on: bool) -> None:
        if on:
            self._watched[id(code)] = code
        else:
            self._watched.pop(id(code), None)

    def rearm(self) -> None:
        self._muted = False
        self._sites.rearm()

    def tick(self) -> bool:
        if self._muted:
            self._controller.rearm()
        return False

    def suspend(self) -> None:
        self._suspension.enter()
        if sys.gettrace() == self._on_call:
            sys.settrace(None)

    def unsuspend(self) -> None:
        self._suspension.leave()
        if self._open and not self._suspension.holds() and sys.gettrace() is None:
            sys.settrace(self._on_call)

    def close(self) -> None:
        self._open = False
        threads.set_trace_of_threads(None)
        sys.settrace(None)

    def _wants(self, code: CodeType) -> bool:
        return code.co_filename == self._path or id(code) in self._watched or id(code) in self._followed

    def _on_call(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        if not self._open:
            return None
        code = frame.f_code
        if code.co_filename == self._path:
            return self._on_line
        if self._sites.awaited:
            self._sites.appeared(code)
        if self._into and not self._suspension.holds() and self._controller.steps_into(frame):
            self._followed[id(code)] = code
        return self._on_line if id(code) in self._watched or id(code) in self._followed else None

    def _on_line(self, frame: FrameType, event: str, _argument: Any) -> Any:
        try:
            try:
                self._report(frame, event)
            except RecursionError:
                limit = sys.getrecursionlimit()
                try:
                    sys.setrecursionlimit(limit)
                except RecursionError:
                    # Too close to the limit to raise and restore it. If the script calls deeper, the trace function
                    # fails, and Python removes it.
                    sys.setprofile(self._restore_tracing)
                    return self._on_line
                sys.setrecursionlimit(limit + ROOM)
                try:
                    self._report(frame, event)
                finally:
                    sys.setrecursionlimit(limit)
        except BaseException as error:
            # Python removes a trace function that raises, such as a KeyboardInterrupt at a prompt.
            sys.setprofile(self._restore_tracing)
            hide_runner(error)
            raise
        return self._on_line

    def _report(self, frame: FrameType, event: str) -> None:
        if event == "return" and self._open:
            self._controller.frame_left(frame)
        if event != "line" or self._suspension.holds():
            return
        line = frame.f_lineno
        site = self._sites.of(frame.f_code, line)
        if site is None:
            if self._wants(frame.f_code):
                self._muted = self._controller.at_line(frame, line) or self._muted
            return
        hits = site.reached(frame)
        if (hits and self._controller.serves_runner(frame)) or (not hits and site.muted):
            return
        if self._controller.at_line(frame, line, hits):
            site.muted = self._muted = True

    def _restore_tracing(self, frame: FrameType, _event: str, _argument: Any) -> None:
        """Profile function: restores tracing at the next call or return in this thread."""
        try:
            sys.setprofile(None)
            if self._open and sys.gettrace() is None:
                sys.settrace(self._on_call)
                self._trace_callers(frame)
        except RecursionError:
            # Retried at the next call or return, with more frames left.
            return

    def _trace_callers(self, frame: FrameType) -> None:
        at: FrameType | None = frame
        while at is not None:
            if self._wants(at.f_code):
                at.f_trace = self._on_line
            at = at.f_back
