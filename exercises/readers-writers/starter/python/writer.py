"""usage: writer FILE TEXT

Replaces the content of FILE by TEXT and a newline under an exclusive lock, when a line, or the end of the standard
input, has come.
"""

import sys


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or "\n" in arguments[1]:
        print("usage: writer FILE TEXT", file=sys.stderr)
        return 2
    path, text = arguments

    # Step 1: open FILE, and make it if it is not there. What may open do to the content, and what not yet?

    # Step 2: take the lock that lets nobody else in.

    # Step 3: print `writing`, so that it is seen at once, and wait for a line or the end of stdin.

    # Step 4: replace the content. What is left of an old text that was longer?

    # Step 5: give the lock back. Where is the text by then: in the file, or in a buffer?

    print(f"writer: not written yet ({path}, {text})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
