# A background thread that reports while the main script runs.
import threading
import time


def watch(stop, every):
    count = 0
    while not stop.is_set():
        count += 1
        print(f'watch: round {count}')
        stop.wait(every)


stop = threading.Event()
watcher = threading.Thread(target=watch, args=(stop, 2), name='watch')
watcher.start()

for step in range(6):
    print(f'step {step + 1} of 6')
    time.sleep(1)

stop.set()
watcher.join()
print('finished')
