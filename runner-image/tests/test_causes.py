"""A failure names its first cause, whichever mechanism passed it on. An interrupt is not a cause. On each Python."""

import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from gateway import Runner
from pythons import pythons
from script_host import ScriptHost, environment

from sequencer_runner.supervisor.outcome import Facts, Stop, outcome_of

PYTHONS = pythons()

TASK_GROUP = """\
import asyncio
async def point(az):
    await asyncio.sleep(0.01)
    raise ValueError(f"azimuth {az} is out of range")
async def main():
    async with asyncio.TaskGroup() as outer:
        async with asyncio.TaskGroup() as inner:
            inner.create_task(point(400))
            inner.create_task(asyncio.sleep(10))
asyncio.run(main())
"""
SEVERAL = """\
def fail(kind, text):
    raise kind(text)
errors = []
for kind, text in ((KeyError, "az"), (OSError, "no route")):
    try:
        fail(kind, text)
    except Exception as error:
        errors.append(error)
try:
    1 / 0
except ZeroDivisionError:
    raise RuntimeError("scan failed") from ExceptionGroup("two", [errors[0], ExceptionGroup("one", errors[1:])])
"""
WAIT_FOR = """\
import asyncio
async def main():
    await asyncio.wait_for(asyncio.sleep(10), 0.01)
asyncio.run(main())
"""
GATHER = """\
import asyncio
async def fail():
    raise ValueError("in a task")
async def main():
    try:
        await asyncio.gather(asyncio.sleep(10), fail())
    except ValueError:
        raise LookupError from None
asyncio.run(main())
"""
PROCESS = """\
from concurrent.futures import ProcessPoolExecutor
def work(n):
    raise ValueError(f"no {n}")
with ProcessPoolExecutor(1) as pool:
    pool.submit(work, 3).result()
"""
POOL = """\
import multiprocessing
def work(n):
    return 1 / n
with multiprocessing.Pool(1) as pool:
    pool.map(work, [0])
"""
THREAD = """\
from concurrent.futures import ThreadPoolExecutor
def work():
    raise ValueError("in a thread")
with ThreadPoolExecutor(1) as pool:
    future = pool.submit(work)
    try:
        future.result()
    except ValueError as error:
        raise RuntimeError("no reply") from error
"""


def on_each(cases: Iterable[str], script: Callable[[str], str]) -> list[tuple[str, str]]:
    """Pairs of a Python version and a case. Python 3.10 has no exception groups."""
    return [(v, case) for v in PYTHONS for case in cases if v != "3.10" or "Group" not in script(case)]


def failure(version: str, folder: Path, script: str) -> dict[str, Any]:
    path = folder / "script.py"
    path.write_text(script)
    ended = ScriptHost(PYTHONS[version], environment()).run(path, [], [], [])
    (found,) = [event for event in ended.events if event["type"] == "failure"]
    return found


CAUSES = {
    "task-group": (
        TASK_GROUP,
        "ValueError: azimuth 400 is out of range",
        4,
        ["ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)"] * 2,
    ),
    "several": (
        SEVERAL,
        "KeyError: 'az'",
        2,
        [
            "OSError: no route",
            "ExceptionGroup: one (1 sub-exception)",
            "ExceptionGroup: two (2 sub-exceptions)",
            "RuntimeError: scan failed",
        ],
    ),
    "wait-for": (WAIT_FOR, "TimeoutError: ", 3, []),
    "gather": (GATHER, "LookupError: ", 8, []),
    "process": (PROCESS, "ValueError: no 3", 3, []),
    "pool": (POOL, "ZeroDivisionError: division by zero", 3, []),
    "thread": (THREAD, "ValueError: in a thread", 3, ["RuntimeError: no reply"]),
}


@pytest.mark.parametrize(("version", "case"), on_each(CAUSES, lambda case: CAUSES[case][0]))
def test_a_failure_names_its_first_cause(version: str, tmp_path: Path, case: str) -> None:
    script, cause, line, then = CAUSES[case]
    found = failure(version, tmp_path, script)
    assert (f"{found['exception']}: {found['message']}", found["line"], found["then"]) == (cause, line, then)


INTERRUPT = "os.kill(os.getpid(), signal.SIGINT)"
ASYNCIO = """\
import asyncio, os, signal
async def clean(name):
    try:
        await asyncio.sleep(60)
    finally:
        await asyncio.sleep(0.01)
        {clean}
async def main():
    tasks = [asyncio.create_task(clean(name)) for name in "ab"]
    asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGINT)
    await asyncio.gather(*tasks)
asyncio.run(main())
"""
NOT_PARKED = "OSError: not parked"
CANCELLED = "class Cancelled(BaseException): pass\n"


