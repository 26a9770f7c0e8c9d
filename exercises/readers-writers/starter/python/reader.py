"""usage: reader FILE

Prints the content of FILE under a shared lock, when a line, or the end of the standard input, has come.
"""

import sys


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: reader FILE", file=sys.stderr)
        return 2
    path = arguments[0]

    # Step 1: open FILE, and make it if it is not there. (The modules os and fcntl.)

    # Step 2: take the lock. Which of the two kinds lets other readers in? Does your call wait?

    # Step 3: print `reading`, so that it is seen at once, and wait for a line or the end of stdin.

    # Step 4: print the content. From when on is it sure that no writer is in the middle of changing it?

    # Step 5: give the lock back. Has everything been printed by then?

    print(f"reader: not written yet ({path})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
