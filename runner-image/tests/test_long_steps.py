"""Steps to a line, over a loop, and into libraries."""

from pathlib import Path
from typing import Any

import pytest
from gateway import Runner, Running

LOOPS = """\
total = 0
for i in range(3):
    for k in range(3):
        total += k
    total += i
else:
    total += 100
print(total)

def count():
    n = 0
    while n < 4:
        n += 1
        last = n
    return last

print(count())
print("end")
"""


def where(prompt: dict[str, Any]) -> tuple[str, int]:
    frame = prompt["stack"][-1]
    return Path(frame["file"]).name, int(frame["line"])


def walk(running: Running, *commands: str | int) -> list[int]:
    """Sends the commands (a number means UNTIL that line). Returns the line of each following prompt."""
    prompt = running.prompt(1)
    lines = []
    for command in commands:
        word, line = ("UNTIL", command) if isinstance(command, int) else (command, None)
        reply = running.step(prompt, word, line)
        assert reply["ok"], reply
        prompt = running.prompt(prompt["number"] + 1)
        lines.append(where(prompt)[1])
    running.step(prompt, "CONTINUE")
    assert running.end()["outcome"] == "SUCCEEDED"
    return lines


def at(line: int) -> dict[str, Any]:
    return {"file": "<script>", "line": line, "enabled": True, "hitCount": 1}


@pytest.mark.parametrize(
    ("begin", "commands", "lines"),
    [
        # Past the inner loop, then past the outer one, to its `else`.
        (4, ["LOOP", "LOOP"], [5, 7]),
        # At the header of a loop: past that loop.
        (3, ["LOOP"], [5]),
        (2, ["LOOP"], [7]),
        (13, ["LOOP", "NEXT"], [15, 18]),
        # To a later line, and to an earlier one in the same loop.
        (1, [4, 5, 3], [4, 5, 3]),
        (11, [15], [15]),
        # A line without code: to the next line with code.
        (1, [9], [10]),
        # A line outside the function: to the caller.
        (13, [3], [18]),
    ],
)
def test_steps_over_loops_and_to_lines(runner: Runner, begin: int, commands: list[Any], lines: list[int]) -> None:
    assert walk(runner.submit(LOOPS, breakpoints=[at(begin)]), *commands) == lines


def test_steps_over_hot_loops(runner: Runner) -> None:
    script = "total = 0\nfor i in range(200000):\n    total += i\n    if i < 0:\n        break\nprint(total)\n"
    running = runner.submit(script, breakpoints=[at(3)])
    assert walk(running, "LOOP") == [6]
    running = runner.submit(script, breakpoints=[at(3)])
    assert walk(running, 6) == [6]


def test_refuses_long_steps_that_are_not_possible(runner: Runner) -> None:
    running = runner.submit(LOOPS, startPaused=True)
    prompt = running.prompt(1)
    assert running.step(prompt, "LOOP")["message"] == "This line is not in a loop."
    assert running.step(prompt, "UNTIL", 99)["code"] == "BAD_INPUT"
    assert running.step(prompt, "UNTIL")["code"] == "BAD_INPUT"
    running.step(prompt, "CONTINUE")
    running.end()


LIBRARY = """\
import functools
import time


def plain(n):
    a = n + 1
    b = helper(a)
    return b


def helper(n):
    return n * 2


def decorated(function):
    @functools.wraps(function)
    def around(*args):
        return function(*args)

    return around


def numbers():
    yield 1
    yield 2


class Context:
    def __enter__(self):
        return self

    def __exit__(self, *error):
        time.sleep(0)


async def later(n):
    return n
"""


@pytest.fixture
def stepped(tmp_path: Path) -> str:
    (tmp_path / "stepped.py").write_text(LIBRARY)
    return f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\nsys.modules.pop('stepped', None)\nimport stepped\n"


