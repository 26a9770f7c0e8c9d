# Wrong: the set is never removed.
import os
import sys

import sysv_ipc
from semset import IPC_CREAT, IPC_EXCL, SEM_UNDO, Operation, SemaphoreSet

if len(sys.argv) != 5 or not all(word.isdigit() for word in sys.argv[1:]):
    print("usage: bank KEY ACCOUNTS TELLERS TRANSFERS", file=sys.stderr)
    sys.exit(2)
key, accounts, tellers, transfers = map(int, sys.argv[1:])
if accounts == 0:
    print("total 0")
    sys.exit()
try:
    segment = sysv_ipc.SharedMemory(key, sysv_ipc.IPC_CREX, mode=0o600, size=8 * accounts)
except sysv_ipc.ExistentialError as error:
    sys.exit(f"bank: {error}")
try:
    semaphores = SemaphoreSet(key, accounts, IPC_CREAT | IPC_EXCL | 0o600)
except FileExistsError as error:
    segment.remove()
    sys.exit(f"bank: {error}")
balances = memoryview(segment).cast("l")
for account in range(accounts):
    balances[account] = 100
semaphores.setall([1] * accounts)

for teller in range(tellers):
    if os.fork() == 0:
        for i in range(transfers if accounts > 1 else 0):
            a = (teller + i) % accounts
            b = (a + 1 + i % (accounts - 1)) % accounts
            semaphores.semop(Operation(a, -1, SEM_UNDO), Operation(b, -1, SEM_UNDO))
            balances[a] -= 1
            balances[b] += 1
            semaphores.semop(Operation(a, 1, SEM_UNDO), Operation(b, 1, SEM_UNDO))
        os._exit(0)
for _ in range(tellers):
    os.wait()

for balance in balances:
    print(balance, flush=True)
print("total", sum(balances), flush=True)
segment.remove()
