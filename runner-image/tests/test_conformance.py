"""A script does not notice that it is watched: the corpus, by plain Python, by the runner, and by the runner with
breakpoints and steps, on every Python of this machine."""

import re
import shutil
from pathlib import Path

import pytest
from pythons import pythons
from script_host import Ended, ScriptHost, environment, run_plainly

CORPUS = sorted((Path(__file__).parent / "conformance").glob("*.py"))
PYTHONS = pythons()
STEPS = ["NEXT", "STEP", "STEP", "NEXT", "RETURN", "STEP", "NEXT", "NEXT"] * 15


# Asyncio tells, in debug mode, the whole stack where a coroutine was made, with whoever runs the script below it.
RUNNER_FRAME = re.compile(r' *File "[^"]*/sequencer_runner/.*\n( {4}.*\n)?')


def seen(ended: Ended) -> tuple[int, str, str]:
    texts = [raw.decode(errors="backslashreplace") for raw in (ended.stdout, ended.stderr)]
    # Where an object is, is nobody's promise.
    out, err = (RUNNER_FRAME.sub("", re.sub(r"0x[0-9a-f]{6,}", "0x…", text)) for text in texts)
    return ended.status, out, err


@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize("script", CORPUS, ids=lambda path: path.stem)
def test_a_script_behaves_as_in_plain_python(version: str, script: Path, tmp_path: Path) -> None:
    python = PYTHONS[version]
    path = tmp_path / "script.py"
    shutil.copy(script, path)
    env = environment()
    arguments = ["one", "two words"]
    plain = run_plainly(python, path, arguments, env)
    free = ScriptHost(python, env).run(path, arguments, [], [])
    assert seen(free) == seen(plain)
    lines = len(path.read_text().splitlines())
    points = [{"file": "<script>", "line": line, "enabled": True} for line in range(1, lines + 1, 3)]
    stepped = ScriptHost(python, env).run(path, arguments, points, STEPS)
    assert len([e for e in stepped.events if e["type"] == "prompt"]) > 1
    assert seen(stepped) == seen(plain)
