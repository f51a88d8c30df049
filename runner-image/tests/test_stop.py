"""The rungs of the stop ladder (request, interrupt, terminate, kill) and the outcomes of stopped runs."""

import os
import signal
import time

import pytest
from gateway import Runner

SLEEP = "import time\ntime.sleep(60)\nprint('never')\n"
STUBBORN = (
    "import signal, time\nfor s in (signal.SIGINT, signal.SIGTERM):\n    signal.signal(s, lambda *_: print('no'))\n"
)
STUBBORN += "print('ready')\nwhile True:\n    time.sleep(0.05)\n"


@pytest.mark.parametrize(
    ("level", "outcome", "code"),
    [("INTERRUPT", "INTERRUPTED", 130), ("TERMINATE", "TERMINATED", 143), ("KILL", "KILLED", 137)],
)
def test_each_level_ends_a_script_with_its_own_outcome(runner: Runner, level: str, outcome: str, code: int) -> None:
    running = runner.submit(SLEEP)
    running.until("line", line=2)
    assert running.command("stop", level=level)["ok"]
    end = running.end()
    assert (end["outcome"], end["exitCode"]) == (outcome, code)
    assert end["reason"].startswith(("Interrupted by alice", "Terminated by alice", "Killed by alice"))
    assert [e["level"] for e in running.of("stopping")] == [level]
    assert running.of("action")[-1]["name"] == "stop"
    assert running.output() == ""


def test_a_stop_request_stops_before_the_next_statement(runner: Runner) -> None:
    running = runner.submit("import time\ntime.sleep(0.4); x = 1\nprint('never')\n")
    running.until("line", line=2)
    assert running.command("stop", level="REQUEST")["ok"]
    end = running.end()
    assert (end["outcome"], end["exitCode"]) == ("INTERRUPTED", 130)
    assert end["reason"] == "Stopped after a statement by alice."
    assert [(e["index"], e["state"]) for e in running.of("statement")][-1] == (1, "DONE")


def test_a_stop_request_during_the_last_statement_does_not_change_the_outcome(runner: Runner) -> None:
    running = runner.submit("import time\ntime.sleep(0.4)\n")
    running.until("line", line=2)
    running.command("stop", level="REQUEST")
    assert running.end()["outcome"] == "SUCCEEDED"


def test_a_stop_request_can_be_withdrawn(runner: Runner) -> None:
    running = runner.submit("import time\ntime.sleep(0.4)\nprint('continued')\n")
    running.until("line", line=2)
    assert running.command("unstop")["code"] == "BAD_INPUT"
    running.command("stop", level="REQUEST")
    assert running.command("unstop")["ok"]
    assert running.end()["outcome"] == "SUCCEEDED"
    assert [e["level"] for e in running.of("stopping")] == ["REQUEST", None]


def test_a_stop_request_while_paused_does_not_run_the_next_statement(runner: Runner) -> None:
    running = runner.submit("print('one')\nprint('two')\n", startPaused=True)
    running.step(running.prompt(1), "NEXT")
    running.prompt(2)
    running.command("stop", level="REQUEST")
    assert running.end()["outcome"] == "INTERRUPTED"
    assert running.output() == "one\n"
    assert running.of("statement")[-1] | {"at": "", "seq": 0} == {
        "seq": 0,
        "at": "",
        "type": "statement",
        "index": 1,
        "state": "PENDING",
        "attempt": 1,
        "version": 1,
    }


def test_a_stop_request_while_paused_in_a_statement_finishes_that_statement(runner: Runner) -> None:
    running = runner.submit("for i in range(3):\n    print(i)\nprint('never')\n", startPaused=True)
    running.step(running.prompt(1), "NEXT")
    running.prompt(2)
    running.command("stop", level="REQUEST")
    assert running.end()["outcome"] == "INTERRUPTED"
    assert running.output() == "0\n1\n2\n"


@pytest.mark.parametrize("level", ["INTERRUPT", "TERMINATE"])
def test_a_paused_script_is_stopped_without_running_its_next_line(runner: Runner, level: str) -> None:
    script = (
        "import signal\ndef end(*_):\n    raise KeyboardInterrupt\nsignal.signal(signal.SIGTERM, end)\nprint('never')\n"
    )
    running = runner.submit(script, breakpoints=[{"file": "<script>", "line": 5, "enabled": True}])
    running.prompt(1)
    running.command("stop", level=level)
    assert running.end()["outcome"] == f"{level}ED".replace("EED", "ED")
    assert running.output() == ""
    assert running.until("resumed", number=1)


def test_clean_up_runs_and_is_recorded(runner: Runner) -> None:
    script = (
        "import threading, time\nthreading.Timer(0.5, print, ['asleep']).start()\ntry:\n    time.sleep(60)\nfinally:\n"
        "    print('stopping the telescope')\n    x = 1\n    y = 2\n"
    )
    running = runner.submit(script)
    # Before 3.12 an interrupt while the probe reports a line also loses the next lines.
    running.until("output", text="asleep\n")
    running.command("stop", level="INTERRUPT")
    assert running.end()["outcome"] == "INTERRUPTED"
    assert running.output() == "asleep\nstopping the telescope\n"
    assert running.lines()[-3:] == [6, 7, 8]


