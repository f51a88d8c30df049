"""Gives the runner private modules, so that a script may replace any name of Python and of the standard library.

`importlib_bootstrap.py` executes this file with a copy of `builtins`. Modules that are imported from here get that
copy, and private copies of standard modules: a Python module is executed again, the names of a C module are copied.
Private modules are not in `sys.modules`, where a script or its tools could replace their names. Changes that the script
must see are made through `public`.
"""

import builtins
import importlib
import sys
from _thread import RLock
from importlib.util import module_from_spec
from types import CodeType, ModuleType
from typing import Any

# Not copied, because their state or the identity of their types matters. The runner does not call their functions while
# a script runs.
_SHARED = {"collections", "encodings", "importlib", "io", "threading", "typing", "warnings", "zipimport"}

script_sys = sys
"""`sys` as the script sees it, with its changes."""

script_modules = sys.modules
"""The modules of the script, even if it has replaced `sys.modules`."""

# Attributes of `sys` that scripts and their tools set.
_STREAMS = {"stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__"}
_CHANGING = {"argv", "displayhook", "excepthook", "path", "unraisablehook"} | _STREAMS

_plain_import = builtins.__import__
_own: dict[str, ModuleType] = {}
_lock = RLock()


def public(name: str) -> Any:
    """Returns the module as the script sees it."""
    return importlib.import_module(name)


def load(name: str) -> ModuleType:
    """Returns the private module of that name. Raises ImportError."""
    with _lock:
        return _own.get(name) or _load(name)


def publish(name: str) -> None:
    """Lets the script import the private module of that name, and its parent packages."""
    parent = name.rpartition(".")[0]
    if parent:
        publish(parent)
    sys.modules[name] = load(name)


def _load(name: str) -> ModuleType:
    parent, _, child = name.rpartition(".")
    package = load(parent) if parent else None
    if name in _own:
        # Set by its parent, as `os.path` is.
        return _own[name]
    module = _shared(name) or _execute(name, None if package is None else package.__path__)
    if package is not None:
        setattr(package, child, module)
    return module


def _shared(name: str) -> ModuleType | None:
    if name.partition(".")[0] not in _SHARED and not name.startswith("_frozen_importlib"):
        return None
    module = _own[name] = importlib.import_module(name)
    return module


def _execute(name: str, path: Any) -> ModuleType:
    specs = (finder.find_spec(name, path) for finder in sys.meta_path)
    spec = next((spec for spec in specs if spec is not None), None)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    loader: Any = spec.loader
    code = loader.get_code(name)
    if code is None:
        return _copy(name)
    if name.partition(".")[0] == __name__.partition(".")[0]:
        code = _skipped_by_warnings(code)
    module = _own[name] = module_from_spec(spec)
    module.__dict__["__builtins__"] = _builtins
    try:
        exec(code, module.__dict__)
    except BaseException:
        del _own[name]
        raise
    return module


def _skipped_by_warnings(code: CodeType) -> CodeType:
    """Renames the file of the code, so that the stack levels of warnings skip its frames."""
    constants = tuple(_skipped_by_warnings(each) if isinstance(each, CodeType) else each for each in code.co_consts)
    return code.replace(co_filename=f"{code.co_filename} <importlib._bootstrap>", co_consts=constants)


def _copy(name: str) -> ModuleType:
    module = _own[name] = ModuleType(name)
    module.__dict__.update(vars(importlib.import_module(name)))
    if name == "sys":
        for changing in _CHANGING:
            module.__dict__.pop(changing, None)
        module.__dict__.update(modules=_own, __getattr__=lambda name: getattr(sys, name))
    return module


def _import(name: str, namespace: Any = None, _locals: Any = None, wanted: Any = (), level: int = 0) -> ModuleType:
    """Replaces `__import__` for code of private modules."""
    if type(wanted) is list:
        # An import by C code of Python, which takes the module from `sys.modules`.
        return _plain_import(name)
    if level:
        package = namespace["__package__"].rsplit(".", level - 1)[0]
        name = f"{package}.{name}" if name else package
    module = load(name)
    if not wanted:
        return _own[name.partition(".")[0]]
    for item in wanted:
        if item != "*" and not hasattr(module, item) and hasattr(module, "__path__"):
            load(f"{name}.{item}")
    return module


_builtins = ModuleType("builtins")
_builtins.__dict__.update(vars(builtins))
_builtins.__dict__["__import__"] = _import
_own["builtins"] = _builtins
# This module, for imports by private modules.
_own[__name__] = ModuleType(__name__)
_own[__name__].__dict__.update(globals())
