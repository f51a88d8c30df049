"""Command line of a worker."""

import argparse
import asyncio
import logging
import re
import signal
import sys
from pathlib import Path

from sequencer_runner.supervisor.ladder import Deadlines
from sequencer_runner.supervisor.worker import FolderTaken, Settings, Worker, environment_secret


def _settings() -> Settings:
    parser = argparse.ArgumentParser(prog="sequencer_runner", description="Executes the runs of one sequencer.")
    parser.add_argument("--gateway", required=True, help="the API's gateway, such as ws://127.0.0.1:8000/runner")
    parser.add_argument("--sequencer", required=True, help="the name of the sequencer, such as satp1")
    parser.add_argument("--state-dir", required=True, type=Path, help="a folder for the journals of this worker alone")
    parser.add_argument("--hostname", help="socket.gethostname() in scripts (daq-NAME-sequencer)")
    parser.add_argument(
        "--stop-grace-seconds", type=float, default=300, help="time for clean-up after an interrupt (%(default)s)"
    )
    parser.add_argument(
        "--terminate-grace-seconds", type=float, default=60, help="time for clean-up after SIGTERM (%(default)s)"
    )
    parser.add_argument(
        "--journal-max-bytes", type=int, default=1 << 30, help="output is dropped above this size (%(default)s)"
    )
    options = parser.parse_args()
    if not re.fullmatch(r"[a-z]([a-z0-9-]{0,28}[a-z0-9])?", options.sequencer):
        parser.error(f"--sequencer {options.sequencer!r}: use lower-case letters, digits and -, at most 30")
    try:
        secret = environment_secret()
    except (OSError, ValueError) as error:
        parser.error(f"RUNNER_TOKEN_FILE cannot be used: {error}")
    if not secret.read():
        parser.error("RUNNER_TOKEN is not set: it is the secret that identifies this runner to the gateway")
    hostname = options.hostname or f"daq-{options.sequencer}-sequencer"
    return Settings(
        options.gateway,
        secret,
        options.sequencer,
        options.state_dir.resolve(),
        hostname,
        Deadlines(options.stop_grace_seconds, options.terminate_grace_seconds),
        options.journal_max_bytes,
    )


async def _work(settings: Settings) -> None:
    worker = Worker(settings)
    loop = asyncio.get_running_loop()
    stop_requested = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop_requested.set)
    serving = asyncio.create_task(worker.serve())
    waiting = asyncio.create_task(stop_requested.wait())
    await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
    await worker.shut_down()
    serving.cancel()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("websockets").setLevel(logging.WARNING)
    try:
        asyncio.run(_work(_settings()))
    except FolderTaken as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
