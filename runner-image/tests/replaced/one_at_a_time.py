# Replaces each attribute of a module in turn, numbers and texts together, and does each time what a test drives from
# outside. In the end it replaces all functions of the module, and waits to be stopped.
import importlib
import sys
from unittest.mock import MagicMock

import sequencer

module = importlib.import_module(sys.argv[1])
# `input` needs the streams of `sys`, also in plain Python.
ask = sequencer.ask if module is sys else input


def stand_in(*args, error=RuntimeError, **more):
    raise error("this was replaced")


def work(names, values, namespace, how):
    for group in names:
        for name in group:
            namespace[name] = how
        a = 1
        b = a + 1
        c = b + 1
        d = ask("")
        for name in group:
            namespace[name] = values[name]


def wait(names, namespace, how):
    for name in names:
        namespace[name] = how
    ask("")
    while True:
        a = 1


values = dict(vars(module))
constants = [name for name, value in values.items() if type(value) in (int, float, str, tuple)]
names = [constants, *([name] for name in values if name not in constants)]
ask(f"{len(names)}")
for how in (stand_in, MagicMock()):
    work(names, values, vars(module), how)
wait([name for name in values if callable(values[name])], vars(module), stand_in)
