import cProfile
import faulthandler
import pstats
import sys
import tempfile
import threading
import trace


def inner(n):
    return n + 1


def outer(n):
    total = 0
    for k in range(n):
        total += inner(k)
    return total


def traced():
    seen = []

    def tracer(frame, event, argument):
        if frame.f_code in (inner.__code__, outer.__code__):
            seen.append((event, frame.f_code.co_name, frame.f_lineno))
            return tracer
        return None

    before = sys.gettrace()
    sys.settrace(tracer)
    outer(2)
    sys.settrace(before)
    return seen


print(traced())
counter = trace.Trace(count=1, trace=0)
counter.runfunc(outer, 3)
print(sorted((line, count) for (file, line), count in counter.results().counts.items() if file == __file__))
profile = cProfile.Profile()
profile.runcall(outer, 5)
stats = pstats.Stats(profile).stats
print(sorted((name, calls[0]) for (file, line, name), calls in stats.items() if file == __file__))


def profiled():
    calls = []
    sys.setprofile(lambda frame, event, argument: calls.append((event, frame.f_code.co_name)))
    outer(1)
    sys.setprofile(None)
    return calls


print(profiled())
with tempfile.TemporaryFile("w+") as file:
    thread = threading.Thread(target=lambda: faulthandler.dump_traceback(file, all_threads=False))
    thread.start()
    thread.join()
    file.seek(0)
    print([line.split(" in ")[1] for line in file.read().splitlines() if __file__ in line])
