"""usage: ring SLOTS PRODUCERS CONSUMERS ITEMS

PRODUCERS put ITEMS items each into a ring of SLOTS slots, CONSUMERS take them out and print them.
"""

import sys


def main(arguments: list[str]) -> int:
    if len(arguments) != 4 or not all(text.isascii() and text.isdigit() for text in arguments):
        print("usage: ring SLOTS PRODUCERS CONSUMERS ITEMS", file=sys.stderr)
        return 2
    slots, producers, consumers, items = map(int, arguments)

    # Step 1: what do all processes share? Decide where in the memory each of it lies, and map so much that there is room
    #         for the slots. (The modules mmap and struct; Python's own lists and numbers are copied by fork.)

    # Step 2: make the semaphores. (The module posix_ipc.) What does each of them count, and with which value does it
    #         begin? They need names: which ones, and when can the names be removed again?

    # Step 3: write put and take. For what does each have to wait first, and for what only then? What must be one act,
    #         and what should happen outside it?

    # Step 4: start the producers and the consumers. A producer puts its items and ends. A consumer prints what it takes;
    #         each line must be out at once, also if stdout is a pipe.

    # Step 5: how does a consumer that sleeps learn that nothing more will come? How do all of them? What if there are
    #         more consumers than items, or no items at all?

    # Step 6: wait for every child.

    print(
        f"ring: not written yet ({slots} slots, {producers} producers, {consumers} consumers, {items} items)",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
