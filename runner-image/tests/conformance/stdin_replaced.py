import builtins
import io
import os
import sys
import tempfile

plain = input
kept, sys.stdin = sys.stdin, io.StringIO("yes\n42\n\nlast")
print("first:", input("Go on? "))
print("second:", int(input()))
print([input(), input("?")])
try:
    input("no more: ")
except EOFError as error:
    print(error)
sys.stdin = io.StringIO("a\nb\nc\n")
print(sys.stdin.readline(), list(sys.stdin))


class Answers:
    def readline(self):
        return "from an object\n"


sys.stdin = Answers()
print(input())
sys.stdin = None
for lost in ("stdin", "stdout"):
    try:
        setattr(sys, lost, None)
        input("?")
    except RuntimeError as error:
        sys.stdout, sys.stdin = sys.__stdout__, kept
        print(error)
with tempfile.TemporaryFile() as file:
    file.write(b"by the descriptor\n")
    file.seek(0)
    before = os.dup(0)
    os.dup2(file.fileno(), 0)
    print(input("from a file: "))
    os.dup2(before, 0)
print(repr(sys.stdin.read()), repr(sys.stdin.readline()), list(sys.stdin))
builtins.input = lambda prompt="": f"canned {prompt}"
sys.stdout.flush()
if os.fork() == 0:
    print(input("in a child"), flush=True)
    try:
        plain("? ")
    except EOFError as error:
        print(error, flush=True)
    os._exit(0)
os.wait()
print(input("replaced"))
builtins.input = plain
sys.stdin.close()
try:
    input("closed: ")
except ValueError as error:
    print(error)
