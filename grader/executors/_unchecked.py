"""Advice on calls whose results a C program throws away: who does not look does not know that they failed.

The compiler tells, in a pass of its own that keeps nothing: a header declares the calls anew, so that it
warns where a result is not used. What is assigned and then never compared is not found, nor a file that a
Makefile compiles. `(void)call(...)` says that it is meant so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from grader.executors.base import FOLDER, Workshop, text_of
from grader.executors.tree import printable
from grader.sandbox import archives

WHY: Final = "A failure that nobody notices shows somewhere else, much later."
_HEADER: Final = "unchecked.h"
_BUILD: Final = "/build"
_OUTPUT_MAX: Final = 256 << 10
_SHOWN_MAX: Final = 3
_HEADERS: Final = (
    "mqueue.h semaphore.h signal.h stddef.h sys/ipc.h sys/mman.h sys/msg.h sys/sem.h sys/shm.h sys/socket.h "
    "sys/stat.h sys/types.h time.h unistd.h"
)
_CALLS: Final[Mapping[str, str]] = {
    "bind": "int bind(int, const struct sockaddr *, socklen_t)",
    "connect": "int connect(int, const struct sockaddr *, socklen_t)",
    "ftruncate": "int ftruncate(int, off_t)",
    "kill": "int kill(pid_t, int)",
    "listen": "int listen(int, int)",
    "mkfifo": "int mkfifo(const char *, mode_t)",
    "mq_receive": "ssize_t mq_receive(mqd_t, char *, size_t, unsigned int *)",
    "mq_send": "int mq_send(mqd_t, const char *, size_t, unsigned int)",
    "msgrcv": "ssize_t msgrcv(int, void *, size_t, long, int)",
    "msgsnd": "int msgsnd(int, const void *, size_t, int)",
    "pipe": "int pipe(int[2])",
    "read": "ssize_t read(int, void *, size_t)",
    "recv": "ssize_t recv(int, void *, size_t, int)",
    "sem_init": "int sem_init(sem_t *, int, unsigned int)",
    "sem_timedwait": "int sem_timedwait(sem_t *, const struct timespec *)",
    "sem_wait": "int sem_wait(sem_t *)",
    "semop": "int semop(int, struct sembuf *, size_t)",
    "send": "ssize_t send(int, const void *, size_t, int)",
    "socketpair": "int socketpair(int, int, int, int[2])",
    "write": "ssize_t write(int, const void *, size_t)",
}
_WARNED = re.compile(
    r"^(?P<file>[^\s:]+):(?P<line>\d+):\d+: warning: ignoring return value of \W(?P<call>\w+)\W ",
    re.MULTILINE,
)


def header() -> str:
    """Return the declarations by which the compiler warns."""
    lines = [f"#include <{name}>" for name in _HEADERS.split()]
    lines += [f"extern {prototype} __attribute__((warn_unused_result));" for prototype in _CALLS.values()]
    return "\n".join(lines) + "\n"


def advise(workshop: Workshop, files: Sequence[str]) -> None:
    """Tell of calls in C files whose results are thrown away; a file may not compile like this."""
    workshop.box.put(_BUILD, archives.of_mapping({_HEADER: header().encode()}, {}))
    places: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for file in files:
        for call, line in _thrown_away(workshop, file):
            places[call].append((printable(file), line))
    for call, found in sorted(places.items(), key=lambda item: item[1][0]):
        (file, line), *others = found
        also = ", ".join(f"{name}:{number}" for name, number in others[: _SHOWN_MAX - 1])
        rest = f" and {len(others) - _SHOWN_MAX + 1} more" if len(others) >= _SHOWN_MAX else ""
        text = f"`{call}` can fail, and what it returns is not looked at" + (
            f"; nor at {also}{rest}" if also else ""
        )
        workshop.advise(text, file=file, line=line, read=f"man {_section(call)} {call}", why=WHY)


def _thrown_away(workshop: Workshop, file: str) -> Iterator[tuple[str, int]]:
    source = f"./{file}" if file.startswith("-") else file
    result = workshop.box.command(
        ["gcc", "-std=gnu11", "-D_GNU_SOURCE", "-fdiagnostics-color=never", "-pthread", "-include",
         f"{_BUILD}/{_HEADER}", "-S", "-o", "/dev/null", source],
        cwd=FOLDER,
        time_s=workshop.time_s,
        output_max=_OUTPUT_MAX,
    )  # fmt: skip
    if result.status != 0:
        return  # a function of its own has such a name
    lines = workshop.tree.files[file].decode(errors="replace").splitlines()
    for warning in _WARNED.finditer(text_of(result)):
        number = int(warning["line"])
        own = warning["file"] == source and 0 < number <= len(lines)
        call = warning["call"]
        if own and call in _CALLS and not re.search(rf"\(void\)\s*{call}\b", lines[number - 1]):
            yield call, number


def _section(call: str) -> int:
    return 3 if call.startswith(("mq_", "sem_", "mkfifo")) else 2
