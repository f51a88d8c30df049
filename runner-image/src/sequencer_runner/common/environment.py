"""The environment variables of the runner: each is declared here, and read through its declaration.

`python -m sequencer_runner.common.environment` prints the declarations as JSON, for docs/configuration.md.
"""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Variable:
    """`description` starts like "the secret of this runner". `unset`: what applies when the variable is not set."""

    name: str
    description: str
    example: str
    unset: str = ""
    secret: bool = False
    """Scripts must not see it."""

    def read(self) -> str | None:
        """The value. None when the variable is not set or empty."""
        return os.environ.get(self.name) or None

    def take(self) -> str | None:
        """Reads the value and removes it: processes that are started later do not inherit it."""
        return os.environ.pop(self.name, None) or None

    def pass_on(self, value: str) -> None:
        """Sets the value for the processes that are started later."""
        os.environ[self.name] = value


RUNNER_TOKEN = Variable(
    "RUNNER_TOKEN",
    "the secret of this sequencer's runner. It is removed from the environment of scripts",
    "$(head -c 32 /dev/urandom | base64)",
    unset="required, unless `RUNNER_TOKEN_FILE` is set",
    secret=True,
)
RUNNER_TOKEN_FILE = Variable(
    "RUNNER_TOKEN_FILE",
    "a file with that secret in one line, in place of `RUNNER_TOKEN`. It is read at each connection",
    "/run/secrets/runner-token",
)
OCS_CONFIG_DIR = Variable(
    "OCS_CONFIG_DIR",
    "the folder with the observatory's `default.yaml`. OCS reads it. The runner reads it as well, to query the "
    "registry for operations that still run after a stop",
    "/etc/ocs",
)
SORUNLIB_CONFIG = Variable(
    "SORUNLIB_CONFIG",
    "the file that lists the agents for sorunlib. The runner reads the name of the registry from it",
    "/etc/ocs/sorunlib.yaml",
)
SEQUENCER_SETTRACE = Variable(
    "SEQUENCER_SETTRACE",
    "any value: trace lines with `sys.settrace`, as on Python before 3.12, which is slower",
    "1",
)
SEQUENCER_RUNNER_FOLDER = Variable(
    "SEQUENCER_RUNNER_FOLDER",
    "the folder of the runner, in the environment of scripts. The next supervisor finds by it the processes that a run "
    "left behind",
    "/srv/sequencer/runner/satp1",
    unset="set by the runner",
)
RUNNER_RUN_UID = Variable(
    "RUNNER_RUN_UID",
    "the run of this pod. The runner waits until the files in `FOLDER` are those of this run: a kubelet may first "
    "mount the files of an earlier run, whose pod had the same name",
    "6f1c0c5e-8f0e-4f0a-9a52-0d3c1d1f6b11",
    unset="set by the operator",
)

RUNNER = (
    RUNNER_TOKEN,
    RUNNER_TOKEN_FILE,
    OCS_CONFIG_DIR,
    SORUNLIB_CONFIG,
    SEQUENCER_SETTRACE,
    SEQUENCER_RUNNER_FOLDER,
)
"""The variables of a runner."""
POD = (RUNNER_RUN_UID,)
"""Those that only a runner in a pod has."""


def script_environment() -> dict[str, str]:
    """The environment of scripts: that of this process without secrets."""
    secrets = {variable.name for variable in (*RUNNER, *POD) if variable.secret}
    return {name: value for name, value in os.environ.items() if name not in secrets}


if __name__ == "__main__":
    import json
    import sys
    from dataclasses import asdict

    json.dump({"runner": [asdict(v) for v in RUNNER], "runner in a pod": [asdict(v) for v in POD]}, sys.stdout)
