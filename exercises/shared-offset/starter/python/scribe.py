"""usage: scribe FILE CHILDREN LINES

CHILDREN child processes write LINES lines each into FILE; the parent prints what has come of it.
"""

import sys


def parse_count(text: str) -> int:
    """A count in decimal, or -1 if `text` is anything else."""
    return int(text) if text.isascii() and text.isdigit() else -1


def main(arguments: list[str]) -> int:
    children = parse_count(arguments[1]) if len(arguments) == 3 else -1
    lines = parse_count(arguments[2]) if len(arguments) == 3 else -1
    if children < 0 or lines < 0:
        print("usage: scribe FILE CHILDREN LINES", file=sys.stderr)
        return 2
    path = arguments[0]

    # Step 1: open FILE, once (os.open). For what, if the children write and the parent reads by the same descriptor?

    # Step 2: start the children. How does a child end, so that it does not go on as a second parent?

    # Step 3: in a child, write the lines. By how many calls is each of them written?

    # Step 4: wait for all children.

    # Step 5: where does the position stand now? Take it back to the beginning, and copy the file to stdout.

    print(f"scribe: not written yet ({path}, {children} children, {lines} lines)", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
