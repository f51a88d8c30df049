# gevent replaces much of the standard library by parts that only work inside its own loop.
from gevent import monkey

monkey.patch_all()

import threading
import time

before = time.time()


def work(n):
    time.sleep(0.01)
    a = 1
    b = a + 1
    c = b + 1
    d = input("")
    done.append(n)


done = []
threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(done, time.time() - before < 60)
