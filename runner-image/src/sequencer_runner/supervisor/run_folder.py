"""The files of a run other than its journal. Other users of the machine cannot read them."""

import json
import os
from pathlib import Path
from typing import Any

from sequencer_runner.private_files import make_private, private

# Larger script arguments are left out of `hello`.
_HELLO_BYTES = 64 * 1024


def make_run_folder(folder: Path, start: dict[str, Any]) -> None:
    """Creates the folder with the script and the fields of its `start` command."""
    make_private(folder)
    work = folder / "work"
    make_private(work)
    with open(work / "script.py", "wb", opener=private) as file:
        file.write(start["script"].encode())
    if start.get("token"):
        write_token(folder, start["token"])
    write_json(folder / "run.json", {"start": {k: v for k, v in start.items() if k not in ("script", "token")}})


def read_start(folder: Path) -> dict[str, Any]:
    """Who started the run and with which arguments, for a database that lost it. Empty when that is unknown."""
    try:
        start = json.loads((folder / "run.json").read_text())["start"]
        size = sum(len(argument) for argument in start["arguments"])
        return {key: start[key] for key in ("by", "title", "arguments")} if size < _HELLO_BYTES else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def read_token(folder: Path) -> str | None:
    """The token that authorizes messages about this run. None when the gateway sent none."""
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
