# The time is frozen in every module that Python knows.
import datetime
import time

from freezegun import freeze_time


def work():
    a = 1
    b = a + 1
    c = b + 1
    d = input("")
    return time.time()


with freeze_time("2001-02-03 04:05:06") as frozen:
    print(work(), datetime.datetime.now())
    frozen.tick(3600)
    print(work(), datetime.datetime.now())
print("end")
