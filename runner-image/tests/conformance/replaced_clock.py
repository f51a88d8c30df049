import datetime
import os
import threading
import time

from freezegun import freeze_time

real = time.time
now = [0.0]
calls = []


def sleep(seconds):
    calls.append((threading.current_thread().name, seconds))
    now[0] += seconds


time.sleep = sleep
time.time = time.monotonic = time.perf_counter = lambda: now[0]
for scan in range(3):
    time.sleep(600)
    begin = real()
    while real() < begin + 0.12:
        pass
    print("scan", scan, "at", time.time())
print(calls)
del time.time, os.getpid
threading.Thread(target=print, args=("in a thread",)).start()
time.time = real
with freeze_time("2001-02-03 04:05:06") as frozen:
    print(datetime.datetime.now(), time.time())
    frozen.tick(3600)
    print(datetime.datetime.now(), time.gmtime().tm_hour)
