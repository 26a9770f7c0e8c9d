"""usage: daemon NAME

Writes its pid into NAME.pid, prints `ready`, and answers signals until SIGTERM or SIGINT.
"""

import sys


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: daemon NAME", file=sys.stderr)
        return 2
    name = arguments[0]

    # Step 1: decide how the signals are to reach you, and arrange for it before all else. A signal may come at
    #         once. Which ones do you take, and which one do you leave to the kernel?

    # Step 2: look into NAME.pid. If a living process owns it, say so on stderr and return 1.

    # Step 3: make NAME.pid, exclusively and with mode 0600, and write your pid into it.

    # Step 4: print `ready`, and flush.

    # Step 5: sleep until a signal comes; answer it; again. There must be no moment in which a signal that comes
    #         is overlooked.

    # Step 6: on SIGTERM or SIGINT, answer what is still waiting, print `bye`, remove NAME.pid, return 0.

    print(f"daemon: not written yet ({name})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
