"""Values as text: bounded in size and time, and never raising. Only code that is known to be quick is called."""

import sys
from collections import Counter, OrderedDict, defaultdict
from types import FrameType, FunctionType, ModuleType
from typing import Any

_LENGTH = 200
_ITEMS = 8
_DEPTH = 3
_VARIABLES = 100
_PLAIN = (int, float, complex, bool, type(None), range, slice, type(Ellipsis))
_DICTS = (dict, OrderedDict, defaultdict, Counter)
# Packages whose objects write themselves quickly and shortly.
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


def describe(value: Any) -> str:
    """A repr of at most 200 characters."""
    try:
        text = _text(value, 0)
    except Exception as error:
        text = f"<{_name(type(value))}: its repr failed with {type(error).__name__}>"
    return text if len(text) <= _LENGTH else text[: _LENGTH - 1] + "…"


def variables(frame: FrameType) -> list[dict[str, Any]]:
    """The frame's own names, as an event carries them."""
    found = []
    for name, value in list(frame.f_locals.items()):
        if (name.startswith("__") and name.endswith("__")) or issubclass(type(value), ModuleType):
            continue
        found.append(
            {
                "name": name[:_LENGTH],
                "type": type(value).__name__,
                "value": describe(value),
                "expandable": type(value) in (list, tuple, set, frozenset, *_DICTS) and len(value) > 0,
            }
        )
        if len(found) == _VARIABLES:
            break
    return found


def _text(value: Any, depth: int) -> str:
    kind = type(value)
    if kind is int and value.bit_length() > 600:
        return f"<int of {value.bit_length()} bits>"
    if kind in _PLAIN:
        return repr(value)
    if kind in (str, bytes, bytearray):
        shown = repr(value[:_LENGTH])
        return shown if len(value) <= _LENGTH else f"{shown}… ({len(value)} long)"
    if kind in (list, tuple, set, frozenset) or kind in _DICTS:
        return _container(value, depth)
    if kind.__module__ == "numpy" and kind.__name__ == "ndarray":
        return _array(value)
    if kind is FunctionType:
        return f"<function {value.__qualname__}>"
    if issubclass(kind, type):
        return f"<class {_name(value)}>"
    if kind.__module__.split(".")[0] in _TRUSTED:
        return repr(value)
    return f"<{_name(kind)}>"


def _container(value: Any, depth: int) -> str:
    kind = type(value).__name__
    if depth == _DEPTH:
        return f"<{kind} of {len(value)}>"
    opening, closing = {"list": ("[", "]"), "tuple": ("(", ")")}.get(kind, ("{", "}"))
    parts: list[str] = []
    for item in value:
        if len(parts) == _ITEMS:
            parts.append(f"… {len(value) - _ITEMS} more")
            break
        text = _text(item, depth + 1)
        parts.append(f"{text}: {_text(value[item], depth + 1)}" if type(value) in _DICTS else text)
    if not parts and kind in ("set", "frozenset"):
        return f"{kind}()"
    comma = "," if kind == "tuple" and len(parts) == 1 else ""
    text = f"{opening}{', '.join(parts)}{comma}{closing}"
    return f"frozenset({text})" if kind == "frozenset" else text


def _array(value: Any) -> str:
    shape = "x".join(map(str, value.shape)) or "scalar"
    preview = ""
    if value.size and value.dtype.kind in "biufc":
        head = ", ".join(str(x) for x in value.reshape(-1)[:4].tolist())
        preview = f" [{head}{', …' if value.size > 4 else ''}]"
    return f"<array {shape} {value.dtype}{preview}>"


def _name(kind: type) -> str:
    module = kind.__module__
    return kind.__qualname__ if module in ("builtins", "__main__") else f"{module}.{kind.__qualname__}"


def python_version() -> str:
    return ".".join(map(str, sys.version_info[:3]))
