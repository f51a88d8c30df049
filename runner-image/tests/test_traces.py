"""The scripts in `traced/` cause the events of `golden/`, on each Python of this machine, free-running and stepped.

No line of `traced/` runs more than three times: the events of further hits depend on the speed of the machine.

python runner-image/tests/test_traces.py        writes `golden/` again; review the differences
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


def described(event: dict[str, Any]) -> str | None:
    """The event as text, without values that differ between runs. None for events whose order varies."""
    match event["type"]:
        case "traceStarted":
            return f"trace {event['trace']}: {event['kind'].lower()} {event['name']}"
        case "statement":
            return f"statement {event['index']}: {event['state']}"
        case "line":
            return f"  {event['trace']} line {event['line']} in {event['function']}"
        case "prompt":
            # Line numbers of libraries differ between releases.
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
        parts += [how, *filter(None, map(described, ended.events)), ""]
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
