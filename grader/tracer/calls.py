"""System calls of traced threads become operations of the history.

Decides which calls are of interest, reads their arguments and results, and keeps up what is known of each
process: its descriptors, its shared mappings, its signal dispositions. Who may go on is not decided here.
"""

from __future__ import annotations

import os
import signal
import struct

from grader.mechanisms.base import AT_FDCWD, POSIX_OBJECTS, Args, s32
from grader.mechanisms.file import DESCRIPTOR_ARGUMENT, PATH_ARGUMENT
from grader.model.history import ObjectKind, OpType
from grader.shim import protocol
from grader.tracer import code, mappings, proc, ptrace, sockets
from grader.tracer.arch import layout
from grader.tracer.filter import call_numbers
from grader.tracer.objects import Objects, interesting_path
from grader.tracer.recorder import Recorder
from grader.tracer.recording import Interest, count, error_name
from grader.tracer.run_time import RunTime
from grader.tracer.table import CALLS
from grader.tracer.task import Process, Task
from grader.tracer.view import TaskView

_NEW_DESCRIPTOR = frozenset(
    {"open", "creat", "openat", "dup", "socket", "accept", "accept4", "mq_open", "eventfd", "eventfd2",
     "signalfd4", "epoll_create", "epoll_create1",
     "timerfd_create"}
)  # fmt: skip
_F_DUPFD, _F_SETFL, _F_DUPFD_CLOEXEC = 0, 4, 1030
_WATCHED_BY_SIZE = frozenset({ObjectKind.FILE, ObjectKind.SHARED_MEMORY, ObjectKind.MAPPING})
"""Of what else a program asks the state, stdio does so too, and nobody waits for it."""

_NEW_NAME = {"link": (-1, 1), "rename": (-1, 1), "linkat": (2, 3), "renameat": (2, 3), "renameat2": (2, 3)}
"""Which arguments hold the folder and the path of a file's new name."""

SEMAPHORES = POSIX_OBJECTS + "sem."
_SS_DISABLE = 2
_CLONE_VM = 0x100
_GET_FLAGS_ONLY = {1, 3}


