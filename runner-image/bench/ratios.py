"""Measures the CPU time of a freely running script against plain Python, including the threads of the runner.

Both run alternately. Memory layout alone makes a script up to a tenth slower or faster, so in each round the script is
a little longer and has another hash seed, and the median of the rounds counts. For comparison, the cost of line events
in CPython itself is measured: `sys.monitoring` alone, with a function that counts to three.
"""

import re
import statistics
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from report import Report
from script_host import ScriptHost, environment, run_plainly

TURNS = 11
# How often the line with the breakpoint runs, in the loop below.
HITS = 400_000
# Each takes about a second alone: one-time costs of new code are a small part, as in real scripts.
WORKS = {
    "hot loop": "def work():\n    n = 0\n    while n < 50_000_000:\n        n += 1\nwork()\n",
    "deep recursion": (
        "import sys\nsys.setrecursionlimit(5000)\n"
        "def down(n):\n    return 0 if n == 0 else 1 + down(n - 1)\nfor _ in range(12_000):\n    down(900)\n"
    ),
    "200 small functions": (
        "".join(f"def g{n}(x):\n    y = x + {n}\n    return y\n" for n in range(200))
        + f"every = [{', '.join(f'g{n}' for n in range(200))}]\n"
        + "def work():\n    for _ in range(200_000):\n        for f in every:\n            f(1)\nwork()\n"
    ),
    "asyncio with 1,000 tasks": (
        "import asyncio\nasync def task():\n    for _ in range(1200):\n        await asyncio.sleep(0)\n"
        "async def main():\n    await asyncio.gather(*(task() for _ in range(1000)))\nasyncio.run(main())\n"
    ),
    "50 threads": (
        "import threading\ndef work():\n    n = 0\n    while n < 1_250_000:\n        n += 1\n"
        "threads = [threading.Thread(target=work) for _ in range(50)]\n"
        "for t in threads:\n    t.start()\nfor t in threads:\n    t.join()\n"
    ),
}
UNHIT = "def never():\n" + "    x = 1\n" * 10 + WORKS["hot loop"]
HOT = f"def work():\n    n = 0\n    while n < {HITS}:\n        n += 1\nwork()\n"
CONDITION = "n < 0"
# Runs a script without a runner and reports each line three times.
MONITORED = """import sys
monitoring, counts = sys.monitoring, {}
def on_line(code, line):
    counts[code, line] = counts.get((code, line), 0) + 1
    return monitoring.DISABLE if counts[code, line] > 3 else None
def watch(code):
    monitoring.set_local_events(4, code, monitoring.events.LINE)
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            watch(constant)
monitoring.use_tool_id(4, "lines")
monitoring.register_callback(4, monitoring.events.LINE, on_line)
code = compile(open(sys.argv[1]).read(), sys.argv[1], "exec")
watch(code)
exec(code, {"__name__": "__main__"})
"""

Points = list[dict[str, Any]]


def measure(python: str, folder: Path, report: Report) -> None:
    turns = Turns(python, folder)
    for what, work in WORKS.items():
        report_ratio(report, f"free running, {what}", turns.times(work, []), 1.03)
    unhit = [point(line) for line in range(3, 13)]
    report_ratio(report, "with 10 breakpoints, none hit", turns.times(UNHIT, unhit), 1.05)
    times = turns.times(HOT, [point(5, condition=CONDITION)])
    cost = (min(times.watched) - min(times.alone)) / HITS * 1e6 - evaluating(python)
    what = "a conditional breakpoint on a hot line, beyond evaluating it"
    report(what, f"{cost:.2f} µs a hit", "at most 1 µs", cost <= 1)


@dataclass
class Times:
    """CPU seconds of a script alone, with line events by `sys.monitoring` alone, and under the runner."""

    alone: list[float] = field(default_factory=list)
    monitored: list[float] = field(default_factory=list)
    watched: list[float] = field(default_factory=list)


def report_ratio(report: Report, what: str, times: Times, bound: float) -> None:
    """Reports the ratio, with the range of the times of plain Python."""
    value = median_ratio(times.watched, times.alone)
    plain = f"{min(times.alone):.2f} to {max(times.alone):.2f} s"
    monitored = median_ratio(times.monitored, times.alone)
    text = f"{value:.3f} of plain Python's {plain}; line events by Python alone: {monitored:.3f}"
    report(what, text, f"at most {bound:.2f}", value <= bound)


def median_ratio(times: list[float], alone: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(times, alone, strict=True))


class Turns:
    """Runs a script in the three ways alternately."""

    def __init__(self, python: str, folder: Path) -> None:
        self._python = python
        self._script = folder / "script.py"
        self._monitor = folder / "monitor.py"
        self._monitor.write_text(MONITORED)

    def times(self, work: str, points: Points) -> Times:
        times = Times()
        for turn in range(TURNS):
            env = environment(PYTHONHASHSEED=str(turn))
            # With a header and a footer line of different length in each round.
            self._script.write_text(
                f"import sys, time; _more = {'x' * (turn * 53)!r}; _t0 = time.process_time()\n"
                f"{work}print('TOOK', time.process_time() - _t0, file=sys.stderr)\n"
            )
            times.alone.append(took(run_plainly(self._python, self._script, [], env).stderr))
            times.monitored.append(took(run_plainly(self._python, self._monitor, [str(self._script)], env).stderr))
            watched = ScriptHost(self._python, env).run(self._script, [], points, [])
            times.watched.append(took(watched.stderr))
        return times


def took(stderr: bytes) -> float:
    found = re.search(rb"TOOK ([\d.e-]+)", stderr)
    assert found is not None, stderr[-500:]
    return float(found[1])


def point(line: int, **more: Any) -> dict[str, Any]:
    return {"file": "<script>", "line": line, "enabled": True, **more}


def evaluating(python: str) -> float:
    """Microseconds to evaluate the condition in a frame, without a runner."""
    loop = "    t0 = time.process_time()\n    for _ in range(400_000):\n        "
    code = (
        f"import sys, time\ncode = compile({CONDITION!r}, '', 'eval')\ndef f():\n    n, frame = 1, sys._getframe()\n"
        f"{loop}eval(code, frame.f_globals, frame.f_locals)\n    taken = time.process_time() - t0\n"
        f"{loop}pass\n    print((taken - (time.process_time() - t0)) / 0.4)\nf()\n"
    )
    times = [subprocess.run([python, "-c", code], capture_output=True, text=True, check=True) for _ in range(TURNS)]
    return min(float(done.stdout) for done in times)
