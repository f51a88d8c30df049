"""Nothing that a script started stays behind, and no process of somebody else's is touched."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from gateway import Runner
from test_resume import alive, until

from sequencer_runner import leftovers


@pytest.mark.parametrize("ignoring", ["", "trap '' TERM; "])
def test_children_end_with_the_script(runner: Runner, ignoring: str) -> None:
    script = f'import subprocess\np = subprocess.Popen(["sh", "-c", "{ignoring}sleep 60; sleep 60"])\nprint(p.pid)\n'
    running = runner.submit(script)
    began = time.monotonic()
    assert running.end()["outcome"] == "SUCCEEDED"
    assert time.monotonic() - began < 10
    child = int(running.output())
    until(lambda: not alive(child))


def test_kill_takes_the_children_too(runner: Runner) -> None:
    script = 'import subprocess\np = subprocess.Popen(["sleep", "60"])\nprint(p.pid, flush=True)\np.wait()\n'
    running = runner.submit(script)
    running.until("output")
    running.command("stop", level="KILL")
    assert running.end()["outcome"] == "KILLED"
    until(lambda: not alive(int(running.output())))


def test_the_next_worker_ends_what_is_left_of_a_killed_one(own_runner: Callable[..., Runner]) -> None:
    runner = own_runner("--stop-grace-seconds", "0.5")
    script = 'import subprocess\np = subprocess.Popen(["sleep", "60"])\nprint(p.pid, flush=True)\np.wait()\n'
    running = runner.submit(script)
    running.until("output")
    pid, child = running.of("started")[0]["pid"], int(running.output())
    runner.kill()
    os.kill(pid, signal.SIGKILL)
    assert alive(child)
    runner.start()
    assert running.end()["outcome"] == "LOST"
    until(lambda: not alive(child))


def test_a_worker_that_is_killed_leaves_no_warm_process(own_runner: Callable[..., Runner]) -> None:
    runner = own_runner()
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(runner.process.pid)], capture_output=True, text=True, check=True
    ).stdout.split()
    assert children
    runner.kill()
    until(lambda: not any(alive(int(c)) for c in children))


def test_a_number_that_was_given_to_another_process_is_not_ours() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True) as other:
        started = leftovers.start_time(other.pid)
        assert started is not None
        assert leftovers.is_alive(other.pid, started)
        assert leftovers.may_be_ours(other.pid, started)
        boot, ticks = started.split()
        assert not leftovers.may_be_ours(other.pid, f"{boot} {int(ticks) - 5}")
        assert not leftovers.may_be_ours(other.pid, f"another-boot {ticks}")
        assert not leftovers.may_be_ours(other.pid, None)
        assert other.stdin is not None
        other.stdin.close()
