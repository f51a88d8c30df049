"""Random messages: each is accepted, or refused with a message. The run continues and loses no event."""

import json
from typing import Any

import pytest
from gateway import Runner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_golden import GOLDEN, MESSAGES
from test_reconnect import until

from sequencer_runner.common.clock import now_iso
from sequencer_runner.common.frames import (
    BadFrame,
    Frame,
    FrameReader,
    LineFrame,
    OutputFrame,
    json_frame,
    line_frame,
    output_head,
)
from sequencer_runner.messages import BadCommand, BadMessage, UnknownType, read_message
from sequencer_runner.supervisor.script_messages import SCRIPT_EVENTS, BadScriptMessage, ScriptMessages

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.sampled_from(["<script>", "satp1-1", "RETRY", "KILL", "../../etc", "\0", "\ud800", "9" * 400]),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A valid message with fields that were changed, removed or added."""
    message: Any = json.loads(json.dumps(draw(st.sampled_from(MESSAGES["toRunner"]))))
    for _ in range(draw(st.integers(1, 3))):
        at = message
        while isinstance(at, dict) and draw(st.booleans()):
            inner = [v for v in at.values() if isinstance(v, dict)]
            if not inner:
                break
            at = draw(st.sampled_from(inner))
        key = draw(st.sampled_from([*sorted(at), "type", "extra"]))
        if draw(st.booleans()):
            at[key] = draw(values)
        else:
            at.pop(key, None)
    return message


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200), values.map(json.dumps), mutated().map(json.dumps)))
@settings(max_examples=500, deadline=None)
def test_reads_or_refuses_any_message(text: str | bytes) -> None:
    try:
        read = read_message(text)
    except BadMessage as error:
        assert str(error)
    else:
        assert read["type"] in ("welcome", "ack", "command")


@pytest.mark.parametrize("text", ["[" * 100_000, '{"type":' * 50_000, "1" * 100_000])
def test_refuses_a_message_that_is_too_deep_or_has_too_long_a_number(text: str) -> None:
    with pytest.raises(BadMessage):
        read_message(text)


# Commands that may end the run of the test or change its output.
CHANGING = ("start", "stop", "replace", "evaluate")
HARMLESS = [m for m in MESSAGES["toRunner"] if m["type"] == "command" and m["command"]["name"] not in CHANGING]


@given(st.lists(st.tuples(st.sampled_from(HARMLESS), mutated(), values), min_size=1, max_size=5))
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_worker_survives_any_command(runner: Runner, sent: list[tuple[Any, Any, Any]]) -> None:
    running = runner.submit("import time\nfor n in range(5):\n    print(n)\n    time.sleep(0.01)\n")
    for good, odd, value in sent:
        if odd.get("type") == "command" and isinstance(odd.get("command"), dict):
            # For this run, and no command that ends it or starts another.
            odd["command"]["run"] = running.run
            if odd["command"].get("name") in CHANGING:
                odd["command"]["name"] = "pause"
        aimed = json.loads(json.dumps(good))
        aimed["command"]["run"] = running.run
        for message in (aimed, odd, value):
            if isinstance(message, dict) and isinstance(message.get("id"), str):
                # Keeps the ids of the test's own commands unique.
                message["id"] = "fuzz"
            if isinstance(message, dict) and message.get("type") in ("welcome", "ack"):
                # The runner has to believe the gateway about what is stored.
                continue
            hellos = len(runner.gateway.hellos)
            runner.gateway.send(message)
            try:
                read_message(json.dumps(message))
            except (BadCommand, UnknownType):
                pass
            except BadMessage:
                runner.gateway.until(lambda h=hellos: len(runner.gateway.hellos) > h, 20, "hello again")

    def over() -> bool:
        """Whether the run has ended. Clears breakpoints and pauses that the messages above may have set."""
        if not running.of("ended"):
            runner.gateway.command("setBreakpoints", run=running.run, by="the test", breakpoints=[])
            runner.gateway.command("resume", run=running.run, by="the test")
        return bool(running.of("ended"))

    until(over)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "0\n1\n2\n3\n4\n"
    assert [e["seq"] for e in running.events] == list(range(1, len(running.events) + 1))
    assert runner.process.poll() is None


frames = st.one_of(
    st.dictionaries(st.text(max_size=5), values, max_size=3).map(lambda m: ("json", m)),
    st.dictionaries(st.text(max_size=5), values, max_size=3).map(lambda m: ("line", m)),
    st.tuples(st.sampled_from([1, 2]), st.integers(0, 9), st.integers(0, 9), st.binary(max_size=50)).map(
        lambda o: ("output", o)
    ),
)


@given(st.lists(frames, max_size=10), st.lists(st.integers(1, 30), min_size=1, max_size=20))
@settings(max_examples=200, deadline=None)
def test_reads_frames_that_arrive_in_any_pieces(sent: list[tuple[str, Any]], cuts: list[int]) -> None:
    data = b""
    for kind, value in sent:
        if kind == "json":
            data += json_frame(value)
        elif kind == "line":
            data += line_frame(value)
        else:
            stream, trace, line, text = value
            data += output_head(stream, trace, line, 1000, len(text)) + text
    reader = FrameReader()
    found: list[tuple[str, Any]] = []
    at = 0
    for turn in range(len(data) + 1):
        size = cuts[turn % len(cuts)]
        found += map(read, reader.feed(data[at : at + size]))
        at += size
        if at >= len(data):
            break
    assert found == [(kind, value if kind == "output" else json.loads(json.dumps(value))) for kind, value in sent]


def read(frame: Frame) -> tuple[str, Any]:
    if isinstance(frame, LineFrame):
        return "line", json.loads(frame.data)
    if isinstance(frame, OutputFrame):
        assert frame.time == 1000
        return "output", (frame.stream, frame.trace, frame.line, frame.data)
    return "json", frame


@given(st.binary(max_size=60), st.lists(st.binary(max_size=20), max_size=5))
@settings(max_examples=300, deadline=None)
@example(b"\0\0\0\3Jxyz", [b"\0\0\0\2J{}"])
@example(b"\0\0\0\2Oab", [b""])
@example(b"\0\0\0\2J[]", [b""])
@example(b"\xff\xff\xff\xffJ", [b"{}"])
@example(b"\0\0\0\2Q{}", [b""])
def test_refuses_invalid_frames_once(data: bytes, more: list[bytes]) -> None:
    reader = FrameReader()
    refused = 0
    for piece in [data, *more]:
        try:
            found = reader.feed(piece)
        except BadFrame:
            refused += 1
        else:
            assert not refused or found == []
    assert refused <= 1


def test_ends_a_script_that_writes_into_the_runners_connection(runner: Runner) -> None:
    script = """\
