import atexit
import sys


class Last:
    def __del__(self):
        print("deleted")


class Unraisable:
    def __del__(self):
        raise ValueError("in del")


def failing():
    print("failing at exit")
    raise RuntimeError("at exit")


@atexit.register
def first():
    print("registered first, called last", file=sys.stderr)


atexit.register(print, "registered second")
atexit.register(failing)
u = Unraisable()
del u
kept = Last()
print("end of the script")
sys.exit("a text to end with")
