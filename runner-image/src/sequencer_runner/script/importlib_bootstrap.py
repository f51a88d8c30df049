"""The script process. Started ahead of time; waits for a script, runs it as `__main__`, and ends as Python would.

python importlib_bootstrap.py FD        FD: this end of the pair of sockets to the supervisor

The stack levels of `warnings.warn` pass over files with `importlib` and `_bootstrap` in their names, as those of the
import system: so they count no frame of the runner. `isolation.py` gives the code of the other modules such a name.

All names are bound before the script starts, and the statements are executed here, directly below this module.
"""

import _socket
import builtins
import os
import signal
import sys
from importlib.util import module_from_spec, spec_from_file_location

_every_exception = BaseException

# A process that was started in the background of a shell has inherited that it ignores them.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
_folder = os.path.dirname(os.path.abspath(__file__))
# The folder of this file is no place to import from.
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
        # Not in the `except` block: expressions that are evaluated at a held failure must see no handled exception.
        if _failure is None:
            _runtime.succeeded()
        else:
            _runtime.failed(_failure)
except _every_exception as _error:
    _ended_by.append(_error)
# What a function refers to is not deleted when Python clears the module of the script.
_statement = _failure = None
# Not while the exception is handled: a hook of the script would see that.
_runtime.end(_ended_by)
_runtime.leave()
