"""A recursion is at most three frames less deep than in plain Python, and breakpoints stop after it."""

import json
from pathlib import Path

import pytest
from pythons import pythons
from script_host import ScriptHost, environment, run_plainly

PYTHONS = pythons()
MEASURED = """
import asyncio, json, re, sys, threading

def caught(n=1):
    try:
        return caught(n + 1)
    except RecursionError:
        return n

def counted(box):
    box[0] += 1
    counted(box)

def depth():
    box = [0]
    try:
        counted(box)
    except RecursionError:
        return box[0]

class Shown:
    def __repr__(self):
        found["repr"] = depth()
        return ""

async def task():
    return depth()

found = {"limit": sys.getrecursionlimit(), "top": depth(), "caught": caught()}
thread = threading.Thread(target=lambda: found.update(thread=depth()))
thread.start()
thread.join()
sorted([1], key=lambda _: found.update(key=depth()))
re.sub("a", lambda _: found.update(re=depth()) or "", "a")
repr(Shown())
found["task"] = asyncio.run(task())
sys.setrecursionlimit(400)
found["set"] = depth()
print(json.dumps(found))
"""
WATCHED = """
def deep(n):
    x = n
    return deep(n + 1)

def main():
    for turn in range(3):
        try:
            deep(1)
        except RecursionError:
            y = turn
    z = 5
    return z

print(main())
"""


@pytest.mark.parametrize("version", PYTHONS)
def test_a_recursion_goes_as_deep_as_without_the_runner(version: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(MEASURED)
    plain = json.loads(run_plainly(PYTHONS[version], script, [], environment()).stdout)
    found = json.loads(ScriptHost(PYTHONS[version], environment()).run(script, [], [], []).stdout)
    assert plain.keys() == found.keys()
    assert found["limit"] == plain["limit"]
    assert {key: value for key, value in found.items() if not 0 <= plain[key] - value <= 3} == {}, plain


@pytest.mark.parametrize("version", PYTHONS)
def test_breakpoints_stop_after_a_recursion_to_the_limit(version: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(WATCHED)
    points = [{"file": "<script>", "line": line, "enabled": True} for line in (11, 12)]
    ended = ScriptHost(PYTHONS[version], environment()).run(script, [], points, ["CONTINUE"] * 6)
    assert (ended.status, ended.stdout, ended.stderr) == (0, b"5\n", b"")
    stops = [event["stack"][-1]["line"] for event in ended.events if event["type"] == "prompt"]
    assert stops == [2, 11, 11, 11, 12]
