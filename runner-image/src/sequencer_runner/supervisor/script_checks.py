"""Carries out the commands about a script that is not running. The worker and the checker both use it."""

from dataclasses import asdict
from typing import cast

from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.protocol import CheckCommand, ErrorCode, StatementsCommand
from sequencer_runner.supervisor.checks import Finding, check_script, statements_of

_OCS_CONFIG_MISSING = "OCS_CONFIG_MISSING"


def answer(command: CheckCommand | StatementsCommand, hostname: str, *, has_ocs_config: bool = True) -> object:
    """Returns the result of the command. Raises CommandRefused.

    Without `has_ocs_config`, the OCS configuration of the telescope is unknown here, and is not checked.
    """
    if command["name"] == "check":
        found = check_script(command["script"], hostname, command.get("startAt") or 0, command.get("startLine"))
        return [asdict(finding) for finding in found if has_ocs_config or finding.code != _OCS_CONFIG_MISSING]
    found = check_script(command["script"], hostname)
    refuse_errors([finding for finding in found if finding.code != _OCS_CONFIG_MISSING])
    return statements_of(command["script"])


def refuse_errors(findings: list[Finding]) -> None:
    """Raises CommandRefused with the first error."""
    for finding in findings:
        if finding.severity == "error":
            # The message of any other finding contains its remedy.
            remedy = None if finding.code == "SYNTAX_ERROR" else ""
            raise CommandRefused(cast(ErrorCode, finding.code), finding.message, remedy)
