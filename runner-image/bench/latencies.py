"""Measures latencies for users: of a step, a pause, and the first statement on a worker that has just started."""

import statistics
import time
from pathlib import Path
from typing import Any

from gateway import Gateway, Runner
from report import Report
from script_host import ScriptHost, environment

STEPS, FIRST_STEPS = 400, 50
PAUSES = 40
STARTS = 9
STEPPED = "n = 0\nwhile True:\n    n += 1\n    n -= 1\n    if n > 10**9:\n        break\n"
BUSY = {
    "pure Python": "n = 0\nwhile True:\n    n += 1\n",
    "in C code that releases control every 50 ms": "import time\nwhile True:\n    time.sleep(0.05)\n",
}


def measure(python: str, folder: Path, report: Report) -> None:
    times = step_times(python, folder)
    value = statistics.median(times) * 1e3
    report("step over, in the runner", f"p50 {value:.2f} ms", "p50 under 1 ms", value < 1)
    for how, script in BUSY.items():
        value = quantile(pause_times(python, folder, script), 0.95) * 1e3
        what = f"pause request to stopped, in the runner, {how}"
        report(what, f"p95 {value:.0f} ms", "p95 under 100 ms", value < 100)
    value = statistics.median(cold_starts(python, folder))
    what = "start of a run on a worker that starts: to its first statement"
    report(what, f"p50 {value:.2f} s", "p50 under 1 s", value < 1)


def quantile(values: list[float], q: float) -> float:
    return sorted(values)[min(len(values) - 1, int(q * len(values)))]


class Driven(ScriptHost):
    """A script process that executes one command after another."""

    def begin(self, script: Path, *, paused: bool) -> None:
        self._start(script, [], [], paused=paused)

    def next(self, kind: str) -> dict[str, Any]:
        """Returns the next event of the kind. Events in the same data after it are dropped."""
        while True:
            for frame in self._reader.feed(self._channel.recv(1 << 20)):
                if isinstance(frame, dict) and frame.get("event", {}).get("type") == kind:
                    event: dict[str, Any] = frame["event"]
                    return event

    def step(self, prompt: dict[str, Any], command: str) -> None:
        asked = {"trace": prompt["trace"], "prompt": prompt["number"], "command": command, "line": None}
        self.send({"id": "step", "name": "step", **asked})

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


def step_times(python: str, folder: Path) -> list[float]:
    script = folder / "script.py"
    script.write_text(STEPPED)
    driven = Driven(python, environment())
    driven.begin(script, paused=True)
    prompt = driven.next("prompt")
    times = []
    for _ in range(STEPS):
        begin = time.perf_counter()
        driven.step(prompt, "NEXT")
        prompt = driven.next("prompt")
        times.append(time.perf_counter() - begin)
    driven.kill()
    return times[FIRST_STEPS:]


def pause_times(python: str, folder: Path, text: str) -> list[float]:
    script = folder / "script.py"
    script.write_text(text)
    driven = Driven(python, environment())
    driven.begin(script, paused=False)
    driven.next("started")
    times = []
    for number in range(PAUSES):
        # At a different moment of the 50 ms cycle each time.
        time.sleep(0.15 + 0.0013 * number)
        begin = time.perf_counter()
        driven.send({"id": "pause", "name": "pause"})
        driven.next("prompt")
        times.append(time.perf_counter() - begin)
        driven.send({"id": "resume", "name": "resume"})
    driven.kill()
    return times


def cold_starts(python: str, folder: Path) -> list[float]:
    times = []
    for number in range(STARTS):
        gateway = Gateway()
        begin = time.perf_counter()
        runner = Runner(gateway, folder / f"state-{number}", python=python)
        running = runner.submit("x = 1\n")
        running.until("statement", state="RUNNING")
        times.append(time.perf_counter() - begin)
        running.end()
        runner.stop()
        gateway.close()
    return times
