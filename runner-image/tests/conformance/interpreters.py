"""Interpreters beside the main one, isolated and with threads, while the main one runs hot code."""

import sys
import threading

interpreters = __import__("_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters")
for number in range(4):
    made = interpreters.create()
    code = "import json, argparse, threading; t = threading.Thread(target=json.dumps, args=([],)); t.start(); t.join()"
    interpreters.run_string(made, f"{code}; print({number}, flush=True)")
    interpreters.destroy(made)
done = []

def work() -> None:
    made = interpreters.create()
    interpreters.run_string(made, "sum(range(2_000_000))")
    interpreters.destroy(made)
    done.append(1)

thread = threading.Thread(target=work)
thread.start()
n = 0
while thread.is_alive():
    n += 1
thread.join()
print(n > 0, done)
print("end")
