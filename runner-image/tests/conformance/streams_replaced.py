import contextlib
import io
import os
import sys
import tempfile


class Tee:
    def __init__(self, stream):
        self.stream = stream
        self.kept = []

    def write(self, text):
        self.kept.append(text)
        return self.stream.write(text)

    def flush(self):
        self.stream.flush()

    def __getattr__(self, name):
        return getattr(self.stream, name)


tee = sys.stdout = Tee(sys.stdout)
print("by a tee")
sys.stdout = sys.__stdout__
print(tee.kept)
with contextlib.redirect_stdout(io.StringIO()) as text, contextlib.redirect_stderr(text):
    print("kept")
    print("too", file=sys.stderr)
print(repr(text.getvalue()))
sys.stdout.reconfigure(errors="replace", line_buffering=True)
print("half", "\udcff", sys.stdout.errors, sys.stdout.line_buffering)
sys.stdout.reconfigure(encoding="ascii", errors="xmlcharrefreplace")
print("é in ASCII", sys.stdout.encoding)
sys.stdout.reconfigure(encoding="utf-8", errors="strict", newline="\r\n")
print("lines end otherwise")
sys.stdout.reconfigure(newline="\n")

with tempfile.TemporaryFile() as file:
    sys.stdout.flush()
    before = os.dup(1)
    os.dup2(file.fileno(), 1)
    print("into a file")
    sys.stdout.buffer.write(b"and bytes\n")
    sys.stdout.flush()
    os.dup2(before, 1)
    print("back again")
    file.seek(0)
    print(file.read())

sys.stdout.flush()
if os.fork() == 0:
    print("in a child", type(sys.stdout.buffer).__name__, input is __builtins__.input)
    sys.stdout.flush()
    os._exit(0)
os.wait()
sys.stdout.flush()
if os.fork() == 0:
    print("lost, for it is not flushed")
    os._exit(0)
os.wait()

sys.stderr.close()
for stream in (sys.stderr, sys.stderr.buffer):
    try:
        stream.write("closed")
    except (ValueError, TypeError) as error:
        print(type(error).__name__, error)
sys.stderr = None
print("to nobody", file=sys.stderr)
sys.stdout = open(1, "w", encoding="utf-8", closefd=False)
print("by a file of its own")
