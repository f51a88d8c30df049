"""Output of Python, C code and child processes is recorded completely, in order, with its trace and line."""

import os
import resource
from collections.abc import Callable

import pytest
from gateway import Runner, Running


def texts(running: Running) -> list[tuple[str, int | None]]:
    return [(e["text"], e.get("line")) for e in running.of("output")]


def test_output_carries_its_stream_trace_and_line(runner: Runner) -> None:
    running = runner.submit("import sys\nprint('a')\nsys.stderr.write('b')\nprint('c', end='')\n")
    running.end()
    seen = [(e["stream"], e["text"], e["trace"], e["line"]) for e in running.of("output")]
    assert seen == [("STDOUT", "a\n", 1, 2), ("STDERR", "b", 1, 3), ("STDOUT", "c", 1, 4)]


def test_output_carries_the_trace_of_its_thread(runner: Runner) -> None:
    script = (
        "import threading, time\ndef work(n):\n    for i in range(5):\n        print(n, flush=True)\n"
        "        time.sleep(0.01)\n"
        "for n in range(2):\n    threading.Thread(target=work, args=(n,), name=str(n)).start()\n"
    )
    running = runner.submit(script)
    running.end()
    traces = {e["name"]: e["trace"] for e in running.of("traceStarted")}
    for name in ("0", "1"):
        printed = "".join(e["text"] for e in running.of("output") if e["trace"] == traces[name])
        assert printed.replace("\n", "") == name * 5


def test_records_output_of_children_and_c_code_in_order(runner: Runner) -> None:
    script = (
        "import os, subprocess\nprint('first', flush=True)\nsubprocess.run(['echo', 'second'])\n"
        "print('third', flush=True)\nos.write(2, b'fourth')\nos.system('echo fifth')\n"
    )
    running = runner.submit(script)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "first\nsecond\nthird\nfifth\n"
    assert running.output("STDERR") == "fourth"


def test_records_output_of_a_child_and_its_parent_in_turns(runner: Runner) -> None:
    script = (
        "import os\nfor n in range(100):\n    if os.fork() == 0:\n        os.write(1, b'child %d\\n' % n)\n"
        "        os._exit(0)\n    os.wait()\n    print('parent', n, flush=True)\n"
    )
    running = runner.submit(script)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "".join(f"child {n}\nparent {n}\n" for n in range(100))


def test_a_child_that_never_stops_writing_does_not_block_the_script(runner: Runner) -> None:
    script = (
        "import subprocess, time\nchild = subprocess.Popen(['yes'])\nbegin = time.monotonic()\n"
        "for n in range(2000): print('line', n, flush=True)\n"
        "took = time.monotonic() - begin\nchild.kill()\nchild.wait()\nprint(took < 5)\n"
    )
    running = runner.submit(script)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert "True\n" in running.output()


def test_a_forked_child_sends_no_events(runner: Runner) -> None:
    script = (
        "import os, sys\nprint('before')\npid = os.fork()\n"
        "if pid == 0:\n    print('child', flush=True)\n    sys.exit(3)\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3\nprint('parent')\nx = 1\nprint('after')\n"
    )
    running = runner.submit(script)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output().split() == ["before", "child", "parent", "after"]
    assert running.output("STDERR") == ""
    assert [e["index"] for e in running.of("statement") if e["state"] == "DONE"] == list(range(8))


def test_multiprocessing_works(runner: Runner) -> None:
    script = (
        "import multiprocessing\ndef square(x):\n    print('in child', flush=True)\n    return x * x\n"
        "if __name__ == '__main__':\n    context = multiprocessing.get_context('fork')\n"
        "    with context.Pool(2) as pool:\n        print(pool.map(square, range(4)))\n"
    )
    running = runner.submit(script)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert "[0, 1, 4, 9]" in running.output()
    assert running.output().count("in child") == 4


def test_continues_after_file_descriptor_1_is_closed(runner: Runner) -> None:
    running = runner.submit("import os\nos.close(1)\nprint('still recorded')\nprint('and again', flush=True)\n")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "still recorded\nand again\n"


def test_shows_binary_output_as_escapes(runner: Runner) -> None:
    script = "import os, sys\nsys.stdout.buffer.write(bytes([0, 255, 65]) + 'é'.encode())\nsys.stdout.buffer.flush()\n"
    running = runner.submit(script + "os.write(1, b'\\xc3')\nos.write(1, b'\\xa9\\xff\\n')\n")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "\x00\\xffAéé\\xff\n"


