"""What a script sees of itself."""

import os
import sys

print(__name__, os.path.basename(__file__), os.path.isabs(__file__), __doc__)
print(sys.argv[0] == __file__, sys.argv[1:])
print(sys.modules["__main__"].__dict__ is globals(), __spec__ is None, __package__)
print(sys.path[0] == os.path.dirname(os.path.abspath(__file__)))
print(type(__builtins__).__name__, sys.flags.optimize, sys.flags.isolated, sys.dont_write_bytecode)
print(sorted(name for name in globals() if name not in ("__annotations__", "__loader__", "__cached__")))
"a text that is no docstring"
x: int = 3
print(x, __annotations__ if sys.version_info < (3, 14) else {"x": int})
print(open(__file__).read().splitlines()[0])
