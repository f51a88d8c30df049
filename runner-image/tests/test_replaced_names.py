"""The runner keeps working when a script replaces names of Python and of the standard library."""

import json
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from pythons import pythons
from script_host import ScriptHost, environment

from sequencer_runner.common.clock import now_iso
from sequencer_runner.common.frames import LineFrame, OutputFrame

PYTHONS = pythons()
SCRIPTS = Path(__file__).parent / "replaced"
MODULES = [
    "time",
    "threading",
    "os",
    "signal",
    "sys",
    "io",
    "json",
    "builtins",
    "select",
    "socket",
    "logging",
    "warnings",
    "traceback",
    "linecache",
    "asyncio.tasks",
]


class Driven(ScriptHost):
    """A script process that receives one command at a time."""

    def __init__(self, python: str, script: str, arguments: list[str], points: list[int]) -> None:
        super().__init__(python, environment())
        self.output = bytearray()
        self._channel.settimeout(20)
        self._waiting: list[dict[str, Any]] = []
        self._last = 0
        breakpoints = [{"file": "<script>", "line": line, "enabled": True} for line in points]
        self._start(SCRIPTS / script, arguments, breakpoints, paused=False)

    def __enter__(self) -> "Driven":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._channel.close()

    def message(self) -> dict[str, Any]:
        while not self._waiting:
            data = self._channel.recv(1 << 20)
            assert data, (self._process.wait(20), bytes(self.output), self.events[-5:])
            for frame in self._reader.feed(data):
                if isinstance(frame, OutputFrame):
                    self.output += frame.data
                elif isinstance(frame, LineFrame):
                    self.events.append(json.loads(frame.data))
                else:
                    self._waiting.append(frame)
        return self._waiting.pop(0)

    def event(self, *kinds: str) -> dict[str, Any]:
        while True:
            event: dict[str, Any] = self.message().get("event", {})
            if event:
                self.events.append(event)
            if event.get("type") in kinds:
                return event
            assert event.get("type") != "failure", (event, bytes(self.output))

    def do(self, name: str, **fields: Any) -> Any:
        """Sends a command and returns the result of its reply."""
        self._last += 1
        self.send({"id": str(self._last), "name": name, **fields})
        kept = []
        while True:
            message = self.message()
            reply = message.get("reply")
            if reply is not None and reply["id"] == str(self._last):
                self._waiting = kept + self._waiting
                assert reply["ok"], (reply, bytes(self.output))
                return reply.get("result")
            kept.append(message)

    def interrupt(self) -> None:
        self.do("mark", level="INTERRUPT")
        self._process.send_signal(signal.SIGINT)

    def finished(self) -> str:
        """Waits for the end of the script and returns how it ended."""
        while True:
            message = self.message()
            if "finished" in message:
                return str(message["finished"]["how"])

    def step(self, prompt: dict[str, Any], command: str) -> None:
        self.do("step", trace=prompt["trace"], prompt=prompt["number"], command=command, line=None)

    def evaluate(self, prompt: dict[str, Any], expression: str) -> str:
        at = {"trace": prompt["trace"], "prompt": prompt["number"], "frame": 0}
        result = self.do("evaluate", expression=expression, by="alice", **at)
        assert result["ok"], result
        return str(result["text"])


def line_of(script: str, text: str) -> int:
    return (SCRIPTS / script).read_text().splitlines().index(text) + 1


def take_turn(driven: Driven, first: int) -> None:
    """Starts at the prompt at line `first`: a step, an evaluation, a question, and a pause."""
    prompt = driven.event("prompt")
    assert (prompt["reason"], prompt["stack"][-1]["line"]) == ("breakpoint", first), prompt
    driven.step(prompt, "NEXT")
    prompt = driven.event("prompt")
    assert (prompt["reason"], prompt["stack"][-1]["line"]) == ("step", first + 1), prompt
    assert driven.evaluate(prompt, "a + 1") == "2"
    driven.step(prompt, "CONTINUE")
    question = driven.event("ask")["ask"]
    driven.do("pause")
    driven.do("answer", ask=question, answer="42", by="alice")
    prompt = driven.event("prompt")
    assert (prompt["reason"], prompt["stack"][-1]["line"]) == ("pause", first + 4), prompt
    driven.do("resume")


@pytest.mark.parametrize("name", MODULES)
def test_runs_pauses_steps_evaluates_asks_and_stops_with_each_attribute_replaced(name: str) -> None:
    first = line_of("one_at_a_time.py", "        a = 1")
    with Driven(sys.executable, "one_at_a_time.py", [name], [first]) as driven:
        count = driven.event("ask")
        driven.do("answer", ask=count["ask"], answer="", by="alice")
        for _ in range(2 * int(count["question"])):
            take_turn(driven, first)
        question = driven.event("ask")["ask"]
        driven.do("stop")
        driven.do("answer", ask=question, answer="", by="alice")
        driven.interrupt()
        failure = driven.event("failure")
        assert failure["exception"] == "KeyboardInterrupt", failure
        assert driven.finished() == "interrupt"


@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize(("script", "turns"), [("by_gevent.py", 3), ("by_freezegun.py", 2)])
def test_runs_under_libraries_that_replace_names_everywhere(version: str, script: str, turns: int) -> None:
    first = line_of(script, "    a = 1")
    begin = now_iso()
    with Driven(PYTHONS[version], script, [], [first]) as driven:
        for _ in range(turns):
            take_turn(driven, first)
        assert driven.finished() == "end"
        times = [event["at"] for event in driven.events]
        assert begin <= min(times) <= max(times) <= now_iso()
