# Wrong: the client opens its FIFO after it has asked, and the server takes who has not opened yet for gone.
import os
import sys

if len(sys.argv) != 3 or not sys.argv[2].isdecimal():
    print("usage: client FIFO COUNT", file=sys.stderr)
    sys.exit(2)
fifo, count = sys.argv[1:]
pid = os.getpid()
mine = f"{fifo}.{pid}"
status = 1
try:
    os.mkfifo(mine, 0o600)
    with open(os.open(fifo, os.O_WRONLY), "w") as server:
        server.write(f"{pid} {count}\n")
    fd = os.open(mine, os.O_RDONLY)
    with open(fd) as answers:
        print(int(answers.readline()))
    status = 0
except OSError as error:
    print("client:", error, file=sys.stderr)
finally:
    if os.path.exists(mine):
        os.unlink(mine)
sys.exit(status)
