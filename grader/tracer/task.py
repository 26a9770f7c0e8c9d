"""What is known of a traced thread and its process."""

from __future__ import annotations

import signal
from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import Enum, auto, unique
from typing import Any

from grader.mechanisms.base import Call
from grader.tracer import proc, ptrace
from grader.tracer.code import Code
from grader.tracer.log import Gathered
from grader.tracer.prelude import Prelude


@unique
class State(Enum):
    """Where a thread stands, as the grader sees it."""

    NEW = auto()  # stopped before its first instruction, or right after exec
    ENTRY = auto()  # stopped at the entry of a recorded call, which is not yet invoked
    ANNOUNCED = auto()  # stopped at an announcement of the run-time in the program
    RUNNING = auto()  # executing, or in a call that has not settled
    BLOCKED = auto()  # asleep in the kernel
    HELD = auto()  # at the entry of a call behind a rival that is asleep in it: logically blocked
    SLEEPING = auto()  # in a sleep of virtual time, at the entry of the call
    WOKEN = auto()  # its call has ended; stopped before it returns to its program
    STOPPED = auto()  # by job control
    LEAVING = auto()  # at the call that ends its process, which is to be killed before
    DYING = auto()  # has begun to exit; its end is not reported yet
    VFORK = auto()  # waits in the kernel until its child has exec'ed or ended
    DEAD = auto()


@dataclass(slots=True)
class SharedRange:
    """A shared mapping of a process: addresses [start, end) show `object` from `offset` on."""

    start: int
    end: int
    object: str
    offset: int


@dataclass(slots=True, eq=False)
class Process:
    """A thread group. `pid` is the sandbox's number, `host` the tracer's."""

    pid: int
    host: int
    part: str
    main: bool
    label: str = ""
    """Name that it has in every run, whatever its number is: grader.model.schedule."""
    parent: Process | None = None
    children: list[Process] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    ranges: list[SharedRange] = field(default_factory=list)
    actions: dict[int, tuple[str, int]] = field(default_factory=dict)
    descriptors: dict[int, str] = field(default_factory=dict)
    signals_possible: bool = False
    exit_status: int | None = None
    waited: bool = False
    orphaned: bool = False
    code: Code = field(default_factory=Code)
    program: str = ""
    started: bool = False
    handles: dict[int, int] = field(default_factory=dict)
    """The threads by what pthread_create has called them."""
    memory: str = ""
    """The object that its private memory is, once its threads' accesses to it are known."""
    stdout: int = 0
    """Address of its variable `stdout`, if its run-time has told."""
    prelude: Prelude | None = None
    """What its interpreter does before it reads its program; None when that is over, or there is none."""
    temporary: dict[str, int] = field(default_factory=dict)
    """Paths under which glibc makes semaphores before it gives them their names, with their modes."""

    @property
    def hears_children(self) -> bool:
        """Whether it has a handler for the end of a child."""
        return self.actions.get(signal.SIGCHLD, ("", 0))[0] == "handler"

    @property
    def dead(self) -> bool:
        """Whether all threads have ended."""
        return all(task.state is State.DEAD for task in self.tasks)


@dataclass(slots=True, kw_only=True)
class Frame:
    """A call that a signal interrupted, while it is not certain whether it will be made again.

    Attributes:
        code: what the kernel had it return: -ERESTARTSYS and its like.
        decided: it will be made again after the handler that runs now.
        returned: that handler has returned, and has not been left by a jump.
    """

    code: int
    entry: ptrace.SyscallEntry
    name: str
    call: Call | None
    value: dict[str, Any]
    target: str
    pending: int | None
    where: int
    deadline: int | None
    may_sleep: bool
    blocked: bool
    rival: Hashable
    decided: bool = False
    returned: bool = False

    def made_again(self, entry: ptrace.SyscallEntry, restart: int) -> bool:
        """Whether a call is this one, made again by the kernel."""
        same = (entry.ip, entry.sp, entry.args) == (self.entry.ip, self.entry.sp, self.entry.args)
        return same and entry.nr in (self.entry.nr, restart) and (self.returned or not self.decided)

    def restore(self, task: Task) -> None:
        """Make it the thread's pending call again."""
        task.entry, task.name, task.call = self.entry, self.name, self.call
        task.value, task.target, task.pending = self.value, self.target, self.pending
        task.where, task.deadline, task.may_sleep = self.where, self.deadline, self.may_sleep
        task.blocked, task.rival = self.blocked, self.rival


