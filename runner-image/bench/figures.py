"""Measures what the runner costs, against plain Python in the same minute: medians of paired runs.

    python bench/figures.py [NAME ...]

Prints one line a figure: its name, the measured value, and the bound.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from gateway import Gateway, Runner

# Each script prints how long its work took, by its own clock; what is measured is that work alone.
CLOCK = "import time\nbegan = time.process_time() if CPU else time.perf_counter()\n"
TOLD = "\nimport sys\nprint('took', (time.process_time() if CPU else time.perf_counter()) - began, file=sys.stderr)\n"

LOOP = "    n = 0\n    while n < 10_000_000:\n        n += 1\n"
SCRIPTS = {
    "hot loop in a function": (3, f"def f():\n{LOOP}f()", 1.03),
    "hot loop at module level": (3, "n = 0\nwhile n < 10_000_000:\n    n += 1", 1.03),
    "copy.deepcopy": (3, "import copy\ncopy.deepcopy([{'a': [i]} for i in range(100_000)])", 1.03),
    "json.dumps(indent=1)": (3, "import json\njson.dumps([{'a': [i, i]} for i in range(150_000)], indent=1)", 1.03),
    "1,000,000 lines at module level": (3, "n = 0\nwhile n < 500_000:\n    n += 1\n", 2.0),
}
PRINTS = {
    "20 MB in short lines": "for i in range(1_000_000):\n    print('x' * 19)",
    "20 MB in 200 prints": "text = 'x' * 100_000\nfor i in range(200):\n    print(text)",
    "20 MB in one print": "print('x' * 20_000_000)",
}


def plain(script: str) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(script)
        file.flush()
        command = f"{sys.executable} {file.name} 2>&1 >/dev/null | cat"
        return took(subprocess.run(command, shell=True, capture_output=True, text=True, check=True).stdout)


def took(text: str) -> float:
    return float(next(line.split()[1] for line in text.splitlines() if line.startswith("took")))


def ours(runner: Runner, script: str) -> float:
    running = runner.submit(script)
    running.end(120)
    return took(running.output("STDERR"))


def plain_whole(script: str) -> float:
    """A plain run with its output through a pipe, from start to last byte."""
    began = time.perf_counter()
    subprocess.run(f"{sys.executable} -c {quote(script)} | cat > /dev/null", shell=True, check=True)
    return time.perf_counter() - began


def quote(text: str) -> str:
    return "'" + text.replace("'", "'\"'\"'") + "'"


def ours_whole(runner: Runner, script: str) -> float:
    began = time.perf_counter()
    runner.submit(script).end(120)
    return time.perf_counter() - began


def paired(rounds: int, one: Callable[[], float], two: Callable[[], float]) -> float:
    return statistics.median(two() / one() for _ in range(rounds))


def say(name: str, value: str, bound: str) -> None:
    print(f"{name:40} {value:>12}   {bound}", flush=True)


def main() -> None:
    wanted = sys.argv[1:]
    gateway = Gateway()
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(gateway, Path(folder))
        try:
            measure(runner, lambda name: not wanted or any(w in name for w in wanted))
        finally:
            runner.stop()


def measure(runner: Runner, wants: Callable[[str], bool]) -> None:
    for name, (rounds, body, bound) in SCRIPTS.items():
        if wants(name):
            for cpu in (True, False):
                script = f"CPU = {cpu}\n{CLOCK}{body}{TOLD}"
                ratio = paired(rounds * 2 + 1, lambda s=script: plain(s), lambda s=script: ours(runner, s))
                say(f"{name} ({'CPU' if cpu else 'wall'})", f"{ratio:.3f}", f"at most {bound} of plain")
    for name, body in PRINTS.items():
        if wants(name):
            ratio = paired(5, lambda s=body: plain_whole(s), lambda s=body: ours_whole(runner, s))
            say(name, f"{ratio:.3f}", "at most 2 of plain")
    if wants("step"):
        say("step", *steps(runner))
    if wants("pause"):
        say("pause", *pauses(runner))
    if wants("start"):
        say("start to first line", *starts(runner))


def percentiles(times: list[float]) -> str:
    ordered = sorted(times)
    return f"p50 {ordered[len(ordered) // 2] * 1000:.1f} p95 {ordered[int(len(ordered) * 0.95)] * 1000:.1f} ms"


def steps(runner: Runner) -> tuple[str, str]:
    running = runner.submit("".join(f"x{n} = {n}\n" for n in range(301)), startPaused=True)
    times = []
    prompt = running.prompt(1)
    for number in range(1, 301):
        began = time.perf_counter()
        running.step(prompt, "NEXT")
        prompt = running.prompt(number + 1)
        times.append(time.perf_counter() - began)
    running.command("resume")
    running.end()
    return percentiles(times), "p95 under 5 ms"


def pauses(runner: Runner) -> tuple[str, str]:
    running = runner.submit("def f():\n    n = 0\n    while True:\n        n += 1\nf()\n")
    running.until("line", line=4)
    times = []
    for _ in range(50):
        time.sleep(0.1)
        told = len(running.of("pause"))
        began = time.perf_counter()
        running.command("pause")
        running.gateway.until(lambda n=told: any(e["state"] == "paused" for e in running.of("pause")[n:]))
        times.append(time.perf_counter() - began)
        running.command("resume")
    running.command("stop", level="KILL")
    running.end()
    return percentiles(times), "p95 under 100 ms"


def starts(runner: Runner) -> tuple[str, str]:
    times = []
    for _ in range(10):
        time.sleep(1)
        began = time.perf_counter()
        running = runner.submit("x = 1\n")
        running.until("line", line=1)
        times.append(time.perf_counter() - began)
        running.end()
    return percentiles(times), "p50 under 150 ms"


if __name__ == "__main__":
    main()
