"""An event of any type that is too large is cut to the limit and marked."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from gateway import Runner
from hypothesis import given, settings
from hypothesis import strategies as st

from sequencer_runner.cut import cut_to

AT = "2026-11-24T04:00:00.000Z"
SPANS = [{"index": n, "firstLine": n + 1, "lastLine": n + 1} for n in range(90_000)]
FACTS = {"pid": 7, "hostname": "h", "python": "3.13.0", "packages": {"numpy": "2.0"}}
FRAME = {"file": "<script>", "line": 1, "function": "f", "variables": [{"name": "x", "value": "y" * 300}] * 20}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=20), inner, max_size=20),
    max_leaves=60,
)


@pytest.mark.parametrize(
    ("fields", "same", "limit"),
    [
        ({"type": "started", "statements": SPANS, **FACTS}, FACTS, 1 << 20),
        ({"type": "failure", "message": "m", "then": ["ValueError: " + "y" * 500] * 9000}, {"message": "m"}, 1 << 20),
        ({"type": "ended", "outcome": "FAILED", "exitCode": 1, "reason": "€" * 9_000_000}, {"exitCode": 1}, 1 << 20),
        ({"type": "ask", "ask": 1, "question": "\ud800" * 2_000_000, "trace": 1}, {"ask": 1, "trace": 1}, 1 << 20),
        ({"type": "evaluated", "expression": "x", "text": "\0" * 2_000_000}, {"expression": "x"}, 1 << 20),
        ({"type": "prompt", "number": 3, "stack": [FRAME] * 400}, {"number": 3}, 1 << 20),
    ],
    ids=lambda value: value.get("type") if isinstance(value, dict) else None,
)
def test_a_cut_event_keeps_its_type_and_its_small_fields(
    fields: dict[str, Any], same: dict[str, Any], limit: int
) -> None:
    line = json.dumps({"seq": 4, "at": AT, **fields}).encode()
    assert len(line) > limit
    cut = cut_to(line, limit)
    assert limit // 2 < len(cut) <= limit
    event = json.loads(cut)
    assert event == {**event, "seq": 4, "at": AT, "type": fields["type"], "cut": {"bytes": len(line)}, **same}
    if "stack" in fields:
        assert [frame["function"] for frame in event["stack"]] == ["f"] * 400


@given(st.dictionaries(st.text(max_size=10), values, max_size=8), st.integers(300, 3000))
@settings(max_examples=200, deadline=None)
def test_cuts_any_event_to_the_limit(fields: dict[str, Any], limit: int) -> None:
    event = json.loads(cut_to(json.dumps({**fields, "seq": 4, "at": AT, "type": "odd"}).encode(), limit))
    assert (event["seq"], event["at"]) == (4, AT)
    assert event["type"] == "odd" or (event["type"], event["event"]) == ("setAside", "odd")
    assert len(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()) <= limit


def test_sets_aside_an_event_that_cannot_be_cut() -> None:
    line = json.dumps({"seq": 4, "at": AT, "type": "odd", **{f"name {n}": n for n in range(1000)}}).encode()
    event = json.loads(cut_to(line, 1000))
    assert event == {
        "seq": 4,
        "at": AT,
        "type": "setAside",
        "event": "odd",
        "problem": f"The event has {len(line)} bytes; the limit is 1000.",
    }


def test_delivers_a_run_with_oversized_events_and_starts_the_next_run(own_runner: Callable[..., Runner]) -> None:
    runner = own_runner()
    running = runner.submit("raise ValueError('y' * 7_000_000)\n")
    assert running.end(60)["outcome"] == "FAILED"
    assert all(len(json.dumps(event)) < 4 << 20 for event in running.events)
    assert len(runner.gateway.hellos) == 1
    assert runner.submit("print(1)\n").end()["outcome"] == "SUCCEEDED"


def test_adapts_to_a_smaller_limit_of_the_gateway(own_runner: Callable[..., Runner]) -> None:
    runner = own_runner(max_size=300_000)
    running = runner.submit("raise ValueError('y' * 1_500_000)\n")
    assert running.end(60)["outcome"] == "FAILED"
    assert [e["seq"] for e in running.events] == list(range(1, len(running.events) + 1))
