"""Lists the children of a value, in pages. A path identifies the value: a name, then a key for each level."""

import itertools
from collections.abc import Iterable, Iterator
from types import FrameType, ModuleType
from typing import TYPE_CHECKING, Any

from sequencer_runner.script.source.values import (
    attributes_of,
    base_container,
    describe,
    is_array,
    names_of,
    shown_names,
    variable,
)

if TYPE_CHECKING:
    from sequencer_runner.protocol import VariablePage

_Child = tuple[str, str, Any]
"""The key in a path, the name to show, the value."""


class NotThere(Exception):
    """The path leads to no value. The message is a sentence."""


def page(frame: FrameType, scope: str, path: list[str], after: int, first: int) -> "VariablePage":
    """The `result` of the command `variables`."""
    names = frame.f_globals if scope == "globals" else names_of(frame)
    if not path:
        shown = sorted(shown_names(names.items()), key=lambda item: item[0]) if scope == "globals" else None
        found = shown if shown is not None else shown_names(names.items())
        part = [variable(name, value, [name]) for name, value in found[after : after + first]]
        return {"variables": part, "total": len(found)}
    if path[0] not in names:
        raise NotThere(f"There is no name {path[0]!r} here any more.")
    value = names[path[0]]
    for key in path[1:]:
        value = _step(value, key)
    total, children = _children(value)
    part = [
        variable(name, child, [*path, key]) for key, name, child in itertools.islice(children, after, after + first)
    ]
    return {"variables": part, "total": total}


def _step(value: Any, key: str) -> Any:
    _, children = _children(value)
    if key.startswith("#"):
        # By its index.
        try:
            return next(itertools.islice(children, int(key[1:]), None))[2]
        except (ValueError, StopIteration):
            raise NotThere(f"There is nothing at {key} any more.") from None
    for known, _, child in children:
        if known == key:
            return child
    raise NotThere(f"There is no {key!r} any more.")


def _children(value: Any) -> tuple[int, Iterator[_Child]]:
    """The number of children, and an iterator over them."""
    kind = type(value)
    if is_array(value):
        size = len(value) if value.ndim else 0
        return size, ((f"#{i}", f"[{i}]", value[i] if value.ndim > 1 else value[i].item()) for i in range(size))
    base = base_container(kind)
    if base is dict:
        items: Iterable[tuple[Any, Any]] = dict.items(value)
        return dict.__len__(value), ((f"#{i}", f"[{describe(k)}]", v) for i, (k, v) in enumerate(items))
    if base is not None:
        names = _field_names(kind) if base is tuple else ()
        items = zip(itertools.chain(names, itertools.repeat(None)), base.__iter__(value), strict=False)
        return base.__len__(value), ((f"#{i}", name or f"[{i}]", v) for i, (name, v) in enumerate(items))
    if issubclass(kind, ModuleType):
        return 0, iter(())
    attributes = sorted(attributes_of(value), key=lambda item: item[0])
    return len(attributes), ((name, name, child) for name, child in attributes)


def _field_names(kind: type) -> tuple[str, ...]:
    """The field names of a named tuple. Not `kind._fields`, which might run code of the script."""
    found = next((vars(base)["_fields"] for base in type.mro(kind) if "_fields" in vars(base)), ())
    return found if type(found) is tuple and all(type(name) is str for name in found) else ()
