"""Measures how many events a second the supervisor can receive, write and send continuously.

No script causes so many events: its lines are sampled long before. So a thread of the script puts prepared events into
the channel, while another thread computes.
"""

import os
import subprocess
from pathlib import Path

from ratios import took
from report import Report
from script_host import SOURCE, environment, run_plainly
from sink import Sink

RATE = 100_000
SECONDS = 8
PAIRS = 3
WORK = (
    "def work():\n    n = 0\n    while n < 150_000_000:\n        n += 1\n"
    "t0 = time.process_time()\nwork()\nprint('TOOK', time.process_time() - t0, file=sys.stderr)\n"
)
PLAIN = f"import sys, time\n{WORK}"
FED = f"""\
import sys, threading, time
from sequencer_runner.common.frames import line_frame
from sequencer_runner.script.tracing.probe import current_probe

# With fields in the order of the runner: the supervisor checks events in any other form field by field.
line = {{"type": "line", "at": "2026-01-01T00:00:00.000Z", "trace": 1, "file": "<script>"}}
block = b"".join(line_frame({{**line, "line": n, "function": "work"}}) for n in range(1, {RATE // 50} + 1))
channel = current_probe()._controller._channel

def feed():
    due = time.monotonic()
    for _ in range({50 * SECONDS}):
        channel._queue.put((block,))
        due += 0.02
        time.sleep(max(0, due - time.monotonic()))

thread = threading.Thread(target=feed)
thread.start()
{WORK}thread.join()
"""


def measure(python: str, folder: Path, report: Report) -> None:
    script = folder / "script.py"
    script.write_text(PLAIN)
    alone, fed, rates = [], [], []
    for number in range(PAIRS):
        alone.append(took(run_plainly(python, script, [], environment()).stderr))
        seconds, rate = sustained(python, folder / f"state-{number}")
        fed.append(seconds)
        rates.append(rate)
    rate, ratio = max(rates), min(fed) / min(alone)
    report(
        "journal and send",
        f"{rate:,.0f} events/s for {SECONDS} s, the script's CPU time {ratio:.3f} of plain Python's",
        f"at least {RATE:,}, at most 1.05",
        rate >= 0.99 * RATE and ratio <= 1.05,
    )


def sustained(python: str, state: Path) -> tuple[float, float]:
    """Returns the CPU seconds of the script, and the sent events per second."""
    sink = Sink()
    worker = subprocess.Popen(
        [
            *(python, "-m", "sequencer_runner", "--gateway", f"ws://127.0.0.1:{sink.port}/runner"),
            *("--sequencer", "satp1", "--state-dir", str(state)),
        ],
        env={**os.environ, "RUNNER_TOKEN": "a token for the bench", "PYTHONPATH": str(SOURCE)},
        stderr=subprocess.DEVNULL,
    )
    sink.start_run(FED)
    sink.over.wait(20 * SECONDS)
    worker.terminate()
    worker.wait()
    sink.close()
    assert sink.over.is_set(), "the run has not ended"
    # Without the events before the first block and after the last.
    within = [seen for seen in sink.seen if 0.02 < seen.count / sink.seen[-1].count < 0.98]
    return took(sink.printed.encode()), (within[-1].count - within[0].count) / (within[-1].at - within[0].at)
