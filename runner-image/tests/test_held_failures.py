"""Held failures: the prompt, the decisions, and the rungs of the stop ladder."""

import time
from typing import Any

import pytest
from gateway import Runner, Running

FAILS = """\
import pathlib
mark = pathlib.Path(__file__).with_name('mark')
print('before')
with mark.open('w'):
    x = 7
    if not mark.with_name('fixed').exists():
        raise RuntimeError('no wind')
print('after')
print('end')
"""


def held(runner: Runner, script: str, **options: Any) -> tuple[Running, dict[str, Any]]:
    running = runner.submit(script, holdOnFailure=True, **options)
    return running, running.until("prompt", reason="failure")


def states(running: Running) -> list[tuple[int, str, int]]:
    return [(e["index"], e["state"], e["attempt"]) for e in running.of("statement")]


def test_a_held_failure_shows_its_frames_and_waits_for_a_decision(runner: Runner) -> None:
    script = "def low(az):\n    limit = 180\n    try:\n        raise ValueError(f'{az} is too far')\n    finally:\n"
    script += "        print('cleaned up')\ndef high():\n    low(200)\nhigh()\nprint('never')\n"
    running, prompt = held(runner, script)
    assert (prompt["trace"], prompt["event"]) == (1, "exception")
    assert prompt["exception"] == {"type": "ValueError", "message": "200 is too far"}
    assert [(f["file"], f["line"], f["function"]) for f in prompt["stack"]] == [
        ("<script>", 9, "<module>"),
        ("<script>", 8, "high"),
        ("<script>", 4, "low"),
    ]
    assert {v["name"]: v["value"] for v in prompt["stack"][-1]["variables"]} == {"az": "200", "limit": "180"}
    failure = running.of("failure")[0]
    assert (failure["awaitingDecision"], failure["statement"], failure["line"]) == (True, 2, 4)
    assert "sequencer_runner" not in failure["traceback"]
    assert running.output() == "cleaned up\n", "clean-up code runs before the decision"
    running.until("pause", state="paused")
    assert states(running)[-1] == (2, "FAILED", 1)
    assert running.command("decide", action="STOP")["ok"]
    end = running.end()
    assert (end["outcome"], end["exitCode"], end["reason"]) == ("FAILED", 1, "ValueError: 200 is too far")
    assert running.of("failure")[-1] == {
        **failure,
        "seq": running.of("failure")[-1]["seq"],
        "awaitingDecision": False,
        "at": running.of("failure")[-1]["at"],
    }
    assert running.output("STDERR") == failure["traceback"]


def test_a_held_failure_shows_the_stack_of_its_first_cause(runner: Runner) -> None:
    script = "def low():\n    depth = 2\n    raise KeyError('az')\ndef high():\n    try:\n        low()\n"
    script += "    except KeyError as e:\n        raise RuntimeError('move failed') from e\nhigh()\n"
    running, prompt = held(runner, script)
    assert prompt["exception"] == {"type": "KeyError", "message": "'az'"}
    assert [(f["line"], f["function"]) for f in prompt["stack"]] == [(9, "<module>"), (6, "high"), (3, "low")]
    assert running.of("failure")[0]["then"] == ["RuntimeError: move failed"]
    running.command("decide", action="STOP")
    running.end()


def test_a_held_failure_shows_frames_of_libraries(runner: Runner) -> None:
    script = "import json\ndef hook(pairs):\n    raise LookupError('here')\njson.loads('{}', object_pairs_hook=hook)\n"
    running, prompt = held(runner, script)
    files = [f["file"].rsplit("/", 1)[-1] for f in prompt["stack"]]
    assert files[0] == files[-1] == "<script>" and "decoder.py" in files
    running.command("decide", action="SKIP")
    assert running.end()["outcome"] == "SUCCEEDED"


