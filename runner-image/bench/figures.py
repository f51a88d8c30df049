"""The runner's own figures, without API and network: each as one line of JSON on stdout.

python runner-image/bench/figures.py
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent.parent / folder) for folder in ("src", "tests")]

from script_host import ScriptHost, environment, run_plainly

PAIRS = 3
# Of a line that is hit, in the loop below.
HITS = 400_000
WORKS = {
    "free running, hot loop": "def work():\n    n = 0\n    while n < 60_000_000:\n        n += 1\nwork()\n",
    "free running, deep recursion": (
        "import sys\nsys.setrecursionlimit(5000)\n"
        "def down(n):\n    return 0 if n == 0 else 1 + down(n - 1)\nfor _ in range(25_000):\n    down(900)\n"
    ),
    "free running, 200 small functions": (
        "".join(f"def g{n}(x):\n    y = x + {n}\n    return y\n" for n in range(200))
        + f"every = [{', '.join(f'g{n}' for n in range(200))}]\n"
        + "def work():\n    for _ in range(400_000):\n        for f in every:\n            f(1)\nwork()\n"
    ),
    "free running, asyncio with 1,000 tasks": (
        "import asyncio\nasync def task():\n    for _ in range(1000):\n        await asyncio.sleep(0)\n"
        "async def main():\n    await asyncio.gather(*(task() for _ in range(1000)))\nasyncio.run(main())\n"
    ),
    "free running, 50 threads": (
        "import threading\ndef work():\n    n = 0\n    while n < 2_500_000:\n        n += 1\n"
        "threads = [threading.Thread(target=work) for _ in range(50)]\n"
        "for t in threads:\n    t.start()\nfor t in threads:\n    t.join()\n"
    ),
}
UNHIT = "def never():\n" + "    x = 1\n" * 10 + WORKS["free running, hot loop"]
HOT = f"def work():\n    n = 0\n    while n < {HITS}:\n        n += 1\nwork()\n"


def point(line: int, **more: Any) -> dict[str, Any]:
    return {"file": "<script>", "line": line, "enabled": True, **more}


def timed(work: str) -> str:
    """On one line more, above and below."""
    return (
        "import sys, time; _t0 = time.process_time()\n"
        f"{work}print('TOOK', time.process_time() - _t0, file=sys.stderr)\n"
    )


class Bench:
    def __init__(self, folder: Path) -> None:
        self._script = folder / "script.py"
        self._env = environment()

    def took(self, text: bytes) -> float:
        return float(text.decode().split("TOOK ")[1].split()[0])

    def plain(self, work: str) -> float:
        self._script.write_text(timed(work))
        return self.took(run_plainly(sys.executable, self._script, [], self._env).stderr)

    def watched(self, work: str, points: list[dict[str, Any]]) -> float:
        self._script.write_text(timed(work))
        return self.took(ScriptHost(sys.executable, self._env).run(self._script, [], points, []).stderr)

    def ratio(self, what: str, work: str, points: list[dict[str, Any]], bound: float) -> None:
        ratios = []
        for _ in range(PAIRS):
            alone = self.plain(work)
            ratios.append(self.watched(work, points) / alone)
        value = statistics.median(ratios)
        report(what, f"{value:.3f} of plain Python", f"at most {bound:.2f}", value <= bound)

    def conditional(self) -> None:
        condition = "n < 0"
        costs = []
        for _ in range(PAIRS):
            alone = self.plain(HOT)
            hit = self.watched(HOT, [point(5, condition=condition)])
            costs.append((hit - alone) / HITS * 1e6 - evaluating(condition))
        value = statistics.median(costs)
        what = "a conditional breakpoint on a hot line, beyond evaluating it"
        report(what, f"{value:.2f} µs a hit", "at most 1 µs", value <= 1)

    def steps(self) -> None:
        self._script.write_text("n = 0\nwhile True:\n    n += 1\n    n -= 1\n    if n > 10**9:\n        break\n")
        host = ScriptHost(sys.executable, self._env)
        times = host.step_times(self._script, 400)[50:]
        value = statistics.median(times) * 1e3
        report("step over, in the runner", f"p50 {value:.2f} ms", "p50 under 1 ms", value < 1)


def evaluating(condition: str) -> float:
    """Microseconds for evaluating it in a frame, by itself."""
    loop = "    t0 = time.process_time()\n    for _ in range(400_000):\n        "
    code = (
        f"import sys, time\ncode = compile({condition!r}, '', 'eval')\ndef f():\n    n, frame = 1, sys._getframe()\n"
        f"{loop}eval(code, frame.f_globals, frame.f_locals)\n    taken = time.process_time() - t0\n"
        f"{loop}pass\n    print((taken - (time.process_time() - t0)) / 0.4)\nf()\n"
    )
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def report(what: str, measured: str, bound: str, met: bool) -> None:
    print(json.dumps({"what": what, "measured": measured, "bound": bound, "met": met}), flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for what, work in WORKS.items():
            bench.ratio(what, work, [], 1.03)
        bench.ratio("with 10 breakpoints, none hit", UNHIT, [point(line) for line in range(3, 13)], 1.05)
        bench.conditional()
        bench.steps()


if __name__ == "__main__":
    main()
