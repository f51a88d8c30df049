"""Random histories of a journal: full disks, crashes, power cuts, gateways that disconnect.

Only output is ever dropped. Other events are lost only with the bytes that a power cut takes from the disk.
"""

import contextlib
import json
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sequencer_runner import journal as module
from sequencer_runner.journal import Journal

AT = "2026-11-24T04:00:00.000Z"
# Small limits, so that short histories reach all of them.
SMALL = {
    "_TAIL_BYTES": 300,
    "_INDEX_EVERY": 4,
    "_TRIM_BYTES": 200,
    "_TRIM_REST": 2000,
    "_RETRY_AFTER": 0.0,
    "_PIECE": 150,
}
LIMIT = 6000


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.stack = contextlib.ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        for name, value in SMALL.items():
            self.stack.enter_context(mock.patch.object(module, name, value))
        self.journal = Journal(self.folder, LIMIT)
        self.room: int | None = None
        self.appended: list[int] = []
        """The control events that were appended, without those that a crash took from the disk."""
        self.last = 0
        self.received: list[dict[str, Any]] = []
        self.acked = 0
        self.printed = 0
        self.crashed = False

    @property
    def path(self) -> Path:
        return self.folder / "journal.jsonl"

    @contextlib.contextmanager
    def disk(self) -> Iterator[None]:
        """Limits the size of the file to `room` bytes. The system refuses further writes, or writes less."""
        if self.room is None:
            yield
            return
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.room, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    @rule(sizes=st.lists(st.sampled_from([0, 50, 300]), min_size=3, max_size=8))
    def happens(self, sizes: list[int]) -> None:
        for size in sizes:
            self.last += 1
            self.appended.append(self.last)
            with self.disk():
                self.journal.append({"type": "statement", "at": AT, "n": self.last, "pad": "x" * size})

    @rule(text=st.text(max_size=100))
    def prints(self, text: str) -> None:
        text = text.encode("utf-8", "backslashreplace").decode()
        self.printed += len(text.encode())
        with self.disk():
            self.journal.append({"type": "output", "at": AT, "stream": "STDOUT", "text": text})

    @rule(room=st.integers(0, 200))
    def disk_fills(self, room: int) -> None:
        self.room = self.path.stat().st_size + room

    @rule()
    def disk_has_room_again(self) -> None:
        self.room = None
        self.journal.retry()

    @rule(count=st.sampled_from([1, 5, 20]), size=st.sampled_from([1, 500, 5000]))
    def sends(self, count: int, size: int) -> None:
        lines = self.journal.read(len(self.received), count, size)
        assert len(lines) <= count
        assert lines or len(self.received) == self.journal.last_seq, "the journal has more events but returns none"
        self.received += [json.loads(line) for line in lines]

    @rule(share=st.sampled_from([0.5, 0.9, 1.0]))
    def stores(self, share: float) -> None:
        self.acked += int((len(self.received) - self.acked) * share)
        with self.disk():
            self.journal.trim(self.acked)

    @precondition(lambda self: self.journal.last_seq > 5)
    @rule(
        cut=st.one_of(st.just(0), st.integers(0, 400)),
        rubbish=st.sampled_from([b"", b"\0" * 50, b"7\n", b'{"seq":1}\n']),
    )
    def crashes(self, cut: int, rubbish: bytes) -> None:
        """A crash of the process alone (`cut` is 0), or of the machine, which loses the newest bytes of the file."""
        self.crashed = True
        self.journal.close()
        whole = self.path.read_bytes()
        whole = whole[: max(0, len(whole) - cut)]
        self.path.write_bytes(whole + rubbish)
        on_disk = {event.get("n") for event in map(json.loads, whole[: whole.rfind(b"\n") + 1].splitlines())}
        known = {event.get("n") for event in self.received[: self.acked]}
        # Events that were sent but not acknowledged are sent again, unless the disk has lost them.
        self.received = self.received[: self.acked]
        self.appended = [n for n in self.appended if n in on_disk or n in known]
        self.journal = Journal(self.folder, LIMIT)
        self.journal.continue_after(self.acked)

    @invariant()
    def numbers_have_no_gaps(self) -> None:
        assert [event["seq"] for event in self.received] == list(range(1, len(self.received) + 1))
        assert self.journal.last_seq >= len(self.received)

    def teardown(self) -> None:
        self.room = None
        self.journal.retry()
        self.journal.append({"type": "ended", "at": AT, "n": None})
        while len(self.received) < self.journal.last_seq:
            self.sends(50, 10_000)
        self.numbers_have_no_gaps()
        assert [e["n"] for e in self.received if e["type"] == "statement"] == self.appended
        assert self.received[-1]["type"] == "ended"
        if not self.crashed:
            kept = sum(len(e["text"].encode()) for e in self.received if e["type"] == "output")
            assert kept + sum(e["bytes"] for e in self.received if e["type"] == "outputDropped") == self.printed
        self.journal.close()
        again = Journal(self.folder, LIMIT)
        assert (again.last_seq, again.ended) == (self.journal.last_seq, True)
        again.close()
        self.stack.close()


Life.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestLife = Life.TestCase


def test_a_long_run_does_not_fill_the_disk(tmp_path: Path) -> None:
    with mock.patch.object(module, "_TRIM_BYTES", 50_000), mock.patch.object(module, "_TRIM_REST", 10_000):
        journal = Journal(tmp_path, 1 << 30)
        largest = 0
        for n in range(20_000):
            journal.append({"type": "line", "at": AT, "trace": 1, "line": n + 1})
            if n % 100 == 0:
                journal.trim(n - 50)
                largest = max(largest, (tmp_path / "journal.jsonl").stat().st_size)
        assert largest < 100_000
        assert [json.loads(line)["line"] for line in journal.read(19_990, 100, 1 << 20)] == list(range(19_991, 20_001))
        journal.close()
        again = Journal(tmp_path, 1 << 30)
        assert again.last_seq == 20_000
        again.close()


def test_samples_lines_while_the_gateway_is_unreachable_for_long(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 10_000)
    with mock.patch.object(module, "_CROWDED_BYTES", 5000):
        for n in range(5000):
            journal.append({"type": "line", "at": AT, "trace": 1, "line": n + 1})
    journal.append({"type": "statement", "at": AT, "index": 0, "state": "DONE", "attempt": 1})
    size = (tmp_path / "journal.jsonl").stat().st_size
    assert 10_000 < size < 20_000
    events = [json.loads(line) for line in journal.read(0, 10_000, 1 << 20)]
    assert events[-1]["type"] == "statement"
    assert events[-2].get("sampled") is True
    journal.close()


def test_a_full_disk_costs_no_time(tmp_path: Path) -> None:
    """Events that wait for the disk are not joined and retried for every new event."""
    import time

    journal = Journal(tmp_path, 1 << 30)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        spent = []
        for _ in range(2):
            begin = time.process_time()
            for n in range(15_000):
                journal.append({"type": "line", "at": AT, "trace": 1, "line": n + 1})
            spent.append(time.process_time() - begin)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert spent[1] < 3 * spent[0] + 0.5, "the second half costs what the first did"
    journal.retry()
    assert len((tmp_path / "journal.jsonl").read_bytes().splitlines()) == 30_000
    journal.close()
