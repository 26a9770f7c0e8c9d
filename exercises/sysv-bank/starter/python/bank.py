"""usage: bank KEY ACCOUNTS TELLERS TRANSFERS

TELLERS child processes make TRANSFERS transfers each between ACCOUNTS accounts in shared memory.
"""

import sys


def parse_count(text: str) -> int:
    """A count in decimal, or -1 if `text` is anything else."""
    return int(text) if text.isascii() and text.isdigit() else -1


def main(arguments: list[str]) -> int:
    if len(arguments) != 4 or min(map(parse_count, arguments)) < 0:
        print("usage: bank KEY ACCOUNTS TELLERS TRANSFERS", file=sys.stderr)
        return 2
    key, accounts, tellers, transfers = map(parse_count, arguments)

    # Step 1: make the segment, only if its key is free (sysv_ipc.SharedMemory; memoryview(...).cast("l") makes longs
    #         of it). What if there are no accounts?

    # Step 2: make the set, only if its key is free (SemaphoreSet of semset.py). If a step fails: what have you made
    #         so far, and what belongs to somebody else?

    # Step 3: give the balances and the semaphores their values. When must that be done, and by whom?

    # Step 4: start the tellers.

    # Step 5: in a teller, for each transfer: take both accounts, move the money, give both back. How can it be that
    #         no two tellers ever wait for each other? What happens if the teller is killed here? And how does a
    #         child end, so that it does not go on as a second parent?

    # Step 6: when may the parent read the balances? Do what is needed for that, then print them.

    # Step 7: remove both objects. What if something has failed in between?

    print(f"bank: not written yet (key {key}: {accounts}, {tellers}, {transfers})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
