"""No part of a solution. hasty FIFO PID - a client that sends SIGTERM to the server as soon as it has its answer"""

import os
import signal
import sys

fifo, pid = sys.argv[1:]
mine = f"{fifo}.{os.getpid()}"
os.mkfifo(mine, 0o600)
answers = os.open(mine, os.O_RDWR)
server = os.open(fifo, os.O_WRONLY)
os.write(server, b"%d 1\n" % os.getpid())
os.read(answers, 64)
os.kill(int(pid), signal.SIGTERM)
os.unlink(mine)
