"""A pause is complete when every trace in the script's code has stopped. Until then it lists the others."""

import time

from gateway import Runner, Running
from test_steps import where

HOT = "def spin():\n    n = 0\n    while True:\n        n += 1\nspin()\n"


def pauses(running: Running) -> list[str]:
    return [e["state"] for e in running.of("pause")]


def test_a_hot_loop_stops_immediately_and_continues(runner: Runner) -> None:
    running = runner.submit(HOT)
    running.until("line", line=4)
    began = time.monotonic()
    assert running.command("pause")["ok"]
    running.until("pause", state="paused")
    assert time.monotonic() - began < 1
    prompt = running.prompt(1)
    assert prompt["reason"] == "pause" and where(prompt) in (3, 4) and not prompt["beforeStatement"]
    assert running.command("resume")["ok"]
    assert running.until("resumed", number=1)["command"] == "CONTINUE"
    assert pauses(running) == ["pending", "paused", "none"]


def test_a_pause_in_a_long_call_waits_for_its_line_and_then_stops_before_the_next(runner: Runner) -> None:
    script = "import time\ntime.sleep(0.5)\nprint('next')\n"
    running = runner.submit(script)
    running.until("line", line=2)
    running.command("pause")
    assert running.of("pause") == [running.until("pause", state="pending")]
    assert running.of("pause")[0]["waitingFor"] == [{"trace": 1, "line": 2}]
    prompt = running.prompt(1)
    assert where(prompt) == 3 and prompt["beforeStatement"]
    running.until("pause", state="paused")
    assert running.output() == ""
    running.command("resume")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "next\n"


def test_withdraws_a_pending_pause(runner: Runner) -> None:
    running = runner.submit("import time\ntime.sleep(0.4)\nprint('next')\n")
    running.until("line", line=2)
    running.command("pause")
    running.command("resume")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert pauses(running) == ["pending", "none"]
    assert running.of("prompt") == []


def test_a_pause_waits_for_every_thread(runner: Runner) -> None:
    script = (
        "import threading, time\ndef work():\n    time.sleep(0.6)\n    time.sleep(0)\n"
        "t = threading.Thread(target=work)\nt.start()\nwhile t.is_alive():\n    time.sleep(0.01)\n"
    )
    running = runner.submit(script)
    running.until("line", line=3)
    running.until("line", line=8)
    running.command("pause")
    first = running.prompt(1)
    assert first["trace"] == 1
    paused = running.until("pause", state="paused")
    second = running.prompt(2)
    assert (second["trace"], where(second)) == (2, 4)
    assert second["seq"] < paused["seq"]
    last = [e for e in running.of("pause") if e["state"] == "pending"][-1]
    assert last["waitingFor"] == [{"trace": 2, "line": 3}]
    running.command("resume")
    assert running.end()["outcome"] == "SUCCEEDED"


def test_quick_steps_keep_the_pause_and_continue_ends_it(runner: Runner) -> None:
    running = runner.submit(
        "".join(f"x = {n}\n" for n in range(20)) + "import time\ntime.sleep(60)\n", startPaused=True
    )
    for number in range(1, 21):
        running.step(running.prompt(number), "NEXT")
    prompt = running.prompt(21)
    assert pauses(running) == ["paused"]
    running.step(prompt, "CONTINUE")
    running.until("pause", state="none")


def test_a_step_over_a_long_call_is_running_not_paused(runner: Runner) -> None:
    running = runner.submit("import time\ntime.sleep(0.4)\nx = 1\n", startPaused=True)
    running.step(running.prompt(1), "NEXT")
    running.step(running.prompt(2), "NEXT")
    assert where(running.prompt(3)) == 3
    assert pauses(running) == ["paused", "none", "paused"]
    running.command("resume")
    running.end()


def test_a_pause_stops_a_thread_that_enters_the_script_later(runner: Runner) -> None:
    script = (
        "import threading, time\ndef later():\n    print('later')\n    done.set()\ndone = threading.Event()\n"
        "timer = threading.Timer(0.5, later)\ntimer.start()\nwhile not done.is_set():\n    time.sleep(0.01)\n"
    )
    running = runner.submit(script)
    running.until("line", line=9)
    running.command("pause")
    running.until("pause", state="paused")
    second = running.prompt(2)
    assert where(second) == 3 and running.output() == ""
    running.command("resume")
    assert running.end()["outcome"] == "SUCCEEDED"


def test_a_task_that_is_cancelled_while_paused_ends_when_it_continues(runner: Runner) -> None:
    script = (
        "import asyncio, threading, time\n"
        "async def work():\n    try:\n        while True:\n            await asyncio.sleep(0.01)\n"
        "    except asyncio.CancelledError:\n        print('cancelled')\n        raise\n"
        "async def main():\n"
        "    task = asyncio.create_task(work(), name='the work')\n"
        "    loop = asyncio.get_running_loop()\n"
        "    threading.Timer(0.3, lambda: loop.call_soon_threadsafe(task.cancel)).start()\n"
        "    await asyncio.wait([task])\n"
        "asyncio.run(main())\n"
    )
    running = runner.submit(script, breakpoints=[{"file": "<script>", "line": 5, "enabled": True}])
    prompt = running.prompt(1)
    assert running.until("traceStarted", name="the work")["kind"] == "TASK"
    # The timer fires while the task and its loop are stopped.
    running.until("line", line=12)
    time.sleep(0.5)
    number = 1
    while not any(e["line"] == 7 for e in running.of("line")):
        running.step(prompt, "CONTINUE")
        number += 1
        found = running.gateway.until(
            lambda n=number: [e for e in running.events if e.get("number") == n or e.get("line") == 7],
            20,
            "the next prompt or line 7",
        )
        prompt = found[0]
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "cancelled\n"


def test_refuses_a_pause_while_stopping(runner: Runner) -> None:
    script = "import time\ntry:\n    time.sleep(60)\nfinally:\n    time.sleep(0.5)\n"
    running = runner.submit(script)
    running.until("line", line=3)
    running.command("stop", level="INTERRUPT")
    assert running.command("pause")["code"] == "STOPPING"
    assert running.end()["outcome"] == "INTERRUPTED"


def test_each_of_many_tasks_has_its_own_trace(runner: Runner) -> None:
    script = (
        "import asyncio\nasync def work(n):\n    for i in range(3):\n        await asyncio.sleep(0.06)\n    return n\n"
        "async def main():\n    return sum(await asyncio.gather(*(work(n) for n in range(5))))\n"
        "print(asyncio.run(main()))\n"
    )
    running = runner.submit(script)
    assert running.end()["outcome"] == "SUCCEEDED"
    tasks = [e for e in running.of("traceStarted") if e["kind"] == "TASK"]
    assert len(tasks) == 6 and all(t["thread"] == 1 for t in tasks)
    assert {e["trace"] for e in running.of("traceEnded")} >= {t["trace"] for t in tasks}
    for task in tasks[1:]:
        assert running.lines(task["trace"])[:4] == [3, 4, 3, 4]