class Calls(RunTime):
    """Decoding and bookkeeping for one run."""

    def __init__(self, objects: Objects, recorder: Recorder) -> None:
        super().__init__(objects, recorder)
        self._numbers = call_numbers()
        self._ports = 0

    def enter(self, task: Task) -> Interest:
        """Read the call a thread is about to make; fills in the task's `entry`, `name`, `call`, `target`."""
        entry = ptrace.syscall_entry(task.tid)
        task.entry = entry
        if entry.nr == protocol.ANNOUNCE_NR:
            return self.told(task, entry.args)
        name = self._numbers.get(entry.nr, "")
        call = CALLS.get(name)
        task.name, task.call, task.target = name, call, ""
        if call is None or protocol.is_own(entry.args):
            return Interest.NONE
        if call.quiet:
            return Interest.EFFECT
        view = self.view(task)
        if not self._of_interest(task, view, name, entry.args):
            return Interest.NONE
        task.target = call.target(view, entry.args) if call.target else ""
        task.f = call.name(view, entry.args) if call.name else call.f
        if name == "vfork" and entry.args[0] in task.process.code:
            # The C library takes its return address off the stack, which the child will overwrite.
            task.where = entry.args[0] - 1 - task.process.code.base
        else:
            task.where = code.caller(task.tid, entry.sp, entry.ip, task.process.code)
        return Interest.CALL

    def _of_interest(self, task: Task, view: TaskView, name: str, args: Args) -> bool:
        path = PATH_ARGUMENT.get(name)
        if name == "fstat":
            return view.kind(s32(args[0])) in _WATCHED_BY_SIZE
        if path is not None:
            text = view.text(args[path])
            if not text and name in ("newfstatat", "statx"):
                return view.kind(s32(args[0])) in _WATCHED_BY_SIZE
            return interesting_path(text) and not self._inside_sem_open(task.process, name, text, args)
        fd_argument = DESCRIPTOR_ARGUMENT.get(name)
        if fd_argument is not None:
            return self._descriptor_of_interest(task, view, name, args, s32(args[fd_argument]))
        if name == "mmap":
            return mappings.shared(task, view, args)
        if name in ("munmap", "mremap"):
            return mappings.concerned(task, args)
        if name in ("rt_sigaction", "rt_sigprocmask"):
            return args[1] != 0 and s32(args[0]) not in (32, 33)
        return True

    @staticmethod
    def _inside_sem_open(process: Process, name: str, text: str, args: Args) -> bool:
        """Whether a call is glibc's own way of making a named semaphore: a file of another name, linked."""
        if not text.startswith(SEMAPHORES):
            return False
        if name == "openat" and args[2] & (os.O_CREAT | os.O_EXCL) == os.O_CREAT | os.O_EXCL:
            process.temporary[text] = args[3] & 0o777
            return True
        if name.startswith("unlink"):
            return process.temporary.pop(text, None) is not None
        return name in ("newfstatat", "stat", "lstat")

    def _descriptor_of_interest(self, task: Task, view: TaskView, name: str, args: Args, fd: int) -> bool:
        known = view.descriptor(fd)
        if name == "fcntl" and s32(args[1]) in _GET_FLAGS_ONLY:
            return False
        if name in ("dup2", "dup3"):
            if known or view.descriptor(s32(args[1])):
                return True
            self._drop(task.process, s32(args[1]))
            return False
        if known and view.kind(fd) != ObjectKind.SEMAPHORE:
            return True
        if name == "close":
            self._drop(task.process, fd)
        return not known and not proc.is_open(task.tid, fd)

    def invoke(self, task: Task) -> None:
        """Record that a thread makes the call it stands before."""
        call, entry = task.call, task.entry
        if call is None or entry is None:
            return
        if task.announced is not None and task.name == "futex":
            # The announced call stands for it in the history.
            task.pending = task.announced.index
            return
        view = self.view(task)
        task.value = call.enter(view, entry.args) if call.enter else {}
        if task.f == "sem_open" and "to" in task.value:
            mode = task.process.temporary.get(view.text(entry.args[0]), 0)
            task.value = {"path": task.value["to"], "flags": ["O_CREAT", "O_EXCL"], "mode": mode}
        unflushed = self.unflushed(task) if _leaves_buffer(task) else ""
        if unflushed:
            task.value["unflushed"] = unflushed
        if task.name == "bind" and sockets.asks_for_any_port(task.tid, entry.args):
            sockets.write_port(task.tid, entry.args, self._ports)
            self._ports += 1
            task.value["any_port"] = True
        count(task, task.f)
        task.pending = self._add(task, task.f, OpType.INVOKE, value=task.value)

    def finish(self, task: Task, result: int) -> int | None:
        """Record the end of a thread's call; returns the index of that operation.

        Args:
            task: the thread; its call is no longer pending afterwards.
            result: as the kernel returns it: negative is -errno.
        """
        call, entry, pending = task.call, task.entry, task.pending
        task.pending, task.rival, task.deadline = None, None, None
        if call is None or entry is None or pending is None:
            return None
        blocked, task.blocked = task.blocked, False
        announced = next((begun for begun in task.announcements if begun.index == pending), None)
        if announced is not None:
            announced.blocked |= blocked
            return None
        invoked = self.recorder.row(pending)
        if "any_port" in invoked["value"]:
            sockets.write_port(task.tid, entry.args, None)
        failed = -4096 < result < 0
        if failed:
            self._after_failure(task, entry.args)
            return self._add(
                task,
                invoked["f"],
                OpType.FAIL,
                object_id=invoked["object"],
                result=-1,
                error=error_name(-result),
                blocked=blocked,
                invoked=pending,
            )
        if invoked["f"] == "sem_open" and task.name.startswith("link"):
            self._name_semaphore(task, str(invoked["value"]["path"]))
        self._after_success(task, entry.args, result)
        if task.name == "socket":
            sockets.deliver_at_once(task.process.host, result, entry.args)
        view = self.view(task)
        target = invoked["object"]
        if call.made is not None and task.name[:4] != "link":
            target = call.made(view, entry.args, result) or target
            if target != invoked["object"]:
                self.recorder.amend(pending, target)
        value = call.leave(view, entry.args, result) if call.leave else {}
        return self._add(
            task,
            invoked["f"],
            OpType.OK,
            object_id=target,
            value=value,
            result=result,
            blocked=blocked,
            invoked=pending,
        )

    def _name_semaphore(self, task: Task, name: str) -> None:
        made = task.target
        if made not in self.objects.known:
            return
        final = self.objects.rename(made, name)
        for fd, known in task.process.descriptors.items():
            if known == made:
                task.process.descriptors[fd] = final
        for shared in task.process.ranges:
            if shared.object == made:
                shared.object = final

    def _drop(self, process: Process, fd: int) -> None:
        process.descriptors.pop(fd, None)
        for task in process.tasks:
            self.objects.closed(task.tid, fd)
        self._flags.pop((process.host, fd), None)

    def _after_failure(self, task: Task, args: Args) -> None:
        if task.name == "close":
            self._drop(task.process, s32(args[0]))

    def _named_too(self, task: Task, args: Args) -> None:
        directory, path = _NEW_NAME.get(task.name, (-1, -1))
        if path >= 0:
            where = AT_FDCWD if directory < 0 else s32(args[directory])
            self.objects.named_too(task.tid, where, self.view(task).text(args[path]))

    def _after_success(self, task: Task, args: Args, result: int) -> None:
        self._named_too(task, args)
        process, name = task.process, task.name
        if name in _NEW_DESCRIPTOR:
            self._drop(process, result)
        elif name == "close":
            self._drop(process, s32(args[0]))
        elif name in ("dup2", "dup3"):
            self._drop(process, s32(args[1]))
        elif name == "fcntl":
            if s32(args[1]) in (_F_DUPFD, _F_DUPFD_CLOEXEC):
                self._drop(process, result)
            elif s32(args[1]) == _F_SETFL:
                self._flags.clear()
        elif name in ("pipe", "pipe2", "socketpair"):
            raw = ptrace.read_memory(task.tid, args[3 if name == "socketpair" else 0], 8)
            for fd in struct.unpack("<ii", raw.ljust(8, b"\0")):
                self._drop(process, fd)
        elif name == "recvmsg":
            self.forget(process)
        elif name in mappings.CALLS:
            mappings.note(task, self.view(task), self.objects, args, result)
        elif name == "rt_sigaction":
            value = task.value
            process.actions[s32(args[0])] = (value.get("action", ""), _flag_word(task, args))

    def effect(self, task: Task) -> None:
        """Take note of a call that is not recorded."""
        if task.name == "close_range":
            self.forget(task.process)
        elif task.name == "ioctl":
            self._flags.clear()
        elif task.name == "rt_sigreturn" and task.frames and task.entry is not None:
            saved = ptrace.read_memory(task.tid, task.entry.sp + layout().saved_sp, 8)
            frame = task.frames[-1]
            frame.returned = int.from_bytes(saved, "little") == frame.entry.sp
        elif task.name == "sigaltstack" and task.entry is not None and task.entry.args[0]:
            raw = ptrace.read_memory(task.tid, task.entry.args[0], 24).ljust(24, b"\0")
            start, flags, size = struct.unpack("<QixxxxQ", raw)
            task.alternate_stack = (0, 0) if flags & _SS_DISABLE else (start, start + size)


def _leaves_buffer(task: Task) -> bool:
    """Whether a thread is about to make a process with a copy of its memory, or to forget what is in it."""
    if task.f != "fork" or task.entry is None:
        return task.f == "exec"
    if task.name == "clone":
        return not task.entry.args[0] & _CLONE_VM
    if task.name == "clone3":
        flags = ptrace.read_memory(task.tid, task.entry.args[0], 8)
        return not int.from_bytes(flags, "little") & _CLONE_VM
    return task.name == "fork"


def _flag_word(task: Task, args: Args) -> int:
    raw = ptrace.read_memory(task.tid, args[1] + 8, 8)
    flags: int = struct.unpack("<Q", raw.ljust(8, b"\0"))[0]
    return flags


def fatal_by_default(number: int) -> bool:
    """Whether a signal ends a process that has no handler for it."""
    ignored = {signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH}
    stopping = {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
    return number not in ignored and number not in stopping
