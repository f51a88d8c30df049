"""Finds characters that make a script look different from what it runs: they reorder text, or are invisible."""

import re
import unicodedata
from collections.abc import Iterator

# Control characters except tab, line ends and form feed; bidirectional and other format characters; line separators
# that Python does not treat as such; fillers and tags that are invisible. A joiner between non-ASCII characters is
# allowed: it forms an emoji.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    "|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
)
_NAMED = 4


def hidden_characters(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """For each line that has some: line and column of the first, counted from 1, and their names."""
    for number, line in enumerate(lines, 1):
        found = [match.group() for match in _HIDDEN.finditer(line)]
        if found:
            names = list(dict.fromkeys(map(_name, found)))
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            yield number, line.index(found[0]) + 1, ", ".join(names[:_NAMED]) + more


def _name(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()