def test_a_character_that_print_cannot_encode_fails_as_in_python(runner: Runner) -> None:
    running = runner.submit("print('\\ud800')\n")
    assert running.end()["outcome"] == "FAILED"
    assert running.of("failure")[0]["exception"] == "UnicodeEncodeError"


def test_records_output_of_exit_handlers_and_threads(runner: Runner) -> None:
    script = (
        "import atexit, threading, time\natexit.register(print, 'exit handler', end='')\n"
        "class Last:\n    def __del__(self):\n        print('deleted')\nlast = Last()\n"
        "def late():\n    time.sleep(0.2)\n    print('late thread')\n"
        "threading.Thread(target=late).start()\nprint('main')\n"
    )
    running = runner.submit(script)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "main\nlate thread\nexit handlerdeleted\n"


@pytest.mark.parametrize(
    "printing", ["print('x' * 1023)", "print('x' * (100 * 1024 - 1))", "print('x' * (100 * 1024 * 1024 - 1))"]
)
def test_records_100_mb_completely_with_little_memory(own_runner: Callable[..., Runner], printing: str) -> None:
    size = len(eval(printing[6:-1])) + 1
    runner = own_runner()
    running = runner.submit(f"for _ in range({100 * 1024 * 1024 // size}):\n    {printing}\n")
    assert running.end(120)["outcome"] == "SUCCEEDED"
    assert sum(len(e["text"]) for e in running.of("output")) == 100 * 1024 * 1024
    assert max(len(e["text"]) for e in running.of("output")) <= 64 * 1024
    assert memory(runner.process.pid) < 150 * 1024 * 1024


def test_the_journal_drops_and_counts_output_above_its_limit(own_runner: Callable[..., Runner]) -> None:
    runner = own_runner("--journal-max-bytes", "1000000", acknowledge=False)
    running = runner.submit("for _ in range(5000):\n    print('x' * 999)\nprint('the end')\n")
    assert running.end()["outcome"] == "SUCCEEDED"
    kept = sum(len(e["text"]) for e in running.of("output"))
    dropped = sum(e["bytes"] for e in running.of("outputDropped"))
    assert kept + dropped == 5_000_008
    assert 900_000 < kept < 1_100_000
    assert running.of("statement")[-1]["state"] == "DONE"
    journal = runner.folder / running.run / "journal.jsonl"
    assert journal.stat().st_size < 1_200_000


def test_a_full_disk_drops_only_output(own_runner: Callable[..., Runner]) -> None:
    runner = own_runner(acknowledge=False)
    resource.prlimit(runner.process.pid, resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    script = "import os, time\nfor _ in range(500):\n    print('x' * 999)\nprint('full')\n"
    script += "while not os.path.exists('go'):\n    time.sleep(0.02)\nprint('room again')\n"
    go = runner.folder / "go"
    running = runner.submit(script.replace("'go'", repr(str(go))))
    running.until("statement", index=3, state="RUNNING")
    resource.prlimit(runner.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    go.touch()
    assert running.end()["outcome"] == "SUCCEEDED"
    kept = sum(len(e["text"]) for e in running.of("output"))
    dropped = sum(e["bytes"] for e in running.of("outputDropped"))
    assert kept + dropped == 500_000 + len("full\n") + len("room again\n")
    assert dropped > 300_000
    states = [(e["index"], e["state"]) for e in running.of("statement")]
    assert states == [(i, s) for i in range(5) for s in ("RUNNING", "DONE")]
    lines = (runner.folder / running.run / "journal.jsonl").read_text().splitlines()
    assert len(lines) == running.events[-1]["seq"]


def memory(pid: int) -> int:
    """Peak resident memory of a process, in bytes."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def test_a_stopped_supervisor_does_not_fill_the_memory_of_the_script(own_runner: Callable[..., Runner]) -> None:
    import signal
    import time

    runner = own_runner()
    running = runner.submit("import time\ntime.sleep(0.3)\nfor _ in range(100):\n    print('x' * 999_999)\n")
    pid = running.until("started")["pid"]
    os.kill(runner.process.pid, signal.SIGSTOP)
    try:
        time.sleep(1)
        assert memory(pid) < 80 * 1024 * 1024
    finally:
        os.kill(runner.process.pid, signal.SIGCONT)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert len(running.output()) == 100_000_000
