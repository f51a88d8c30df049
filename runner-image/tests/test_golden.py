"""The golden examples of the protocol, which the gateway's tests read too."""

import json
from pathlib import Path
from typing import Any

import pytest
from gateway import Runner

from sequencer_runner.messages import Ack, BadMessage, Command, Welcome, read_message

GOLDEN = Path(__file__).parent.parent.parent / "model" / "golden"
MESSAGES: dict[str, list[dict[str, Any]]] = json.loads((GOLDEN / "messages.json").read_text())
RUN: list[dict[str, Any]] = json.loads((GOLDEN / "run.json").read_text())["events"]


@pytest.mark.parametrize("message", MESSAGES["toRunner"], ids=lambda m: m["type"])
def test_what_the_gateway_says_is_understood(message: dict[str, Any]) -> None:
    read = read_message(json.dumps(message))
    if isinstance(read, Command):
        assert (read.id, read.name) == (message["id"], message["command"]["name"])
        assert read.fields == message["command"]
    elif isinstance(read, Ack):
        assert (read.run, read.seq) == (message["run"], message["seq"])
    else:
        assert isinstance(read, Welcome)
        assert read.runs == {r["run"]: (r["acked"], r["forget"]) for r in message["runs"]}


@pytest.mark.parametrize("message", MESSAGES["badToRunner"], ids=str)
def test_what_does_not_follow_the_protocol_is_refused(message: dict[str, Any]) -> None:
    with pytest.raises(BadMessage):
        read_message(json.dumps(message))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"type": "command", "id": "x", "command": 3}'])
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(BadMessage):
        read_message(text)


def test_what_a_runner_says_has_the_shape_of_the_examples(runner: Runner) -> None:
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


OPTIONAL = {"line": {"sampled"}, "output": {"trace", "line"}, "statement": {"version"}}


def same_shape(event: dict[str, Any], example: dict[str, Any]) -> bool:
    optional = OPTIONAL.get(event["type"], set())
    if not (set(example) - optional <= set(event) <= set(example) | optional):
        return False
    return all(event[k] is None or v is None or type(event[k]) is type(v) for k, v in example.items() if k in event)
