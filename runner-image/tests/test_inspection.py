"""Inspection of a stopped trace: expressions, assignments, contents of values, sources."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from gateway import Runner, Running

SCRIPT = """\
import json
total = 10

class Thing:
    __slots__ = ("size", "__dict__")
    def __init__(self):
        self.size = 3
        self.name = "thing"

class Bad:
    def __repr__(self):
        raise ValueError("no repr")

class Slow:
    def __repr__(self):
        while True:
            pass

class Huge:
    def __repr__(self):
        return "x" * 10**8

def work(n, *more, **named):
    thing, bad, slow, huge = Thing(), Bad(), Slow(), Huge()
    table = {"a": [1, 2, (3, 4)], "b": {"deep": {"er": thing}}}
    long = list(range(1000))
    n = n + 1
    return n

def outer():
    kept = "of outer"
    return work(4, 5, six=6)

print(outer())
"""


@pytest.fixture
def running(runner: Runner) -> Running:
    started = runner.submit(SCRIPT, breakpoints=[{"file": "<script>", "line": 27, "enabled": True}])
    started.prompt(1)
    return started


def evaluate(running: Running, expression: str, frame: int = 0) -> tuple[bool, str]:
    reply = running.command("evaluate", trace=1, prompt=1, frame=frame, expression=expression)
    assert reply["ok"], reply
    return reply["result"]["ok"], reply["result"]["text"]


def variables(
    running: Running, *path: str, frame: int = 0, scope: str = "locals", after: int = 0, first: int = 100
) -> Any:
    fields = {"frame": frame, "scope": scope, "path": list(path), "after": after, "first": first}
    reply = running.command("variables", trace=1, prompt=1, **fields)
    assert reply["ok"], reply
    return reply["result"]


def finish(running: Running) -> str:
    assert running.step(running.prompt(1), "CONTINUE")["ok"]
    assert running.end()["outcome"] == "SUCCEEDED"
    return running.output()


@pytest.mark.parametrize(
    ("frame", "expression", "text"),
    [
        (0, "n", "4"),
        (0, "table['b']['deep']", "{'er': <__main__.Thing object at "),
        (0, "[k + n for k in range(3)]", "[4, 5, 6]"),
        (0, "(lambda: n * total)()", "40"),
        (0, "sum(x * n for x in more)", "20"),
        (1, "kept", "'of outer'"),
        (2, "total", "10"),
        (0, "'x' * 10**7", "'xxxx"),
        (0, "long", "[0, 1, 2"),
    ],
)
def test_evaluates_expressions_in_every_frame(running: Running, frame: int, expression: str, text: str) -> None:
    ok, found = evaluate(running, expression, frame)
    assert ok and found.startswith(text), found
    assert len(found) <= 16 * 1024 + 100
    event = running.until("evaluated")
    assert (event["expression"], event["by"], event["frame"], event["text"]) == (expression, "alice", frame, found)
    finish(running)


def test_assigns_variables_in_every_frame(running: Running) -> None:
    assert evaluate(running, "n = 41") == (True, "")
    assert evaluate(running, "n") == (True, "41")
    assert evaluate(running, "fresh = n + 1\nfresh += 1") == (True, "")
    assert evaluate(running, "fresh") == (True, "43")
    assert evaluate(running, "kept = 'changed'", 1) == (True, "")
    assert evaluate(running, "kept", 1) == (True, "'changed'")
    assert evaluate(running, "total = 99", 2) == (True, "")
    assert evaluate(running, "total") == (True, "99")
    assert evaluate(running, "thing.size = 7; thing.size") == (True, "")
    assert evaluate(running, "thing.size") == (True, "7")
    assert finish(running) == "42\n"


def test_reports_errors_of_evaluations_without_effect_on_the_script(running: Running) -> None:
    assert evaluate(running, "nothing") == (False, "NameError: name 'nothing' is not defined")
    assert evaluate(running, "1 +")[1].startswith("SyntaxError")
    assert evaluate(running, "bad")[1] == "<Bad: its repr failed with ValueError>"
    assert evaluate(running, "[bad]")[1] == "<list: its repr failed with ValueError>"
    assert evaluate(running, "raise SystemExit(3)") == (False, "SystemExit: 3")
    ok, text = evaluate(running, "huge")
    assert ok and len(text) <= 16 * 1024
    assert evaluate(running, "(lambda f: f(f))(lambda f: f(f))")[1].startswith("RecursionError")
    refused = running.command("evaluate", trace=1, prompt=1, frame=9, expression="1")
    assert refused["code"] == "BAD_INPUT"
    assert finish(running) == "5\n"


@pytest.mark.parametrize("expression", ["slow", "while True: pass", "__import__('time').sleep(1000)"])
def test_interrupts_only_the_evaluation_that_hangs(running: Running, expression: str) -> None:
    key = "hang"
    command = {"name": "evaluate", "run": running.run, "by": "alice", "trace": 1, "prompt": 1, "frame": 0}
    running.gateway.send({"type": "command", "id": key, "command": {**command, "expression": expression}})
    time.sleep(0.2)
    busy = running.command("evaluate", trace=1, prompt=1, frame=0, expression="1")
    assert busy["code"] == "STILL_EVALUATING"
    assert running.step(running.prompt(1), "NEXT")["code"] == "STILL_EVALUATING"
    assert running.command("interruptEvaluation", trace=1, prompt=1)["ok"]
    reply = running.gateway.until(lambda: running.gateway.replies.pop(key, None), 20, "the interrupted evaluation")
    assert reply["result"] == {"ok": False, "text": "Interrupted."}
    assert evaluate(running, "n") == (True, "4")
    assert finish(running) == "5\n"


def test_evaluates_many_times_in_a_thread(runner: Runner) -> None:
    script = (
        "import threading\ndef work():\n    n = 1\n    print(n)\n"
        "t = threading.Thread(target=work)\nt.start()\nt.join()\n"
    )
    running = runner.submit(script, breakpoints=[{"file": "<script>", "line": 4, "enabled": True}])
    prompt = running.prompt(1)
    for number in range(20):
        key = f"hang-{number}"
        command = {"name": "evaluate", "run": running.run, "by": "alice", "trace": prompt["trace"], "prompt": 1}
        fields = {"frame": 0, "expression": "while n: pass"}
        running.gateway.send({"type": "command", "id": key, "command": {**command, **fields}})
        running.command("interruptEvaluation", trace=prompt["trace"], prompt=1)
        reply = running.gateway.until(lambda k=key: running.gateway.replies.pop(k, None), 20, "the evaluation")
        assert reply["result"]["text"] == "Interrupted."
    running.step(prompt, "CONTINUE")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "1\n"


def test_a_stop_during_an_evaluation_ends_the_script(running: Running) -> None:
    command = {"name": "evaluate", "run": running.run, "by": "alice", "trace": 1, "prompt": 1, "frame": 0}
    running.gateway.send({"type": "command", "id": "x", "command": {**command, "expression": "while True: pass"}})
    time.sleep(0.2)
    assert running.command("stop", level="INTERRUPT")["ok"]
    assert running.end()["outcome"] == "INTERRUPTED"


def test_returns_the_contents_of_values_in_pages(running: Running) -> None:
    names = variables(running)
    shown = {v["name"]: v for v in names["variables"]}
    assert names["total"] == len(shown) == 9
    assert (shown["thing"]["type"], shown["thing"]["expandable"]) == ("Thing", True)
    assert shown["bad"]["expandable"] is False
    assert [(v["name"], v["value"]) for v in variables(running, "thing")["variables"]] == [
        ("name", "'thing'"),
        ("size", "3"),
    ]
    page = variables(running, "long", after=998, first=10)
    assert page["total"] == 1000
    assert [(v["name"], v["value"], v["path"]) for v in page["variables"]] == [
        ("[998]", "998", ["long", "#998"]),
        ("[999]", "999", ["long", "#999"]),
    ]
    deep = variables(running, "table")["variables"][1]
    for _ in range(3):
        deep = variables(running, *deep["path"])["variables"][0]
    assert (deep["name"], deep["value"]) == ("name", "'thing'")
    assert [v["name"] for v in variables(running, frame=2, scope="globals")["variables"]] == [
        "Bad",
        "Huge",
        "Slow",
        "Thing",
        "outer",
        "total",
        "work",
    ]
    missing = running.command("variables", trace=1, prompt=1, frame=0, scope="locals", path=["gone"], after=0, first=1)
    assert missing["code"] == "BAD_INPUT"
    assert not running.of("evaluated")
    finish(running)


def test_shows_the_field_names_of_a_named_tuple(runner: Runner) -> None:
    script = (
        "from collections import namedtuple\nclass Reply(namedtuple('_', ['status', 'session'])):\n    pass\n"
        "reply = Reply(0, {'op': 'go_to'})\nprint(1)\n"
    )
    running = runner.submit(script, breakpoints=[{"file": "<script>", "line": 5, "enabled": True}])
    running.prompt(1)
    shown = variables(running, "reply")["variables"]
    assert [(v["name"], v["path"]) for v in shown] == [("status", ["reply", "#0"]), ("session", ["reply", "#1"])]
    assert variables(running, "reply", "#1")["variables"][0]["value"] == "'go_to'"
    finish(running)


def test_does_not_open_values_whose_access_runs_code_of_the_script(runner: Runner) -> None:
    script = (
        "ran = []\nclass Sly(dict):\n    def __len__(self): ran.append(1); return 9\n"
        "    def __iter__(self): ran.append(2); return iter(())\n    def items(self): ran.append(3); return []\n"
        "    @property\n    def __class__(self): ran.append(4); return int\n"
        "    def __getattribute__(self, name): ran.append(5); return 1\n"
        "sly = Sly(a=1)\nprint(ran)\n"
    )
    running = runner.submit(script, breakpoints=[{"file": "<script>", "line": 10, "enabled": True}])
    running.prompt(1)
    assert [(v["name"], v["value"]) for v in variables(running, "sly")["variables"]] == [("['a']", "1")]
    assert finish(running) == "[]\n"


def test_evaluates_commands_of_pdb(running: Running) -> None:
    assert evaluate(running, "p n + 1") == (True, "5")
    assert evaluate(running, "pp {'k' * 60: 1, 'l' * 60: 2}")[1].count("\n") == 1
    assert evaluate(running, "whatis table") == (True, "dict")
    assert evaluate(running, "w")[1].splitlines() == [
        "  <script>(34)<module>()",
        "  <script>(32)outer()",
        "> <script>(27)work()",
    ]
    listing = evaluate(running, "l")[1].splitlines()
    assert listing[5] == "  27->     n = n + 1"
    assert evaluate(running, "a")[1] == "n = 4\nmore = (5,)\nnamed = {'six': 6}"
    assert evaluate(running, "!n = 50") == (True, "")
    assert evaluate(running, "n") == (True, "50")
    assert evaluate(running, "s") == (True, "STEP")
    assert running.prompt(2)["reason"] == "step"
    running.step(running.prompt(2), "CONTINUE")
    running.end()
    assert running.output() == "51\n"


def test_returns_the_sources_of_used_files_only(running: Running) -> None:
    def source(file: str) -> dict[str, Any]:
        return running.command("source", file=file)

    assert source("<script>")["result"] == {"file": "<script>", "text": SCRIPT}
    own = source("json")["result"]
    assert own == {"file": json.__file__, "text": Path(json.__file__).read_text()}
    assert source(json.__file__)["ok"]
    for file in ["/etc/passwd", "/etc/hostname.py", "no.module", "../script.py", "", str(Path(__file__))]:
        assert source(file)["code"] == "UNKNOWN_FILE", file
    finish(running)


def test_shows_shape_type_and_a_preview_of_arrays(runner: Runner) -> None:
    pytest.importorskip("numpy")
    script = "import numpy\ngrid = numpy.arange(12.0).reshape(3, 4)\nprint(1)\n"
    running = runner.submit(script, breakpoints=[{"file": "<script>", "line": 3, "enabled": True}])
    running.prompt(1)
    shown = variables(running)["variables"][0]
    assert (shown["type"], shown["value"]) == (
        "ndarray[float64, (3, 4)]",
        "[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, …]",
    )
    assert [v["type"] for v in variables(running, "grid")["variables"]] == ["ndarray[float64, (4,)]"] * 3
    assert [v["value"] for v in variables(running, "grid", "#2")["variables"]] == ["8.0", "9.0", "10.0", "11.0"]
    finish(running)


def test_the_answer_contains_the_output_of_the_evaluation(running: Running) -> None:
    assert evaluate(running, "for i in range(3): print(i)") == (True, "0\n1\n2")
    assert evaluate(running, "print('é')") == (True, "é")
    assert evaluate(running, "print('before') or 7") == (True, "before\n7")
    assert evaluate(running, "n") == (True, "4")
    assert evaluate(running, "__import__('sys').stderr.write('oh\\n') and None") == (True, "oh")
    assert evaluate(running, "None") == (True, "None")
    assert evaluate(running, "print('first') or 1 / 0") == (False, "first\nZeroDivisionError: division by zero")
    ok, text = evaluate(running, "print('x' * 100_000)")
    assert ok
    assert text == "x" * 8192 + "…"
    output = finish(running)
    assert output.startswith("0\n1\n2\né\nbefore\nfirst\n" + "x" * 100_000 + "\n")


def test_the_answer_contains_no_output_of_another_thread(runner: Runner) -> None:
    script = (
        "import threading\ndone = threading.Event()\n"
        "def talk():\n    while not done.wait(0.001):\n        print('talk')\n"
        "thread = threading.Thread(target=talk)\nthread.start()\nx = 1\ndone.set()\nthread.join()\n"
    )
    running = runner.submit(script, breakpoints=[{"file": "<script>", "line": 8, "enabled": True}])
    running.prompt(1)
    slow = "for i in range(3): print(i, done.wait(0.05))"
    assert evaluate(running, slow) == (True, "0 False\n1 False\n2 False")
    assert "talk" in finish(running)


def test_an_exception_of_a_signal_handler_is_raised_when_the_script_continues(runner: Runner) -> None:
    script = """\
import os, signal, time

class Late(Exception):
    pass

def late(number, frame):
    raise Late("too late")

signal.signal(signal.SIGUSR1, late)
try:
    time.sleep(0)
except Late as error:
    print("met", error)
"""
    running = runner.submit(script, breakpoints=[{"file": "<script>", "line": 11, "enabled": True}])
    at = {"trace": 1, "prompt": running.prompt(1)["number"], "frame": 0}
    answer = running.command("evaluate", expression="os.kill(os.getpid(), signal.SIGUSR1) or time.sleep(0)", **at)
    assert answer["result"] == {"ok": True, "text": "None"}
    running.command("resume")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "met too late\n"
