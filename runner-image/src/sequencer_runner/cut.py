"""Cuts an event that is larger than a message may be. Its type and the types of its fields stay the same.

Long texts, lists and objects are truncated, the largest first. The field `cut` contains the original size in bytes. An
event that cannot be reduced like this becomes a `setAside` event, which names its type and the problem.
"""

import json
from typing import Any

from sequencer_runner.common.frames import UncheckedJson

# Smallest size to which a text is cut, including its mark.
_SHORTEST = 64
# List items that are larger than this on average are cut; of lists with smaller items, the last items are dropped.
_LARGE_ITEM = 1024


def cut_to(line: bytes, limit: int) -> bytes:
    """Returns the event as JSON of at most `limit` bytes."""
    event: UncheckedJson = json.loads(line)
    head: UncheckedJson = {key: event.pop(key) for key in ("seq", "type", "at") if key in event}
    short = _encode({**head, **event})
    if len(short) <= limit:
        return short
    mark = {"cut": {"bytes": len(line)}}
    kept = _cut(event, limit - len(_encode({**head, **mark})))
    cut = _encode({**head, **kept, **mark})
    return cut if len(cut) <= limit else _set_aside(head, len(line), limit)


def _set_aside(head: UncheckedJson, size: int, limit: int) -> bytes:
    problem = f"The event has {size} bytes; the limit is {limit}."
    return _encode({**head, "type": "setAside", "event": head["type"], "problem": problem})


def _encode(value: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair, which needs an escape.
        return json.dumps(value, separators=(",", ":")).encode()


def _size(value: Any) -> int:
    return len(_encode(value))


def _cut(value: Any, room: int) -> Any:
    if _size(value) <= room:
        return value
    if isinstance(value, str):
        return _cut_text(value, room)
    if isinstance(value, dict):
        sizes = [_size(v) for v in value.values()]
        names = sum(_size(k) + 2 for k in value)
        share = _share(sizes, room - names - 2)
        return {k: _cut(v, share) for k, v in value.items()}
    if isinstance(value, list):
        return _cut_list(value, room)
    return value


def _cut_list(values: list[Any], room: int) -> list[Any]:
    sizes = [_size(v) for v in values]
    if sum(sizes) / len(values) > _LARGE_ITEM and room / len(values) > _LARGE_ITEM:
        share = _share(sizes, room - len(values) - 2)
        return [_cut(v, share) for v in values]
    kept = 0
    for size in sizes:
        room -= size + 1
        if room < 2:
            break
        kept += 1
    return values[:kept]


def _share(sizes: list[int], room: int) -> int:
    """The size to which each part is cut, so that all together have `room`."""
    left = len(sizes)
    for size in sorted(sizes):
        if size * left >= room:
            break
        room -= size
        left -= 1
    return max(_SHORTEST, room // max(1, left))


def _cut_text(text: str, room: int) -> str:
    kept = len(text)
    while kept and _size(text[:kept]) > max(0, room - _SHORTEST):
        kept = min(kept - 1, kept * max(0, room - _SHORTEST) // _size(text[:kept]))
    return f"{text[:kept]} … [{len(text) - kept} characters cut]"
