"""Breakpoints in the script and in imported files, set before and during the run."""

import inspect
import json
from pathlib import Path
from typing import Any

import pytest
from gateway import Runner, Running

LOOP = """\
total = 0
for i in range(10):

    # no code here
    total += i

print(total)
"""
LIBRARY = """\
import functools


def slow(az, el):
    place = (
        az,
        el,
    )
    return place


@functools.lru_cache
def outer(n):
    inner = range(n)
    return sum(inner)


def numbers():
    yield 1
    yield 2
"""


def point(line: int, **more: Any) -> dict[str, Any]:
    return {"file": "<script>", "line": line, "enabled": True, **more}


def where(prompt: dict[str, Any]) -> tuple[str, int]:
    frame = prompt["stack"][-1]
    return Path(frame["file"]).name, int(frame["line"])


def continue_run(running: Running, prompt: dict[str, Any]) -> None:
    assert running.step(prompt, "CONTINUE")["ok"]


def stops(running: Running) -> list[dict[str, Any]]:
    """The prompts of the run. Continues at each of them until the run has ended."""
    number = 0
    while True:
        number += 1
        running.gateway.until(lambda n=number: running.of("ended") or len(running.of("prompt")) >= n)
        if len(running.of("prompt")) < number:
            assert running.end()["outcome"] == "SUCCEEDED", running.end()
            return running.of("prompt")
        continue_run(running, running.prompt(number))


@pytest.fixture
def library(runner: Runner, tmp_path: Path) -> str:
    """A module that a script imports by `import_library(name)`."""
    name = f"library_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(LIBRARY)
    return str(tmp_path / f"{name}.py")


def importing(library: str, rest: str) -> str:
    path = Path(library)
    return f"import sys\nsys.path.insert(0, {str(path.parent)!r})\nimport {path.stem} as library\n{rest}"


def test_a_breakpoint_on_a_line_without_code_moves_to_the_next_line_with_code(runner: Runner) -> None:
    running = runner.submit(LOOP, breakpoints=[point(3, hitCount=4), point(99)])
    reported = running.until("breakpoints")["breakpoints"]
    assert reported[0] == {"file": "<script>", "line": 5, "requestedLine": 3, "hitCount": 4, "enabled": True, "hits": 0}
    assert reported[1]["problem"] == "There is no code at or after line 99."
    prompts = stops(running)
    assert [where(p) for p in prompts] == [("<script>", 5)]
    assert prompts[0]["breakpoint"] == {"file": "<script>", "line": 5, "condition": None, "hits": 4, "error": None}
    assert [v["value"] for v in prompts[0]["stack"][-1]["variables"] if v["name"] == "i"] == ["3"]


def test_an_exception_of_a_signal_handler_during_a_condition_reaches_the_script(runner: Runner) -> None:
    script = (
        "import os, signal\nclass Late(Exception): pass\ndef late(*_): raise Late\n"
        "signal.signal(signal.SIGUSR1, late)\ntry:\n    x = 1\nexcept Late:\n    print('late')\n"
    )
    condition = "os.kill(os.getpid(), signal.SIGUSR1) or sum(range(1000)) < 0"
    running = runner.submit(script, breakpoints=[point(6, condition=condition)])
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "late\n"
    assert not running.of("prompt")


def test_a_condition_decides_and_one_that_raises_stops_with_the_error(runner: Runner) -> None:
    running = runner.submit(LOOP, breakpoints=[point(5, condition="i in (2, 7)"), point(7, condition="nothing > 1")])
    prompts = stops(running)
    assert [(where(p)[1], p["reason"]) for p in prompts] == [(5, "breakpoint")] * 2 + [(7, "breakpoint")]
    assert [p["breakpoint"]["hits"] for p in prompts] == [1, 2, 1]
    assert prompts[2]["breakpoint"]["error"] == "NameError: name 'nothing' is not defined"
    assert prompts[0]["breakpoint"]["error"] is None


