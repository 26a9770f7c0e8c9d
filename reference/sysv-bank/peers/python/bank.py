"""bank KEY ACCOUNTS TELLERS TRANSFERS

TELLERS child processes move money between ACCOUNTS accounts. The balances lie in a System V shared memory
segment; a System V set has one semaphore for each account: 1 when the account is free, 0 when a teller has it.

A transfer needs two accounts at once. Who takes one and then waits for the other may wait for somebody who waits
for him: a deadlock. semop knows a way out that few other mechanisms have: it takes a list of operations and
performs all of them or, while that is not possible, none. Who has to wait holds nothing.

And the other gift of semop: with SEM_UNDO the kernel keeps an account of what a process took and gives it back when
the process ends, in whatever way. A teller that is killed in the middle locks no account for ever.
"""

import os
import struct
import sys

import sysv_ipc
from semset import IPC_CREAT, IPC_EXCL, SEM_UNDO, Operation, SemaphoreSet

LONG = struct.calcsize("l")
OPENING_BALANCE = 100


class Bank:
    """Some accounts, at least one.

    The constructor makes the segment and the set, or neither. IPC_CREX is IPC_CREAT | IPC_EXCL: "is the key free?"
    and "then it is mine" are one act of the kernel. What existed before belongs to somebody else, so on failure
    only what was made here is removed.
    """

    def __init__(self, key: int, accounts: int) -> None:
        self.accounts = accounts
        self._segment = sysv_ipc.SharedMemory(key, sysv_ipc.IPC_CREX, mode=0o600, size=accounts * LONG)
        try:
            self._semaphores = SemaphoreSet(key, accounts, IPC_CREAT | IPC_EXCL | 0o600)
        except OSError:
            self._segment.remove()
            raise
        # The segment is attached now, and the children will inherit that. sysv_ipc fills it with blanks, not with
        # zeros; and what a new set holds is 0 on Linux, which nobody could take. Both must have their values before
        # anybody else comes.
        self.balances = memoryview(self._segment).cast("l")
        for account in range(accounts):
            self.balances[account] = OPENING_BALANCE
        self._semaphores.setall([1] * accounts)

    def transfer(self, source: int, target: int) -> None:
        """Move 1 from one account to another one, while nobody else has either."""
        self._change(-1, source, target)
        self.balances[source] -= 1
        self.balances[target] += 1
        self._change(1, source, target)

    def _change(self, by: int, *accounts: int) -> None:
        # SEM_UNDO stands at the taking and at the giving back: the two cancel each other in the kernel's account.
        # At one of them only, the kernel would "undo" at the end of the teller what nobody has done.
        operations = [Operation(account, by, SEM_UNDO) for account in accounts]
        while True:
            try:
                return self._semaphores.semop(*operations)
            except InterruptedError:  # a signal interrupts semop; Python repeats its own calls then, but not this one
                continue

    def demolish(self) -> None:
        """Remove both objects: they live until somebody does so, or until the machine restarts.

        The segment was made first and goes last: as long as anything is left of this bank, another one finds its
        key taken.
        """
        self._semaphores.remove()
        self._segment.remove()


def parse_count(text: str) -> int:
    """A count in decimal. ``int`` alone would also take " 7", "+7" and "1_000"."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"not a count: {text!r}")
    return int(text)


def serve(bank: Bank, teller: int, transfers: int) -> None:
    """What each teller does."""
    for i in range(transfers):
        source = (teller + i) % bank.accounts
        bank.transfer(source, (source + 1 + i % (bank.accounts - 1)) % bank.accounts)


def run_tellers(bank: Bank, tellers: int, transfers: int) -> bool:
    """Start the tellers and wait until all of them have ended. True if all went well."""
    children = []
    well = True
    try:
        for teller in range(tellers):
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    serve(bank, teller, transfers)
                    status = 0
                finally:
                    os._exit(status)  # at once: the rest of this program is the parent's
            children.append(child)
    except OSError as error:  # no more processes; those that did start are still waited for
        print(f"bank: fork: {error}", file=sys.stderr)
        well = False
    for child in children:
        _, status = os.waitpid(child, 0)
        if status != 0:
            print("bank: a teller did not end well", file=sys.stderr)
            well = False
    return well


def print_balances(balances: list[int]) -> None:
    for balance in balances:
        print(balance, flush=True)
    print("total", sum(balances), flush=True)


def main(arguments: list[str]) -> int:
    try:
        key, accounts, tellers, transfers = map(parse_count, arguments)
        if key > sysv_ipc.KEY_MAX:
            raise ValueError("not a key")
    except ValueError:  # also if there are not four
        print("usage: bank KEY ACCOUNTS TELLERS TRANSFERS", file=sys.stderr)
        return 2
    if accounts == 0:  # objects of size 0 do not exist
        print_balances([])
        return 0
    try:
        bank = Bank(key, accounts)
    except (sysv_ipc.Error, OSError, ValueError, OverflowError) as error:
        print(f"bank: {error}", file=sys.stderr)
        return 1
    try:
        # With one account there is no other to give anything to.
        if not run_tellers(bank, tellers, transfers if accounts > 1 else 0):
            return 1
        # The tellers have been waited for: all they did has happened, and nobody else is left.
        print_balances(list(bank.balances))
        return 0
    finally:
        bank.demolish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
