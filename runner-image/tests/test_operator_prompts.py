"""Questions of scripts to operators: input() and the module `sequencer`, with and without a runner."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from gateway import Runner, Running

SOURCE = str(Path(__file__).parent.parent / "src")


def answered(running: Running) -> list[tuple[int, str | None, str | None]]:
    return [(e["ask"], e["answer"], e["by"]) for e in running.of("answered")]


def test_an_operator_answers_input(runner: Runner) -> None:
    running = runner.submit("name = input('Which filter? ')\nprint(repr(name))\n")
    ask = running.until("ask")
    assert (ask["ask"], ask["trace"], ask["kind"], ask["question"]) == (1, 1, "text", "Which filter? ")
    assert ask["default"] is None and ask["deadline"] is None
    assert running.output() == "Which filter? "
    assert running.command("answer", ask=1, answer="f150\n")["code"] == "BAD_INPUT"
    assert running.command("answer", ask=1, answer="f150")["ok"]
    assert running.command("answer", ask=1, answer="f90")["code"] in ("ASK_ANSWERED", "RUN_FINISHED", "UNKNOWN_RUN")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "Which filter? 'f150'\n"
    assert answered(running) == [(1, "f150", "alice")]


def test_ask_and_confirm_return_the_answers(runner: Runner) -> None:
    script = (
        "import sequencer\nprint(sequencer.ask('Azimuth?', default='180'))\n"
        "print(sequencer.confirm('Is the dome open?'), sequencer.confirm('Sure?'))\n"
    )
    running = runner.submit(script)
    assert running.until("ask", ask=1)["default"] == "180"
    running.command("answer", ask=1, answer="90")
    assert running.until("ask", ask=2)["kind"] == "confirm"
    assert running.command("answer", ask=2, answer="perhaps")["code"] == "BAD_INPUT"
    assert running.command("answer", ask=1, answer="90")["code"] == "ASK_ANSWERED"
    assert running.command("answer", ask=7, answer="90")["code"] == "BAD_INPUT"
    running.command("answer", ask=2, answer="Y")
    running.until("ask", ask=3)
    running.command("answer", ask=3, answer="no")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "90\nTrue False\n"
    assert answered(running) == [(1, "90", "alice"), (2, "yes", "alice"), (3, "no", "alice")]


def test_returns_the_default_at_the_deadline(runner: Runner) -> None:
    script = (
        "import sequencer\nprint(sequencer.ask('Azimuth?', '180', timeout=0.1))\n"
        "print(sequencer.confirm('Continue?', default=False, timeout=0))\n"
        "try:\n    sequencer.ask('Anybody?', timeout=0.1)\nexcept TimeoutError as e:\n    print(e)\n"
    )
    running = runner.submit(script)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "180\nFalse\nno answer within 0.1 s: Anybody?\n"
    assert running.until("ask")["deadline"] is not None
    assert answered(running) == [(1, "180", None), (2, "no", None), (3, None, None)]


@pytest.mark.parametrize("question", ["input('? ')", "__import__('sequencer').ask('?')"])
@pytest.mark.parametrize(
    ("level", "outcome"), [("INTERRUPT", "INTERRUPTED"), ("TERMINATE", "TERMINATED"), ("KILL", "KILLED")]
)
def test_each_rung_of_the_stop_ladder_ends_the_wait_for_an_answer(
    runner: Runner, question: str, level: str, outcome: str
) -> None:
    running = runner.submit(f"try:\n    {question}\nfinally:\n    print('clean')\n")
    running.until("ask")
    running.command("stop", level=level)
    assert running.end()["outcome"] == outcome
    if level == "INTERRUPT":
        assert running.output().endswith("clean\n")
        assert answered(running) == [(1, None, None)]
        assert "sequencer_runner" not in running.output("STDERR")


def test_a_stop_request_waits_for_the_answer(runner: Runner) -> None:
    running = runner.submit("input()\nprint('never')\n")
    running.until("ask")
    running.command("stop", level="REQUEST")
    running.command("answer", ask=1, answer="")
    assert running.end()["outcome"] == "INTERRUPTED"
    assert running.output() == ""


def test_a_thread_stops_waiting_for_an_answer_when_the_run_is_stopped(runner: Runner) -> None:
    script = (
        "import sequencer, threading, time\ndef work():\n    try:\n        sequencer.ask('?')\n"
        "    except EOFError as e:\n        print(e)\nthreading.Thread(target=work).start()\ntime.sleep(60)\n"
    )
    running = runner.submit(script)
    ask = running.until("ask")
    assert ask["trace"] != 1
    running.until("line", line=8)
    running.command("stop", level="INTERRUPT")
    assert running.end()["outcome"] == "INTERRUPTED"
    assert running.output() == "no answer: the run is being stopped\n"


def test_two_threads_ask_at_the_same_time(runner: Runner) -> None:
    script = (
        "import sequencer, threading\nanswers = {}\ndef work(n):\n    answers[n] = sequencer.ask(str(n))\n"
        "all = [threading.Thread(target=work, args=(n,)) for n in range(3)]\n"
        "for t in all: t.start()\nfor t in all: t.join()\nprint(answers[0], answers[1], answers[2])\n"
    )
    running = runner.submit(script)
    running.gateway.until(lambda: len(running.of("ask")) == 3)
    for ask in reversed(running.of("ask")):
        assert running.command("answer", ask=ask["ask"], answer=f"to {ask['question']}")["ok"]
    running.end()
    assert running.output() == "to 0 to 1 to 2\n"


def test_a_child_process_cannot_ask(runner: Runner) -> None:
    script = (
        "import os, sequencer\npid = os.fork()\nif pid == 0:\n    try:\n        sequencer.ask('child?')\n"
        "    except EOFError:\n        os._exit(7)\n    os._exit(0)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n"
    )
    running = runner.submit(script)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output().endswith("7\n")
    assert not running.of("ask")


def test_limits_the_length_of_questions_and_converts_them_to_text(runner: Runner) -> None:
    running = runner.submit("import sequencer\nsequencer.ask('\\ud800' + 'x' * 10**6, 'y' * 10**6, timeout=0)\n")
    running.end()
    ask = running.of("ask")[0]
    assert ask["question"].startswith("\\ud800xxx") and len(ask["question"]) == 4000
    assert len(ask["default"]) == 16 * 1024


def test_samples_progress_and_sends_its_last_value(runner: Runner) -> None:
    script = (
        "import sequencer\nfor n in range(20_000):\n    sequencer.progress(n + 1, 20_000, 'scan', f'turn {n}')\n"
        "sequencer.progress(0.5, text='half')\n"
    )
    running = runner.submit(script)
    begin = time.monotonic()
    running.end()
    spent = time.monotonic() - begin
    scan = [e for e in running.of("progress") if e["name"] == "scan"]
    assert scan[0]["done"] == 1 and scan[-1]["done"] == 20_000
    assert scan[-1]["text"] == "turn 19999"
    assert len(scan) <= 15 * spent + 20
    other = [e for e in running.of("progress") if e["name"] == ""]
    assert [(e["done"], e["total"], e["text"]) for e in other] == [(0.5, None, "half")]


@pytest.mark.parametrize(
    "call", ["progress(float('nan'))", "progress(1, float('inf'))", "progress('x')", "ask('?', timeout=float('nan'))"]
)
def test_refuses_invalid_arguments_of_ask_and_progress(runner: Runner, call: str) -> None:
    running = runner.submit(f"import sequencer\nsequencer.{call}\n")
    assert running.end()["outcome"] == "FAILED"
    assert running.of("failure")[0]["exception"] == "ValueError"


# --- without a runner -----------------------------------------------------------------------------------------------


def plain(script: str, stdin: str | None) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {SOURCE!r}); import sequencer\n{script}"]
    feed = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False, **feed)  # type: ignore[call-overload,no-any-return]


def test_asks_in_the_terminal_without_a_runner() -> None:
    script = "print(sequencer.ask('Azimuth?', '180'), sequencer.ask('Elevation?'))\n"
    script += "print(sequencer.confirm('Open?'), sequencer.confirm('Sure?', default=True))\n"
    done = plain(script, "\n60\nwhat\nYES\n\n")
    assert done.stdout == (
        "Azimuth? [180] Elevation? 180 60\nOpen? (yes/no) Open? (yes/no) Sure? (yes/no) [yes] True True\n"
    )


def test_a_timeout_ends_the_wait_in_a_terminal() -> None:
    import os

    reading, writing = os.pipe()
    try:
        command = [
            sys.executable,
            "-c",
            f"import sys; sys.path.insert(0, {SOURCE!r}); import sequencer\n"
            "print(sequencer.ask('Azimuth?', '180', timeout=0.1))\nsequencer.ask('Anybody?', timeout=0.1)\n",
        ]
        done = subprocess.run(command, stdin=reading, capture_output=True, text=True, timeout=20, check=False)
    finally:
        os.close(reading)
        os.close(writing)
    assert done.stdout.startswith("Azimuth? [180] \n180\n")
    assert "TimeoutError: no answer within 0.1 s: Anybody?" in done.stderr


def test_progress_is_written_to_stderr_in_a_terminal() -> None:
    done = plain("sequencer.progress(3, 10, 'scan', 'third')\nsequencer.progress(1)\n", None)
    assert (done.stdout, done.stderr) == ("", "scan: 3/10 third\nprogress: 1\n")
    assert "EOFError" in plain("sequencer.ask('?')\n", None).stderr
