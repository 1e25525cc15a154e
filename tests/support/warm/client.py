"""Has a warm process run a module in a fork, with the folder, environment and streams of this one.

`python -IS client.py SOCKET MODULE WORDS…` stands for `python -m MODULE WORDS…`.
"""

import os
import signal
import socket
import sys

_, place, *words = sys.argv
with socket.socket(socket.AF_UNIX) as warm, warm.makefile("rwb") as said:
    warm.connect(place)
    socket.send_fds(warm, [b"\n"], [0, 1, 2])
    asked = (words, os.getcwd(), {**os.environ})  # noqa: PTH109 - pathlib takes longer to load
    said.write(f"{asked}\n".encode(errors="surrogateescape"))
    said.flush()
    signal.signal(signal.SIGTERM, lambda *_: warm.shutdown(socket.SHUT_WR))  # which ends it there
    code = int(said.readline())
sys.exit(code if code >= 0 else 128 - code)  # as shells tell a signal
