"""Measures the resident memory of the supervisor and of the script process: idle, and after many lines."""

from pathlib import Path

from gateway import Gateway, Runner
from report import Report

# The loop has two lines.
TURNS = 5_000_000
MANY_LINES = f"""\
def work(turns):
    while turns:
        turns -= 1
work({TURNS // 100})
begin = True
work({TURNS})
end = True
"""


def measure(python: str, folder: Path, report: Report) -> None:
    gateway = Gateway()
    runner = Runner(gateway, folder / "state", python=python)
    points = [{"file": "<script>", "line": line, "enabled": True} for line in (5, 7)]
    running = runner.submit(MANY_LINES, startPaused=True, breakpoints=points)
    prompt = running.prompt(1)
    pids = (runner.process.pid, running.until("started")["pid"])
    idle = [resident(pid) for pid in pids]
    value = sum(idle)
    each = " + ".join(f"{size:.0f}" for size in idle)
    report("memory of supervisor and tracer, idle", f"{value:.0f} MB ({each})", "under 60 MB", value < 60)
    sizes = []
    for number in (2, 3):
        running.step(prompt, "CONTINUE")
        prompt = running.prompt(number)
        sizes.append(sum(map(resident, pids)))
    grown = sizes[1] - sizes[0]
    report("memory after 10 million lines", f"{grown:.1f} MB more", "under 5 MB more", grown < 5)
    running.step(prompt, "CONTINUE")
    running.end()
    runner.stop()
    gateway.close()


def resident(pid: int) -> float:
    """Resident memory in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
