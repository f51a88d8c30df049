"""The stop ladder: deadlines, escalation, and the reports about a script that does not react."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from gateway import Gateway, Runner, Running
from test_reconnect import until

from sequencer_runner.supervisor.ladder import reaction_event

STUBBORN = "import signal, time\nfor s in (signal.SIGINT, signal.SIGTERM):\n    signal.signal(s, signal.SIG_IGN)\n"
STUBBORN += "print('ready', flush=True)\nwhile True:\n    time.sleep(0.02)\n"


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    gateway = Gateway()
    options = ("--stop-grace-seconds", "0.6", "--terminate-grace-seconds", "0.3")
    runner = Runner(gateway, tmp_path_factory.mktemp("quick"), *options)
    yield runner
    runner.stop()
    gateway.close()


def levels(running: Running) -> list[tuple[str, str]]:
    return [(e["level"], e["by"]) for e in running.of("stopping")]


def seconds(event: dict[str, Any]) -> float:
    at, deadline = (datetime.fromisoformat(event[key].replace("Z", "+00:00")) for key in ("at", "deadline"))
    return (deadline - at).total_seconds()


def test_escalates_automatically_on_request(quick: Runner) -> None:
    running = quick.submit(STUBBORN)
    running.until("output", text="ready\n")
    assert running.command("stop", level="INTERRUPT", escalate=True)["ok"]
    end = running.end()
    assert (end["outcome"], end["reason"]) == ("KILLED", "Killed by the system, as alice asked.")
    system = "the system, as alice asked"
    assert levels(running) == [("INTERRUPT", "alice"), ("TERMINATE", system), ("KILL", system)]
    interrupt, terminate, kill = running.of("stopping")
    assert (interrupt["escalate"], terminate["escalate"]) == (True, True)
    assert seconds(interrupt) == pytest.approx(0.6, abs=0.05)
    assert seconds(terminate) == pytest.approx(0.3, abs=0.05)
    assert "deadline" not in kill
    assert interrupt["deadline"] <= terminate["at"] and terminate["deadline"] <= kill["at"]
    assert [(e["name"], e["by"]) for e in running.of("action")[-3:]] == [
        ("stop", "alice"),
        ("stop", system),
        ("stop", system),
    ]


def test_the_outcome_is_that_of_the_rung_that_ended_the_script(quick: Runner) -> None:
    running = quick.submit("import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(60)\n")
    running.until("line", line=3)
    running.command("stop", level="INTERRUPT", escalate=True)
    end = running.end()
    assert (end["outcome"], end["exitCode"]) == ("TERMINATED", 143)
    assert [level for level, _ in levels(running)] == ["INTERRUPT", "TERMINATE"]


def test_does_not_escalate_when_the_script_reacts(quick: Runner) -> None:
    running = quick.submit("import time\ntry:\n    time.sleep(60)\nfinally:\n    time.sleep(0.2)\n")
    running.until("line", line=3)
    running.command("stop", level="INTERRUPT", escalate=True)
    assert running.end()["outcome"] == "INTERRUPTED"
    assert [level for level, _ in levels(running)] == ["INTERRUPT"]


def test_does_not_escalate_without_a_request_and_reports_a_script_that_ignores_signals(quick: Runner) -> None:
    running = quick.submit(STUBBORN)
    running.until("output", text="ready\n")
    running.command("stop", level="INTERRUPT")
    event = running.until("reaction")
    assert (event["level"], event["seconds"], event["reaction"]) == ("INTERRUPT", 5, "ignored")
    assert event["text"] == "The script ignores SIGINT. It is still running 5 s after it was sent."
    assert [level for level, _ in levels(running)] == ["INTERRUPT"]
    assert "escalate" in running.of("stopping")[0] and not running.of("stopping")[0]["escalate"]
    running.command("stop", level="KILL")
    assert running.end()["outcome"] == "KILLED"


def spent(pid: int) -> float:
    """CPU time of a process, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize(
    ("line", "reaction"),
    [
        # C code that releases the GIL and does not check for signals.
        ("hashlib.pbkdf2_hmac('sha256', b'x', b'y', 10**9)", "none"),
        # C code that holds the GIL.
        ("sum(range(10**13))", "unknown"),
    ],
)
def test_reports_an_interrupt_without_a_reaction(quick: Runner, line: str, reaction: str) -> None:
    running = quick.submit(f"import hashlib\n{line}\n")
    running.until("line", line=2)
    pid = running.of("started")[0]["pid"]
    before = spent(pid)
    until(lambda: spent(pid) > before + 0.3)
    running.command("stop", level="INTERRUPT")
    assert running.until("reaction")["reaction"] == reaction
    running.command("stop", level="KILL")
    assert running.end()["outcome"] == "KILLED"


def test_reports_slow_clean_up(quick: Runner) -> None:
    script = "import time\ntry:\n    time.sleep(60)\nfinally:\n    for _ in range(600): time.sleep(0.1)\n"
    running = quick.submit(script)
    running.until("line", line=3)
    running.command("stop", level="INTERRUPT")
    assert running.until("reaction")["reaction"] == "running"
    running.command("stop", level="KILL")
    assert running.end()["outcome"] == "KILLED"


def test_refuses_to_escalate_a_stop_request(quick: Runner) -> None:
    running = quick.submit("import time\ntime.sleep(0.5)\nprint('never')\n")
    running.until("line", line=2)
    assert running.command("stop", level="REQUEST", escalate=True)["code"] == "BAD_INPUT"
    running.command("stop", level="REQUEST")
    assert running.end()["outcome"] == "INTERRUPTED"
    assert set(running.of("stopping")[0]) == {"type", "seq", "at", "level", "by"}


def test_the_default_deadlines_of_the_rungs(own_runner: Callable[..., Runner]) -> None:
    running = own_runner().submit(STUBBORN)
    running.until("output", text="ready\n")
    for level, usual in (("INTERRUPT", 300), ("TERMINATE", 60)):
        running.command("stop", level=level)
        assert seconds(running.until("stopping", level=level)) == pytest.approx(usual, abs=0.1)
    running.command("stop", level="KILL")
    running.end()


@pytest.mark.parametrize("level", ["INTERRUPT", "TERMINATE", "KILL"])
@pytest.mark.parametrize("reaction", ["none", "ignored", "running", "unknown"])
def test_every_reaction_has_a_text(level: str, reaction: str) -> None:
    assert reaction_event(level, 1, reaction) is None
    event = reaction_event(level, 12, reaction)
    assert event is not None and "12 s" in event["text"] and event["text"].endswith(".")
