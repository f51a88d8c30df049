import os
import sys

name = os.fsdecode(b"name_\xff.txt")
for text in (name, "\ud800"):
    for stream in (sys.stdout, sys.stderr):
        try:
            print(text, file=stream)
        except UnicodeEncodeError as error:
            print("cannot print:", error.reason)
print(ascii(name), sys.stdout.errors, sys.stderr.errors)
