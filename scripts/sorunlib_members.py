"""Writes what the installed sorunlib has, for the check of scripts: api/src/syntax/sorunlib-members.ts."""

import inspect
import json
import pkgutil
import types
from importlib import import_module, metadata
from pathlib import Path

FILE = Path(__file__).parents[1] / "api/src/syntax/sorunlib-members.ts"
HEAD = """// Written by scripts/sorunlib_members.py from the sorunlib of the runner image.

"""


def parameters(function: types.FunctionType) -> list[str]:
    found = []
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            found.append("**")
        elif parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            found.append(name if parameter.default is parameter.empty else f"{name}=")
        else:
            raise SystemExit(
                f"sorunlib: {function.__name__} has the parameter {parameter}. The check cannot read it yet."
            )
    return found


def members(module: types.ModuleType) -> dict[str, object]:
    """Parameters of functions, members of modules, and null for everything else."""
    found: dict[str, object] = {}
    for name, value in sorted(vars(module).items()):
        if name.startswith("__") and name != "__version__":
            continue
        if inspect.isfunction(value) and value.__module__.split(".")[0] == "sorunlib":
            found[name] = parameters(value)
        elif inspect.ismodule(value) and value.__name__ == f"{module.__name__}.{name}":
            found[name] = members(value)
        else:
            found[name] = None
    return found


def main() -> None:
    sorunlib = import_module("sorunlib")
    for part in pkgutil.iter_modules(sorunlib.__path__, "sorunlib."):
        import_module(part.name)
    text = f"export const SORUNLIB_VERSION = {json.dumps(metadata.version('sorunlib'))};\n\n"
    text += f"export const SORUNLIB = {json.dumps(members(sorunlib), indent=2)} as const;\n"
    FILE.write_text(HEAD + text)


if __name__ == "__main__":
    main()
