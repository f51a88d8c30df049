"""The processes that a script started end with its run. No other process is signalled."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from gateway import Runner, Running
from test_reconnect import alive, until

from sequencer_runner.supervisor import orphans


@pytest.mark.parametrize("ignoring", ["", "trap '' TERM; "])
def test_children_end_with_the_script(runner: Runner, ignoring: str) -> None:
    script = f'import subprocess\np = subprocess.Popen(["sh", "-c", "{ignoring}sleep 60; sleep 60"])\nprint(p.pid)\n'
    running = runner.submit(script)
    began = time.monotonic()
    assert running.end()["outcome"] == "SUCCEEDED"
    assert time.monotonic() - began < 10
    child = int(running.output())
    until(lambda: not alive(child))


def test_kill_ends_the_children_too(runner: Runner) -> None:
    script = 'import subprocess\np = subprocess.Popen(["sleep", "60"])\nprint(p.pid, flush=True)\np.wait()\n'
    running = runner.submit(script)
    running.until("output")
    running.command("stop", level="KILL")
    assert running.end()["outcome"] == "KILLED"
    until(lambda: not alive(int(running.output())))


# Ways out of the process group. The double fork also drops the environment and the open files.
WAYS_OUT = {
    "a session": "p = subprocess.Popen(['sleep', '60'], start_new_session=True)\nprint(p.pid, flush=True)\n",
    "a double fork": """\
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(1, f"{os.getpid()}\\n".encode())
        os.closerange(0, 100)
        os.execve("/bin/sleep", ["sleep", "60"], {})
    os._exit(0)
os.wait()
""",
    "one that ignores SIGTERM": (
        "deaf = 'trap \"\" TERM; echo $$; while :; do sleep 1; done'\n"
        "subprocess.Popen(['sh', '-c', deaf], start_new_session=True)\n"
    ),
}
HEAD = "import os, subprocess, sys, time\n"


def left_behind(running: Running) -> int:
    running.gateway.until(lambda: "\n" in running.output(), 20, "the process id")
    return int(running.output().split()[0])


def ended_by_the_runner(running: Running) -> str:
    return " ".join(e["detail"] for e in running.of("action") if e["name"] == "endProcesses")


@pytest.mark.parametrize("way", WAYS_OUT)
def test_ends_and_names_processes_that_left_the_group(runner: Runner, way: str) -> None:
    running = runner.submit(f"{HEAD}{WAYS_OUT[way]}time.sleep(0.3)\n")
    assert running.end()["outcome"] == "SUCCEEDED"
    pid = left_behind(running)
    assert not alive(pid)
    assert f"{pid} s" in ended_by_the_runner(running)
    assert running.events[-1]["type"] == "ended"


@pytest.mark.parametrize("way", WAYS_OUT)
def test_kill_ends_processes_that_left_the_group(runner: Runner, way: str) -> None:
    running = runner.submit(f"{HEAD}{WAYS_OUT[way]}time.sleep(60)\n")
    pid = left_behind(running)
    running.command("stop", level="KILL")
    assert running.end()["outcome"] == "KILLED"
    assert not alive(pid)
    stop = running.until("action", name="stop")
    assert str(pid) in stop["detail"]
    assert runner.submit("print(1)\n").end()["outcome"] == "SUCCEEDED"


def test_does_not_mention_children_that_end_in_time(runner: Runner) -> None:
    running = runner.submit(f"{HEAD}subprocess.Popen(['sleep', '0.01'], start_new_session=True)\n")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert ended_by_the_runner(running) == ""


def test_reaps_orphans_that_have_ended(runner: Runner) -> None:
    running = runner.submit(f"{HEAD}subprocess.run(['sh', '-c', 'sleep 0.2 & echo $!'])\ntime.sleep(60)\n")
    pid = left_behind(running)
    until(lambda: not os.path.exists(f"/proc/{pid}"))
    running.command("stop", level="KILL")
    running.end()


def test_the_next_worker_ends_processes_that_left_the_group(own_runner: Callable[..., Runner]) -> None:
    runner = own_runner("--stop-grace-seconds", "0.5")
    running = runner.submit(f"{HEAD}{WAYS_OUT['a session']}time.sleep(60)\n")
    pid = left_behind(running)
    runner.kill()
    assert alive(pid)
    runner.start()
    assert running.end()["outcome"] == "LOST"
    assert not alive(pid)
    assert f"{pid} sleep" in ended_by_the_runner(running)


def test_the_next_worker_ends_the_processes_of_a_killed_worker(own_runner: Callable[..., Runner]) -> None:
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


def test_does_not_end_another_process_with_the_same_pid() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True) as other:
        started = orphans.start_time(other.pid)
        assert started is not None
        assert orphans.is_alive(other.pid, started)
        assert orphans.may_be_ours(other.pid, started)
        boot, ticks = started.split()
        assert not orphans.may_be_ours(other.pid, f"{boot} {int(ticks) - 5}")
        assert not orphans.may_be_ours(other.pid, f"another-boot {ticks}")
        assert not orphans.may_be_ours(other.pid, None)
        assert other.stdin is not None
        other.stdin.close()
