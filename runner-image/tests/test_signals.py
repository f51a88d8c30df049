"""Signals to a stopped script are held until it continues. A stop by an operator acts immediately."""

import os
import signal
import time
from typing import Any

import pytest
from gateway import Runner, Running
from test_inspection import evaluate
from test_steps import where

ALARM = """\
import signal

class TooLate(Exception):
    pass

def late(number, frame):
    raise TooLate(f"in {frame.f_code.co_name}")

def work():
    a = 1
    b = 2
    return a + b

signal.signal(signal.SIGALRM, late)
signal.setitimer(signal.ITIMER_REAL, 0.3)
try:
    print(work())
except TooLate as e:
    print("caught", e)
finally:
    signal.setitimer(signal.ITIMER_REAL, 0)
print("end")
"""


def at(line: int, **more: Any) -> dict[str, Any]:
    return {"file": "<script>", "line": line, "enabled": True, **more}


def past(seconds: float) -> None:
    """Waits until a timer of the script with this delay has fired."""
    time.sleep(seconds + 0.3)


def send(running: Running, number: signal.Signals) -> None:
    os.kill(running.of("started")[0]["pid"], number)


def test_an_alarm_at_a_prompt_is_delivered_when_the_script_continues(runner: Runner) -> None:
    running = runner.submit(ALARM, breakpoints=[at(11)])
    running.prompt(1)
    past(0.3)
    assert evaluate(running, "a") == (True, "1")
    assert not running.of("resumed")
    assert running.command("resume")["ok"]
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "caught in work\nend\n"


def test_a_step_with_a_held_alarm_stops_where_its_exception_is_caught(runner: Runner) -> None:
    running = runner.submit(ALARM, breakpoints=[at(11)])
    prompt = running.prompt(1)
    past(0.3)
    assert running.step(prompt, "NEXT")["ok"]
    assert where(running.prompt(2)) == 18
    running.command("resume")
    assert running.end()["outcome"] == "SUCCEEDED"


COUNTER = """\
import os, signal, threading, time
count = 0
def handle(number, frame):
    global count
    count += 1
for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGINT):
    signal.signal(number, handle)
x = 1
print(count)
"""


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGTERM, signal.SIGINT])
def test_a_handler_that_returns_leaves_the_prompt_and_runs_when_the_script_continues(
    runner: Runner, number: signal.Signals
) -> None:
    running = runner.submit(COUNTER, breakpoints=[at(8)])
    prompt = running.prompt(1)
    send(running, number)
    assert evaluate(running, "sum(range(1_000_000)) and count") == (True, "0")
    assert running.step(prompt, "NEXT")["ok"]
    shown = {v["name"]: v["value"] for v in running.prompt(2)["stack"][-1]["variables"]}
    assert shown["count"] == "1"
    running.command("resume")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "1\n"


def test_holds_a_signal_during_an_evaluation_also_for_a_handler_set_there(runner: Runner) -> None:
    running = runner.submit(COUNTER, breakpoints=[at(8)])
    prompt = running.prompt(1)
    assert evaluate(running, "os.kill(os.getpid(), signal.SIGUSR1) or 7") == (True, "7")
    assert evaluate(running, "signal.signal(signal.SIGUSR2, handle) and None")[0]
    send(running, signal.SIGUSR2)
    assert evaluate(running, "sum(range(1_000_000)) and count") == (True, "0")
    running.step(prompt, "CONTINUE")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "2\n"


def test_a_watchdog_thread_interrupts_the_paused_main_thread(runner: Runner) -> None:
    script = (
        "import _thread, threading\ntimer = threading.Timer(0.2, _thread.interrupt_main)\ntimer.start()\n"
        "try:\n    x = 1\n    timer.join()\nexcept KeyboardInterrupt:\n    print('interrupted')\n"
    )
    running = runner.submit(script, breakpoints=[at(5)])
    prompt = running.prompt(1)
    past(0.2)
    assert evaluate(running, "1") == (True, "1")
    running.step(prompt, "CONTINUE")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "interrupted\n"


