"""usage: fetch FILE

Takes the oldest message out of the mailbox FILE and prints it. Exit status 3: there is none.
"""

import sys


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: fetch FILE", file=sys.stderr)
        return 2
    file = arguments[0]

    # Step 1: lock FILE.lock, as post does. Why does somebody who takes a message out need the lock, too?

    # Step 2: which message is the oldest, and what stays? There may be none, or no mailbox at all.

    # Step 3: let the mailbox contain what stays, so that it never contains anything in between. post must do the same:
    #         both can import a module that lies beside them.

    # Step 4: print the message. Before or after step 3: what if you are killed between the two?

    print(f"fetch: not written yet ({file})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
