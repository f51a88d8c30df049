"""Problems that prevent sorunlib from finding the observatory are reported."""

from pathlib import Path

import pytest

from sequencer_runner.supervisor.checks import check_script, ocs_problems


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "default.yaml").write_text("hub:\n  wamp_server: ws://localhost:8001/ws\n")
    (tmp_path / "sorunlib.yaml").write_text("registry: registry\n")
    monkeypatch.setenv("OCS_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("SORUNLIB_CONFIG", str(tmp_path / "sorunlib.yaml"))
    return tmp_path


def test_a_complete_configuration_has_no_problems(configured: Path) -> None:
    assert ocs_problems() == []
    assert check_script("import sorunlib\n", "x") == []


def test_reports_each_missing_part_of_the_configuration(configured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SORUNLIB_CONFIG")
    assert ["SORUNLIB_CONFIG is not set" in p for p in ocs_problems()] == [True]
    monkeypatch.setenv("SORUNLIB_CONFIG", str(configured / "other.yaml"))
    assert ["other.yaml" in p for p in ocs_problems()] == [True]
    (configured / "default.yaml").write_text("hosts: {}\n")
    assert "no 'hub:' block" in ocs_problems()[0]
    (configured / "default.yaml").unlink()
    assert "cannot be read" in ocs_problems()[0]
    monkeypatch.delenv("OCS_CONFIG_DIR")
    assert len(ocs_problems()) == 1


@pytest.mark.parametrize(
    "script",
    [
        "import sorunlib as run\n",
        "from ocs.ocs_client import OCSClient\n",
        "from nextline import disable_trace\nwith disable_trace():\n    import sorunlib\n",
        "def f():\n    import ocs.site_config\n",
    ],
)
def test_recognizes_scripts_that_need_the_configuration(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OCS_CONFIG_DIR", raising=False)
    assert [f.code for f in check_script(script, "x")] == ["OCS_CONFIG_MISSING"]
    assert check_script("import math\nfrom . import ocs\n", "x") == []


def test_reports_the_statements_that_a_later_start_omits() -> None:
    script = "with open('x'):\n    import numpy as np\ndef f():\n    import os\nx = 1\n"
    assert [(f.severity, f.code) for f in check_script(script, "host", 2)] == [("info", "LEFT_OUT")]
    assert check_script(script, "host", 2)[0].message == (
        "Statements 1 to 2 (lines 1 to 4) are skipped, including import numpy as np."
    )
    assert check_script("x = 1\ny = 2\n", "host", 1)[0].message == "Statement 1 (line 1) is skipped."
    many = "".join(f"import m{n}\n" for n in range(12))
    assert check_script(f"{many}x = 1\n", "host", 12)[0].message.endswith("import m9; and 2 more.")
    assert check_script(script, "host", 3)[0].severity == "error"
    assert check_script(script, "host", 0) == []
