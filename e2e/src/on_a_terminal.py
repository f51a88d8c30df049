"""Runs a command on a pseudo-terminal, answers each question when it is shown, and prints the terminal's output.

on_a_terminal.py '[["Password: ", "secret\\r"]]' COMMAND [ARGUMENT ...]
"""

import json
import os
import pty
import sys

questions = json.loads(sys.argv[1])
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shown = seen = b""
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        # The command has ended.
        break
    if not piece:
        break
    shown += piece
    seen += piece
    if questions and questions[0][0].encode() in seen:
        os.write(terminal, questions.pop(0)[1].encode())
        seen = b""
sys.stdout.write(shown.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
