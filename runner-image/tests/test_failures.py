"""Scripts that fail, crash or misbehave: the record has the reason, and the worker accepts the next run."""

from typing import Any

import pytest
from gateway import Runner, Running


def ends(running: Running, outcome: str, code: int) -> dict[str, Any]:
    end = running.end(60)
    assert (end["outcome"], end["exitCode"]) == (outcome, code), end
    return end


def test_a_failure_reports_the_first_cause_first(runner: Runner) -> None:
    script = (
        "def low():\n    raise KeyError('az')\ndef high():\n    try:\n        low()\n    except KeyError as e:\n"
        "        raise RuntimeError('move failed') from e\nx = 1\nhigh()\n"
    )
    running = runner.submit(script)
    end = ends(running, "FAILED", 1)
    failure = running.of("failure")[0]
    assert (failure["exception"], failure["message"], failure["line"]) == ("KeyError", "'az'", 2)
    assert failure["then"] == ["RuntimeError: move failed"]
    assert failure["statement"] == 3
    assert "sequencer_runner" not in failure["traceback"]
    assert running.output("STDERR") == failure["traceback"]
    assert end["reason"] == "KeyError: 'az'"
    assert running.of("statement")[-1]["state"] == "FAILED"


@pytest.mark.parametrize(
    ("leave", "outcome", "code"),
    [
        ("sys.exit()", "SUCCEEDED", 0),
        ("sys.exit(0)", "SUCCEEDED", 0),
        ("sys.exit(7)", "FAILED", 7),
        ("sys.exit('no wind')", "FAILED", 1),
        ("os._exit(0)", "FAILED", 0),
        ("os._exit(9)", "FAILED", 9),
        ("os.abort()", "FAILED", 134),
        ("raise KeyboardInterrupt", "INTERRUPTED", 130),
        ("raise BaseException('odd')", "FAILED", 1),
    ],
)
def test_each_way_to_exit_has_its_outcome_and_exit_code(runner: Runner, leave: str, outcome: str, code: int) -> None:
    running = runner.submit(f"import os, sys\nprint('before')\n{leave}\nprint('never')\n")
    end = ends(running, outcome, code)
    assert running.output() == "before\n"
    assert end["reason"].endswith((".", "odd"))
    if leave == "sys.exit('no wind')":
        assert running.output("STDERR") == "no wind\n"


def test_a_crash_in_c_code_reports_its_line(runner: Runner) -> None:
    running = runner.submit("import ctypes\nctypes.string_at(0)\n")
    assert "SIGSEGV" in ends(running, "FAILED", 139)["reason"]
    assert 'script.py", line 2' in running.output("STDERR")


def test_a_recursion_to_the_limit_raises_recursion_error(runner: Runner) -> None:
    script = "def f(n):\n    return f(n + 1)\ntry:\n    f(0)\nexcept RecursionError:\n    print('caught')\nf(0)\n"
    running = runner.submit(script)
    ends(running, "FAILED", 1)
    assert running.of("failure")[0]["exception"] == "RecursionError"
    assert running.output() == "caught\n"


def test_a_memory_error_fails_the_run(runner: Runner) -> None:
    script = (
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (800 << 20, 800 << 20))\n"
        "held = []\nwhile True:\n    held.append(bytearray(10 << 20))\n"
    )
    running = runner.submit(script)
    ends(running, "FAILED", 1)
    assert running.of("failure")[0]["exception"] == "MemoryError"