def into(runner: Runner, stepped: str, script: str, line: int, *commands: str) -> list[tuple[str, int]]:
    running = runner.submit(stepped + script, breakpoints=[at(line + 4)])
    prompt = running.prompt(1)
    found = []
    for command in commands:
        assert running.step(prompt, command)["ok"]
        prompt = running.prompt(prompt["number"] + 1)
        name, number = where(prompt)
        found.append((name.removesuffix(".py"), number if name.endswith(".py") else number - 4))
    running.step(prompt, "CONTINUE")
    assert running.end()["outcome"] == "SUCCEEDED", running.end()
    return found


def test_steps_into_a_library_through_it_and_out(runner: Runner, stepped: str) -> None:
    script = "x = stepped.plain(1)\nprint(x)\n"
    assert into(runner, stepped, script, 1, "STEP", "NEXT", "STEP", "RETURN", "NEXT") == [
        ("stepped", 6),
        ("stepped", 7),
        ("stepped", 12),
        ("stepped", 8),
        ("<script>", 2),
    ]


def test_next_does_not_stop_in_a_library(runner: Runner, stepped: str) -> None:
    assert into(runner, stepped, "x = stepped.plain(1)\nprint(x)\n", 1, "NEXT") == [("<script>", 2)]


def test_steps_into_a_function_of_the_script_that_a_library_calls(runner: Runner, stepped: str) -> None:
    script = "@stepped.decorated\ndef own(n):\n    return n\nown(3)\nprint(1)\n"
    assert into(runner, stepped, script, 4, "STEP", "STEP", "STEP") == [
        ("stepped", 18),
        ("<script>", 3),
        ("<script>", 5),
    ]
    # A step passes C code that only calls back.
    script = "import functools\ndef own(n):\n    return n\nfunctools.partial(own, 1)()\nprint(1)\n"
    assert into(runner, stepped, script, 4, "STEP") == [("<script>", 3)]


def test_steps_into_generators_and_context_managers(runner: Runner, stepped: str) -> None:
    script = "for n in stepped.numbers():\n    print(n)\n"
    assert into(runner, stepped, script, 1, "STEP", "NEXT", "STEP") == [
        ("stepped", 24),
        ("<script>", 2),
        ("<script>", 1),
    ]
    script = "with stepped.Context() as c:\n    x = 1\nprint(x)\n"
    assert into(runner, stepped, script, 1, "STEP", "NEXT", "NEXT", "NEXT") == [
        ("stepped", 30),
        ("<script>", 2),
        ("<script>", 1),
        ("<script>", 3),
    ]


def test_does_not_step_into_an_import(runner: Runner, tmp_path: Path, stepped: str) -> None:
    (tmp_path / "fresh.py").write_text("def made():\n    return 1\nvalue = made()\n")
    script = "sys.modules.pop('fresh', None)\nimport fresh\nprint(fresh.value)\n"
    assert into(runner, stepped, script, 2, "STEP") == [("<script>", 3)]


def test_an_await_of_a_library_stays_in_the_task(runner: Runner, stepped: str) -> None:
    script = (
        "import asyncio\nasync def own(n):\n    a = await stepped.later(n)\n"
        "    await asyncio.sleep(0.01)\n    return a\n"
        "async def main():\n    return await asyncio.gather(own(1), own(2))\nprint(asyncio.run(main()))\n"
    )
    running = runner.submit(stepped + script, breakpoints=[at(7)])
    prompt = running.prompt(1)
    assert running.step(prompt, "STEP")["ok"]
    inside = running.prompt(2)
    assert (where(inside), inside["trace"]) == (("stepped.py", 37), prompt["trace"])
    running.step(inside, "RETURN")
    after = running.prompt(3)
    assert (where(after)[1] - 4, after["trace"]) == (4, prompt["trace"])
    running.step(after, "NEXT")
    beyond = running.prompt(4)
    assert (where(beyond)[1] - 4, beyond["trace"]) == (5, prompt["trace"])
    running.step(beyond, "CONTINUE")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "[1, 2]\n"
