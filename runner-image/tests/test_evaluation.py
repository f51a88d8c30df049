"""Operators' expressions and statements work as in pdb of Python 3.13, on each Python of this machine."""

import signal
from pathlib import Path

import pytest
from pythons import pythons
from script_host import Ended, ScriptHost, environment, run_plainly

PYTHONS = pythons()

SCRIPT = """\
import logging, sys, traceback, warnings
offset = 1
moves = 0

class Dome:
    __limit = 5

    def __init__(self):
        self.__azimuth = 3

    def __turn(self, by):
        global offset
        target = self.__azimuth + by
        return target

    def go(self):
        return self.__turn(2)

def scan(values, limit):
    scale = 2
    seen = 0
    def note():
        nonlocal seen
        seen += 1
        return seen
    total = sum(values)
    return total, limit, scale, seen, note()

def fail():
    try:
        raise TimeoutError("the dome does not answer")
    except TimeoutError:
        traceback.print_exc()

def old():
    warnings.warn("use point()", DeprecationWarning, stacklevel=2)

class Halt(BaseException):
    pass

class Sly(Exception):
    def __str__(self):
        raise KeyboardInterrupt

warnings.simplefilter("always")
print(Dome().go(), offset)
print(scan([1, 2, 3, 10], 5), moves)
print("end")
"""
IN_TURN, IN_NOTE, IN_SCAN = 14, 25, 26


def point(line: int, **more: object) -> dict[str, object]:
    return {"file": "<script>", "line": line, "enabled": True, **more}


@pytest.fixture(params=PYTHONS)
def host(request: pytest.FixtureRequest) -> ScriptHost:
    return ScriptHost(PYTHONS[request.param], environment())


def run(host: ScriptHost, folder: Path, line: int, *evaluate: str) -> Ended:
    script = folder / "script.py"
    script.write_text(SCRIPT)
    return host.run(script, [], [point(line)], [], evaluate=evaluate)


def answers(host: ScriptHost, folder: Path, line: int, *cases: tuple[str, str]) -> str:
    """Checks the answers to the expressions and returns the output of the script."""
    ended = run(host, folder, line, *[expression for expression, _ in cases])
    found = [(event["expression"], event["text"]) for event in ended.events if event["type"] == "evaluated"]
    assert found == list(cases)
    assert ended.status == 0, ended.stderr
    return ended.stdout.decode()


def test_nested_code_sees_the_names_of_the_frame(host: ScriptHost, tmp_path: Path) -> None:
    printed = answers(
        host,
        tmp_path,
        IN_SCAN,
        ("s = sum(x * scale for x in values)", ""),
        ("s", "32"),
        ("(lambda: limit + scale + offset)()", "8"),
        ("def twice(a):\n    return a * scale", ""),
        ("twice(s)", "64"),
        ("[[cell * scale for cell in row] for row in [[1], [2]]]", "[[2], [4]]"),
        ("[last := x * scale for x in values]", "[2, 4, 6, 20]"),
        ("last", "20"),
        ("class K:\n    bound = limit\n    def get(self): return values", ""),
        ("K.bound, K().get()", "(5, [1, 2, 3, 10])"),
        ("late = [missing for _ in 'a']", "NameError: name 'missing' is not defined"),
        ("try:\n    1 / 0\nexcept ZeroDivisionError as e: why = str(e)", ""),
        ("why", "'division by zero'"),
        ("limit = max(x for x in values)", ""),
        ("(scale := 7)", "7"),
        ("note() + seen", "2"),
        ("sorted(k for k in locals() if k in ('seen', 'limit', 's'))", "['limit', 's', 'seen']"),
        ("eval('scale')", "7"),
        ("moves = 4", ""),
        ("moves", "4"),
        ("global moves; moves = [x for x in (8, 9)]", ""),
    )
    assert printed.splitlines()[1] == "(16, 10, 7, 1, 2) [8, 9]"


def test_private_names_and_global_statements_are_those_of_the_method(host: ScriptHost, tmp_path: Path) -> None:
    printed = answers(
        host,
        tmp_path,
        IN_TURN,
        ("self.__azimuth + by", "5"),
        ("[self.__limit for _ in 'ab']", "[5, 5]"),
        ("self._Dome__azimuth", "3"),
        ("self.__azimuth = 8", ""),
        ("target = self.__azimuth + sum(by for _ in 'ab')", ""),
        ("__spare = 1", ""),
        ("__spare", "1"),
        ("offset = 40", ""),
        ("(offset := offset + 2)", "42"),
    )
    assert printed.splitlines()[0] == "12 42"


