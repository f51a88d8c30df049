"""An accepted command takes effect in every state of the run."""

import pytest
from gateway import Runner, Running
from test_steps import where

ONE = "import time\nprint('before')\ntime.sleep(0.8)\nprint('after')\nprint('last')\n"
NESTED = "import time\ndef f():\n    time.sleep(0.8)\n    print('inside')\nf()\nprint('last')\n"
TASK = (
    "import asyncio\nasync def work():\n    await asyncio.sleep(0.8)\n    print('after')\n    return 1\n"
    "print(asyncio.run(work()))\nprint('last')\n"
)
TWO = (
    "import threading, time\ndef work():\n    while not done.is_set():\n        time.sleep(0.5)\n"
    "    print('thread')\ndone = threading.Event()\nthread = threading.Thread(target=work)\nthread.start()\n"
    "for n in range(4):\n    time.sleep(0.05)\n    print(n)\ndone.set()\nthread.join()\nprint('last')\n"
)


def in_step(runner: Runner, script: str, line: int, command: str = "NEXT") -> Running:
    """A run whose main thread is in a step over `line`, which blocks for a while."""
    running = runner.submit(script, breakpoints=[{"file": "<script>", "line": line, "enabled": True}])
    assert running.step(running.prompt(1), command)["ok"]
    return running


def prompts(running: Running) -> list[int]:
    return [event["number"] for event in running.of("prompt")]


@pytest.mark.parametrize(
    ("script", "line", "command"),
    [
        (ONE, 3, "NEXT"),
        (ONE, 3, "STEP"),
        (NESTED, 5, "NEXT"),
        (NESTED, 3, "RETURN"),
        (NESTED, 3, "NEXT"),
        (TASK, 3, "NEXT"),
        (TASK, 6, "NEXT"),
        (TASK, 6, "STEP"),
    ],
)
def test_resume_during_a_step_continues_the_run(runner: Runner, script: str, line: int, command: str) -> None:
    running = in_step(runner, script, line, command)
    stops = 1
    if (script, command) == (TASK, "STEP"):
        # The first step enters the task, the second is over its sleep.
        assert running.step(running.prompt(2), "NEXT")["ok"]
        stops = 2
    assert running.command("resume")["ok"]
    assert running.end()["outcome"] == "SUCCEEDED"
    assert prompts(running) == list(range(1, stops + 1))


def test_resume_during_a_step_to_a_line_or_out_of_a_loop_continues_the_run(runner: Runner) -> None:
    script = "import time\nfor n in range(2):\n    time.sleep(0.4)\nx = 1\ny = 2\n"
    for command, line in (("UNTIL", 5), ("LOOP", None)):
        running = runner.submit(script, breakpoints=[{"file": "<script>", "line": 3, "hitCount": 1, "enabled": True}])
        assert running.step(running.prompt(1), command, line)["ok"]
        assert running.command("resume")["ok"]
        assert running.end()["outcome"] == "SUCCEEDED"
        assert prompts(running) == [1]


def test_pause_during_a_step_stops_at_the_next_line_also_in_a_call(runner: Runner) -> None:
    running = in_step(runner, NESTED, 5)
    running.until("line", line=3)
    assert running.command("pause")["ok"]
    prompt = running.prompt(2)
    assert (prompt["reason"], where(prompt)) == ("pause", 4)
    assert running.command("resume")["ok"]
    assert running.end()["outcome"] == "SUCCEEDED"


def test_pause_and_resume_during_a_step_continue_the_run(runner: Runner) -> None:
    running = in_step(runner, ONE, 3)
    assert running.command("pause")["ok"]
    assert running.command("resume")["ok"]
    assert running.end()["outcome"] == "SUCCEEDED"
    assert prompts(running) == [1]


def test_a_stop_request_during_a_step_stops_before_the_next_statement(runner: Runner) -> None:
    running = in_step(runner, NESTED, 5)
    # A stop before that would be before this statement.
    running.until("line", line=3)
    assert running.command("stop", level="REQUEST")["ok"]
    assert running.end()["outcome"] == "INTERRUPTED"
    assert prompts(running) == [1]
    assert running.output() == "inside\n"


def test_resume_before_a_run_that_starts_paused_has_stopped_continues_it(runner: Runner) -> None:
    # The run continues, whether `resume` or the stop is first.
    running = runner.submit("import time\nx = 1\n", startPaused=True)
    assert running.command("resume")["ok"]
    assert running.end()["outcome"] == "SUCCEEDED"


def pending(runner: Runner) -> tuple[Running, dict[str, object]]:
    """A run with a pending pause: the main thread has stopped, the other thread has not."""
    running = runner.submit(TWO)
    running.until("line", line=4)
    running.until("line", line=10)
    assert running.command("pause")["ok"]
    prompt = running.prompt(1)
    assert prompt["trace"] == 1
    return running, prompt


def test_continue_while_a_pause_is_pending_lets_that_trace_run_and_stops_the_others(runner: Runner) -> None:
    running, prompt = pending(runner)
    assert running.step(prompt, "CONTINUE")["ok"]
    other = running.prompt(2)
    assert (other["reason"], other["trace"] != 1) == ("pause", True)
    running.until("pause", state="none")
    assert [e["state"] for e in running.of("pause") if e["state"] == "paused"] == []
    assert running.step(other, "CONTINUE")["ok"]
    assert running.end()["outcome"] == "SUCCEEDED"
    assert prompts(running) == [1, 2]


def test_a_step_while_a_pause_is_pending_is_a_whole_step(runner: Runner) -> None:
    script = "def f():\n    x = 1\n    return x\n" + TWO.replace("print(n)", "f()").replace("range(4)", "range(9)")
    running = runner.submit(script)
    running.until("line", line=7)
    running.until("line", line=13)
    assert running.command("pause")["ok"]
    prompt = running.prompt(1)
    # Three steps pass every line of the loop and enter no function.
    for _ in range(3):
        assert running.step(prompt, "NEXT")["ok"]
        prompt = running.gateway.until(
            lambda seen=prompt["number"]: next(
                (e for e in running.of("prompt") if e["trace"] == 1 and e["number"] > seen), None
            )
        )
        assert (prompt["reason"], prompt["stack"][-1]["function"]) == ("step", "<module>")
    running.command("resume")
    assert running.end()["outcome"] == "SUCCEEDED"


@pytest.mark.parametrize("command", ["resume", "stop"])
def test_resume_and_stop_while_a_pause_is_pending_end_it_for_all(runner: Runner, command: str) -> None:
    running, _ = pending(runner)
    fields = {} if command == "resume" else {"level": "INTERRUPT"}
    assert running.command(command, **fields)["ok"]
    if command == "resume":
        assert running.end()["outcome"] == "SUCCEEDED"
    else:
        running.until("resumed", number=1)
        running.command("stop", level="KILL")
        running.end()
    assert prompts(running) == [1]


def test_a_second_pause_stops_also_what_was_continued_during_the_first(runner: Runner) -> None:
    running, prompt = pending(runner)
    assert running.step(prompt, "CONTINUE")["ok"]
    assert running.command("pause")["ok"]
    again = running.prompt(2)
    assert (again["reason"], again["trace"]) == ("pause", 1)
    running.command("resume")
    assert running.end()["outcome"] == "SUCCEEDED"
