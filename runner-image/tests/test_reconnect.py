"""Lost connections and killed processes: no event is lost or doubled, and no run is started twice."""

import json
import os
import signal
import time
from collections.abc import Callable

from gateway import Gateway, Runner, Running
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Make = Callable[..., Runner]

COUNT = "import time\nfor i in range({n}):\n    print(i, flush=True)\n    time.sleep({pause})\n"


def counted(running: Running, n: int) -> None:
    assert running.output() == "".join(f"{i}\n" for i in range(n))
    assert [e["seq"] for e in running.events] == list(range(1, len(running.events) + 1))
    assert running.gateway.faults == []


@given(cuts=st.lists(st.floats(0, 0.12), max_size=4), pause=st.sampled_from([0, 0.002]))
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_connection_that_is_cut_at_any_time_loses_no_event(runner: Runner, cuts: list[float], pause: float) -> None:
    n = 100
    running = runner.submit(COUNT.format(n=n, pause=pause))
    for wait in cuts:
        # A random moment: there is no condition to wait for.
        time.sleep(wait)
        runner.gateway.disconnect()
        hellos = len(runner.gateway.hellos)
        runner.gateway.until(lambda h=hellos: len(runner.gateway.hellos) > h, 20, "hello")
    assert running.end()["outcome"] == "SUCCEEDED"
    counted(running, n)


def test_sends_unacknowledged_events_again(own_runner: Make) -> None:
    runner = own_runner(acknowledge=False)
    running = runner.submit("print('hello')\n")
    running.end()
    # The gateway loses all events of the run except two.
    whole = list(running.events)
    del runner.gateway.events[running.run][2:]
    runner.gateway.disconnect()
    running.end()
    assert running.events == whole
    assert runner.gateway.hellos[-1]["runs"] == [{"run": running.run, "lastSeq": len(whole), "ended": True}]
    # The gateway has all events again, so the runner deletes the journal.
    runner.gateway.disconnect()
    gone(runner, running.run)
    assert runner.gateway.hellos[-1]["runs"][0]["lastSeq"] == len(whole)


def gone(runner: Runner, run: str) -> None:
    until(lambda: not (runner.folder / run).exists())


def test_an_acknowledged_run_leaves_no_journal(own_runner: Make) -> None:
    runner = own_runner()
    running = runner.submit("print('hello')\n")
    running.end()
    gone(runner, running.run)
    assert sorted(p.name for p in runner.folder.iterdir()) == ["connected", "lock"]


def test_a_repeated_start_starts_no_second_process(own_runner: Make) -> None:
    runner = own_runner()
    running = runner.submit("import time\nprint('once')\ntime.sleep(0.5)\n", run="satp1-once")
    again = runner.submit("print('twice')\n", run="satp1-once")
    assert again.reply["ok"]
    other = runner.submit("print('other')\n", run="satp1-other")
    assert other.reply["code"] == "RUNNER_BUSY"
    running.end()
    gone(runner, running.run)
    # Also after its journal was deleted.
    assert runner.submit("print('twice')\n", run="satp1-once").reply["ok"]
    assert running.output() == "once\n"
    assert len(running.of("started")) == 1


def test_an_unreachable_gateway_does_not_disturb_the_script(own_runner: Make) -> None:
    runner = own_runner()
    running = runner.submit(COUNT.format(n=40, pause=0.02))
    running.until("output")
    port = runner.gateway.port
    runner.gateway.close()
    time.sleep(0.4)
    second = Gateway(port=port)
    try:
        second.events = runner.gateway.events
        late = Running(second, running.run, running.reply)
        assert late.end()["outcome"] == "SUCCEEDED"
        counted(late, 40)
    finally:
        runner.stop()
        second.close()


def test_a_worker_that_is_killed_ends_its_run_as_lost(own_runner: Make) -> None:
    runner = own_runner("--stop-grace-seconds", "5")
    mark = runner.folder.parent / "cleaned"
    script = (
        "import time\nprint('begun', flush=True)\ntry:\n    time.sleep(60)\nfinally:\n    time.sleep(3)\n"
        f"    print('cleaning')\n    open({str(mark)!r}, 'w').close()\n"
    )
    running = runner.submit(script)
    running.until("line", line=4)
    pid = running.of("started")[0]["pid"]
    runner.kill()
    runner.start()
    assert runner.gateway.hellos[-1]["runs"][0]["ended"] is False
    # The worker waits for the clean-up: the telescope is still in use.
    assert runner.submit("print('next')\n", run="satp1-next").reply["code"] == "RUNNER_BUSY"
    end = running.end()
    assert (end["outcome"], end["exitCode"]) == ("LOST", None)
    assert mark.exists(), "the clean-up code ran to its end"
    assert not alive(pid)
    next_one = runner.submit("print('next')\n", run="satp1-next")
    assert next_one.end()["outcome"] == "SUCCEEDED"
    counted_seqs = [e["seq"] for e in running.events]
    assert counted_seqs == list(range(1, len(counted_seqs) + 1))


