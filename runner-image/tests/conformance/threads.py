import queue
import threading

results = queue.Queue()
local = threading.local()


def work(n):
    local.n = n
    results.put((n, threading.current_thread().name, local.n))
    if n == 2:
        raise ValueError("in a thread")


for n in range(4):
    thread = threading.Thread(target=work, args=(n,), name=f"worker-{n}")
    thread.start()
    thread.join()
print(sorted(results.queue))
print(threading.current_thread() is threading.main_thread(), threading.main_thread().name)


def hook(args):
    print("hooked", args.exc_type.__name__, args.thread.name)


threading.excepthook = hook
thread = threading.Thread(target=work, args=(2,), name="last")
thread.start()
thread.join()
