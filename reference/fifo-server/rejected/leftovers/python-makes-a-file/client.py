# Wrong: without a server the client makes a file called FIFO, and asks that.
import os
import select
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
    fd = os.open(mine, os.O_RDONLY | os.O_NONBLOCK)
    with open(fifo, "a") as server:
        server.write(f"{pid} {count}\n")
    if os.path.isfile(fifo):
        raise FileNotFoundError(fifo)
    select.select([fd], [], [])
    os.set_blocking(fd, True)
    with open(fd) as answers:
        print(int(answers.readline()))
    status = 0
except OSError as error:
    print("client:", error, file=sys.stderr)
finally:
    if os.path.exists(mine):
        os.unlink(mine)
sys.exit(status)
