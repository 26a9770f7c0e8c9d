"""No part of a solution. messenger SOCKET COUNT PID - send messages to a logd, and SIGTERM right after them"""

import os
import signal
import socket
import sys

path, count, pid = sys.argv[1:]
sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for number in range(1, int(count) + 1):
    sender.sendto(b"message %d" % number, path)
os.kill(int(pid), signal.SIGTERM)