def test_reports_a_breakpoint_whose_expression_cannot_be_compiled(runner: Runner) -> None:
    wrong = [point(5, condition="i >"), point(5, logMessage="{i"), {**point(1), "file": "no.such.module"}]
    running = runner.submit(LOOP, breakpoints=wrong)
    problems = [b["problem"] for b in running.until("breakpoints")["breakpoints"]]
    assert problems[0].startswith("Python cannot compile its expression: SyntaxError")
    assert problems[1].startswith("Python cannot compile its expression: SyntaxError")
    assert problems[2] == "There is no Python file or module no.such.module."
    assert stops(running) == []


def test_a_log_point_logs_and_does_not_stop(runner: Runner) -> None:
    text = "i is {i}, {{total}}: {str(total) + '}'}"
    running = runner.submit(LOOP, breakpoints=[point(5, condition="i > 7", logMessage=text)])
    assert stops(running) == []
    assert [(e["line"], e["text"], e["hits"]) for e in running.of("logged")] == [
        (5, "i is 8, {total}: 28}", 1),
        (5, "i is 9, {total}: 36}", 2),
    ]


def test_a_log_point_in_hot_code_reports_its_number_of_hits(runner: Runner) -> None:
    running = runner.submit("for i in range(5000):\n    pass\n", breakpoints=[point(2, logMessage="at {i}")])
    assert stops(running) == []
    texts = [e["text"] for e in running.of("logged")]
    one_by_one = [t for t in texts if t.startswith("at ")]
    assert one_by_one[0] == "at 0" and len(one_by_one) < 5000
    more = sum(int(t.split()[2]) for t in texts if t.startswith("…"))
    assert len(one_by_one) + more == running.of("logged")[-1]["hits"] == 5000


def test_a_statement_over_several_lines_is_one_hit_each_time(runner: Runner) -> None:
    script = "def f(*args):\n    return args\n\nfor i in range(3):\n    f(\n        i,\n        f(1),\n    )\n"
    running = runner.submit(script, breakpoints=[point(6)])
    reported = running.until("breakpoints")["breakpoints"][0]
    assert (reported["line"], reported["requestedLine"]) == (5, 6)
    assert [where(p)[1] for p in stops(running)] == [5, 5, 5]


def test_breakpoints_are_set_moved_disabled_and_removed_during_the_run(runner: Runner) -> None:
    script = "import time\nn = 0\nwhile n < 10**6:\n    n += 1\n    time.sleep(0.001)\n    last = n\n"
    running = runner.submit(script)
    running.until("line", line=5)
    reply = running.command("setBreakpoints", breakpoints=[point(4)])
    assert reply["result"] == [{"file": "<script>", "line": 4, "enabled": True, "hits": 0}]
    assert where(running.prompt(1))[1] == 4
    running.command("setBreakpoints", breakpoints=[point(6), point(4, enabled=False)])
    continue_run(running, running.prompt(1))
    assert where(running.prompt(2))[1] == 6
    continue_run(running, running.prompt(2))
    assert where(running.prompt(3))[1] == 6
    running.command("setBreakpoints", breakpoints=[])
    continue_run(running, running.prompt(3))
    seen = len(running.of("line"))
    running.gateway.until(lambda: len(running.of("line")) > seen + 20)
    assert len(running.of("prompt")) == 3
    running.command("setBreakpoints", breakpoints=[point(4, condition="globals().update(n=10**6)")])
    assert running.end()["outcome"] == "SUCCEEDED"
    actions = [a["name"] for a in running.of("action") if a["name"] == "setBreakpoints"]
    assert len(actions) == 4


def test_a_breakpoint_stops_in_a_file_that_is_imported_later(runner: Runner, library: str) -> None:
    script = importing(library, "print(library.slow(1, 2))\nprint(sum(library.numbers()))\n")
    wanted = [{"file": library, "line": 6, "enabled": True}, {"file": library, "line": 20, "enabled": True}]
    running = runner.submit(script, breakpoints=wanted)
    prompts = stops(running)
    name = Path(library).name
    assert [where(p) for p in prompts] == [(name, 5), (name, 20)]
    assert [(Path(f["file"]).name, f["function"]) for f in prompts[0]["stack"]] == [
        ("<script>", "<module>"),
        (name, "slow"),
    ]
    assert prompts[0]["breakpoint"]["file"] == library
    assert running.output() == "(1, 2)\n3\n"


