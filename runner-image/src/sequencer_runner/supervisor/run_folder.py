"""The files of a run besides its journal. Other users of the machine can read none of them."""

import json
import os
from pathlib import Path
from typing import Any

from sequencer_runner.private_files import make_private, private

# Arguments of a script that are larger are not in `hello`.
_HELLO_BYTES = 64 * 1024


def make_run_folder(folder: Path, start: dict[str, Any]) -> None:
    """With the script and all that belongs to its start."""
    make_private(folder)
    work = folder / "work"
    make_private(work)
    with open(work / "script.py", "wb", opener=private) as file:
        file.write(start["script"].encode())
    if start.get("token"):
        write_token(folder, start["token"])
    write_json(folder / "run.json", {"start": {k: v for k, v in start.items() if k not in ("script", "token")}})


def read_start(folder: Path) -> dict[str, Any]:
    """Who started it, and with what: for a database that does not have the run. Empty when that is not known."""
    try:
        start = json.loads((folder / "run.json").read_text())["start"]
        size = sum(len(argument) for argument in start["arguments"])
        return {key: start[key] for key in ("by", "title", "arguments")} if size < _HELLO_BYTES else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def read_token(folder: Path) -> str | None:
    """Sent with every message about this run; None when the gateway sent none."""
    try:
        return (folder / "token").read_text()
    except FileNotFoundError:
        return None


def write_token(folder: Path, token: str) -> None:
    new = folder / "token.new"
    with open(new, "w", opener=private) as file:
        file.write(token)
    new.replace(folder / "token")


def write_json(path: Path, value: dict[str, Any]) -> None:
    with open(path, "w", opener=private) as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