def test_shows_variables_whose_repr_fails(runner: Runner) -> None:
    script = (
        "class Bad:\n    def __repr__(self):\n        raise RuntimeError('no repr')\n"
        "    __str__ = __repr__\n    @property\n    def __class__(self):\n        raise RuntimeError('no class')\n"
        "class BadError(Exception):\n    def __str__(self):\n        raise RuntimeError('no text')\n"
        "bad = Bad()\nmany = [bad] * 100\nloop = []\nloop.append(loop)\nhuge = 'x' * 10**7\n"
        "deep = {1: {2: {3: {4: 5}}}}\nbig = 10 ** 5000\nraise BadError\n"
    )
    running = runner.submit(script, breakpoints=[{"file": "<script>", "line": 17, "enabled": True}])
    prompt = running.prompt(1)
    values = {v["name"]: v["value"] for v in prompt["stack"][-1]["variables"]}
    assert values["bad"] == "<Bad>"
    assert values["many"].endswith("… 92 more]")
    assert all(len(v) <= 200 for v in values.values())
    running.step(prompt, "CONTINUE")
    ends(running, "FAILED", 1)
    assert running.of("failure")[0]["message"] == "<its text failed with RuntimeError>"


def test_runs_a_script_with_its_own_trace_function(runner: Runner) -> None:
    script = (
        "import sys\nseen = []\ndef tracer(frame, event, arg):\n    seen.append(event)\n    return tracer\n"
        "sys.settrace(tracer)\ndef f():\n    return 1\nf()\nsys.settrace(None)\nprint(seen[:2])\nx = 1\n"
    )
    running = runner.submit(script)
    ends(running, "SUCCEEDED", 0)
    assert running.output() == "['call', 'line']\n"
    assert 12 in running.lines()


def test_exceptions_of_the_scripts_signal_handlers_reach_the_script(runner: Runner) -> None:
    script = (
        "import signal\nclass Late(Exception):\n    pass\ndef ring(*_):\n    raise Late\n"
        "signal.signal(signal.SIGALRM, ring)\ncount = 0\nfor _ in range(200):\n    try:\n"
        "        signal.setitimer(signal.ITIMER_REAL, 0.0005)\n        while True:\n            x = 1\n"
        "    except Late:\n        count += 1\nprint(count)\ny = 2\n"
    )
    running = runner.submit(script)
    ends(running, "SUCCEEDED", 0)
    assert running.output() == "200\n"
    assert running.lines()[-1] == 16


def test_pauses_after_a_caught_interrupt(runner: Runner) -> None:
    script = (
        "import os, signal, time\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    pass\n"
        "while True:\n    x = 1\n"
    )
    running = runner.submit(script, startPaused=True)
    running.step(running.prompt(1), "NEXT")
    running.step(running.prompt(2), "NEXT")
    running.step(running.prompt(3), "CONTINUE")
    import os
    import signal

    os.kill(running.of("started")[0]["pid"], signal.SIGINT)
    running.until("line", line=7)
    running.command("pause")
    assert running.prompt(4)["reason"] == "pause"


def test_standard_input_is_empty(runner: Runner) -> None:
    running = runner.submit("import sys\nprint(repr(sys.stdin.read()))\n")
    ends(running, "SUCCEEDED", 0)
    assert running.output() == "''\n"


def test_reports_an_exception_in_the_scripts_excepthook(runner: Runner) -> None:
    running = runner.submit("import sys\nsys.excepthook = None\nraise ValueError('the cause')\n")
    ends(running, "FAILED", 1)
    assert "ValueError: the cause" in running.output("STDERR")


def test_an_exception_in_a_thread_does_not_fail_the_run(runner: Runner) -> None:
    script = "import threading\ndef work():\n    raise ValueError('in thread')\nt = threading.Thread(target=work)\n"
    running = runner.submit(script + "t.start()\nt.join()\n")
    ends(running, "SUCCEEDED", 0)
    assert "ValueError: in thread" in running.output("STDERR")


def test_an_exception_group_fails_the_run(runner: Runner) -> None:
    running = runner.submit("raise ExceptionGroup('two', [ValueError(1), KeyError(2)])\n")
    ends(running, "FAILED", 1)


def test_the_worker_accepts_the_next_run(runner: Runner) -> None:
    for _ in range(3):
        ends(runner.submit("import os\nos._exit(1)\n"), "FAILED", 1)
        ends(runner.submit("print('fine')\n"), "SUCCEEDED", 0)
