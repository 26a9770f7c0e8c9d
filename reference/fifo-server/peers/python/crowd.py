"""No part of a solution. crowd FIFO TIMES COUNT - ask for COUNT numbers, and again, TIMES in all, in one write

It reads all answers, in whatever order they come, and says how many different ones there were, and from where to where.
"""

import os
import sys


def main(fifo: str, times: int, count: int) -> None:
    mine = f"{fifo}.{os.getpid()}"
    os.mkfifo(mine, 0o600)
    # Open for both: so there is no end of file between two answers.
    answers = os.fdopen(os.open(mine, os.O_RDWR), "rb")
    server = os.open(fifo, os.O_WRONLY)
    os.write(server, b"%d %d\n" % (os.getpid(), count) * times)
    os.close(server)
    numbers = {int(answers.readline()) for _ in range(times)}
    os.unlink(mine)
    print(f"{len(numbers)} different numbers, {min(numbers)} to {max(numbers)}", flush=True)


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
