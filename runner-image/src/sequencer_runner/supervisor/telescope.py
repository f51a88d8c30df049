"""Reads what runs on the telescope: the running operations in the registry of OCS.

Uses plain HTTP from the standard library. OCS is not imported, so that this also works when OCS does not.
"""

import asyncio
import functools
import http.client
import json
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from sequencer_runner.common.clock import iso, now_iso
from sequencer_runner.common.environment import OCS_CONFIG_DIR, SORUNLIB_CONFIG
from sequencer_runner.common.frames import UncheckedJson
from sequencer_runner.protocol import RegisteredAgent, TelescopeAgent, TelescopeEvent

# Seconds for one reply, and for all of them.
_ANSWER, _ALL = 2.0, 3.0
_LARGEST = 4 * 1024 * 1024
# Operation codes of OCS: starting, running, stopping; and the code of an agent that no longer responds.
_ALIVE, _EXPIRED = (2, 3, 4), 7
_OPERATIONS = 200
_AGENTS = 1000


@dataclass(frozen=True)
class Observatory:
    """The URL of the HTTP bridge, and the OCS addresses behind it."""

    url: str
    root: str
    registry: str


class TelescopeUnreachable(Exception):
    """The telescope status cannot be read. The message is a sentence that gives the reason."""


async def read_status() -> TelescopeEvent | None:
    """Returns a `telescope` event. None if no observatory is configured: then no script can move one."""
    if OCS_CONFIG_DIR.read() is None:
        return None
    return await asyncio.to_thread(_read_status)


def _read_status() -> TelescopeEvent:
    event: TelescopeEvent = {"type": "telescope", "at": "", "agents": []}
    try:
        observatory = find_observatory()
        event["agents"], lost = _running(observatory)
        if lost:
            event["problem"] = f"{', '.join(lost)} did not respond: OCS has lost the agent. Assume it is moving."
    except TelescopeUnreachable as error:
        event["problem"] = f"Telescope status is unavailable. Assume it is moving. ({error})"
    event["at"] = now_iso()
    return event


def find_observatory() -> Observatory:
    """From the files that sorunlib also reads. Raises TelescopeUnreachable."""
    site = Path(OCS_CONFIG_DIR.read() or "") / "default.yaml"
    text = _read(site)
    url = _value(text, "wamp_http")
    if url is None or not url.startswith(("http://", "https://")):
        raise TelescopeUnreachable(f"{site} has no wamp_http.")
    config = SORUNLIB_CONFIG.read()
    registry = _value(_read(Path(config)), "registry") if config else None
    return Observatory(url, _value(text, "address_root") or "observatory", registry or "registry")


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise TelescopeUnreachable(f"{path} cannot be read: {error}.") from None


def _value(text: str, key: str) -> str | None:
    """The value of a key in YAML or JSON. Sufficient for the flat files of OCS."""
    found = re.search(rf"""(?:^|[{{,\s])["']?{key}["']?[ \t]*:[ \t]*["']?([^\s"',}}#]+)""", text)
    return found[1] if found else None


def read_agents() -> list[RegisteredAgent] | None:
    """Returns the agents in the registry. None if no observatory is configured. Raises TelescopeUnreachable."""
    if OCS_CONFIG_DIR.read() is None:
        return None
    found: list[RegisteredAgent] = []
    for name, agent, codes in _registered(find_observatory())[:_AGENTS]:
        entry: RegisteredAgent = {
            "agent": name,
            "agentClass": str(agent.get("agent_class") or ""),
            "expired": _is_lost(agent, codes),
        }
        seen = _time(agent.get("last_updated"))
        if seen is not None:
            entry["seenAt"] = seen
        found.append(entry)
    return found


def _registered(observatory: Observatory) -> list[tuple[str, UncheckedJson, UncheckedJson]]:
    """Returns the name, the entry and the operation codes of each agent in the registry, by name."""
    agents = _session(observatory, observatory.registry, "main").get("data")
    if not isinstance(agents, dict):
        raise TelescopeUnreachable("The reply of the registry has an unknown format.")
    found: list[tuple[str, UncheckedJson, UncheckedJson]] = []
    for address, agent in sorted(agents.items()):
        name = str(address).removeprefix(f"{observatory.root}.")
        codes = agent.get("op_codes") if isinstance(agent, dict) else None
        if name != observatory.registry and isinstance(codes, dict):
            found.append((name, agent, codes))
    return found


def _is_lost(agent: UncheckedJson, codes: UncheckedJson) -> bool:
    return agent.get("expired") is True or _EXPIRED in codes.values()


def _time(seconds: object) -> str | None:
    try:
        return iso(int(seconds * 1000)) if isinstance(seconds, (int, float)) else None
    except (ValueError, OverflowError, OSError):
        return None


def _running(observatory: Observatory) -> tuple[list[TelescopeAgent], list[str]]:
    """Returns the running operations, newest first, and the names of the agents that OCS has lost."""
    deadline = time.monotonic() + _ALL
    found: list[TelescopeAgent] = []
    lost: list[str] = []
    for name, agent, codes in _registered(observatory):
        if _is_lost(agent, codes):
            lost.append(name)
            continue
        found += [{"agent": name, "operation": str(op)} for op, code in sorted(codes.items()) if code in _ALIVE]
    del found[_OPERATIONS:]
    for operation in found:
        if time.monotonic() < deadline:
            since = _since(observatory, operation)
            if since is not None:
                operation["since"] = since
    found.sort(key=lambda operation: operation.get("since") or "", reverse=True)
    return found, lost


def _since(observatory: Observatory, operation: TelescopeAgent) -> str | None:
    try:
        return _time(_session(observatory, operation["agent"], operation["operation"]).get("start_time"))
    except TelescopeUnreachable:
        return None


@functools.cache
def _opener() -> urllib.request.OpenerDirector:
    """Made when it is needed, in few runs: it loads the certificates of the system, a sixth of a start."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _session(observatory: Observatory, agent: str, operation: str) -> UncheckedJson:
    """The session of an operation, from the `status` of the agent."""
    call = {"procedure": f"{observatory.root}.{agent}.ops", "args": ["status", operation, {}], "kwargs": {}}
    request = urllib.request.Request(
        observatory.url, json.dumps(call).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        with _opener().open(request, timeout=_ANSWER) as response:
            answer = json.loads(response.read(_LARGEST))
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        raise TelescopeUnreachable(f"{observatory.url} does not answer: {getattr(error, 'reason', error)}.") from None
    if isinstance(answer, dict) and "error" in answer:
        raise TelescopeUnreachable(f"{agent} does not answer: {answer['error']}.")
    try:
        session = answer["args"][0][2]
    except (LookupError, TypeError):
        session = None
    if not isinstance(session, dict):
        raise TelescopeUnreachable(f"The reply of {agent} has an unknown format.")
    return session
