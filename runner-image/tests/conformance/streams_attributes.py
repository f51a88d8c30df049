import io
import os
import sys
import time

for name in ("stdout", "stderr", "stdin", "__stdout__", "__stderr__"):
    stream = getattr(sys, name)
    print(name, stream, stream.buffer, stream.buffer.raw)
    print(type(stream), type(stream.buffer), type(stream.buffer.raw))
    print(stream.name, stream.mode, stream.encoding, stream.errors, stream.newlines, stream.closed)
    print(stream.isatty(), stream.fileno(), stream.readable(), stream.writable(), stream.seekable())
    print(stream.line_buffering, stream.buffer.name, stream.buffer.mode, stream.buffer.closed, stream.buffer.fileno())
    print(stream.buffer.raw.name, stream.buffer.raw.mode, stream.buffer.raw.closefd, stream.buffer.raw.closed)
    print(isinstance(stream, io.TextIOBase), isinstance(stream.buffer, io.BufferedIOBase))
    print(sorted(set(dir(stream)) ^ set(dir(io.TextIOWrapper(io.BytesIO())))))


def attempt(action, *arguments):
    sys.stdout.flush()
    try:
        print(action.__name__, action(*arguments))
    except Exception as error:
        print(action.__name__, type(error).__name__, error)


out = sys.stdout
for layer in (out, out.buffer, out.buffer.raw):
    for wrong in (5, None, [65, 10], "text", b"bytes", memoryview(b"abcdef")[::2], object):
        attempt(layer.write, wrong)
    for name in ("read", "tell", "truncate", "readline", "fileno"):
        attempt(getattr(layer, name))
    attempt(layer.seek, 1)
    attempt(layer.writelines, ["a\n"])
    attempt(layer.writelines, [b"a\n"])
    sys.stdout.flush()
out.buffer.write(bytearray(b"a bytearray\n"))
out.buffer.write(memoryview(b"a view\n"))
out.flush()
print(out.buffer.raw.write(b"raw\n"))
print(out.write("counted\n"), out.buffer.write(b""))
out.flush()
# After this many flushes the runner does not wait for each of them any more.
time.sleep(0.2)
os.write(1, b"last\n")