def test_retry_runs_the_statement_again(runner: Runner) -> None:
    script = "n = 0\ndef once():\n    global n\n    n += 1\n    if n < 3:\n        raise OSError(n)\nonce()\nprint(n)\n"
    running, prompt = held(runner, script)
    running.command("decide", action="RETRY")
    running.until("prompt", number=prompt["number"] + 1, reason="failure")
    running.command("decide", action="RETRY")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert [s for s in states(running) if s[0] == 2] == [
        (2, "RUNNING", 1),
        (2, "FAILED", 1),
        (2, "RUNNING", 2),
        (2, "FAILED", 2),
        (2, "RUNNING", 3),
        (2, "DONE", 3),
    ]
    assert [(e["action"], e["statement"], e["by"]) for e in running.of("decision")] == [("RETRY", 2, "alice")] * 2
    assert running.output() == "3\n"
    assert running.output("STDERR") == ""


def test_skip_and_goto_continue_at_another_statement(runner: Runner) -> None:
    running, _ = held(runner, FAILS)
    assert running.command("decide", action="GOTO")["code"] == "BAD_INPUT"
    assert running.command("decide", action="GOTO", line=99)["code"] == "BAD_INPUT"
    assert running.command("decide", action="GOTO", line=9)["ok"]
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "before\nend\n"
    assert states(running)[-4:] == [(3, "FAILED", 1), (4, "SKIPPED", 0), (5, "RUNNING", 1), (5, "DONE", 1)]
    assert running.of("decision")[-1]["line"] == 9

    running, _ = held(runner, FAILS)
    running.command("decide", action="SKIP")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "before\nafter\nend\n"
    assert (3, "SKIPPED", 1) in states(running)


def test_goto_to_an_earlier_line_runs_statements_again(runner: Runner) -> None:
    running, _ = held(runner, "n = 0\nn += 1\nprint(n)\nassert n == 2\n")
    running.command("decide", action="GOTO", line=2)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "1\n2\n"
    assert (1, "RUNNING", 2) in states(running)


def test_only_a_decision_answers_a_held_failure(runner: Runner) -> None:
    running, prompt = held(runner, FAILS)
    for refused in (running.command("resume"), running.step(prompt, "NEXT")):
        assert refused["code"] == "NOT_PAUSED"
        assert refused["remedy"] == "Decide what follows: retry, skip, go to a statement, or stop."
    running.command("decide", action="SKIP")
    running.end()
    assert [e["number"] for e in running.of("resumed")] == [prompt["number"]]


def test_refuses_a_decision_without_a_held_failure(runner: Runner) -> None:
    running = runner.submit("print(1)\nprint(2)\n", startPaused=True, holdOnFailure=True)
    running.prompt(1)
    assert running.command("decide", action="RETRY")["code"] == "NO_DECISION"
    running.command("resume")
    assert running.end()["outcome"] == "SUCCEEDED"


def test_a_pause_during_a_held_failure_stops_at_the_next_statement(runner: Runner) -> None:
    running, prompt = held(runner, FAILS)
    running.command("pause")
    running.command("decide", action="SKIP")
    after = running.until("prompt", number=prompt["number"] + 1)
    assert (after["reason"], after["stack"][-1]["line"]) == ("pause", 8)
    running.command("resume")
    assert running.end()["outcome"] == "SUCCEEDED"


@pytest.mark.parametrize("leave", ["raise KeyboardInterrupt", "import sys; sys.exit(3)", "import sys; sys.exit()"])
def test_does_not_hold_a_run_that_ends_without_a_failure(runner: Runner, leave: str) -> None:
    running = runner.submit(f"{leave}\n", holdOnFailure=True)
    running.end()
    assert not running.of("prompt")


def test_a_failure_in_a_thread_is_only_reported(runner: Runner) -> None:
    script = "import threading\ndef work():\n    raise ValueError('in thread')\nt = threading.Thread(target=work)\n"
    running = runner.submit(script + "t.start()\nt.join()\nprint('continued')\n", holdOnFailure=True)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert "ValueError: in thread" in running.output("STDERR")
    assert not running.of("failure")


