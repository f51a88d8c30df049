"""Lines by `sys.settrace`, for Python before 3.12. Every line of the script costs a call; library code does not."""

import sys
import threading
from types import CodeType, FrameType
from typing import Any

from sequencer_runner.script.controller import Controller
from sequencer_runner.script.probe import Suspension


class SettraceProbe:
    def __init__(self, controller: Controller, path: str) -> None:
        self._controller = controller
        self._path = path
        self._suspension = Suspension()
        self._open = True
        self._silent = False
        sys.settrace(self._on_call)
        threading.settrace(self._on_call)

    def watch(self, code: CodeType) -> None:
        """All code of the script's file is watched, unless the script has a trace function of its own."""
        if self._open and sys.gettrace() is None and not self._suspension.holds():
            sys.settrace(self._on_call)

    def rearm(self) -> None:
        self._silent = False

    def tick(self) -> bool:
        if self._silent:
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
        threading.settrace(None)
        sys.settrace(None)

    def _on_call(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        return self._on_line if self._open and frame.f_code.co_filename == self._path else None

    def _on_line(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line" and not self._suspension.holds():
            try:
                self._silent = self._controller.at_line(frame, frame.f_lineno) or self._silent
            except BaseException:
                # A trace function that raises (a KeyboardInterrupt at a prompt) is switched off by Python.
                sys.setprofile(self._switch_on_again)
                raise
        return self._on_line

    def _switch_on_again(self, frame: FrameType, _event: str, _argument: Any) -> None:
        """Called at the next call or return in this thread."""
        sys.setprofile(None)
        if not self._open or sys.gettrace() is not None:
            return
        sys.settrace(self._on_call)
        at: FrameType | None = frame
        while at is not None:
            if at.f_code.co_filename == self._path:
                at.f_trace = self._on_line
            at = at.f_back