def test_kills_a_script_that_does_not_end_within_the_grace_time(own_runner: Make) -> None:
    runner = own_runner("--stop-grace-seconds", "0.5")
    script = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nprint('ready', flush=True)\n"
    running = runner.submit(script + "while True:\n    time.sleep(0.05)\n")
    running.until("output")
    pid = running.of("started")[0]["pid"]
    runner.kill()
    runner.start()
    assert running.end()["outcome"] == "LOST"
    assert not alive(pid)


def test_a_script_ends_after_its_worker_died_without_a_new_worker(own_runner: Make) -> None:
    runner = own_runner("--stop-grace-seconds", "0.5")
    running = runner.submit("import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(60)\n")
    running.until("line", line=3)
    pid = running.of("started")[0]["pid"]
    runner.kill()
    until(lambda: not alive(pid))


def test_a_worker_that_is_killed_after_the_end_still_delivers_the_end(own_runner: Make) -> None:
    runner = own_runner(acknowledge=False)
    running = runner.submit("print('hello')\n")
    running.end()
    del runner.gateway.events[running.run][3:]
    runner.kill()
    runner.start()
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "hello\n"


def test_a_store_that_is_ahead_of_the_journal_still_gets_the_end(own_runner: Make) -> None:
    """After a power cut the journal lacks its last second, which the gateway had acknowledged."""
    runner = own_runner()
    running = runner.submit("import time\nprint('one')\nprint('two')\ntime.sleep(60)\n")
    running.until("line", line=4)
    known = len(running.events)
    pid = running.of("started")[0]["pid"]
    runner.kill()
    os.kill(pid, signal.SIGKILL)
    journal = runner.folder / running.run / "journal.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:4]) + b'{"seq":5,"ty')
    runner.start()
    assert running.end()["outcome"] == "LOST"
    assert len(running.events) == known + 1


def test_refuses_a_second_worker_on_the_same_folder(own_runner: Make) -> None:
    import subprocess
    import sys

    runner = own_runner()
    command = [sys.executable, "-m", "sequencer_runner", "--gateway", "ws://127.0.0.1:1/runner"]
    command += ["--sequencer", "satp1", "--state-dir", str(runner.folder)]
    environment = {**os.environ, "RUNNER_TOKEN": "x", "PYTHONPATH": "src"}
    second = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == 1
    assert "Another runner uses" in second.stderr


def test_a_worker_interrupts_its_script_before_it_ends(own_runner: Make) -> None:
    runner = own_runner()
    running = runner.submit("import time\ntry:\n    time.sleep(60)\nfinally:\n    print('clean')\n")
    running.until("line", line=3)
    runner.stop()
    end = running.end()
    assert end["outcome"] == "INTERRUPTED"
    assert running.output() == "clean\n"
    assert "system" in end["reason"]


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition: Callable[[], bool], timeout: float = 20) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_closes_the_connection_when_the_gateway_violates_the_protocol(own_runner: Make) -> None:
    runner = own_runner()
    hellos = len(runner.gateway.hellos)
    runner.gateway.send(json.loads('{"type": 7}'))
    runner.gateway.until(lambda: len(runner.gateway.hellos) > hellos, 20, "hello again")
    assert runner.submit("print(1)\n").end()["outcome"] == "SUCCEEDED"


def test_ends_and_keeps_a_run_that_the_gateway_does_not_record(own_runner: Make) -> None:
    runner = own_runner("--stop-grace-seconds", "1")
    script = "import time\ntry:\n    while True:\n        time.sleep(0.05)\nfinally:\n    print('cleaned up')\n"
    running = runner.submit(script)
    running.until("line", line=4)
    pid = running.of("started")[0]["pid"]
    runner.gateway.refused.add(running.run)
    hellos = len(runner.gateway.hellos)
    runner.gateway.disconnect()
    until(lambda: not alive(pid))
    until(lambda: any((runner.folder / "unrecorded").glob("*/journal.jsonl")))
    (journal,) = (runner.folder / "unrecorded").glob("*/journal.jsonl")
    until(lambda: '"ended"' in journal.read_text())
    assert "cleaned up" in journal.read_text()
    # The runner sent nothing more of this run, and its connection stayed open.
    assert not running.of("ended")
    assert len(runner.gateway.hellos) == hellos + 1
    assert runner.submit("print(1)\n").end()["outcome"] == "SUCCEEDED"
    runner.kill()
    runner.start()
    assert journal.exists()


def test_hello_contains_the_start_of_an_active_run(own_runner: Make) -> None:
    runner = own_runner()
    running = runner.submit("import time\ntime.sleep(60)\n", arguments=["--el", "50"])
    running.until("line", line=2)
    runner.gateway.disconnect()
    runner.gateway.until(lambda: len(runner.gateway.hellos) == 2, what="a new connection")
    (held,) = runner.gateway.hellos[1]["runs"]
    assert held["start"] == {"by": "alice", "title": None, "arguments": ["--el", "50"]}
