import logging
import os
import sys

print("plain", "ünïcödé", "\N{TELESCOPE}")
print("no newline", end="")
print()
print("to stderr", file=sys.stderr)
sys.stdout.write("written\n")
sys.stdout.flush()
sys.stdout.buffer.write(b"bytes \xff\n")
sys.stdout.buffer.flush()
print(sys.stdout.fileno(), sys.stdout.isatty(), sys.stdout.encoding, sys.stdout.writable())
print(sys.__stdout__ is sys.stdout, repr(sys.stdin.read()))
logging.basicConfig(format="%(levelname)s %(funcName)s:%(lineno)d %(message)s")
logging.warning("a warning")
logging.getLogger("x").exception("not in an exception")
sys.stdout.flush()
os.write(1, b"by the descriptor\n")
