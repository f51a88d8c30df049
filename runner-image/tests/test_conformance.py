"""A script behaves the same in plain Python, under the runner, and under the runner with breakpoints and steps.

The scripts of `conformance/` are run on every Python of this machine.
"""

import re
import shutil
from pathlib import Path

import pytest
from pythons import pythons
from script_host import Ended, ScriptHost, environment, run_plainly

CORPUS = sorted((Path(__file__).parent / "conformance").glob("*.py"))
PYTHONS = pythons()
STEPS = ["NEXT", "STEP", "STEP", "NEXT", "RETURN", "STEP", "NEXT", "NEXT"] * 15


# In debug mode asyncio prints the whole stack at which a coroutine was created, including the runner's frames.
RUNNER_FRAME = re.compile(r' *File "[^"]*/sequencer_runner/.*\n( {4}.*\n)?')


def seen(ended: Ended) -> tuple[int, str, str]:
    texts = [raw.decode(errors="backslashreplace") for raw in (ended.stdout, ended.stderr)]
    # Addresses of objects differ between runs.
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
