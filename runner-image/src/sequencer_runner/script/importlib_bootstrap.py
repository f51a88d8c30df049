"""Main program of the script process: waits for a script, runs it as `__main__`, and exits as Python would.

    python importlib_bootstrap.py FD        FD: the socket to the supervisor

The stack levels of `warnings.warn` skip files with `importlib` and `_bootstrap` in their names, like those of the
import system. With such names, frames of the runner are not counted; `isolation.py` renames the code of other modules.

All names are bound before the script starts, and the statements are executed here, directly below this module.
"""

import _socket
import builtins
import os
import signal
import sys
from importlib.util import module_from_spec, spec_from_file_location

_every_exception = BaseException

# A process that a shell started in the background has inherited that it ignores these signals.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
_folder = os.path.dirname(os.path.abspath(__file__))
# Do not import from the folder of this file.
sys.path[:] = [p for p in sys.path if os.path.abspath(p) != _folder]

_spec = spec_from_file_location("sequencer_runner.script.isolation", os.path.join(_folder, "isolation.py"))
assert _spec is not None
assert _spec.loader is not None
_isolation = module_from_spec(_spec)
_isolation.__dict__["__builtins__"] = dict(vars(builtins))
_spec.loader.exec_module(_isolation)

os.set_inheritable(int(sys.argv[1]), False)
_runtime = _isolation.load("sequencer_runner.script.execution.runtime").ScriptRuntime(
    _socket.socket(fileno=int(sys.argv[1]))
)
_runtime.start(_runtime.wait_for_start())
_ended_by: list[BaseException] = []
try:
    while (_statement := _runtime.next()) is not None:
        _failure = None
        try:
            _statement()
        except _every_exception as _error:
            _failure = _error
        # Outside the `except` block: expressions at a held failure must not see a handled exception.
        if _failure is None:
            _runtime.succeeded()
        else:
            _runtime.failed(_failure)
except _every_exception as _error:
    _ended_by.append(_error)
# Python does not delete what a function refers to when it clears the module of the script.
_statement = _failure = None
# Not while the exception is handled, which a hook of the script could see.
_runtime.end(_ended_by)
_runtime.leave()
