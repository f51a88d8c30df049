"""What each command about a run that is under way means to its script process."""

import asyncio
from dataclasses import dataclass
from typing import Any

from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.supervisor.script_channel import ScriptChannel
from sequencer_runner.supervisor.stopping import Stopping

# How long an evaluation is waited for.
_EVALUATED = 20.0
# Commands that change nothing: they are no actions in the record. An evaluation has its own event.
READ_ONLY = {"evaluate", "variables", "source"}
_STEPS = {
    "NEXT": "steps over",
    "STEP": "steps into",
    "RETURN": "steps out",
    "LOOP": "goes on to the end of its loop",
    "CONTINUE": "goes on",
}
_WHILE = ", while the other tasks of its loop wait"
_DECISIONS = {
    "RETRY": "The statement runs again.",
    "SKIP": "The statement is left out.",
    "STOP": "The failure ends the run.",
}


@dataclass(frozen=True)
class Done:
    """A command that was carried out: a sentence for the record, and what is answered."""

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
            return Done("Every trace goes on.")
        case "step":
            step = {"do": "step", "trace": fields["trace"], "prompt": fields["prompt"]}
            others = fields.get("others")
            await ask({**step, "command": fields["command"], "line": fields.get("line"), "others": others})
            does = _STEPS.get(fields["command"]) or f"goes on to line {fields.get('line')}"
            return Done(f"Trace {fields['trace']} {does}{_WHILE if others == 'WAIT' else ''}.")
        case "resumeOtherTasks":
            await ask({"do": name, "trace": fields["trace"]})
            return Done(f"The tasks that waited for the step of trace {fields['trace']} go on.")
        case "unstop":
            return Done(await stopping.cancel(fields["by"]))
        case "stop":
            return Done(await stopping.stop(fields["level"], fields["by"], fields.get("escalate") or False))
        case "setBreakpoints":
            told = await ask({"do": "setBreakpoints", "breakpoints": fields["breakpoints"]})
            count = len(fields["breakpoints"])
            return Done("1 breakpoint is set." if count == 1 else f"{count} breakpoints are set.", told)
        case "evaluate":
            return Done("", await _evaluate(channel, fields))
        case "interruptEvaluation":
            await ask({"do": name, "trace": fields["trace"], "prompt": fields["prompt"]})
            return Done(f"The evaluation in trace {fields['trace']} was interrupted.")
        case "variables" | "source":
            return Done("", await ask({"do": name, **fields}))
        case "decide":
            if stopping.signalled:
                raise CommandRefused("STOPPING", "The run is stopping; nothing of it goes on any more.")
            await ask({"do": name, "action": fields["action"], "line": fields.get("line"), "by": fields["by"]})
            return Done(_DECISIONS.get(fields["action"]) or f"The run goes on at line {fields.get('line')}.")
        case "replace":
            await ask({"do": name, "script": fields["script"], "by": fields["by"]})
            return Done("What had not run was replaced.")
        case "answer":
            await ask({"do": name, "ask": fields["ask"], "answer": fields["answer"], "by": fields["by"]})
            return Done(f"Question {fields['ask']}: {fields['answer']}"[:1000])
        case _:
            raise CommandRefused("NOT_YET", f"The command {name} is not available in this version.")


async def _evaluate(channel: ScriptChannel, fields: dict[str, Any]) -> Any:
    # An interrupt that follows it at once has to find it.
    answer = channel.start_request({"do": "evaluate", **fields})
    done, _ = await asyncio.wait([answer], timeout=_EVALUATED)
    if not done:
        # What comes of it is told by its event.
        answer.add_done_callback(lambda late: late.exception())
        text = f"The evaluation takes longer than {_EVALUATED:.0f} s and goes on. Its result will be in the record."
        raise CommandRefused("STILL_EVALUATING", text)
    return answer.result()
