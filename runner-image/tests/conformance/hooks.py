import sys


def hook(kind, error, tb):
    lines = []
    while tb is not None:
        lines.append((tb.tb_frame.f_code.co_name, tb.tb_lineno))
        tb = tb.tb_next
    print("hooked", kind.__name__, error, lines)


def shown(value):
    print("shown", value)


sys.excepthook = hook
sys.displayhook = shown


def fail():
    raise LookupError("for the hook")


exec(compile("1 + 1", "<x>", "single"))
fail()
