"""A script that uses gevent is stopped, paused and stepped like any other."""

from typing import Any

import pytest
from gateway import Runner, Running

PATCHED = "from gevent import monkey\nmonkey.patch_all()\nimport gevent, time\n"
WORKERS = (
    PATCHED + "def worker(n):\n    for i in range(ROUNDS):\n        time.sleep(0.02)\n        x = n\n    return n\n"
    "jobs = [gevent.spawn(worker, n) for n in range(3)]\n"
    "try:\n    gevent.joinall(jobs)\nexcept KeyboardInterrupt:\n    print('interrupted')\n    raise\n"
    "print(sum(j.value for j in jobs))\n"
)


def at_prompt(running: Running, number: int) -> tuple[int, str, dict[str, Any]]:
    frame = running.prompt(number)["stack"][-1]
    return frame["line"], frame["function"], {v["name"]: v["value"] for v in frame["variables"]}


@pytest.mark.parametrize(
    ("script", "output"),
    [
        (WORKERS.replace("ROUNDS", "10**9"), "interrupted\n"),
        (PATCHED + "print('there')\nwhile True:\n    time.sleep(0.05)\n", "there\n"),
        (PATCHED + "print('there')\ntry:\n    gevent.sleep(60)\nfinally:\n    print('clean')\n", "there\nclean\n"),
        (PATCHED + "print('there')\nwhile True:\n    gevent.sleep(0)\n", "there\n"),
    ],
)
@pytest.mark.parametrize("paused", [False, True])
def test_an_interrupt_stops_a_gevent_script(runner: Runner, script: str, output: str, paused: bool) -> None:
    running = runner.submit(script)
    running.until("line", line=6 if "worker" in script else 5)
    if paused:
        running.command("pause")
        running.gateway.until(lambda: running.of("prompt") or running.of("pause"))
    assert running.command("stop", level="INTERRUPT")["ok"]
    assert running.end(15)["outcome"] == "INTERRUPTED"
    assert running.output() == output


def test_a_step_passes_the_patch_and_stays_in_its_greenlet(runner: Runner) -> None:
    script = WORKERS.replace("ROUNDS", "3")
    running = runner.submit(script, startPaused=True, breakpoints=[{"file": "<script>", "line": 6, "enabled": True}])
    for number, line in ((1, 1), (2, 2), (3, 3), (4, 4), (5, 9)):
        prompt = running.prompt(number)
        assert prompt["stack"][-1]["line"] == line
        running.step(prompt, "NEXT")
    running.step(running.prompt(6), "CONTINUE")
    assert at_prompt(running, 7)[2]["n"] == "0"
    assert running.command("setBreakpoints", breakpoints=[])["ok"]
    for number, line in ((7, 6), (8, 7), (9, 5), (10, 6)):
        seen, function, names = at_prompt(running, number)
        assert (seen, function, names["n"]) == (line, "worker", "0")
        running.step(running.prompt(number), "NEXT")
    running.command("resume")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "3\n"
    assert [e["name"] for e in running.of("traceStarted")] == ["MainThread"]


def test_a_step_over_a_join_stops_after_it(runner: Runner) -> None:
    script = WORKERS.replace("ROUNDS", "3")
    running = runner.submit(script, breakpoints=[{"file": "<script>", "line": 11, "enabled": True}])
    running.step(running.prompt(1), "NEXT")
    assert at_prompt(running, 2)[:2] == (15, "<module>")
    running.command("resume")
    assert running.end()["outcome"] == "SUCCEEDED"


def test_a_stop_request_ends_a_gevent_script_after_the_statement(runner: Runner) -> None:
    running = runner.submit(WORKERS.replace("ROUNDS", "20"))
    running.until("line", line=6)
    assert running.command("stop", level="REQUEST")["ok"]
    assert running.end()["outcome"] == "INTERRUPTED"
    assert running.output() == ""
