"""Step commands and prompts."""

from typing import Any

import pytest
from gateway import Runner, Running

FUNCTION = """\
def double(x):
    y = x + x
    return y

a = double(1)
b = double(a)
print(a, b)
"""


def where(prompt: dict[str, Any]) -> int:
    return int(prompt["stack"][-1]["line"])


def walk(running: Running, commands: str) -> list[int]:
    """Sends the commands (N, S, R) one after another. Returns the line of each prompt."""
    names = {"N": "NEXT", "S": "STEP", "R": "RETURN"}
    prompt = running.prompt(1)
    lines = [where(prompt)]
    for command in commands:
        reply = running.step(prompt, names[command])
        assert reply["ok"], reply
        prompt = running.prompt(prompt["number"] + 1)
        lines.append(where(prompt))
    running.step(prompt, "CONTINUE")
    return lines


@pytest.mark.parametrize(
    ("commands", "lines"),
    [
        ("NNN", [1, 5, 6, 7]),
        ("NSNN", [1, 5, 2, 3, 6]),
        ("NSRN", [1, 5, 2, 6, 7]),
        ("SSSSS", [1, 5, 2, 3, 6, 2]),
    ],
)
def test_each_step_command_stops_at_the_expected_line(runner: Runner, commands: str, lines: list[int]) -> None:
    running = runner.submit(FUNCTION, startPaused=True)
    assert walk(running, commands) == lines
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "2 4\n"


def test_a_prompt_shows_stack_and_variables(runner: Runner) -> None:
    running = runner.submit(FUNCTION, startPaused=True)
    for number, command in enumerate(["NEXT", "STEP", "NEXT"], 1):
        running.step(running.prompt(number), command)
    prompt = running.prompt(4)
    assert prompt["reason"] == "step"
    assert [(f["file"], f["line"], f["function"]) for f in prompt["stack"]] == [
        ("<script>", 5, "<module>"),
        ("<script>", 3, "double"),
    ]
    variables = {v["name"]: (v["type"], v["value"]) for v in prompt["stack"][-1]["variables"]}
    assert variables == {"x": ("int", "1"), "y": ("int", "2")}


def test_a_call_over_several_lines_is_one_stop(runner: Runner) -> None:
    script = (
        "def f(*args, **more):\n    return args\n\n"
        "x = f(\n    1,\n    f(2),\n    key=f(\n        3,\n    ),\n)\ny = 1\n"
    )
    running = runner.submit(script, startPaused=True)
    assert walk(running, "NN") == [1, 4, 11]
    running.end()


def test_steps_into_and_out_of_a_call_over_several_lines(runner: Runner) -> None:
    script = "def f(*args):\n    return args\n\nx = f(\n    1,\n    2,\n)\ny = 1\n"
    running = runner.submit(script, startPaused=True)
    assert walk(running, "NSN") == [1, 4, 2, 8]
    running.end()


def test_next_over_a_recursion_stays_in_its_frame(runner: Runner) -> None:
    script = (
        "def count(n):\n    if n == 0:\n        return 0\n    below = count(n - 1)\n    return below + 1\n\n"
        "total = count(300)\nprint(total)\n"
    )
    running = runner.submit(script, startPaused=True)
    assert walk(running, "NSNNN") == [1, 7, 2, 4, 5, 8]
    running.end()
    assert running.output() == "300\n"


def test_steps_in_a_thread(runner: Runner) -> None:
    script = (
        "import threading\ndef work():\n    a = 1\n    b = 2\n    return a + b\n"
        "t = threading.Thread(target=work, name='worker')\nt.start()\nt.join()\n"
    )
    running = runner.submit(script, breakpoints=[{"file": "<script>", "line": 3, "enabled": True}])
    prompt = running.prompt(1)
    assert (where(prompt), prompt["reason"]) == (3, "breakpoint")
    started = running.until("traceStarted", name="worker")
    assert started["kind"] == "THREAD" and started["trace"] == prompt["trace"]
    running.step(prompt, "NEXT")
    assert where(running.prompt(2)) == 4
    running.step(running.prompt(2), "CONTINUE")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.until("traceEnded", trace=prompt["trace"])


def test_steps_into_asyncio_tasks_and_back(runner: Runner) -> None:
    script = (
        "import asyncio\nasync def inner():\n    await asyncio.sleep(0.01)\n    return 1\n"
        "async def main():\n    x = await inner()\n    return x\nprint(asyncio.run(main()))\nprint('after')\n"
    )
    running = runner.submit(script, startPaused=True)
    assert walk(running, "NNNSSNNN") == [1, 2, 5, 8, 6, 3, 4, 7, 9]
    running.end()
    assert running.output() == "1\nafter\n"


def test_a_free_thread_in_the_same_code_does_not_hide_a_step(runner: Runner) -> None:
    script = (
        "import threading\nstop = False\ndef work(n):\n    total = 0\n    for i in range(n):\n        total += i\n"
        "        if stop:\n            break\n    return total\n"
        "t = threading.Thread(target=work, args=(10**9,))\nt.start()\nwork(3)\nstop = True\nt.join()\n"
    )
    running = runner.submit(script, breakpoints=[{"file": "<script>", "line": 12, "enabled": True}])
    prompt = running.prompt(1)
    lines = []
    for command in ["STEP", "NEXT", "NEXT", "NEXT", "NEXT", "NEXT", "RETURN"]:
        assert running.step(prompt, command)["ok"]
        prompt = running.prompt(prompt["number"] + 1)
        lines.append(where(prompt))
    assert lines == [4, 5, 6, 7, 5, 6, 13]
    running.step(prompt, "CONTINUE")
    assert running.end()["outcome"] == "SUCCEEDED"


def test_one_of_two_answers_to_the_same_prompt_wins(runner: Runner) -> None:
    running = runner.submit(FUNCTION, startPaused=True)
    prompt = running.prompt(1)
    assert running.step(prompt, "NEXT")["ok"]
    refused = running.step(prompt, "NEXT")
    assert (refused["ok"], refused["code"]) == (False, "STALE_PROMPT")
    running.prompt(2)
    assert running.step(prompt, "CONTINUE")["code"] == "STALE_PROMPT"
    assert len(running.of("resumed")) == 1
    assert [a["ok"] for a in running.of("action") if a["name"] == "step"] == [True, False, False]


def test_refuses_steps_that_are_not_possible(runner: Runner) -> None:
    running = runner.submit("import time\ntime.sleep(60)\n")
    running.until("line", line=2)
    unknown = running.command("step", trace=9, prompt=1, command="NEXT")
    assert unknown["code"] == "UNKNOWN_TRACE" and unknown["message"].endswith(".")
    assert running.command("step", trace=1, prompt=1, command="NEXT")["code"] == "NOT_PAUSED"
    assert runner.gateway.command("pause", run="satp1-none", by="bob")["code"] == "UNKNOWN_RUN"


def test_steps_through_a_loop_on_one_line(runner: Runner) -> None:
    running = runner.submit("x = 0\nfor i in range(2): x += i\nprint(x)\n", startPaused=True)
    assert walk(running, "N")[-1] == 2
    assert running.end()["outcome"] == "SUCCEEDED"
