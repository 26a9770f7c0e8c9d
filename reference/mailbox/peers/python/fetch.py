"""fetch FILE

Takes the oldest message out of the mailbox FILE and prints it; exit status 3 if there is none.

First it is taken out, then it is printed. Killed in between, this program takes a message with it that nobody
sees; the other way round, the message would be printed, still be there, and be printed again.
"""

import sys

import mailbox


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: fetch FILE", file=sys.stderr)
        return 2
    file = arguments[0]
    try:
        with mailbox.locked(file):
            messages = mailbox.read(file)
            if not messages:
                return 3
            oldest, newline, rest = messages.partition(b"\n")
            mailbox.replace(file, rest)
        # The message is ours now. Whoever waits need not wait for our printing.
        sys.stdout.buffer.write(oldest + newline)
        sys.stdout.buffer.flush()
    except OSError as error:
        print(f"fetch: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