def test_a_signal_while_all_threads_are_stopped_is_held(runner: Runner) -> None:
    script = (
        "import signal, threading, time\ndef handle(*_):\n    print('handled')\nsignal.signal(signal.SIGUSR1, handle)\n"
        "def work():\n    while not done.is_set():\n        time.sleep(0.01)\ndone = threading.Event()\n"
        "thread = threading.Thread(target=work)\nthread.start()\n"
        "for _ in range(200):\n    time.sleep(0.01)\ndone.set()\n"
    )
    running = runner.submit(script)
    running.until("line", line=7)
    running.until("line", line=12)
    running.command("pause")
    running.until("pause", state="paused")
    send(running, signal.SIGUSR1)
    trace = next(e["trace"] for e in running.of("prompt") if e["trace"] != 1)
    prompt = next(e for e in running.of("prompt") if e["trace"] == trace)
    fields = {"trace": trace, "prompt": prompt["number"], "frame": 0, "expression": "sum(range(1_000_000)) > 0"}
    assert running.command("evaluate", **fields)["result"] == {"ok": True, "text": "True"}
    assert running.output() == ""
    assert len(running.of("resumed")) == 0
    running.command("resume")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "handled\n"


def test_an_alarm_during_a_held_failure_reaches_the_next_statement(runner: Runner) -> None:
    script = (
        "import signal\nclass Late(Exception): pass\ndef late(*_): raise Late('late')\n"
        "signal.signal(signal.SIGUSR1, late)\ntries = []\ntries.append(1) or 1 / (len(tries) - 1)\nprint('end')\n"
    )
    running = runner.submit(script, holdOnFailure=True)
    prompt = running.until("prompt", reason="failure")
    send(running, signal.SIGUSR1)
    fields = {"trace": 1, "prompt": prompt["number"], "frame": 0, "expression": "len(tries)"}
    assert running.command("evaluate", **fields)["result"] == {"ok": True, "text": "1"}
    assert running.command("decide", action="RETRY")["ok"]
    again = running.gateway.until(lambda: [e for e in running.of("failure") if e["exception"] == "Late"])[0]
    assert again["awaitingDecision"] is True
    running.until("prompt", number=prompt["number"] + 1)
    running.command("decide", action="RETRY")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "end\n"


STOPPED = """\
import signal, time
class Stop(Exception): pass
def stop(number, frame):
    if HOW == "raise":
        raise Stop
    print("asked to stop")
if HOW != "default":
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
try:
    x = 1
    print("continues")
except (Stop, KeyboardInterrupt) as error:
    print(type(error).__name__)
"""


@pytest.mark.parametrize("busy", [False, True])
@pytest.mark.parametrize(
    ("how", "level", "output"),
    [
        ("default", "INTERRUPT", "KeyboardInterrupt\n"),
        ("raise", "INTERRUPT", "Stop\n"),
        ("raise", "TERMINATE", "Stop\n"),
        ("return", "INTERRUPT", "asked to stop\ncontinues\n"),
        ("return", "TERMINATE", "asked to stop\ncontinues\n"),
    ],
)
def test_a_stop_of_a_paused_run_reaches_its_handler(
    runner: Runner, how: str, level: str, output: str, busy: bool
) -> None:
    running = runner.submit(f"HOW = {how!r}; " + STOPPED, breakpoints=[at(11)])
    prompt = running.prompt(1)
    if busy:
        seconds = 0.5 if how == "return" else 60
        fields = {"trace": 1, "prompt": prompt["number"], "frame": 0, "by": "alice", "run": running.run}
        command = {"name": "evaluate", "expression": f"time.sleep({seconds})", **fields}
        running.gateway.send({"type": "command", "id": f"busy-{how}-{level}", "command": command})
        time.sleep(0.2)
    assert running.command("stop", level=level)["ok"]
    running.end()
    assert running.output() == output


def test_a_held_alarm_does_not_delay_a_stop(runner: Runner) -> None:
    running = runner.submit(ALARM, breakpoints=[at(11)])
    running.prompt(1)
    past(0.3)
    assert running.command("stop", level="INTERRUPT")["ok"]
    assert running.end()["outcome"] == "INTERRUPTED"
