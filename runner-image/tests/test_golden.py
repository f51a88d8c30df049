"""The golden messages of the protocol. The tests of the gateway read the same file."""

import json
from pathlib import Path
from typing import Any

import pytest
from gateway import Runner

from sequencer_runner import limits
from sequencer_runner.messages import BadCommand, BadMessage, UnknownType, read_message

GOLDEN = Path(__file__).parent.parent.parent / "model" / "golden"
MESSAGES: dict[str, Any] = json.loads((GOLDEN / "messages.json").read_text())
LIMIT_NAMES = {"messageBytes": "MESSAGE_BYTES", "eventBytes": "EVENT_BYTES"}
RUN: list[dict[str, Any]] = json.loads((GOLDEN / "run.json").read_text())["events"]


@pytest.mark.parametrize("message", MESSAGES["toRunner"], ids=lambda m: m["type"])
def test_reads_the_golden_messages_of_the_gateway(message: dict[str, Any]) -> None:
    assert read_message(json.dumps(message)) == message


@pytest.mark.parametrize("message", MESSAGES["badToRunner"], ids=str)
def test_refuses_messages_that_do_not_follow_the_protocol(message: dict[str, Any]) -> None:
    with pytest.raises(BadMessage) as refused:
        read_message(json.dumps(message))
    # A refused command is answered, and the connection stays open.
    assert isinstance(refused.value, BadCommand) == (message["type"] == "command")


@pytest.mark.parametrize("message", MESSAGES["unknownTypes"], ids=str)
def test_recognizes_a_message_of_an_unknown_type(message: dict[str, Any]) -> None:
    with pytest.raises(UnknownType):
        read_message(json.dumps(message))


def test_both_sides_have_the_same_limits() -> None:
    assert {name: getattr(limits, constant) for name, constant in LIMIT_NAMES.items()} == MESSAGES["limits"]


def test_a_newer_gateway_is_answered_on_the_same_connection(runner: Runner) -> None:
    gateway, hellos = runner.gateway, len(runner.gateway.hellos)
    gateway.send({"type": "newer"})
    reply = gateway.command("dance", run="none", by="alice")
    assert (reply["ok"], reply["code"], "dance" in reply["message"]) == (False, "NOT_YET", True)
    assert reply["remedy"] == "Upgrade the runner."
    reply = gateway.command("stop", run="none", by="alice", level="NUKE")
    assert (reply["ok"], reply["code"], "level" in reply["message"]) == (False, "BAD_INPUT", True)
    assert gateway.command("check", script="x = 1\n", newer=1)["ok"]
    assert len(gateway.hellos) == hellos


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"type": "command", "id": "x", "command": 3}'])
def test_refuses_text_that_is_no_message(text: str) -> None:
    with pytest.raises(BadMessage):
        read_message(text)


def test_sends_messages_of_the_shape_of_the_golden_examples(runner: Runner) -> None:
    script = (
        "import threading, time\ndef watch():\n    n = 3\n    time.sleep(0.3)\n"
        "t = threading.Thread(target=watch, name='humidity')\nt.start()\nprint('moving')\ntime.sleep(0.5)\n"
        "raise RuntimeError('Task go_to in Agent acu1 failed to complete')\n"
    )
    running = runner.submit(script)
    running.until("line", line=8)
    running.command("pause")
    running.until("pause", state="paused")
    running.command("resume")
    running.end()
    examples = {e["type"]: e for e in RUN}
    seen = {e["type"] for e in running.events}
    assert seen >= {"started", "statement", "traceStarted", "line", "output", "action", "pause", "prompt", "resumed"}
    assert seen >= {"failure", "ended"}
    for event in running.events:
        example = examples.get(event["type"])
        if example is not None:
            assert same_shape(event, example), (event, example)
    hello = runner.gateway.hellos[0]
    assert set(hello) == set(MESSAGES["fromRunner"][0])


OPTIONAL = {"line": {"sampled", "busy"}, "output": {"trace", "line"}, "statement": {"version"}}


def same_shape(event: dict[str, Any], example: dict[str, Any]) -> bool:
    optional = OPTIONAL.get(event["type"], set())
    if not (set(example) - optional <= set(event) <= set(example) | optional):
        return False
    return all(event[k] is None or v is None or type(event[k]) is type(v) for k, v in example.items() if k in event)
