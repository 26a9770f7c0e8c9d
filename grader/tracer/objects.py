"""Which kernel object a descriptor, path, key or address stands for, and what the student calls it.

Identity is the kernel's (device and inode, System V id); names are the student's. Files outside the working
directory, /tmp and the places of IPC objects are of no interest: programs and libraries live there.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
import stat

from grader.mechanisms.base import AT_FDCWD, POSIX_OBJECTS
from grader.model.history import Object, ObjectKind
from grader.tracer import proc

WORK = "/work"
_ANONYMOUS = "anon_inode:"
_NAMELESS = "/memfd:"
_QUEUES = "/dev/mqueue/"
_TEMPORARY = "/" + "tmp/"
PLACES = (WORK + "/", _TEMPORARY, POSIX_OBJECTS, _QUEUES)
"""Where objects of interest have their names, inside the sandbox."""

_ACCESS = {os.O_RDONLY: "r", os.O_WRONLY: "w", os.O_RDWR: "rw"}
_BY_LINK = {"pipe": ObjectKind.PIPE, "socket": ObjectKind.SOCKET}


def interesting_path(text: str) -> bool:
    """Whether a path argument may lead to an object of interest."""
    return text.startswith(PLACES) or (text != "" and not text.startswith("/"))


class Objects:
    """The objects of one run, numbered in the order in which they appear.

    Args:
        work: the working directory as the sandbox sees it.
    """

    def __init__(self, work: str = WORK) -> None:
        self.known: dict[str, Object] = {}
        self._work = work
        self._by_inode: dict[tuple[int, int], str] = {}
        self._by_number: dict[tuple[str, int], str] = {}
        self._generations: dict[str, int] = {}
        self._holders: dict[tuple[int, int], str] = {}
        self.aliases: dict[str, str] = {}
        """Ids under which objects are recorded that got their names later."""
        self.names: dict[str, set[str]] = {}
        """Further names that files have got, by the ids of the files."""

    def add(self, kind: ObjectKind, name: str = "") -> str:
        """Add an object and return its id; a further one of the same name is the next generation."""
        base = f"{kind.value}:{name}" if name else kind.value
        generation = self._generations.get(base, 0) + 1
        self._generations[base] = generation
        if not name:
            identity = f"{kind.value}:{generation}"
        else:
            identity = base if generation == 1 else f"{base}@{generation}"
        self.known[identity] = Object(id=identity, kind=kind, name=name)
        return identity

    def assign(self, inode: tuple[int, int], kind: ObjectKind, name: str) -> str:
        """Name an object that the grader made itself (a part's stdin, stdout, terminal)."""
        identity = self.add(kind, name)
        self._by_inode[inode] = identity
        return identity

    def rename(self, identity: str, name: str) -> str:
        """Give an object its final name: glibc makes a semaphore under another one and links it."""
        kind = self.known[identity].kind
        final = self.add(kind, name)
        self.aliases[identity] = final
        for inode, known in self._by_inode.items():
            if known == identity:
                self._by_inode[inode] = final
        del self.known[identity]
        return final

    def named_too(self, tid: int, directory: int, text: str) -> None:
        """Note that a path has become a name of a file: by link(2) or rename(2)."""
        with contextlib.suppress(OSError, ValueError):
            info = os.stat(self._full(tid, directory, text))
            known = self._by_inode.get((info.st_dev, info.st_ino))
            if known is not None:
                self.names.setdefault(known, set()).add(self.shown(tid, directory, text))

    def of_descriptor(self, tid: int, fd: int) -> str:
        """Return the object of a descriptor; "" for what is of no interest or not open."""
        link = f"/proc/{tid}/fd/{fd}"
        try:
            info = os.stat(link)
        except OSError:
            return ""
        found = self._by_inode.get((info.st_dev, info.st_ino))
        if found is not None:
            return found
        try:
            target = os.readlink(link)
        except OSError:
            return ""
        if target.startswith(_ANONYMOUS):
            return self._anonymous(tid, fd, target)
        target = target.removesuffix(" (deleted)")
        if self._is_queue(tid, info):
            target = _QUEUES + target.lstrip("/")  # a queue's descriptor is named from the top of its mount
        return self._identify(info, target)

    def _anonymous(self, tid: int, fd: int, target: str) -> str:
        """Return the object of a descriptor without its own inode: all epolls and eventfds share one."""
        same = (known for (holder, n), known in self._holders.items() if proc.same_file(tid, fd, holder, n))
        identity = next(same, "") or self.add(ObjectKind.TIMER if "timerfd" in target else ObjectKind.EVENT)
        self._holders[tid, fd] = identity
        return identity

    def held(self, tid: int, like: str = "") -> list[tuple[int, str, str]]:
        """Return a thread's descriptors of objects of interest as (number, object, `r`, `w` or `rw`).

        Args:
            tid: the thread.
            like: how /proc names what is asked for, e.g. `pipe:`; others are not looked at. Of those without
                an inode it cannot be told whose they are once the thread that has made them is gone.
        """
        found = []
        for fd, (_inode, access) in sorted(proc.descriptors(tid).items()):
            identity = self.of_descriptor(tid, fd) if proc.link(tid, fd).startswith(like) else ""
            if identity:
                found.append((fd, identity, _ACCESS.get(access, "rw")))
        return found

    def closed(self, tid: int, fd: int) -> None:
        """Note that a thread's descriptor has been closed, or has just been made."""
        self._holders.pop((tid, fd), None)

    def _is_queue(self, tid: int, info: os.stat_result) -> bool:
        try:
            return os.stat(f"/proc/{tid}/root{_QUEUES}").st_dev == info.st_dev
        except OSError:
            return False

    def of_path(self, tid: int, directory: int, text: str) -> str:
        """Return the object a path leads to now; "" if there is none, or it is of no interest."""
        if not text:
            return ""
        try:
            info = os.stat(self._full(tid, directory, text))
        except (OSError, ValueError):
            return ""
        found = self._by_inode.get((info.st_dev, info.st_ino))
        return found or self._identify(info, self.absolute(tid, directory, text))

    @staticmethod
    def _full(tid: int, directory: int, text: str) -> str:
        if text.startswith("/"):
            return f"/proc/{tid}/root{text}"
        return f"/proc/{tid}/cwd/{text}" if directory == AT_FDCWD else f"/proc/{tid}/fd/{directory}/{text}"

    def absolute(self, tid: int, directory: int, text: str) -> str:
        """Return a path argument as an absolute path of the sandbox."""
        if text.startswith("/"):
            return posixpath.normpath(text)
        try:
            base = os.readlink(f"/proc/{tid}/cwd" if directory == AT_FDCWD else f"/proc/{tid}/fd/{directory}")
        except OSError:
            base = self._work
        return posixpath.normpath(posixpath.join(base, text))

    def shown(self, tid: int, directory: int, text: str) -> str:
        """Return a path as the student knows it: `/name` for POSIX objects, else relative to the work."""
        path = self.absolute(tid, directory, text)
        if path.startswith(POSIX_OBJECTS):
            return "/" + path.removeprefix(POSIX_OBJECTS).removeprefix("sem.")
        return path.removeprefix(self._work + "/")

    def _identify(self, info: os.stat_result, path: str) -> str:
        kind, name = self._classify(info, path)
        if kind is None:
            return ""
        identity = self.add(kind, name)
        self._by_inode[info.st_dev, info.st_ino] = identity
        return identity

    def _classify(self, info: os.stat_result, path: str) -> tuple[ObjectKind | None, str]:
        prefix, colon, _rest = path.partition(":[")
        if colon and prefix in _BY_LINK:
            return _BY_LINK[prefix], ""
        if path.startswith(_NAMELESS):
            return ObjectKind.MAPPING, ""
        if path.startswith(POSIX_OBJECTS):
            name = path.removeprefix(POSIX_OBJECTS)
            if name.startswith("sem."):
                return ObjectKind.SEMAPHORE, "/" + name.removeprefix("sem.")
            return ObjectKind.SHARED_MEMORY, "/" + name
        if path.startswith(_QUEUES):
            return ObjectKind.QUEUE, "/" + path.removeprefix(_QUEUES)
        mode = info.st_mode
        if stat.S_ISCHR(mode):
            terminal = path.startswith(("/dev/pts/", "/dev/tty"))
            return (ObjectKind.TERMINAL, path) if terminal else (None, "")
        if not path.startswith((self._work + "/", _TEMPORARY)) and path != self._work:
            return None, ""
        name = path.removeprefix(self._work + "/")
        if stat.S_ISFIFO(mode):
            return ObjectKind.FIFO, name
        if stat.S_ISDIR(mode):
            return ObjectKind.DIRECTORY, name
        if stat.S_ISSOCK(mode):
            return ObjectKind.SOCKET, name
        return ObjectKind.FILE, name

    def system_v(self, kind: str, number: int) -> str:
        """Return the System V object with an id; one never seen made is named by its id."""
        found = self._by_number.get((kind, number))
        return found or self.made_system_v(kind, number, 0)

    def made_system_v(self, kind: str, number: int, key: int) -> str:
        """Return the System V object that a get call answered for a key."""
        found = self._by_number.get((kind, number))
        if found is None:
            found = self.add(ObjectKind(kind), str(key))
            self._by_number[kind, number] = found
        return found

    def numbered(self, kind: ObjectKind, number: int, name: str = "") -> str:
        """Return the object of a kind that some number stands for (a process, a private futex)."""
        found = self._by_number.get((kind.value, number))
        if found is None:
            found = self.add(kind, name)
            self._by_number[kind.value, number] = found
        return found
