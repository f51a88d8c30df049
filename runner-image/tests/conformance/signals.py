import os
import signal
import time

print(signal.getsignal(signal.SIGINT) is signal.default_int_handler, signal.getsignal(signal.SIGTERM))
seen = []


def handler(number, frame):
    while frame.f_code.co_filename != __file__:
        frame = frame.f_back
    seen.append((signal.Signals(number).name, frame.f_code.co_name))


signal.signal(signal.SIGUSR1, handler)
signal.signal(signal.SIGALRM, handler)


def wait():
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    end = time.monotonic() + 10
    while len(seen) < 2 and time.monotonic() < end:
        time.sleep(0.01)


wait()
print(seen)


class Late(Exception):
    pass


def raising(number, frame):
    raise Late


signal.signal(signal.SIGALRM, raising)
signal.setitimer(signal.ITIMER_REAL, 0.02)
try:
    while True:
        pass
except Late:
    print("late")
signal.signal(signal.SIGINT, signal.SIG_IGN)
os.kill(os.getpid(), signal.SIGINT)
print("ignored")
