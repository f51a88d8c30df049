import sys


def hook(kind, error, tb):
    print("hooked", kind.__name__)
    raise LookupError("in the hook")


sys.excepthook = hook
raise ValueError("the first")