def test_a_failure_in_asyncio_is_held_with_the_coroutines_frames(runner: Runner) -> None:
    script = "import asyncio\nasync def inner():\n    az = 5\n    await asyncio.sleep(0)\n    raise ValueError(az)\n"
    running, prompt = held(runner, script + "async def main():\n    await inner()\nasyncio.run(main())\nprint('on')\n")
    assert prompt["trace"] == 1
    assert prompt["stack"][-1]["function"] == "inner"
    assert {"name": "az", "type": "int", "value": "5", "expandable": False}.items() <= (
        prompt["stack"][-1]["variables"][0].items()
    )
    running.command("decide", action="SKIP")
    assert running.end()["outcome"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("level", "outcome", "code", "words"),
    [
        ("REQUEST", "INTERRUPTED", 130, "Stopped after a statement by alice. It was held on RuntimeError: no wind"),
        ("INTERRUPT", "INTERRUPTED", 130, "Interrupted by alice. It was held on RuntimeError: no wind"),
        ("TERMINATE", "TERMINATED", 143, "Terminated by alice. It was held on RuntimeError: no wind"),
        ("KILL", "KILLED", 137, "Killed by alice. It was held on RuntimeError: no wind"),
    ],
)
def test_each_rung_of_the_stop_ladder_ends_a_held_run(
    runner: Runner, level: str, outcome: str, code: int, words: str
) -> None:
    running, _ = held(runner, FAILS)
    assert running.command("stop", level=level)["ok"]
    end = running.end()
    assert (end["outcome"], end["exitCode"], end["reason"]) == (outcome, code, words)
    assert running.output() == "before\n"
    assert "sequencer_runner" not in running.output("STDERR")


def test_does_not_hold_a_failure_that_an_interrupt_caused(runner: Runner) -> None:
    script = (
        "import time\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    raise RuntimeError('late') from None\n"
    )
    running = runner.submit(script + "print('never')\n", holdOnFailure=True)
    running.until("line", line=3)
    running.command("stop", level="INTERRUPT")
    assert running.end()["outcome"] == "INTERRUPTED"
    assert running.output() == ""


def test_releases_the_frames_of_a_held_failure(runner: Runner) -> None:
    script = "import gc, weakref\nclass Big: pass\ndef work():\n    global ref\n    big = Big()\n"
    script += "    ref = weakref.ref(big)\n    raise ValueError\nwork()\ngc.collect()\nprint(ref() is None)\n"
    running, _ = held(runner, script)
    running.command("decide", action="SKIP")
    running.end()
    assert running.output() == "True\n"


def test_variables_of_a_held_failure_are_inspected_and_changed(runner: Runner) -> None:
    script = "limit = 180\ndef move(az):\n    if az > limit:\n        raise ValueError(az)\n    print('moved to', az)\n"
    running, prompt = held(runner, script + "move(200)\n")
    at = {"trace": 1, "prompt": prompt["number"]}

    def evaluate(expression: str, frame: int) -> str:
        return str(running.command("evaluate", frame=frame, expression=expression, **at)["result"]["text"])

    assert evaluate("az - limit", 0) == "20"
    assert "NameError" in evaluate("az", 1)
    assert evaluate("limit = 270", 1) == ""
    shown = running.command("variables", frame=0, scope="globals", path=[], after=0, first=50, **at)["result"]
    assert {"name": "limit", "value": "270"}.items() <= next(
        v for v in shown["variables"] if v["name"] == "limit"
    ).items()
    running.command("decide", action="RETRY")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "moved to 200\n"


def test_a_running_evaluation_is_interrupted_before_a_decision(runner: Runner) -> None:
    running, prompt = held(runner, FAILS)
    at = {"trace": 1, "prompt": prompt["number"]}
    running.gateway.send(
        {
            "type": "command",
            "id": "slow",
            "command": {
                "name": "evaluate",
                "run": running.run,
                "by": "bob",
                "frame": 0,
                "expression": "__import__('time').sleep(60)",
                **at,
            },
        }
    )
    deadline = time.monotonic() + 20
    while running.command("step", command="NEXT", **at)["code"] != "STILL_EVALUATING":
        assert time.monotonic() < deadline
    assert running.command("decide", action="SKIP")["code"] == "STILL_EVALUATING"
    assert running.command("interruptEvaluation", **at)["ok"]
    running.gateway.until(lambda: "slow" in running.gateway.replies)
    decided = running.command("decide", action="SKIP")
    assert decided["ok"], (decided, running.gateway.replies["slow"])
    assert running.end()["outcome"] == "SUCCEEDED"