INTERRUPTED: dict[str, str] = {
    ASYNCIO.format(clean="pass"): "",
    ASYNCIO.format(clean=INTERRUPT): "",
    "import os, signal\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    " + INTERRUPT: "",
    "import asyncio, os, signal\ntry:\n    raise asyncio.CancelledError\n"
    "except asyncio.CancelledError as error:\n    raise KeyboardInterrupt from error": "",
    CANCELLED + "try:\n    raise KeyboardInterrupt\nexcept KeyboardInterrupt:\n    raise Cancelled": "",
    "try:\n    raise KeyboardInterrupt\nexcept KeyboardInterrupt:\n"
    "    try:\n        raise OSError('not parked')\n    finally:\n        raise KeyboardInterrupt": NOT_PARKED,
    "try:\n    raise KeyboardInterrupt\nfinally:\n    raise OSError('not parked')": NOT_PARKED,
    "try:\n    raise OSError('before')\nexcept OSError:\n    raise KeyboardInterrupt": "",
    CANCELLED + "raise BaseExceptionGroup('nursery', [KeyboardInterrupt(), Cancelled()])": "",
    CANCELLED
    + "raise BaseExceptionGroup('nursery', [KeyboardInterrupt(), OSError('not parked'), Cancelled()])": NOT_PARKED,
}


@pytest.mark.parametrize(("version", "script"), on_each(INTERRUPTED, str))
def test_an_interrupted_run_names_only_later_failures(version: str, tmp_path: Path, script: str) -> None:
    found = failure(version, tmp_path, script)
    text = ": ".join(filter(None, (found["exception"], found["message"])))
    end = outcome_of(Facts("interrupt", -signal.SIGINT, (Stop("INTERRUPT", "root"),), text))
    further = INTERRUPTED[script]
    assert end.reason == f"Interrupted by root.{further and f' Then: {further}'}"


def test_a_held_failure_of_a_task_shows_the_frames_of_the_task(runner: Runner) -> None:
    running = runner.submit(TASK_GROUP, holdOnFailure=True)
    prompt = running.prompt(1)
    assert prompt["exception"] == {"type": "ValueError", "message": "azimuth 400 is out of range"}
    assert (prompt["stack"][-1]["function"], prompt["stack"][-1]["line"]) == ("point", 4)
    assert {v["name"]: v["value"] for v in prompt["stack"][-1]["variables"]} == {"az": "400"}
    assert [frame["function"] for frame in prompt["stack"] if frame["file"] == "<script>"] == [
        "<module>",
        "main",
        "point",
    ]
    assert running.command("decide", action="STOP")["ok"]
    assert running.end()["reason"] == "ValueError: azimuth 400 is out of range"


@pytest.mark.parametrize("stops", [1, 2])
def test_a_stop_that_passes_through_asyncio_is_the_only_reason(runner: Runner, stops: int) -> None:
    script = (
        "import asyncio\nasync def work():\n    try:\n        print('ready', flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "    finally:\n        print('cleaning', flush=True)\n        await asyncio.sleep(0.5)\n"
        "async def main():\n    async with asyncio.TaskGroup() as group:\n        group.create_task(work())\n"
        "asyncio.run(main())\n"
    )
    running = runner.submit(script)
    for _, word in zip(range(stops), ("ready", "cleaning"), strict=False):
        while word not in running.output():
            time.sleep(0.01)
        assert running.command("stop", level="INTERRUPT")["ok"]
    assert running.end()["reason"] == "Interrupted by alice."


@pytest.mark.parametrize("version", PYTHONS)
def test_limits_the_number_of_exceptions_of_a_failure(version: str, tmp_path: Path) -> None:
    script = (
        "e = None\nfor n in range(9000):\n    new = ValueError(f'{n} ' + 'y' * 500)\n"
        "    new.__cause__ = e\n    e = new\n"
        "import sys\nsys.excepthook = lambda *_: None\nraise e\n"
    )
    found = failure(version, tmp_path, script)
    assert found["message"].startswith("0 y") and found["line"] == 8
    assert found["then"][0] == "… 8899 more exceptions are not shown."
    assert [text[:17] for text in found["then"][1::99]] == ["ValueError: 8900 ", "ValueError: 8999 "]
    assert len(found["then"]) == 101 and len(found["traceback"]) < 40_000
