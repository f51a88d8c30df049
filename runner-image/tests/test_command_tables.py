"""Every command of the protocol has a handler, in the supervisor and in the process of the script."""

import typing
from typing import Any, cast

from sequencer_runner.common.script_protocol import ScriptRequest
from sequencer_runner.protocol import RunCommand
from sequencer_runner.script.execution.commands import Commands
from sequencer_runner.supervisor.commands import HANDLERS

# The stopped trace replies to these.
INSPECTIONS = {"evaluate", "variables"}


def names(union: Any) -> set[str]:
    shapes = typing.get_args(union)
    return {name for shape in shapes for name in typing.get_args(typing.get_type_hints(shape)["name"])}


def test_the_supervisor_handles_every_command_about_a_run() -> None:
    assert set(HANDLERS) == names(RunCommand)


def test_the_process_of_the_script_handles_every_request() -> None:
    nothing = cast(Any, None)
    commands = Commands(
        nothing, controller=nothing, execution=nothing, prompts=nothing, inspection=nothing, signal_reaction=nothing
    )
    assert set(commands.handlers) | INSPECTIONS == names(ScriptRequest)
