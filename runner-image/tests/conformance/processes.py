import multiprocessing
import os
import subprocess
import sys
import warnings

warnings.filterwarnings("ignore", category=DeprecationWarning)


def square(n):
    return n * n


def fail():
    raise ValueError("in a child")


if __name__ == "__main__":
    for method in ("fork", "spawn"):
        context = multiprocessing.get_context(method)
        with context.Pool(2) as pool:
            print(method, pool.map(square, range(5)))
        child = context.Process(target=fail, name=f"failing-{method}")
        child.start()
        child.join()
        print(child.exitcode)
    print(subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True, text=True).stdout.strip())
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writing, b"from the child")
        os._exit(9)
    print(os.read(reading, 100), "ended with", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    sys.stdout.flush()
    subprocess.run(["sh", "-c", "echo from a shell; exit 3"])