def test_a_script_that_exits_with_0_after_an_interrupt_is_interrupted(runner: Runner) -> None:
    script = "import time\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    pass\n"
    running = runner.submit(script)
    running.until("line", line=3)
    running.command("stop", level="INTERRUPT")
    end = running.end()
    assert (end["outcome"], end["exitCode"]) == ("INTERRUPTED", 0)
    assert "then finished with exit code 0" in end["reason"]


def test_only_kill_ends_a_script_that_refuses_signals(runner: Runner) -> None:
    running = runner.submit(STUBBORN)
    running.until("output", text="ready\n")
    running.command("stop", level="INTERRUPT")
    running.command("stop", level="TERMINATE")
    running.gateway.until(lambda: running.output().count("no\n") == 2, 20, "both signals")
    assert not running.of("ended")
    running.command("stop", level="KILL")
    assert running.end()["outcome"] == "KILLED"
    assert [e["level"] for e in running.of("stopping")] == ["INTERRUPT", "TERMINATE", "KILL"]


def test_refuses_a_weaker_stop_after_a_stronger_one(runner: Runner) -> None:
    running = runner.submit(STUBBORN)
    running.until("output", text="ready\n")
    running.command("stop", level="INTERRUPT")
    assert running.command("stop", level="REQUEST")["code"] == "STOPPING"


def test_a_thread_that_never_ends_keeps_the_run_active_until_a_kill(runner: Runner) -> None:
    script = "import threading, time\ndef work():\n    while True:\n        time.sleep(0.05)\n"
    running = runner.submit(script + "threading.Thread(target=work).start()\nprint('main is through')\n")
    running.until("statement", index=3, state="DONE")
    time.sleep(0.3)
    assert not running.of("ended")
    running.command("stop", level="KILL")
    assert running.end()["outcome"] == "KILLED"
    assert running.output() == "main is through\n"


def test_interrupts_an_asyncio_script(runner: Runner) -> None:
    script = "import asyncio\nasync def main():\n    try:\n        await asyncio.sleep(60)\n    finally:\n"
    running = runner.submit(script + "        print('clean')\nasyncio.run(main())\n")
    running.until("line", line=4)
    running.command("stop", level="INTERRUPT")
    assert running.end()["outcome"] == "INTERRUPTED"
    assert running.output() == "clean\n"


@pytest.mark.parametrize(
    ("number", "outcome", "code"),
    [
        (signal.SIGKILL, "KILLED", 137),
        (signal.SIGTERM, "TERMINATED", 143),
        (signal.SIGINT, "INTERRUPTED", 130),
        (signal.SIGSEGV, "FAILED", 139),
    ],
)
def test_signals_from_outside_have_their_outcomes(
    runner: Runner, number: signal.Signals, outcome: str, code: int
) -> None:
    running = runner.submit(SLEEP)
    running.until("line", line=2)
    os.kill(running.of("started")[0]["pid"], number)
    end = running.end()
    assert (end["outcome"], end["exitCode"]) == (outcome, code)


def test_a_stop_right_after_the_start_leaves_a_complete_record(runner: Runner) -> None:
    for level in ("KILL", "INTERRUPT", "KILL", "INTERRUPT"):
        running = runner.submit(SLEEP)
        running.command("stop", level=level)
        assert running.end()["outcome"] == {"KILL": "KILLED", "INTERRUPT": "INTERRUPTED"}[level]
        assert running.events[0]["type"] == "started" and len(running.of("started")) == 1


def test_refuses_commands_to_an_ended_run(own_runner) -> None:  # type: ignore[no-untyped-def]
    runner = own_runner(acknowledge=False)
    running = runner.submit("print(1)\n")
    running.end()
    for name, fields in [("pause", {}), ("resume", {}), ("stop", {"level": "KILL"}), ("unstop", {})]:
        assert running.command(name, **fields)["code"] == "RUN_FINISHED"


TWO_TASKS = """\
import asyncio

async def measure(name):
    while True:
        await asyncio.sleep(0.01)
        print(name)

async def main():
    await asyncio.gather(measure("east"), measure("west"))

asyncio.run(main())
"""


@pytest.mark.parametrize("how", ["INTERRUPT", "shut down"])
def test_tasks_at_a_breakpoint_do_not_delay_the_end(own_runner, how: str) -> None:  # type: ignore[no-untyped-def]
    runner = own_runner()
    running = runner.submit(TWO_TASKS, breakpoints=[{"file": "<script>", "line": 5, "enabled": True}])
    first = running.prompt(1)
    running.step(first, "NEXT")
    # The other task reached the breakpoint before the step ended.
    second = running.prompt(2)
    assert (second["reason"], second["trace"] != first["trace"]) == ("breakpoint", True)
    begun = time.monotonic()
    if how == "INTERRUPT":
        running.command("stop", level=how)
    else:
        runner.process.terminate()
    assert running.end()["outcome"] == "INTERRUPTED"
    # No task stopped at the breakpoint again during the clean-up.
    assert max(event["number"] for event in running.of("prompt")) == 2
    assert time.monotonic() - begun < 15