def test_conditions_and_messages_see_the_names_of_the_frame(host: ScriptHost, tmp_path: Path) -> None:
    points = [
        point(IN_SCAN, logMessage="{[x * scale for x in values]} {any(x > limit for x in values)}"),
        point(IN_SCAN, condition="any(x > limit for x in values)"),
        point(IN_NOTE, condition="(lambda: seen == 2)()"),
        point(IN_TURN, condition="self.__azimuth == 3 and [by for _ in 'a'] == [2]"),
        point(IN_TURN - 1, condition="exit(1)"),
    ]
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    ended = host.run(script, [], points, ["CONTINUE"] * 5)
    hits = [event["breakpoint"] for event in ended.events if event["type"] == "prompt" and "breakpoint" in event]
    stops = [(hit["line"], hit["error"]) for hit in hits]
    assert stops == [(IN_TURN - 1, "SystemExit: 1"), (IN_TURN, None), (IN_SCAN, None)]
    assert [event["text"] for event in ended.events if event["type"] == "logged"] == ["[2, 4, 6, 20] True"]


def test_an_evaluation_sees_no_name_or_frame_of_the_runner(host: ScriptHost, tmp_path: Path) -> None:
    ended = run(
        host,
        tmp_path,
        IN_SCAN,
        "done = fail()",
        "x = sys.exc_info()",
        "x",
        "logging.error('state', exc_info=True); old()",
        "try:\n    1 / 0\nexcept ZeroDivisionError: traceback.print_exc()",
        "[1 / 0 for _ in 'a']",
        "warnings.warn('of the caller', stacklevel=2)",
    )
    texts = [event["text"] for event in ended.events if event["type"] == "evaluated"]
    assert texts[0].startswith("Traceback (most recent call last):\n") and "SyntaxError" not in texts[0]
    assert texts[2] == "(None, None, None)"
    assert texts[3].splitlines() == [
        "ERROR:root:state",
        "NoneType: None",
        "<evaluated>:1: DeprecationWarning: use point()",
    ]
    assert f"script.py:{IN_SCAN}: UserWarning: of the caller" in texts[-1]
    assert "sequencer_runner" not in "".join(texts) and b"sequencer_runner" not in ended.stderr


@pytest.mark.parametrize("hold", [False, True])
def test_returns_an_exception_of_any_kind_as_the_answer(host: ScriptHost, tmp_path: Path, hold: bool) -> None:
    cases = {
        "raise KeyboardInterrupt": "KeyboardInterrupt",
        "raise SystemExit(3)": "SystemExit: 3",
        "exit()": "SystemExit",
        "raise GeneratorExit": "GeneratorExit",
        "raise __import__('asyncio').CancelledError": "CancelledError",
        "raise Halt('now')": "Halt: now",
        "raise Sly": "Sly: <its text failed with KeyboardInterrupt>",
        "x = 1 + '\0'": "cannot contain null bytes",
        "x = 1" + " + 1" * 1500: "",
        "[x" + " + 1" * 1500 + " for x in 'a']": "TypeError",
        "-" * 20_000 + "1": "",
        "sys.exc_info()[1]": "None",
    }
    script = tmp_path / "script.py"
    script.write_text(SCRIPT + ("raise ValueError('held')\n" if hold else ""))
    points = [] if hold else [point(IN_SCAN)]
    ended = host.run(script, [], points, [], evaluate=list(cases), hold=hold)
    found = [event["text"] for event in ended.events if event["type"] == "evaluated"]
    assert len(found) == len(cases)
    assert [text for text, wanted in zip(found, cases.values(), strict=True) if wanted not in text] == []
    assert ended.status == (1 if hold else 0)
    assert ended.stdout.endswith(b"end\n")


