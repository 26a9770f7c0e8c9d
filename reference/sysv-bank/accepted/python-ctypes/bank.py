# Accepted: no sysv_ipc and no semset, all six calls by ctypes; 0 means free; an ExitStack undoes what was made.
import contextlib
import ctypes
import os
import sys

libc = ctypes.CDLL("libc.so.6", use_errno=True)
libc.shmat.restype = ctypes.c_void_p
libc.shmget.argtypes = [ctypes.c_int, ctypes.c_size_t, ctypes.c_int]
NEW = 0o1000 | 0o2000 | 0o600  # IPC_CREAT, IPC_EXCL
SEM_UNDO = 0x1000
SETALL = 17


class sembuf(ctypes.Structure):
    _fields_ = [("num", ctypes.c_ushort), ("op", ctypes.c_short), ("flg", ctypes.c_short)]


def call(name, *args):
    while True:
        result = getattr(libc, name)(*args)
        if result not in (-1, ctypes.c_void_p(-1).value):
            return result
        if ctypes.get_errno() != 4:  # EINTR
            raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


def child(ledger, semid, teller, transfers):
    accounts = len(ledger)
    for i in range(transfers):
        a = (teller + i) % accounts
        b = (a + 1 + i % (accounts - 1)) % accounts
        take = (sembuf * 4)((a, 0, 0), (b, 0, 0), (a, 1, SEM_UNDO), (b, 1, SEM_UNDO))
        give = (sembuf * 2)((a, -1, SEM_UNDO), (b, -1, SEM_UNDO))
        call("semop", semid, take, 4)
        ledger[a], ledger[b] = ledger[a] - 1, ledger[b] + 1
        call("semop", semid, give, 2)


def parent(key, accounts, tellers, transfers):
    with contextlib.ExitStack() as undo:
        ledger = (ctypes.c_long * 0)()
        semid = -1
        if accounts:
            shmid = call("shmget", key, accounts * ctypes.sizeof(ctypes.c_long), NEW)
            undo.callback(call, "shmctl", shmid, 0, None)
            semid = call("semget", key, accounts, NEW)
            undo.callback(call, "semctl", semid, 0, 0)
            call("semctl", semid, 0, SETALL, (ctypes.c_ushort * accounts)())
            ledger = (ctypes.c_long * accounts).from_address(call("shmat", shmid, None, 0))
            ledger[:] = [100] * accounts

        for teller in range(tellers):
            if os.fork() == 0:
                try:
                    child(ledger, semid, teller, transfers if accounts > 1 else 0)
                except BaseException as error:
                    os.write(2, f"teller {teller}: {error}\n".encode())
                    os._exit(1)
                os._exit(0)
        results = [os.waitid(os.P_ALL, 0, os.WEXITED).si_status for _ in range(tellers)]
        if any(results):
            raise OSError("a teller failed")
        for line in [*ledger, f"total {sum(ledger)}"]:
            os.write(1, f"{line}\n".encode())


def main():
    words = sys.argv[1:]
    if len(words) != 4 or not all(w and set(w) <= set("0123456789") for w in words):
        os.write(2, b"usage: bank KEY ACCOUNTS TELLERS TRANSFERS\n")
        return 2
    try:
        parent(*map(int, words))
    except OSError as error:
        os.write(2, f"bank: {error}\n".encode())
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