def test_a_breakpoint_stops_in_an_imported_file_by_its_module_name(runner: Runner, library: str) -> None:
    script = importing(library, "again = library.outer\nprint(again(3))\ndel library.outer\nprint(again(4))\n")
    running = runner.submit(script, breakpoints=[point(5)])
    prompt = running.prompt(1)
    reply = running.command("setBreakpoints", breakpoints=[{"file": Path(library).stem, "line": 14, "enabled": True}])
    assert reply["result"] == [{"file": library, "line": 14, "enabled": True, "hits": 0}]
    continue_run(running, prompt)
    assert where(running.prompt(2)) == (Path(library).name, 14)
    continue_run(running, running.prompt(2))
    continue_run(running, running.prompt(3))
    assert running.end()["outcome"] == "SUCCEEDED"
    assert len(running.of("prompt")) == 3
    assert running.output() == "3\n6\n"


def test_a_breakpoint_stops_in_a_function_that_is_running(runner: Runner, library: str) -> None:
    path = Path(library)
    path.write_text("import time\ndef wait(flag):\n    while not flag:\n        time.sleep(0.001)\n    return 1\n")
    script = importing(
        library,
        "import threading\nflag = []\nt = threading.Thread(target=library.wait, args=(flag,))\nt.start()\nt.join()\n",
    )
    running = runner.submit(script)
    running.until("line", line=8)
    running.command("setBreakpoints", breakpoints=[{"file": library, "line": 4, "enabled": True}])
    prompt = running.prompt(1)
    assert where(prompt) == (path.name, 4)
    trace = running.until("traceStarted", trace=prompt["trace"])
    assert trace["name"].startswith("Thread-")
    running.command("setBreakpoints", breakpoints=[])
    evaluated = running.command("evaluate", trace=prompt["trace"], prompt=1, frame=0, expression="flag.append(1)")
    assert evaluated["result"] == {"ok": True, "text": "None"}
    continue_run(running, prompt)
    assert running.end()["outcome"] == "SUCCEEDED"


def test_a_breakpoint_stops_in_a_library_that_the_runner_uses_too(runner: Runner) -> None:
    lines, first = inspect.getsourcelines(json.dumps)
    line = first + next(n for n, text in enumerate(lines) if text.strip().startswith("return cls("))
    script = "import json\nprint(json.dumps({'a': 1}, indent=1))\nprint('done')\n"
    running = runner.submit(script, breakpoints=[{"file": "json", "line": line, "enabled": True}])
    prompts = stops(running)
    assert [where(p) for p in prompts] == [("__init__.py", line)]
    assert (prompts[0]["stack"][0]["file"], prompts[0]["stack"][0]["line"]) == ("<script>", 2)
    assert running.output() == '{\n "a": 1\n}\ndone\n'


def test_a_breakpoint_stops_in_every_thread_and_task(runner: Runner) -> None:
    script = (
        "import asyncio, threading\ndef work(n):\n    return n\nasync def task(n):\n    return work(n)\n"
        "async def main():\n    await asyncio.gather(task(1), task(2))\n"
        "threads = [threading.Thread(target=work, args=(n,)) for n in (3, 4)]\n"
        "for t in threads:\n    t.start()\nfor t in threads:\n    t.join()\nasyncio.run(main())\n"
    )
    running = runner.submit(script, breakpoints=[point(3)])
    prompts = stops(running)
    values = sorted(v["value"] for p in prompts for v in p["stack"][-1]["variables"])
    assert values == ["1", "2", "3", "4"]
    assert len({p["trace"] for p in prompts}) == 4


def test_a_breakpoint_in_hot_code_is_hit_each_time(runner: Runner) -> None:
    script = "def step(n):\n    return n + 1\nn = 0\nwhile n < 300000:\n    n = step(n)\nprint(n)\n"
    running = runner.submit(script, breakpoints=[point(2, condition="n in (5, 250000, 299999)")])
    prompts = stops(running)
    assert [v["value"] for p in prompts for v in p["stack"][-1]["variables"]] == ["5", "250000", "299999"]
    assert running.output() == "300000\n"
