import asyncio
import codecs
import io
import sys
import threading

sys.stdout = codecs.getwriter("utf-8")(sys.stdout.detach())
print("wrapped in a codec: ünïcödé")


def work(n):
    print("thread", n)
    a = n
    print("and", a)


for n in range(2):
    thread = threading.Thread(target=work, args=(n,))
    thread.start()
    thread.join()
sys.stdout.flush()
sys.stdout = io.TextIOWrapper(sys.stdout.stream, encoding="utf-8", line_buffering=True)
print("wrapped again", sys.stdout.line_buffering, sys.stdout.buffer.name)


async def task(n):
    await asyncio.sleep(0)
    print("task", n)
    return n


async def main():
    return await asyncio.gather(*(task(n) for n in range(3)))


print(asyncio.run(main()))
for stream in (sys.__stdout__, sys.__stderr__):
    try:
        print(stream.closed, stream.encoding)
    except ValueError as error:
        print(error)
errors = sys.stderr.detach()
raw = errors.detach()
sys.stderr = io.TextIOWrapper(io.BufferedWriter(raw), write_through=True)
print("new layers", file=sys.stderr)
try:
    errors.write(b"lost")
except ValueError as error:
    print(error)
raw.write(b"by the file itself\n")
thread = threading.Thread(target=work, args=(7,))
thread.start()
thread.join()
