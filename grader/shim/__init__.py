"""The run-time linked into traced C programs: it announces what the kernel would never see.

A program compiled with `COMPILE_FLAGS` calls a hook before each access to memory. Linked with the files of
this folder (`SOURCES`), those hooks ask whether other processes may see the address, and if so tell the
tracer by a system call that it traps: the access becomes an event, and a point where another process may be
let run first. So do the calls that synchronise without the kernel's help, such as an uncontended `sem_wait`,
and the functions of the C library that read or fill shared memory.

    announce.h      the protocol; protocol.py is its Python side
    ranges.c        the table: which addresses are shared
    mappings.c      keeps it true: mmap, munmap, mremap, shmat, shmdt
    hooks.c         the compiler's hooks for loads and stores
    atomics.c       ... and for atomic operations
    accesses.c      which of them are announced, and the log of the others
    heap.c          memory that is given back
    handlers.c      signal handlers, and what they must not call
    unsafe.h, unsafe_calls.c
                    ... of the C library
    real.h          the C library's functions behind interposed ones
    sync.h, semaphores.c, mutexes.c, locks.c, threads.c, c11.c
                    the calls that synchronise
    strings.c, streams.c, formats.c
                    memcpy, strcpy, fgets, printf, ...

Needs glibc 2.34 or newer, linked dynamically.

It must work wherever a program can touch memory: in signal handlers, before main, between vfork and exec.
So there are no locks, no allocation, no errno and no C library on the way of an announcement.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent

SOURCES: Final = tuple(sorted(FOLDER.glob("*.c")))
"""To be compiled, each with `SHIM_FLAGS`, and linked before the program's own objects with `LINK_FLAGS`."""

SHIM_FLAGS: Final = ("-O2", "-fPIC", "-fno-sanitize=all")
"""For gcc and clang; without -g, so that no line of these files is taken for one of the program's."""

# Or the compiler makes, of strcpy(shared, "abc") for one, a store without a hook. All of -fno-builtin would
# be too much: it changes which programs need -lm.
_WATCHED = (
    "memcpy memmove memset memcmp mempcpy bzero strcpy stpcpy strncpy strcat strncat strlen strnlen "
    "strcmp strncmp strchr strrchr strstr strdup sprintf snprintf vsprintf vsnprintf"
)

# What would switch the hooks off for a function means nothing instead; and -O0 has no fortified functions.
_NOT_SWITCHED_OFF = (
    "-U_FORTIFY_SOURCE",
    "-Dno_sanitize(...)=unused",
    "-D__no_sanitize__(...)=unused",
    "-Dno_sanitize_thread=unused",
    "-D__no_sanitize_thread__=unused",
    "-Ddisable_sanitizer_instrumentation=unused",
)

_COMMON_FLAGS = (
    "-O0",
    "-g",
    *_NOT_SWITCHED_OFF,
    *(f"-fno-builtin-{name}" for name in _WATCHED.split()),
    "-fno-optimize-sibling-calls",
    "-fsanitize=thread",
)

COMPILE_FLAGS: Final = (*_COMMON_FLAGS, "--param", "tsan-distinguish-volatile=1", "-Wno-tsan")
"""For a program's own files, with gcc."""

CLANG_COMPILE_FLAGS: Final = (
    *_COMMON_FLAGS,
    "-mllvm",
    "-tsan-distinguish-volatile=1",
    "-mllvm",
    "-tsan-instrument-read-before-write=1",  # or `x++` is a store only
)
"""For a program's own files, with clang."""

MARKER: Final = b"ipc-grader: accesses are announced"
"""In every program of which at least one file was compiled with these flags, and linked with the run-time."""

LINK_FLAGS: Final = ("-ldl", "-pthread")
"""Without -fsanitize: the hooks are these, not ThreadSanitizer's."""
