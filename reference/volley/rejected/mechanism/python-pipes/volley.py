# Wrong: the turns are told by two pipes, not by SIGUSR1.
import os
import sys


def play(word, rounds, mine, other):
    for i in range(1, rounds + 1):
        os.read(mine, 1)
        print(word, i, flush=True)
        os.write(other, b"!")


def main():
    if len(sys.argv) != 2 or not (sys.argv[1].isascii() and sys.argv[1].isdigit()):
        sys.stderr.write("usage: volley ROUNDS\n")
        return 2
    rounds = int(sys.argv[1])
    (ping, to_ping), (pong, to_pong) = os.pipe(), os.pipe()
    os.write(to_ping, b"!")
    child = os.fork()
    if not child:
        play("pong", rounds, pong, to_ping)
        os._exit(0)
    play("ping", rounds, ping, to_pong)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


sys.exit(main())
