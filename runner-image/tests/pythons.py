"""The Python versions on this machine that the runner supports, each with its own environment in the project's folder.

python runner-image/tests/pythons.py UV        creates the environments with UV, as `make setup` does
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LOCK = ROOT / "runner-image" / "requirements-pythons.lock"
OWN = "{}.{}".format(*sys.version_info)


def found() -> dict[str, str]:
    """By version: one interpreter of each version from 3.10 on, except the version of this process."""
    paths = sorted(map(str, Path.home().glob(".pyenv/versions/3.*/bin/python")))
    paths += filter(None, (shutil.which(f"python3.{minor}", path=_without_shims()) for minor in range(10, 20)))
    by_version: dict[str, str] = {}
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    for path in paths:
        done = subprocess.run([path, "-c", ask], capture_output=True, text=True, check=False)
        version = done.stdout.strip()
        if done.returncode == 0 and re.fullmatch(r"3\.\d\d", version) and version != OWN:
            by_version.setdefault(version, path)
    return by_version


def _without_shims() -> str:
    """PATH without pyenv's shims. They are slow, and `found` searches pyenv's folder itself."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if not folder.endswith("/.pyenv/shims"))


def folder(version: str) -> Path:
    return ROOT / f".venv-{version}"


def pythons() -> dict[str, str]:
    """By version: interpreters with the packages of `requirements-pythons.lock`."""
    made = {OWN: sys.executable}
    for version in found():
        path = folder(version) / "bin" / "python"
        if not path.exists():
            raise FileNotFoundError(f"Python {version} has no environment in {path.parent.parent}. Run 'make setup'.")
        made[version] = str(path)
    return {version: made[version] for version in sorted(made)}


def make(uv: str) -> None:
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    for version, path in found().items():
        made = folder(version)
        stamp = made / "made-from"
        if stamp.exists() and stamp.read_text() == wanted:
            continue
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", path, str(made)], check=True)
        install = [uv, "pip", "sync", "--quiet", "--python", str(made / "bin" / "python"), str(LOCK)]
        subprocess.run(install, check=True)
        stamp.write_text(wanted)


if __name__ == "__main__":
    make(sys.argv[1])
