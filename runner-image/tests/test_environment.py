"""The declared environment variables."""

import re
from pathlib import Path

import pytest

from sequencer_runner.common.environment import (
    POD,
    RUNNER,
    RUNNER_RUN_UID,
    RUNNER_TOKEN,
    RUNNER_TOKEN_FILE,
    script_environment,
)

SOURCE = Path(__file__).parent.parent / "src"


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNNER_TOKEN_FILE", "")
    assert RUNNER_TOKEN_FILE.read() is None
    monkeypatch.setenv("RUNNER_TOKEN_FILE", "/run/token")
    assert RUNNER_TOKEN_FILE.read() == "/run/token"


def test_taking_a_variable_removes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNNER_RUN_UID", "a")
    assert RUNNER_RUN_UID.take() == "a"
    assert RUNNER_RUN_UID.read() is None
    assert RUNNER_RUN_UID.take() is None


def test_scripts_get_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RUNNER_TOKEN.name, "secret")
    monkeypatch.setenv("OTHER", "value")
    environment = script_environment()
    assert environment["OTHER"] == "value"
    assert RUNNER_TOKEN.name not in environment


def test_every_variable_has_a_description_and_an_example() -> None:
    for variable in (*RUNNER, *POD):
        assert variable.description, variable.name
        assert variable.example, variable.name


def test_only_the_declarations_read_the_environment() -> None:
    reading = [
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if re.search(r"\benviron\b(?!ment)|\bgetenv\b", file.read_text().replace("/environ", ""))
    ]
    assert reading == ["sequencer_runner/common/environment.py"]
