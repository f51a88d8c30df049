"""Formats values as text, bounded in size and time, without raising. Calls only code that is known to be fast."""

import contextlib
import ctypes
import itertools
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable, Mapping
from inspect import CO_OPTIMIZED
from types import FrameType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from sequencer_runner.script.source.signals import is_of_signal

if TYPE_CHECKING:
    from sequencer_runner.protocol import Variable

_LENGTH = 200
_ITEMS = 8
_DEPTH = 3
_VARIABLES = 100
_PLAIN = (int, float, complex, bool, type(None), range, slice, type(Ellipsis))
_EXACT = (int, float, complex, type(None), range, slice, type(Ellipsis))
DICTS = (dict, OrderedDict, defaultdict, Counter)
# Packages whose objects have a fast and short `repr`.
_TRUSTED = {
    "datetime",
    "pathlib",
    "decimal",
    "fractions",
    "uuid",
    "enum",
    "ocs",
    "sorunlib",
    "numpy",
    "re",
}
# Limits for results of expressions, which use the objects' own `repr`.
_FULL_LENGTH = 16 * 1024
_FULL_ITEMS = 200


class Writer:
    """Formats values with at most so many characters and items. `any_repr`: call the `repr` of any object."""

    def __init__(self, length: int, items: int, *, any_repr: bool) -> None:
        self._length = length
        self._items = items
        self._any_repr = any_repr
        self._left = length

    def write(self, value: Any) -> str:
        self._left = self._length
        try:
            text = self._text(value, 0)
        except Exception as error:
            if is_of_signal(error):
                raise
            text = f"<{name_of(type(value))}: its repr failed with {type(error).__name__}>"
        return text if len(text) <= self._length else text[: self._length - 1] + "…"

    def _text(self, value: Any, depth: int) -> str:
        text = self._whole_text(value, depth)
        self._left -= len(text)
        return text

    def _whole_text(self, value: Any, depth: int) -> str:
        kind = type(value)
        if kind is int and value.bit_length() > 600:
            return f"<int of {value.bit_length()} bits>"
        if kind in _PLAIN:
            return repr(value)
        if kind in (str, bytes, bytearray):
            shown = repr(value[: self._length])
            return shown if len(value) <= self._length else f"{shown}… ({len(value)} long)"
        if kind in (list, tuple, set, frozenset) or kind in DICTS:
            return self._container(value, depth)
        if is_array(value):
            return f"{type_of(value)} {array_preview(value)}".rstrip()
        if kind is FunctionType:
            return f"<function {value.__qualname__}>"
        if issubclass(kind, type):
            return f"<class {name_of(value)}>"
        if self._any_repr or kind.__module__.split(".")[0] in _TRUSTED:
            text = repr(value)
            return text[: self._length] if type(text) is str else str.__str__(text)[: self._length]
        return f"<{name_of(kind)}>"

    def _container(self, value: Any, depth: int) -> str:
        kind = type(value).__name__
        if depth == _DEPTH and value:
            return f"<{kind} of {len(value)}>"
        opening, closing = {"list": ("[", "]"), "tuple": ("(", ")")}.get(kind, ("{", "}"))
        parts: list[str] = []
        for item in value:
            if len(parts) == self._items or self._left < 0:
                parts.append(f"… {len(value) - len(parts)} more")
                break
            text = self._text(item, depth + 1)
            parts.append(f"{text}: {self._text(value[item], depth + 1)}" if type(value) in DICTS else text)
        if not parts and kind in ("set", "frozenset"):
            return f"{kind}()"
        comma = "," if kind == "tuple" and len(parts) == 1 else ""
        text = f"{opening}{', '.join(parts)}{comma}{closing}"
        return f"frozenset({text})" if kind == "frozenset" else text


def describe(value: Any) -> str:
    """A repr of at most 200 characters that calls nothing slow."""
    return Writer(_LENGTH, _ITEMS, any_repr=False).write(value)