import os, stat, time
for fd in map(int, os.listdir("/proc/self/fd")):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            os.write(fd, b"\\0\\0\\0\\3Jxyz" * 20)
    except OSError:
        pass
time.sleep(60)
"""
    end = runner.submit(script).end()
    assert (end["outcome"], "the runner's own connection" in end["reason"]) == ("FAILED", True)
    runner.submit("print(1)\n").end()


FORGER = """\
import json, os, stat, struct, sys, time
def channel():
    for fd in map(int, os.listdir("/proc/self/fd")):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                return fd
        except OSError:
            pass
def forge(payload, kind=b"J"):
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    os.write(channel(), struct.pack(">Ic", len(data), kind) + data)
AT = "2026-11-24T04:00:00.000Z"
"""
FORGED = {
    "an end": 'forge({"event": {"type": "ended", "at": AT, "outcome": "SUCCEEDED", "exitCode": 0, "reason": "x"}})',
    "an action": 'forge({"event": {"type": "action", "at": AT, "name": "stop", "by": "anna", "ok": True}})',
    "a second start": 'forge({"event": {"type": "started", "at": AT, "statements": [], "pid": 1}})',
    "dropped output": 'forge({"event": {"type": "outputDropped", "at": AT, "bytes": 7}})',
    "a stop": 'forge({"event": {"type": "stopping", "at": AT, "level": "KILL", "by": "anna"}})',
    "a decision of somebody": 'forge({"event": {"type": "decision", "at": AT, "action": "STOP", "by": "anna"}})',
    "an unknown type": 'forge({"event": {"type": "foo", "at": "hello"}})',
    "a type with NUL": 'forge({"event": {"type": "a\\0b", "at": AT}})',
    "a number as type": 'forge({"event": {"type": 7, "at": AT}})',
    "no time": 'forge({"event": {"type": "traceEnded", "trace": 7, "at": 7}})',
    "the year 0": 'forge({"event": {"type": "traceEnded", "trace": 7, "at": "0000-01-01T00:00:00.000Z"}})',
    "a number of its own": 'forge({"event": {"type": "traceEnded", "trace": 7, "at": AT, "seq": 3}})',
    "infinity": 'forge(b\'{"event": {"type": "progress", "at": "2026-11-24T04:00:00.000Z", "done": 1e999}}\')',
    "NaN": 'forge(b\'{"event": {"type": "progress", "at": "2026-11-24T04:00:00.000Z", "done": NaN}}\')',
    "a failure without a message": 'forge({"event": {"type": "failure", "at": AT, "exception": "E"}})',
    "no object": 'forge({"event": [1]})',
    "a reply with a number as its id": 'forge({"reply": {"id": 7, "ok": True}})',
    "a refusal without a code": 'forge({"reply": {"id": "1", "ok": False}})',
    "an unknown message": 'forge({"hello": 1})',
    "a line that is none": 'forge(b\'{"type":"line","x\', b"L")',
    "an end as a line": 'forge({"type": "ended", "at": AT, "outcome": "SUCCEEDED"}, b"L")',
    "output of an unknown stream": 'forge(struct.pack(">BIIQ", 7, 0, 0, 0) + b"x", b"O")',
    "output of an absurd time": 'forge(struct.pack(">BIIQ", 1, 0, 0, 2**63) + b"x", b"O")',
}


@pytest.mark.parametrize("what", FORGED)
def test_ends_a_run_whose_script_process_sends_a_forged_message(runner: Runner, what: str) -> None:
    hellos = len(runner.gateway.hellos)
    before = "print('before')\nsys.stdout.flush()\ntime.sleep(0.1)\n"
    running = runner.submit(f"{FORGER}{before}{FORGED[what]}\ntime.sleep(60)\n")
    end = running.end()
    assert (end["outcome"], "did not follow the protocol" in end["reason"]) == ("FAILED", True)
    assert running.output() == "before\n"
    known = SCRIPT_EVENTS | {"action", "ended", "output"}
    assert {event["type"] for event in running.events} <= known
    assert [e["seq"] for e in running.events] == list(range(1, len(running.events) + 1))
    assert len(running.of("started")) == len(running.of("ended")) == 1
    assert [(e["name"], e["by"]) for e in running.of("action")] == [("start", "alice")]
    assert len(runner.gateway.hellos) == hellos


def test_starts_a_run_after_forged_messages(runner: Runner) -> None:
    assert runner.submit("print(1)\n").end()["outcome"] == "SUCCEEDED"


events = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(sorted(SCRIPT_EVENTS)) | scalars,
        "at": st.just("2026-11-24T04:00:00.000Z") | scalars,
        "trace": scalars,
        "message": scalars,
        "by": scalars,
        "more": values,
    },
)


@given(st.lists(st.tuples(st.sampled_from(["event", "reply", "finished", "odd"]), events | values), max_size=8))
@settings(max_examples=300, deadline=None)
def test_accepts_or_refuses_any_message_of_a_script_process(sent: list[tuple[str, Any]]) -> None:
    messages = ScriptMessages()
    taken = []
    for name, inner in sent:
        message = json.loads(json.dumps({name: inner}))
        try:
            messages.check(message)
        except BadScriptMessage as error:
            assert str(error).isprintable()
        else:
            taken.append(message)
    types = [message["event"]["type"] for message in taken if "event" in message]
    assert set(types) <= SCRIPT_EVENTS
    assert types[:1] in ([], ["started"])


def test_every_event_type_belongs_to_the_script_or_the_supervisor() -> None:
    own = {"action", "ended", "output", "outputDropped", "reaction", "setAside", "stopping", "telescope", "futureEvent"}
    for name in ("run", "controlled-run"):
        examples = json.loads((GOLDEN / f"{name}.json").read_text())["events"]
        assert {event["type"] for event in examples} - own <= SCRIPT_EVENTS


@pytest.mark.parametrize("function", ["<module>", 'a"b\\', "é\u2028\ud800\0"])
def test_a_line_event_is_recorded_as_it_was_sent(function: str) -> None:
    messages = ScriptMessages()
    fields = {"trace": 1, "file": "<script>", "line": 12, "function": function, "sampled": True, "busy": True}
    frame = line_frame({"type": "line", "at": now_iso(), **fields})
    found = FrameReader().feed(frame)
    assert isinstance(found[0], LineFrame)
    assert not messages.is_plain_line(found[0])
    messages.check({"event": {"type": "started", "at": now_iso()}})
    assert messages.is_plain_line(found[0])
