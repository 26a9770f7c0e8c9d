"""chat ME PEER - two people talk over two FIFOs, one for each direction.

So far the names are put together and what is typed is thrown away. What is missing is marked TODO.
"""

import sys


def main(arguments):
    if len(arguments) != 2:
        print("usage: chat ME PEER", file=sys.stderr)
        return 2
    me, peer = arguments
    mine, theirs = f"{me}.fifo", f"{peer}.fifo"
    print(f"chat: would read {mine} and write {theirs}", file=sys.stderr)

    # TODO: make both FIFOs (os.mkfifo), unless they are there.

    # TODO: open them. Think first: for whom does each open wait, and who waits for you meanwhile?

    # TODO: wait for two things at once: a line that is typed, and a line that comes.
    for line in sys.stdin:
        if line == "/quit\n":
            break
        # TODO: send the line.

    # TODO: when the peer leaves: print "PEER left". Whoever leaves or is left removes his own FIFO.
    print("chat: not finished yet", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
