"""During a step of one asyncio task, the other tasks of its loop run or are frozen, as the command requests."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from gateway import Runner, Running
from pythons import pythons
from script_host import ScriptHost, environment

PYTHONS = pythons()
WAIT = {"others": "WAIT"}

TWO = """\
import asyncio

async def other(name):
    for i in range(3):
        await asyncio.sleep(0)
        print(name, i, flush=True)

async def stepped():
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    print("stepped", flush=True)

async def main():
    await asyncio.gather(other("a"), stepped(), other("b"))

asyncio.run(main())
"""


@pytest.mark.parametrize("version", PYTHONS)
def test_random_programs_keep_their_actions_and_order(version: str) -> None:
    command = [PYTHONS[version], str(Path(__file__).parent / "random_tasks.py"), "0", "150"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize("others", ["RUN", "WAIT"])
def test_other_tasks_run_or_wait_during_a_step(version: str, others: str, tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text(TWO)
    point = {"file": "<script>", "line": 9, "enabled": True}
    ended = ScriptHost(PYTHONS[version], environment()).run(path, [], [point], ["CONTINUE", *["NEXT"] * 3], others)
    assert ended.status == 0, ended.stderr
    printed = ended.stdout.decode().split("\n")[:-1]
    # The order of the other tasks is that of plain Python.
    assert [line for line in printed if line != "stepped"] == [f"{n} {i}" for i in range(3) for n in "ab"]
    stopped = [e["stack"][-1]["line"] for e in ended.events if e["type"] == "prompt"]
    assert stopped == [1, 9, 10, 11, 12]
    assert printed.index("stepped") == (0 if others == "WAIT" else 6)


def at(line: int) -> dict[str, Any]:
    return {"file": "<script>", "line": line, "enabled": True, "hitCount": 1}


def step(running: Running, prompt: dict[str, Any], command: str, **more: Any) -> dict[str, Any]:
    return running.command("step", trace=prompt["trace"], prompt=prompt["number"], command=command, **more)


LOCK = """\
import asyncio

async def other(lock):
    async with lock:
        await asyncio.sleep(0.01)
    print("given back", flush=True)
    await asyncio.sleep(0.01)
    print("other ends", flush=True)

async def stepped(lock):
    await asyncio.sleep(0)
    async with lock:
        print("has it", flush=True)

async def main():
    lock = asyncio.Lock()
    await asyncio.gather(other(lock), stepped(lock))

asyncio.run(main())
print("end")
"""


def deadlocked(runner: Runner) -> tuple[Running, dict[str, Any]]:
    """A run whose stepped task waits for a lock of another task, which is frozen during the step."""
    running = runner.submit(LOCK, breakpoints=[at(12)])
    prompt = running.prompt(1)
    assert step(running, prompt, "NEXT", **WAIT)["ok"]
    assert running.of("resumed")[-1]["others"] == "WAIT"
    waits = running.until("tasksFrozen", trace=prompt["trace"])
    assert waits["tasks"] == 1
    return running, prompt


@pytest.mark.parametrize("how", ["resumeOtherTasks", "resume", "pause"])
def test_reports_a_deadlock_of_frozen_tasks_and_resumes_them(runner: Runner, how: str) -> None:
    running, prompt = deadlocked(runner)
    assert running.output() == ""
    reply = running.command(how, trace=prompt["trace"]) if how == "resumeOtherTasks" else running.command(how)
    assert reply["ok"], reply
    running.until("tasksFrozen", trace=prompt["trace"], tasks=0)
    if how == "resume":
        # `resume` also ends the step.
        assert running.end()["outcome"] == "SUCCEEDED"
        assert running.output() == "given back\nhas it\nother ends\nend\n"
        assert len(running.of("prompt")) == 1
        return
    second = running.prompt(2)
    if how == "pause":
        # The other task reaches its next line first.
        assert (second["reason"], second["stack"][-1]["line"]) == ("pause", 4)
        running.command("resume")
    else:
        assert second["stack"][-1]["line"] == 13
        assert running.output() == "given back\n"
        running.step(second, "CONTINUE")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "given back\nhas it\nother ends\nend\n"


@pytest.mark.parametrize("level", ["INTERRUPT", "TERMINATE", "REQUEST"])
def test_a_stop_does_not_wait_for_a_step_that_freezes_tasks(runner: Runner, level: str) -> None:
    running, _ = deadlocked(runner)
    running.command("stop", level=level)
    running.end()
    assert len(running.of("prompt")) == 1


def test_other_tasks_stay_frozen_until_the_task_ends(runner: Runner) -> None:
    running = runner.submit(TWO, breakpoints=[at(9)])
    assert step(running, running.prompt(1), "RETURN", **WAIT)["ok"]
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output().split("\n")[0] == "stepped"
    assert sorted(running.output().split("\n")[1:-1]) == [f"{name} {i}" for name in "ab" for i in range(3)]


AWAITED = """\
import asyncio

async def child(name):
    for _ in range(3):
        await asyncio.sleep(0)
    print(name, flush=True)

async def bystander():
    for _ in range(200):
        await asyncio.sleep(0)
    print("bystander", flush=True)

async def stepped():
    before = asyncio.create_task(child("before"))
    one, two = asyncio.create_task(child("one")), asyncio.create_task(child("two"))
    await asyncio.sleep(0)
    await before
    await asyncio.gather(one, two)
    await asyncio.gather(child("new"), child("newer"))
    await asyncio.wait_for(child("in time"), 20)
    print("done", flush=True)

async def main():
    aside = asyncio.create_task(bystander())
    await stepped()
    await aside

asyncio.run(main())
"""


def test_tasks_that_a_step_creates_or_awaits_run_with_it(runner: Runner) -> None:
    running = runner.submit(AWAITED, breakpoints=[at(14)])
    prompt = running.prompt(1)
    for number in range(2, 9):
        assert step(running, prompt, "NEXT", **WAIT)["ok"]
        prompt = running.prompt(number)
    assert prompt["stack"][-1]["line"] == 21
    running.step(prompt, "CONTINUE")
    running.end()
    assert running.of("tasksFrozen") == []
    assert running.output().split() == ["before", "one", "two", "new", "newer", "in", "time", "done", "bystander"]


def test_reports_why_other_tasks_cannot_be_frozen(runner: Runner) -> None:
    script = """\
import asyncio
import collections

class Queue(collections.deque):
    pass

class Loop(asyncio.SelectorEventLoop):
    def __init__(self):
        super().__init__()
        self._ready = Queue()

async def main():
    await asyncio.sleep(0)

Loop().run_until_complete(main())
"""
    running = runner.submit(script, startPaused=True, breakpoints=[at(13)])
    refused = step(running, running.prompt(1), "NEXT", **WAIT)
    assert refused["code"] == "OTHERS_CANNOT_WAIT"
    assert refused["message"] == "This trace is not an asyncio task: no tasks can be frozen for its step."
    running.step(running.prompt(1), "CONTINUE")
    refused = step(running, running.prompt(2), "NEXT", **WAIT)
    assert (refused["code"], refused["message"]) == (
        "OTHERS_CANNOT_WAIT",
        "The tasks of __main__.Loop cannot be frozen: it is not an asyncio event loop.",
    )
    assert running.command("resumeOtherTasks", trace=9)["code"] == "UNKNOWN_TRACE"
    running.command("resume")
    running.end()