@pytest.mark.parametrize(
    "expression", ["busy()", "try:\n    busy()\nexcept BaseException: pass", "[busy() for _ in 'a']"]
)
def test_a_stop_that_arrives_in_an_evaluation_ends_the_script(
    host: ScriptHost, tmp_path: Path, expression: str
) -> None:
    script = tmp_path / "script.py"
    script.write_text("import time\ndef busy():\n    print('busy', flush=True)\n    time.sleep(60)\na = 1\nb = 2\n")
    ended = host.run(script, [], [point(6)], [], evaluate=[expression], stop_at=b"busy")
    assert ended.status == -signal.SIGINT
    assert b"line 6, in <module>" in ended.stderr
    assert b"sequencer_runner" not in ended.stderr and b"handling" not in ended.stderr


def test_a_stop_that_cancels_an_asyncio_task_ends_an_evaluation(host: ScriptHost, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    main = "async def main():\n    x = 1\n    await asyncio.sleep(0)\nasyncio.run(main())\n"
    script.write_text(f"import asyncio\n{main}")
    busy = "print('busy', flush=True)\nwhile x: pass"
    ended = host.run(script, [], [point(4)], [], evaluate=[busy], stop_at=b"busy")
    assert ended.status == -signal.SIGINT


def test_signals_and_handlers_in_an_evaluation_do_not_end_it(host: ScriptHost, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    handlers = "def late(*_): raise LookupError('late')\ndef note(*_): print('noted')\n"
    script.write_text(
        f"import os, signal\n{handlers}signal.signal(signal.SIGUSR1, late)\nsignal.signal(signal.SIGINT, note)\n"
        "a = 1\nb = 2\nprint(signal.getsignal(signal.SIGINT) is late)\n"
    )
    cases = ["late(0, None)", "os.kill(os.getpid(), signal.SIGINT) or 7", "x = signal.signal(signal.SIGINT, late)"]
    ended = host.run(script, [], [point(7)], [], evaluate=cases)
    texts = [event["text"] for event in ended.events if event["type"] == "evaluated"]
    assert texts == ["LookupError: late", "7", ""]
    assert (ended.status, b"LookupError: late" in ended.stderr) == (1, True)


def test_a_stop_at_a_prompt_shows_the_script_no_frame_of_the_runner(host: ScriptHost, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    handled = "    except KeyboardInterrupt:\n        traceback.print_exc()\n        raise\n"
    script.write_text(f"import traceback\ndef f():\n    try:\n        a = 1\n        b = 2\n{handled}f()\n")
    ended = host.run(script, [], [point(5)], [], evaluate=["print('now', flush=True)"], stop_at=b"now")
    assert ended.status == -signal.SIGINT
    assert ended.stderr.count(b"line 5, in f") >= 2 and ended.stderr.count(b"Traceback") == 2
    assert b"sequencer_runner" not in ended.stderr and b"threading" not in ended.stderr


def test_an_input_that_fails_shows_the_script_no_frame_of_the_runner(host: ScriptHost, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import io, sys, traceback\nclass Bad:\n    def __str__(self): raise ValueError('no text')\n"
        "def ask(prompt):\n    try:\n        input(prompt)\n    except BaseException:\n        traceback.print_exc()\n"
        "kept, sys.stdin = sys.stdin, io.StringIO()\nask('')\nask(Bad())\nsys.stdin = kept\n"
        "if len(sys.argv) > 1:\n    ask(Bad())\n    ask('now')\n"
    )
    plain = run_plainly(host.python, script, [], environment())
    ended = host.run(script, ["ask"], [], [], stop_at=b"now")
    assert (ended.status, ended.stderr[: len(plain.stderr)]) == (0, plain.stderr)
    rest = ended.stderr[len(plain.stderr) :]
    assert rest.count(b"in __str__") == 1 and rest.count(b"line 6, in ask") == 2
    assert b"KeyboardInterrupt" in rest and b"sequencer_runner" not in rest


def test_line_numbers_are_those_of_python(host: ScriptHost, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    text = (
        'a = 1\n\f\n# after a form feed\nnote = "\f\v\x1c\x85\u2028"\nb = 2\ndef f():\n    y = 1\n    return y\nf()\n'
    )
    script.write_bytes(text.replace("\n", "\r\n").encode())
    ended = host.run(script, [], [point(8)], [], evaluate=["ll", "l 4", "l " + "9" * 5000])
    listing, around, _ = [event["text"] for event in ended.events if event["type"] == "evaluated"]
    assert listing.splitlines() == ["   6   def f():", "   7       y = 1", "   8->     return y"]
    assert "   5   b = 2\n   6   def f():" in around