def full_text(value: Any) -> str:
    """A repr of at most 16 KiB that calls the objects' own `repr`."""
    return Writer(_FULL_LENGTH, _FULL_ITEMS, any_repr=True).write(value)


def names_of(frame: FrameType) -> Mapping[str, Any]:
    """The local names of a frame. Leaves no references: in 3.12, `f_locals` is a copy that the frame keeps, and which
    would keep objects alive that the script drops."""
    if sys.version_info[:2] != (3, 12) or not frame.f_code.co_flags & CO_OPTIMIZED:
        return frame.f_locals
    get = ctypes.pythonapi.PyFrame_GetVar
    get.restype, get.argtypes = ctypes.py_object, (ctypes.py_object, ctypes.py_object)
    code, found = frame.f_code, {}
    for name in dict.fromkeys(code.co_varnames + code.co_cellvars + code.co_freevars):
        with contextlib.suppress(NameError):
            found[name] = get(frame, name)
    return found


def variables(frame: FrameType) -> "list[Variable]":
    """The local variables of a frame, as in events."""
    names = shown_names(names_of(frame).items())
    return [variable(name, value, [name]) for name, value in itertools.islice(names, _VARIABLES)]


def shown_names(names: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Leaves out dunder names and modules."""
    return [
        (name, value)
        for name, value in list(names)
        if not (name.startswith("__") and name.endswith("__")) and not issubclass(type(value), ModuleType)
    ]


def variable(name: str, value: Any, path: list[str]) -> "Variable":
    return {
        "name": name[:_LENGTH],
        "type": type_of(value),
        "value": array_preview(value) if is_array(value) else describe(value),
        "expandable": is_expandable(value),
        "path": path,
    }


def is_expandable(value: Any) -> bool:
    """Whether the value has children. Uses only its type: `__class__` and `__len__` may be code of the script."""
    kind = type(value)
    if issubclass(kind, (str, bytes, bytearray, type, FunctionType, *_EXACT)):
        return False
    if is_array(value):
        return bool(value.ndim and value.size)
    base = base_container(kind)
    if base is not None:
        return bool(base.__len__(value))
    return kind.__module__ != "builtins" and attributes_of(value, 1) != []


def base_container(kind: type) -> Any:
    """The built-in type whose methods are safe to call, for a type derived from it."""
    return next((base for base in (dict, list, tuple, set, frozenset, deque) if issubclass(kind, base)), None)


def attributes_of(value: Any, most: int | None = None) -> list[tuple[str, Any]]:
    """The entries of the object's `__dict__` and slots, without calling properties."""
    found: list[tuple[str, Any]] = []
    try:
        found += list(object.__getattribute__(value, "__dict__").items())
    except (AttributeError, TypeError):
        found = []
    for kind in type(value).__mro__:
        for name, member in list(vars(kind).items()):
            if type(member).__name__ != "member_descriptor" or kind.__module__ in ("builtins", "_thread"):
                continue
            if most is not None and len(found) >= most:
                return found
            try:
                found.append((name, member.__get__(value, kind)))
            except AttributeError:
                continue
    return [(name, item) for name, item in found if isinstance(name, str)]


def is_array(value: Any) -> bool:
    kind = type(value)
    return kind.__module__ == "numpy" and kind.__name__ == "ndarray"


def type_of(value: Any) -> str:
    if is_array(value):
        return f"ndarray[{value.dtype}, {value.shape}]"
    return type(value).__name__[:_LENGTH]


def array_preview(value: Any) -> str:
    if not value.size or value.dtype.kind not in "biufcSUMm":
        return ""
    head = ", ".join(describe(x.item()) for x in itertools.islice(value.flat, 8))
    return f"[{head}{', …' if value.size > 8 else ''}]"


def name_of(kind: type) -> str:
    module = kind.__module__
    return kind.__qualname__ if module in ("builtins", "__main__") else f"{module}.{kind.__qualname__}"
