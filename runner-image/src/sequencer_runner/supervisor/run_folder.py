"""The files of a run other than its journal. Other users of the machine cannot read them."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from sequencer_runner.private_files import make_private, private
from sequencer_runner.protocol import HelloRunStart, StartCommand

# Larger script arguments are left out of `hello`.
_HELLO_BYTES = 64 * 1024


def make_run_folder(folder: Path, start: StartCommand) -> None:
    """Creates the folder with the script and the fields of its `start` command."""
    make_private(folder)
    work = folder / "work"
    make_private(work)
    with open(work / "script.py", "wb", opener=private) as file:
        file.write(start["script"].encode())
    token = start.get("token")
    if token:
        write_token(folder, token)
    write_json(folder / "run.json", {"start": {k: v for k, v in start.items() if k not in ("script", "token")}})


def read_start(folder: Path) -> HelloRunStart | None:
    """Who started the run and with which arguments, for a database that lost it. None when that is unknown."""
    try:
        start = json.loads((folder / "run.json").read_text())["start"]
        size = sum(len(argument) for argument in start["arguments"])
        if size >= _HELLO_BYTES:
            return None
        return {"by": start["by"], "title": start["title"], "arguments": start["arguments"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None


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


def write_json(path: Path, value: Mapping[str, object]) -> None:
    with open(path, "w", opener=private) as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
