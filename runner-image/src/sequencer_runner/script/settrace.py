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
        sys.settrace(self._on_call)
        threading.settrace(self._on_call)

    def watch(self, code: CodeType) -> None:
        # An exception from a trace function (a KeyboardInterrupt at a prompt) has switched tracing off.
        if sys.gettrace() is None and threading.current_thread() is threading.main_thread():
            sys.settrace(self._on_call)

    def rearm(self) -> None:
        """Nothing is ever silent here."""

    def tick(self) -> bool:
        return False

    def suspend(self) -> None:
        self._suspension.enter()
        if sys.gettrace() == self._on_call:
            sys.settrace(None)

    def unsuspend(self) -> None:
        self._suspension.leave()
        if self._open and not self._suspension.holds():
            sys.settrace(self._on_call)

    def close(self) -> None:
        self._open = False
        threading.settrace(None)  # type: ignore[arg-type]
        sys.settrace(None)

    def _on_call(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        return self._on_line if self._open and frame.f_code.co_filename == self._path else None

    def _on_line(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line" and not self._suspension.holds():
            self._controller.at_line(frame, frame.f_lineno)
        return self._on_line
