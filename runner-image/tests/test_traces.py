"""What is told of a script, event by event, is what it was: on each Python of this machine, left to run and stepped.

No line of `traced/` is reached more than three times: beyond that, what is told depends on how fast the machine is.

python runner-image/tests/test_traces.py        writes `golden/` anew: look at what has changed
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

import pytest
from pythons import pythons
from script_host import ScriptHost, environment

SCRIPTS = sorted((Path(__file__).parent / "traced").glob("*.py"))
GOLDEN = Path(__file__).parent / "golden"
PYTHONS = pythons()
STEPS = 400


def told(event: dict[str, Any]) -> str | None:
    """In words, without what is another in each run. None for what comes when it comes."""
    match event["type"]:
        case "traceStarted":
            return f"trace {event['trace']}: {event['kind'].lower()} {event['name']}"
        case "statement":
            return f"statement {event['index']}: {event['state']}"
        case "line":
            return f"  {event['trace']} line {event['line']} in {event['function']}"
        case "prompt":
            # Lines of libraries are others in each release.
            stack = [str(place["line"]) for place in event["stack"] if place["file"] == "<script>"]
            return f"  {event['trace']} stops: {event['reason']} at {' > '.join(stack)} in {event['stack'][-1]['file']}"
    return None


def trace(python: str, script: Path, folder: Path) -> str:
    path = folder / "script.py"
    path.write_bytes(script.read_bytes())
    parts = []
    for how, commands in (("Left to run", []), ("Stepped", ["STEP"] * STEPS)):
        ended = ScriptHost(python, environment()).run(path, [], [], commands)
        assert ended.status == 0, (how, ended.status, ended.stderr)
        parts += [how, *filter(None, map(told, ended.events)), ""]
    return "\n".join(parts)


def golden(version: str, script: Path) -> Path:
    return GOLDEN / version / f"{script.stem}.txt"


@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_events_are_the_expected_ones(version: str, script: Path, tmp_path: Path) -> None:
    assert trace(PYTHONS[version], script, tmp_path).splitlines() == golden(version, script).read_text().splitlines()


def main() -> None:
    for version, python in PYTHONS.items():
        for script in SCRIPTS:
            golden(version, script).parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory() as folder:
                golden(version, script).write_text(trace(python, script, Path(folder)))


if __name__ == "__main__":
    main()