@dataclass(frozen=True, slots=True, kw_only=True)
class Twist:
    """How a call that a thread is about to make is tampered with, by a fault.

    Attributes:
        result: what it returns without being made, negative is -errno; None: it is made.
        argument: position of an argument, and the value that it gets.
        twice: it is made once more when it has succeeded, without the program's knowing.
    """

    result: int | None = None
    argument: tuple[int, int] | None = None
    twice: bool = False


@dataclass(slots=True)
class Announcement:
    """A call of the run-time that has begun: its name, the index of its invoke, whether it has slept."""

    f: str
    index: int
    blocked: bool = False


@dataclass(slots=True, eq=False)
class Task:
    """A thread. `tid` is the tracer's number for it, `ns_tid` the sandbox's."""

    tid: int
    ns_tid: int
    process: Process
    state: State = State.NEW
    entry: ptrace.SyscallEntry | None = None
    name: str = ""
    f: str = ""  # name that the operation has in the history
    call: Call | None = None
    value: dict[str, Any] = field(default_factory=dict)
    target: str = ""
    pending: int | None = None  # index of the invoke of the call it is in
    where: int = 0  # address in the program that made the call
    blocked: bool = False
    rival: Hashable = None
    since: int = 0  # step at which it fell asleep
    deadline: int | None = None
    patched: tuple[int, int] | None = None  # argument that was changed, and its original value
    twist: Twist | None = None
    once_more: bool = False  # the call it is in is to be made twice
    frames: list[Frame] = field(default_factory=list)
    in_call: bool = False  # between the entry and the exit of a call
    may_sleep: bool = False  # the call it is in may wait
    timing_out: bool = False  # interrupted because its deadline has come
    vforked: Process | None = None  # its child by vfork, for which it waits in the kernel
    born: int = 0  # the thread it made last
    has_forked: bool = False  # it returns from fork, and what its child does may interrupt it there
    exiting: bool = False
    alternate_stack: tuple[int, int] = (0, 0)  # addresses of the one that handlers may run on
    announcements: list[Announcement] = field(default_factory=list)  # of the calls it is inside of
    files: proc.TaskFiles | None = None
    log: int = 0  # address of the accesses that its run-time writes down
    logged: Gathered = field(default_factory=Gathered)
    label: str = ""  # as that of its process
    made: dict[str, int] = field(default_factory=dict)  # how many operations of each name

    @property
    def part(self) -> str:
        """Name in the cast."""
        return self.process.part

    @property
    def announced(self) -> Announcement | None:
        """The announced call it is inside of; in a handler that has interrupted one, that of the handler."""
        return self.announcements[-1] if self.announcements else None

    @property
    def waits_in(self) -> int | None:
        """Index of the invoke of the call it is in."""
        if self.pending is None and self.announced is not None:
            return self.announced.index
        return self.pending

    def push(self, code: int) -> None:
        """Put the pending call aside: a signal has interrupted it, and the kernel may make it again."""
        if self.entry is not None:
            self.frames.append(
                Frame(
                    code=code,
                    entry=self.entry,
                    name=self.name,
                    call=self.call,
                    value=self.value,
                    target=self.target,
                    pending=self.pending,
                    where=self.where,
                    deadline=self.deadline,
                    may_sleep=self.may_sleep,
                    blocked=self.blocked,
                    rival=self.rival,
                )
            )
        self.pending, self.deadline, self.rival, self.blocked = None, None, None, False

    def above(self, sp: int, frame: Frame) -> bool:
        """Whether a stack pointer is one of a handler that has interrupted a call."""
        start, end = self.alternate_stack
        if start < sp <= end and not start < frame.entry.sp <= end:
            return True
        return sp < frame.entry.sp

    def asleep(self) -> bool:
        """Whether it really sleeps in the kernel; see proc.TaskFiles."""
        if self.files is None:
            self.files = proc.TaskFiles(self.tid)
        return self.files.asleep()

    def close(self) -> None:
        """Close what was opened to watch it."""
        if self.files is not None:
            self.files.close()
            self.files = None
