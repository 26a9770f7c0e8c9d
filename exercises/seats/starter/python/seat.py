"""usage: seat FILE ROW NAME

Reserves row ROW (0 to 99) for NAME, in a file of 100 records of 16 bytes.
"""

import sys

ROWS = 100
RECORD = 16


def parse_row(text: str) -> int:
    """The number of a row, or -1 if `text` is anything else."""
    row = int(text) if text.isascii() and text.isdigit() else -1
    return row if row < ROWS else -1


def main(arguments: list[str]) -> int:
    row = parse_row(arguments[1]) if len(arguments) == 3 else -1
    if row == -1 or not arguments[2]:
        print("usage: seat FILE ROW NAME", file=sys.stderr)
        return 2
    path, name = arguments[0], arguments[2]

    # Step 1: a name of more than RECORD bytes is a failure. How many bytes has a str?

    # Step 2: open FILE, and make it, with all its records, if it is not there. What if somebody else does so at the
    #         same time, and has already reserved a row?

    # Step 3: lock the record, and no other byte (fcntl.lockf). What gives such a lock back?

    # Step 4: print `holding ROW`, so that it is seen at once, and wait for a line or the end of stdin.

    # Step 5: look who has the row, and write the name if nobody has.

    print(f"seat: not written yet ({path}, row {row}, {name})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
