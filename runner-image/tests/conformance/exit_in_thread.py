import threading


def leave():
    raise SystemExit(5)


t = threading.Thread(target=leave)
t.start()
t.join()
print("goes on")
raise SystemExit(4)
