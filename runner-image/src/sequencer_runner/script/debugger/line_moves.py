"""Maps the lines of a script to its next version, by a diff of the statements."""

from collections import Counter
from collections.abc import Callable
from difflib import SequenceMatcher

from sequencer_runner.common.python_code import python_lines
from sequencer_runner.script.source.sources import Source

# Above this number of pairs, the diff ignores frequent statements (`autojunk`).
_LARGE = 1_000_000
# The least similarity of a statement and its edited version.
_SIMILAR = 0.6
_MOST_PAIRS = 10_000

_Pair = Callable[[int, int], None]


class LineMoves:
    """Compares the statements at which the script can stop; compound statements without their bodies."""

    def __init__(self, old: Source, new: Source) -> None:
        self._old = old
        self._lines = {a: b for a, b in _moves(old, new) if b is not None}

    def line(self, line: int) -> int | None:
        """The line in the new version; None if its statement was removed."""
        stop = self._old.stop_at(line)
        return None if stop is None else self._lines.get(stop)

    def line_or_next(self, line: int) -> int | None:
        """As `line`, but the next statement if its own was removed."""
        return next((self._lines[stop] for stop in self._old.stops if stop >= line and stop in self._lines), None)


def _moves(old: Source, new: Source) -> list[tuple[int, int | None]]:
    a, b = _texts(old), _texts(new)
    found: list[int | None] = [None] * len(a)
    taken = [False] * len(b)

    def pair(i: int, j: int) -> None:
        found[i], taken[j] = j, True

    begin = 0
    while begin < min(len(a), len(b)) and a[begin] == b[begin]:
        pair(begin, begin)
        begin += 1
    end = 0
    while end < min(len(a), len(b)) - begin and a[-1 - end] == b[-1 - end]:
        pair(len(a) - 1 - end, len(b) - 1 - end)
        end += 1
    middle_a, middle_b = a[begin : len(a) - end], b[begin : len(b) - end]
    large = len(middle_a) * len(middle_b) > _LARGE
    opcodes = SequenceMatcher(None, middle_a, middle_b, autojunk=large).get_opcodes()
    for kind, i1, i2, j1, _ in opcodes:
        if kind == "equal":
            for n in range(i2 - i1):
                pair(begin + i1 + n, begin + j1 + n)
    _pair_moved(a, b, found, taken, pair)
    for kind, i1, i2, j1, j2 in opcodes:
        if kind == "replace":
            rows = [begin + i for i in range(i1, i2) if found[begin + i] is None]
            columns = [begin + j for j in range(j1, j2) if not taken[begin + j]]
            for i, j in _edits(a, b, rows, columns):
                pair(i, j)
    return [(stop, None if j is None else new.stops[j]) for stop, j in zip(old.stops, found, strict=True)]


def _pair_moved(a: list[str], b: list[str], found: list[int | None], taken: list[bool], pair: _Pair) -> None:
    """Pairs statements that were moved, if their text occurs once in each version."""
    left = [i for i, j in enumerate(found) if j is None]
    free = {b[j]: j for j, is_taken in enumerate(taken) if not is_taken}
    once_a = Counter(a[i] for i in left)
    once_b = Counter(b[j] for j, is_taken in enumerate(taken) if not is_taken)
    for i in left:
        if once_a[a[i]] == 1 and once_b[a[i]] == 1:
            pair(i, free[a[i]])


def _edits(a: list[str], b: list[str], rows: list[int], columns: list[int]) -> list[tuple[int, int]]:
    """Pairs statements that were edited in place, in their order."""
    if len(rows) == len(columns):
        return list(zip(rows, columns, strict=True))
    if len(rows) * len(columns) > _MOST_PAIRS:
        return []
    found = []
    for i in rows:
        likeness = [(SequenceMatcher(None, a[i], b[j]).ratio(), -j) for j in columns]
        best, place = max(likeness, default=(0.0, 0))
        if best >= _SIMILAR:
            found.append((i, -place))
            columns = [j for j in columns if j > -place]
    return found


def _texts(source: Source) -> list[str]:
    """The text of each statement, without indentation."""
    lines = python_lines(source.text.removeprefix("\ufeff"))
    texts = []
    for stop in source.stops:
        last = stop
        while source.lines.first.get(last + 1) == stop:
            last += 1
        texts.append("\n".join(line.strip() for line in lines[stop - 1 : last]))
    return texts
