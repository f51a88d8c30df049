"""A script has the semantics of plain Python, although its statements are executed one by one."""

from gateway import Runner


def run(runner: Runner, script: str, **options: object) -> str:
    running = runner.submit(script, **options)
    end = running.end()
    assert end["outcome"] == "SUCCEEDED", (end, running.output("STDERR"))
    return running.output()


def test_a_script_is_the_main_module_with_its_arguments(runner: Runner) -> None:
    script = (
        '"""What it is."""\nimport sys\nprint(__name__, __doc__, sys.argv[1:], '
        "sys.modules['__main__'].__dict__ is globals(), __file__ == sys.argv[0])\n"
    )
    assert run(runner, script, arguments=["--fast", "ünïcode"]) == (
        "__main__ What it is. ['--fast', 'ünïcode'] True True\n"
    )


def test_texts_between_statements_are_not_docstrings(runner: Runner) -> None:
    assert run(runner, "x = 1\n'''between'''\nprint(__doc__)\n") == "None\n"


def test_future_imports_apply_to_the_whole_script(runner: Runner) -> None:
    assert run(runner, "from __future__ import annotations\ndef f(x: not_there): pass\nprint('fine')\n") == "fine\n"


def test_annotations_decorators_classes_and_pickles_work(runner: Runner) -> None:
    script = (
        "import dataclasses, pickle\n@dataclasses.dataclass\nclass Point:\n    x: int\n    y: int = 2\n"
        "n: int = 3\nprint(pickle.loads(pickle.dumps(Point(1))), __annotations__['n'])\n"
    )
    assert run(runner, script) == "Point(x=1, y=2) <class 'int'>\n"


def test_the_host_name_is_that_of_the_sequencer(runner: Runner) -> None:
    assert run(runner, "import socket\nprint(socket.gethostname())\n") == "daq-satp1-sequencer\n"


def test_a_script_runs_in_the_main_thread_without_the_secret(runner: Runner) -> None:
    script = (
        "import os, threading, signal\nprint(threading.current_thread() is threading.main_thread(), "
        "signal.getsignal(signal.SIGINT) is signal.default_int_handler, 'RUNNER_TOKEN' in os.environ)\n"
    )
    assert run(runner, script) == "True True False\n"


def test_disable_trace_hides_its_block(runner: Runner) -> None:
    script = "from nextline import disable_trace\nwith disable_trace():\n    x = 1\n    y = 2\nz = 3\n"
    running = runner.submit(script)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.lines() == [1, 2, 5] or running.lines() == [1, 2, 2, 5]


def test_disable_trace_passes_exceptions(runner: Runner) -> None:
    script = (
        "from nextline import disable_trace\ntry:\n    with disable_trace():\n        1 / 0\n"
        "except ZeroDivisionError:\n    print('through')\nz = 3\n"
    )
    running = runner.submit(script)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "through\n"
    assert running.lines()[-2:] == [6, 7]


def test_every_line_of_slow_code_is_reported(runner: Runner) -> None:
    script = "import time\nfor i in range(4):\n    time.sleep(0.06)\n    x = i\n" + "".join(
        f"y = {n}\n" for n in range(100)
    )
    running = runner.submit(script)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.lines() == [1, *[2, 3, 4] * 4, 2, *range(5, 105)]
    assert not any(e.get("sampled") for e in running.of("line"))


def test_hot_code_is_sampled_and_marked_as_such(runner: Runner) -> None:
    running = runner.submit("n = 0\nwhile n < 300_000:\n    n += 1\n    n += 1\nprint(n)\n")
    assert running.end()["outcome"] == "SUCCEEDED"
    lines = running.of("line")
    # Of 900,000 lines. The number depends on the time that the machine needs.
    assert len(lines) < 5000
    assert any(e.get("sampled") for e in lines)
    assert lines[-1]["line"] == 5


def test_an_empty_script_succeeds(runner: Runner) -> None:
    for script in ("", "# nothing\n", "\n\n"):
        running = runner.submit(script, startPaused=True)
        assert running.end()["outcome"] == "SUCCEEDED"
        assert running.of("started")[0]["statements"] == []


def test_runs_a_script_with_windows_line_ends_and_a_byte_order_mark(runner: Runner) -> None:
    assert run(runner, "\ufeffx = 1\r\nif x:\r\n    print('''a\r\nb''')\r\n") == "a\nb\n"
