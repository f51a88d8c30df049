"""The journal numbers events, survives a crash at any byte, is readable from any event on, and is bounded."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sequencer_runner.journal import Journal

AT = "2026-11-24T04:00:00.000Z"
texts = st.text(max_size=200)
events = st.one_of(
    st.builds(lambda t: {"type": "output", "at": AT, "stream": "STDOUT", "text": t}, texts),
    st.builds(lambda n: {"type": "line", "at": AT, "trace": 1, "line": n}, st.integers(1, 1000)),
)


def seqs(lines: list[bytes]) -> list[int]:
    return [json.loads(line)["seq"] for line in lines]


def everything(journal: Journal, after: int = 0, max_events: int = 7, max_bytes: int = 1000) -> list[dict[str, Any]]:
    found: list[bytes] = []
    while True:
        more = journal.read(after + len(found), max_events, max_bytes)
        if not more:
            return [json.loads(line) for line in found]
        assert len(more) <= max_events
        found += more


@given(st.lists(events, max_size=60), st.data())
@settings(max_examples=60, deadline=None)
def test_a_truncated_journal_continues_without_a_gap(written: list[dict[str, Any]], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        journal = Journal(folder, 1 << 30)
        for event in written:
            journal.append(event)
        journal.close()
        path = folder / "journal.jsonl"
        whole = path.read_bytes()
        cut = data.draw(st.integers(0, len(whole)))
        path.write_bytes(whole[:cut])
        again = Journal(folder, 1 << 30)
        kept = whole[:cut].count(b"\n")
        assert again.last_seq == kept
        again.append({"type": "ended", "at": AT, "outcome": "LOST", "exitCode": None, "reason": ""})
        assert again.ended
        after = data.draw(st.integers(0, kept))
        found = everything(again, after)
        assert [e["seq"] for e in found] == list(range(after + 1, kept + 2))
        assert [{k: v for k, v in e.items() if k != "seq"} for e in found[:-1]] == written[after:kept]
        again.close()


def test_reads_events_from_any_number_on(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 1 << 30)
    for n in range(20_000):
        journal.append({"type": "output", "at": AT, "stream": "STDOUT", "text": "x" * 300 + str(n)})
    for after in (0, 1, 255, 256, 257, 5000, 12_345, 19_999):
        assert seqs(journal.read(after, 10, 1 << 20)) == list(range(after + 1, min(after + 11, 20_001)))
    assert journal.read(20_000, 10, 1 << 20) == []
    journal.close()


def test_drops_and_counts_output_over_the_limit_and_keeps_the_rest(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 1000)
    for n in range(100):
        journal.append({"type": "output", "at": AT, "stream": "STDOUT", "text": "é" * 50})
        if n % 10 == 0:
            journal.append({"type": "line", "at": AT, "trace": 1, "line": n + 1})
    journal.append({"type": "ended", "at": AT, "outcome": "SUCCEEDED", "exitCode": 0, "reason": ""})
    found = everything(journal)
    assert [e["line"] for e in found if e["type"] == "line"] == list(range(1, 101, 10))
    kept = sum(len(e["text"].encode()) for e in found if e["type"] == "output")
    assert kept + sum(e["bytes"] for e in found if e["type"] == "outputDropped") == 10_000
    assert [e["seq"] for e in found] == list(range(1, len(found) + 1))
    journal.close()


def test_does_not_reuse_numbers_that_the_store_has(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 1 << 30)
    for n in range(3):
        journal.append({"type": "line", "at": AT, "trace": 1, "line": n + 1})
    journal.append({"type": "ended", "at": AT, "outcome": "LOST", "exitCode": None, "reason": ""})
    journal.continue_after(10)
    journal.close()
    again = Journal(tmp_path, 1 << 30)
    assert (again.last_seq, again.ended) == (11, True)
    assert seqs(again.read(10, 10, 1000)) == [11]
    again.close()


def test_does_not_change_a_journal_that_is_ahead_of_the_store(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 1 << 30)
    journal.append({"type": "line", "at": AT, "trace": 1, "line": 1})
    journal.continue_after(1)
    journal.append({"type": "ended", "at": AT, "outcome": "LOST", "exitCode": None, "reason": ""})
    journal.continue_after(1)
    assert seqs(journal.read(0, 10, 1000)) == [1, 2]
    journal.close()


def test_writes_an_encoded_line_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    # Both exceed their limit soon, so output is dropped. Lines are sampled only 16 MiB above the limit.
    one, other = Journal(tmp_path / "one", 2000), Journal(tmp_path / "other", 2000)
    for n in range(200):
        line = {"type": "line", "at": AT, "trace": 1, "file": "<script>", "line": n + 1, "function": "é" * (n % 3)}
        one.append(line)
        other.append_line(json.dumps(line, separators=(",", ":")).encode())
        if n % 50 == 20:
            output = {"type": "output", "at": AT, "stream": "STDOUT", "text": "x" * 50}
            one.append(output)
            other.append(output)
    assert everything(one) == everything(other)
    assert [e["type"] for e in everything(one)].count("outputDropped") > 0
    assert (tmp_path / "one" / "journal.jsonl").read_bytes() == (tmp_path / "other" / "journal.jsonl").read_bytes()
    one.close()
    other.close()


def test_sets_aside_events_that_were_trimmed_and_then_lost_by_the_store(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 1 << 30)
    journal.continue_after(5)
    journal.append({"type": "traceEnded", "at": AT, "trace": 1})
    found = everything(journal, 2, max_events=2)
    assert [(e["seq"], e["type"]) for e in found] == [
        (3, "setAside"),
        (4, "setAside"),
        (5, "setAside"),
        (6, "traceEnded"),
    ]
    assert "backup" in found[0]["problem"]
