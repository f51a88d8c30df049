"""Reads what a start depends on, apart from the script: the clock, the disk and the agents of the telescope."""

import asyncio
import shutil
from pathlib import Path

from sequencer_runner.common.clock import now_iso
from sequencer_runner.protocol import Conditions
from sequencer_runner.supervisor import telescope


async def read_conditions(journals: Path) -> Conditions:
    """Returns the result of the command `conditions`. `journals` is the folder of the journals."""
    return await asyncio.to_thread(_read_conditions, journals)


def _read_conditions(journals: Path) -> Conditions:
    found: Conditions = {"at": "", "journalFreeBytes": _free_bytes(journals), "agents": None}
    try:
        found["agents"] = telescope.read_agents()
    except telescope.TelescopeUnreachable as error:
        found["problem"] = str(error)
    # Last, so that the API can compare the clocks.
    found["at"] = now_iso()
    return found


def _free_bytes(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
