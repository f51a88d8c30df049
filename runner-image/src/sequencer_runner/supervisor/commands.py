"""Translates each command for a run into requests to its script process."""

import asyncio
from dataclasses import dataclass
from typing import Any

from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.supervisor.script_channel import ScriptChannel
from sequencer_runner.supervisor.stopping import Stopping

# Seconds to wait for an evaluation.
_EVALUATION = 20.0
# Commands that change nothing: they are not recorded as actions. An evaluation has its own event.
READ_ONLY = {"evaluate", "variables", "source"}
_STEPS = {
    "NEXT": "steps over",
    "STEP": "steps into",
    "RETURN": "steps out",
    "LOOP": "continues to the end of its loop",
    "CONTINUE": "continues",
}
_FROZEN = ", while the other tasks of its event loop are frozen"
_DECISIONS = {
    "RETRY": "The statement runs again.",
    "SKIP": "The statement is skipped.",
    "STOP": "The failure ends the run.",
}


@dataclass(frozen=True)
class Done:
    """The result of a command. `detail` is a sentence for the record."""

    detail: str
    result: Any = None


async def carry_out(channel: ScriptChannel, stopping: Stopping, name: str, fields: dict[str, Any]) -> Done:
    """Raises CommandRefused."""
    ask = channel.request
    match name:
        case "pause":
            if stopping.signalled:
                raise CommandRefused("STOPPING", "The run is stopping; it cannot be paused any more.")
            await ask({"do": "pause"})
            return Done("Every trace stops at its next line.")
        case "resume":
            await ask({"do": "resume"})
            return Done("Every trace continues.")
        case "step":
            step = {"do": "step", "trace": fields["trace"], "prompt": fields["prompt"]}
            others = fields.get("others")
            await ask({**step, "command": fields["command"], "line": fields.get("line"), "others": others})
            does = _STEPS.get(fields["command"]) or f"continues to line {fields.get('line')}"
            return Done(f"Trace {fields['trace']} {does}{_FROZEN if others == 'WAIT' else ''}.")
        case "resumeOtherTasks":
            await ask({"do": name, "trace": fields["trace"]})
            return Done(f"The tasks that were frozen for the step of trace {fields['trace']} continue.")
        case "unstop":
            return Done(await stopping.cancel(fields["by"]))
        case "stop":
            return Done(await stopping.stop(fields["level"], fields["by"], fields.get("escalate") or False))
        case "setBreakpoints":
            breakpoints = await ask({"do": "setBreakpoints", "breakpoints": fields["breakpoints"]})
            count = len(fields["breakpoints"])
            return Done("1 breakpoint is set." if count == 1 else f"{count} breakpoints are set.", breakpoints)
        case "evaluate":
            return Done("", await _evaluate(channel, fields))
        case "interruptEvaluation":
            await ask({"do": name, "trace": fields["trace"], "prompt": fields["prompt"]})
            return Done(f"The evaluation in trace {fields['trace']} was interrupted.")
        case "variables" | "source":
            return Done("", await ask({"do": name, **fields}))
        case "decide":
            if stopping.signalled:
                raise CommandRefused("STOPPING", "The run is stopping; no further statement can run.")
            await ask({"do": name, "action": fields["action"], "line": fields.get("line"), "by": fields["by"]})
            return Done(_DECISIONS.get(fields["action"]) or f"The run continues at line {fields.get('line')}.")
        case "replace":
            await ask({"do": name, "script": fields["script"], "by": fields["by"]})
            return Done("The statements that had not run were replaced.")
        case "answer":
            await ask({"do": name, "ask": fields["ask"], "answer": fields["answer"], "by": fields["by"]})
            return Done(f"Question {fields['ask']}: {fields['answer']}"[:1000])
        case _:
            raise CommandRefused("NOT_YET", f"The command {name} is not available in this version.")


async def _evaluate(channel: ScriptChannel, fields: dict[str, Any]) -> Any:
    # Queued immediately: an interrupt that follows must find the evaluation.
    answer = channel.start_request({"do": "evaluate", **fields})
    done, _ = await asyncio.wait([answer], timeout=_EVALUATION)
    if not done:
        # The event `evaluated` will report the result.
        answer.add_done_callback(lambda late: late.exception())
        text = f"The evaluation is still running after {_EVALUATION:.0f} s. Its result will be in the record."
        raise CommandRefused("STILL_EVALUATING", text)
    return answer.result()
