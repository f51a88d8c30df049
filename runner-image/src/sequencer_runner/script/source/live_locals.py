"""The variables of a frame as in Python 3.13, where reads and writes apply directly, for every Python version."""

import ctypes
import sys
from collections.abc import Iterator, MutableMapping
from inspect import CO_OPTIMIZED
from types import FrameType
from typing import Any


class _LiveLocals(MutableMapping[str, Any]):
    """For Python before 3.13, where `f_locals` of a function is a copy that is refreshed at each read."""

    def __init__(self, frame: FrameType) -> None:
        self._frame = frame

    def __getitem__(self, name: str) -> Any:
        return self._frame.f_locals[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._frame.f_locals[name] = value
        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(self._frame), ctypes.c_int(0))

    def __delitem__(self, name: str) -> None:
        code = self._frame.f_code
        if name in code.co_varnames + code.co_cellvars + code.co_freevars:
            # As 3.13 does.
            raise TypeError("cannot remove variables from a frame")
        del self._frame.f_locals[name]

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._frame.f_locals))

    def __len__(self) -> int:
        return len(self._frame.f_locals)

    def __repr__(self) -> str:
        return repr(self._frame.f_locals)


def live_locals(frame: FrameType) -> MutableMapping[str, Any]:
    if sys.version_info >= (3, 13) or not frame.f_code.co_flags & CO_OPTIMIZED:
        return frame.f_locals
    return _LiveLocals(frame)


def refresh_locals(frame: FrameType) -> None:
    """Refreshes `f_locals`. Before 3.12, the return of a trace function copies `f_locals` back into the frame: an old
    copy would undo assignments of other code."""
    if sys.version_info < (3, 12):
        frame.f_locals  # noqa: B018 -- reading it refreshes it
