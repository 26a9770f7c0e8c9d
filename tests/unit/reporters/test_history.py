"""A history as text: one line an operation, in the words of POSIX, never wider than asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from grader.model.history import (
    CastMember,
    EndReason,
    History,
    Object,
    ObjectKind,
    Op,
    OpType,
    Process,
    RunEnd,
    Waiting,
)
from grader.reporters.history import print_history, render_history

PIDS = {"": 0, "alice": 4, "bob": 5}
FIFO = Object(id="fifo:alice.fifo", kind=ObjectKind.FIFO, name="alice.fifo")
TERMINAL = Object(id="terminal:1", kind=ObjectKind.TERMINAL, name="stdout of alice")
QUEUE = Object(id="sysv-queue:81", kind=ObjectKind.SYSV_QUEUE, name="81")
MAPPING = Object(id="mapping:1", kind=ObjectKind.MAPPING)


class Story:
    """Builds a history op by op, a microsecond each."""

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.now_ns = 0

    def add(
        self, part: str, f: str, /, *, of: OpType = OpType.OK, on: str = "", tid: int = 0, **value: Any
    ) -> int:
        """Add an event, or with `of` an invoke; return its index."""
        self.now_ns += 1000
        op = Op(
            index=len(self.ops),
            time_ns=self.now_ns,
            part=part,
            pid=PIDS[part],
            tid=tid or PIDS[part],
            type=of,
            f=f,
            object=on,
            value=value,
        )
        self.ops.append(op)
        return op.index

    def begin(self, part: str, f: str, /, *, on: str = "", **value: Any) -> int:
        """Add an invoke; return its index."""
        return self.add(part, f, of=OpType.INVOKE, on=on, **value)

    def end(self, invoked: int, result: int | None = None, *, slept: bool = False, **value: Any) -> None:
        """Add the successful end of a call."""
        self._end(invoked, OpType.OK, value, result=result, blocked=slept)

    def fail(self, invoked: int, error: str, **value: Any) -> None:
        """Add the end of a call that failed."""
        self._end(invoked, OpType.FAIL, value, result=-1, error=error)

    def pending(self, invoked: int, *, slept: bool = True) -> None:
        """Add the end of a call that never returned."""
        self._end(invoked, OpType.INFO, {}, blocked=slept)

    def _end(self, invoked: int, kind: OpType, value: dict[str, Any], **fields: Any) -> None:
        index = self.add("", "")
        invoke = self.ops[invoked]
        self.ops[index] = replace(
            invoke, index=index, time_ns=self.now_ns, type=kind, value=value, invoked=invoked, **fields
        )

    def history(self, end: RunEnd | None = None) -> History:
        """Return what was built."""
        return History(
            ops=tuple(self.ops),
            objects={known.id: known for known in (FIFO, TERMINAL, QUEUE, MAPPING)},
            processes={
                pid: Process(pid=pid, parent=0, part=part, main=True) for part, pid in PIDS.items() if pid
            },
            cast={part: CastMember(role="chat", by="submission") for part in ("alice", "bob")},
            before=(),
            after=(),
            end=end or RunEnd(reason=EndReason.FINISHED),
        )


def meeting() -> History:
    """Two parts meet on a FIFO; one polls, is told to end, and leaves the other waiting."""
    story = Story()
    story.end(story.begin("", "start", step=0, part=["alice", "bob"]))
    waits = story.begin("alice", "open", on=FIFO.id, path="alice.fifo", flags=["O_RDONLY"])
    story.fail(story.begin("bob", "mkfifo", on=FIFO.id, path="alice.fifo", mode=0o600), "EEXIST")
    opens = story.begin("bob", "open", on=FIFO.id, path="alice.fifo", flags=["O_WRONLY", "O_CLOEXEC"])
    story.end(opens, 4, fd=4)
    story.end(waits, 3, slept=True, fd=3)
    story.end(story.begin("bob", "write", on=FIFO.id, fd=4, data="hello \xc3\xa9\x1b\n", count=10), 10)
    story.end(story.begin("alice", "read", on=FIFO.id, fd=3, count=512), 10, data="hello \xc3\xa9\x1b\n")
    prints = story.begin("alice", "write", on=TERMINAL.id, fd=1, data="hello\n", count=6)
    story.add("alice", "output", on=TERMINAL.id, stream="stdout", data="hello\n")
    story.end(prints, 6)
    for _ in range(6):
        asks = story.begin("bob", "msgrcv", on=QUEUE.id, id=0, type=1, count=64, flags=["IPC_NOWAIT"])
        story.fail(asks, "ENOMSG")
        story.end(story.begin("bob", "nanosleep", duration_ns=10_000_000), 0, slept=True)
    story.end(story.begin("bob", "fork"), 6, child=6)
    fatal: dict[str, Any] = {"signal": "SIGTERM", "from": "script", "action": "fatal"}
    story.add("bob", "deliver", **fatal)
    story.add("bob", "exit", signal="SIGTERM", core=False, zombies=[6], orphans=[])
    story.add("alice", "store", on=MAPPING.id, size=4, offset=16)
    again = story.begin("alice", "read", on=FIFO.id, fd=3, count=512)
    demand = story.begin("", "expect", step=3, part="alice")
    story.fail(demand, "", observed={"got": "hello\n", "missing": ["bye"]})
    story.pending(again)
    waiting = Waiting(
        part="alice",
        pid=4,
        tid=4,
        state="blocked",
        op=again,
        holds=((3, FIFO.id, "r"), (4, FIFO.id, "w")),
    )
    detail = "alice reads alice.fifo, which bob alone could write"
    return story.history(RunEnd(reason=EndReason.STUCK, step=3, detail=detail, waiting=(waiting,)))


WIDE = """\
  #0  0.000001  script    step 1: start alice bob
  #2  0.000003  alice(4)  open("alice.fifo", O_RDONLY) ... blocked
  #3  0.000004  bob(5)    mkfifo("alice.fifo", 0600) = -1 EEXIST
  #5  0.000006  bob(5)    open("alice.fifo", O_WRONLY|O_CLOEXEC) = 4
  #7  0.000008  alice(4)  ... resumed open("alice.fifo", O_RDONLY) = 3
  #8  0.000009  bob(5)    write(4<alice.fifo>, "hello é\\x1b\\n", 10) = 10
 #10  0.000011  alice(4)  read(3<alice.fifo>, "hello é\\x1b\\n", 512) = 10
 #12  0.000013  alice(4)  write(1<stdout of alice>, "hello\\n", 6) = 6
 #13  0.000014  alice(4)  stdout: "hello\\n"
 #15  0.000016  bob(5)    msgrcv(0<81>, 64, 1, IPC_NOWAIT) = -1 ENOMSG
 #17  0.000018  bob(5)    nanosleep(0.01 s) = 0
 #19  0.000020            [5 more times the 2 lines above, to #37]
 #39  0.000040  bob(5)    fork() = 6
 #41  0.000042  bob(5)    --- SIGTERM from script: it dies of it ---
 #42  0.000043  bob(5)    --- killed by SIGTERM, never waited for 6 ---
 #43  0.000044  alice(4)  store 4 bytes at <mapping:1>+16
>#44  0.000045  alice(4)  read(3<alice.fifo>, 512) ... blocked
 #45  0.000046  script    step 4: expect alice, observed={got="hello\\n", missing=[bye]}  NOT MET
 #47  0.000048  alice(4)  ... never returned: read(3<alice.fifo>, 512)
                end       nobody can go on, and the script still waits: alice reads alice.fifo,
                          which bob alone could write
                alice(4)  blocked in #44 read(3<alice.fifo>, 512); has open 3<alice.fifo> r,
                          4<alice.fifo> w
"""

NARROW = """\
  #0  script    step 1: start alice bob
  #2  alice(4)  open("ali... ... blocked
  #3  bob(5)    mkfifo("a... = -1 EEXIST
  #5  bob(5)    open("alice.fifo"... = 4
  #7  alice(4)  ... resumed open(... = 3
  #8  bob(5)    write(4<alice.fi... = 10
 #10  alice(4)  read(3<alice.fif... = 10
 #12  alice(4)  write(1<stdout of... = 6
 #13  alice(4)  stdout: "hello\\n"
 #15  bob(5)    msgrcv(0<... = -1 ENOMSG
 #17  bob(5)    nanosleep(0.01 s) = 0
 #19            [5 more times the 2 l...
 #39  bob(5)    fork() = 6
 #41  bob(5)    --- SIGTERM from scri...
 #42  bob(5)    --- killed by SIGTERM...
 #43  alice(4)  store 4 bytes at <map...
>#44  alice(4)  read(3<al... ... blocked
 #45  script    step 4: expect alice,
                observed={got="hello\\n",
                missing=[bye]}  NOT MET
 #47  alice(4)  ... never returned: r...
      end       nobody can go on, and
                the script still waits:
                alice reads alice.fifo,
                which bob alone could
                write
      alice(4)  blocked in #44
                read(3<alice.fifo>,
                512); has open
                3<alice.fifo> r,
                4<alice.fifo> w
"""


@pytest.mark.parametrize(("width", "text"), [(100, WIDE), (40, NARROW)])
def test_meeting_is_told_line_by_line(width: int, text: str) -> None:
    assert list(render_history(meeting(), width, marked={44})) == text.splitlines()


def test_print_shows_the_same_without_colour(
    screen: Callable[..., Console], shown: Callable[..., str]
) -> None:
    console = screen(100)
    print_history(meeting(), console, marked={44})
    assert shown(console) == WIDE


def test_print_on_an_ascii_terminal_escapes_what_it_lacks(
    screen: Callable[..., Console], shown: Callable[..., str]
) -> None:
    console = screen(100, encoding="ascii")
    print_history(meeting(), console)
    assert '"hello \\xe9\\x1b\\n"' in shown(console)


def test_print_on_a_terminal_has_colour(screen: Callable[..., Console], shown: Callable[..., str]) -> None:
    console = screen(100, terminal=True)
    print_history(meeting(), console, marked={44})
    assert "\x1b[33mread(3<alice.fifo>, 512) ... blocked\x1b[0m" in shown(console)


def test_empty_history_tells_how_it_ended() -> None:
    end = RunEnd(reason=EndReason.LIMIT, limit="cpu", detail="bob loops in chat.c:3")
    assert list(render_history(Story().history(end), 80)) == [
        "               end  a limit was reached (cpu): bob loops in chat.c:3"
    ]


def line(story: Story) -> str:
    """The text of the first line, without its columns."""
    return next(render_history(story.history(), 200)).split("  ", 3)[-1]


@pytest.mark.parametrize(
    ("f", "on", "value", "result", "ok", "text"),
    [
        ("close", FIFO.id, {"fd": 3}, 0, {}, "close(3<alice.fifo>) = 0"),
        ("pipe", "", {}, 0, {"fds": [3, 4]}, "pipe([3, 4]) = 0"),
        ("dup2", FIFO.id, {"fd": 3, "to": 0}, 0, {}, "dup2(3<alice.fifo>, 0) = 0"),
        (
            "fcntl",
            FIFO.id,
            {"fd": 3, "cmd": "F_SETLKW", "type": "F_WRLCK", "start": 0, "len": 16},
            0,
            {},
            "fcntl(3<alice.fifo>, F_SETLKW, F_WRLCK, start=0, len=16) = 0",
        ),
        (
            "flock",
            FIFO.id,
            {"fd": 3, "operation": ["LOCK_EX", "LOCK_NB"]},
            0,
            {},
            "flock(3<alice.fifo>, LOCK_EX|LOCK_NB) = 0",
        ),
        ("open", FIFO.id, {"path": "A B", "flags": []}, 3, {"fd": 3}, 'open("A B", 0) = 3'),
        ("poll", "", {"timeout_ns": None, "fds": [0, 3]}, 1, {}, "poll([0, 3], forever) = 1"),
        ("poll", "", {"timeout_ns": 0, "fds": [0]}, 0, {}, "poll([0], 0 s) = 0"),
        (
            "mmap",
            MAPPING.id,
            {"length": 8, "prot": ["PROT_READ"], "flags": ["MAP_SHARED"], "fd": -1},
            0x7F0000001000,
            {},
            "mmap(8, PROT_READ, MAP_SHARED, -1<mapping:1>) = 0x7f0000001000",
        ),
        ("wait", "", {"pid": -1, "flags": []}, 6, {"child": 6, "status": 3}, "wait(-1, 0) = 6, status=3"),
        (
            "wait",
            "",
            {"pid": 6, "flags": ["WNOHANG"]},
            6,
            {"child": 6, "signal": "SIGKILL"},
            "wait(6, WNOHANG) = 6, signal=SIGKILL",
        ),
        (
            "msgrcv",
            QUEUE.id,
            {"id": 0, "type": 2, "count": 8, "flags": []},
            3,
            {"type": 2, "data": "abc"},
            'msgrcv(0<81>, "abc", 8, 2, 0) = 3',
        ),
        (
            "semop",
            "sysv-semaphore:1",
            {"id": 4, "ops": [{"num": 0, "op": -1, "flags": ["SEM_UNDO"]}]},
            0,
            {},
            "semop(4<sysv-semaphore:1>, [{num=0, op=-1, flags=SEM_UNDO}]) = 0",
        ),
        ("sem_wait", "semaphore:/s", {}, 0, {}, "sem_wait(<semaphore:/s>) = 0"),
        (
            "mq_receive",
            QUEUE.id,
            {"fd": 3, "count": 256},
            2,
            {"data": "hi", "priority": 7},
            'mq_receive(3<81>, "hi", 256) = 2, priority=7',
        ),
        ("kill", "", {"target": 6, "signal": "SIGUSR1"}, 0, {}, "kill(6, SIGUSR1) = 0"),
        (
            "exec",
            "",
            {"path": "/submission/chat", "argv": ["chat", "a b"]},
            0,
            {},
            'execve("/submission/chat", ["chat", "a b"]) = 0',
        ),
        (
            "novel",
            "",
            {"some": {"nested": [True, None, 1.5]}},
            None,
            {"other": "two words"},
            'novel(some={nested=[true, NULL, 1.5]}), other="two words"',
        ),
    ],
)
def test_call_is_written_as_in_c(
    f: str, on: str, value: dict[str, Any], result: int | None, ok: dict[str, Any], text: str
) -> None:
    story = Story()
    story.end(story.begin("alice", f, on=on, **value), result, **ok)
    assert line(story) == text


@pytest.mark.parametrize(
    ("f", "value", "text"),
    [
        ("exit", {"status": 0}, "--- exits with status 0 ---"),
        ("exit", {"signal": "SIGSEGV", "core": True}, "--- killed by SIGSEGV (core dumped) ---"),
        ("exit", {"status": 1, "orphans": [7, 8]}, "--- exits with status 1, leaves 7, 8 running ---"),
        (
            "deliver",
            {"signal": "SIGINT", "from": 5, "action": "handler"},
            "--- SIGINT from pid 5: its handler runs ---",
        ),
        (
            "deliver",
            {"signal": "SIGCHLD", "from": "kernel", "action": "ignored"},
            "--- SIGCHLD from kernel: ignored ---",
        ),
        ("deliver", {}, "--- a signal ---"),
        ("output", {"stream": "stderr", "data": "\xff\n"}, 'stderr: "ÿ\\n"'),
        ("spin", {}, "--- uses the CPU without any system call ---"),
        ("stop", {}, "--- stopped ---"),
        ("continue", {}, "--- continued ---"),
        ("load", {}, "load ? bytes at <>+?"),
    ],
)
def test_event_is_told_in_words(f: str, value: dict[str, Any], text: str) -> None:
    story = Story()
    story.add("alice", f, **value)
    assert line(story) == text


def test_script_steps_do_not_look_like_calls() -> None:
    story = Story()
    story.end(story.begin("", "exit", step=2, parts={"alice": [0]}), observed={"alice": {"state": "exited"}})
    assert line(story) == "step 3: exit {'alice': [0]}, observed={alice={state=exited}}"


def test_long_data_is_cut() -> None:
    story = Story()
    story.end(story.begin("alice", "write", on=FIFO.id, fd=1, data="x" * 5000, count=5000), 5000)
    assert line(story) == f'write(1<alice.fifo>, "{"x" * 64}"..., 5000) = 5000'


def test_call_that_slept_undisturbed_says_so() -> None:
    story = Story()
    story.end(story.begin("alice", "read", on=FIFO.id, fd=0, count=1), 0, slept=True, data="")
    assert line(story) == 'read(0<alice.fifo>, "", 1) = 0  (slept)'


def test_call_that_was_overtaken_without_sleeping_is_not_called_blocked() -> None:
    story = Story()
    first = story.begin("alice", "close", on=FIFO.id, fd=3)
    story.end(story.begin("bob", "close", on=FIFO.id, fd=4), 0)
    story.end(first, 0)
    assert [row.split("  ", 3)[-1].strip() for row in render_history(story.history(), 100)][:3] == [
        "close(3<alice.fifo>) ...",
        "close(4<alice.fifo>) = 0",
        "... close(3<alice.fifo>) = 0",
    ]


def test_call_that_was_running_at_the_end_is_not_called_blocked() -> None:
    story = Story()
    pending = story.begin("alice", "read", on=FIFO.id, fd=3, count=1)
    story.pending(pending, slept=False)
    waiting = Waiting(part="alice", pid=4, tid=4, state="running", op=pending)
    end = RunEnd(reason=EndReason.LIMIT, limit="wall", waiting=(waiting,))
    assert next(render_history(story.history(end), 100)).endswith("read(3<alice.fifo>, 1) ...")


def test_thread_is_named_beside_its_process() -> None:
    story = Story()
    story.add("alice", "spin", tid=9)
    assert next(render_history(story.history(), 100)).split("  ")[2] == "alice(4:9)"


def test_two_repetitions_are_shown_and_marked_ones_are_never_folded() -> None:
    story = Story()
    for _ in range(6):
        story.add("alice", "spin")
    rows = list(render_history(story.history(), 100, marked={3}))
    assert [row[:4].strip() for row in rows] == ["#0", "#1", ">#3", "#4", ""]
    assert "[2 more times the line above, to #2]" in rows[1]


texts = st.text('aé漢\x1b\n\t\udc80\u202e"\\ []/\x00', max_size=20)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = scalars | st.lists(scalars, max_size=3) | st.dictionaries(texts, scalars, max_size=3)


CALLS = ("read", "open", "semop", "exit", "deliver", "output", "load", "wait", "novel", "expect")
KEYS = ("fd", "path", "flags", "data", "mode", "step", "part", "signal", "zombies", "from", "novel")


@given(
    f=st.sampled_from(CALLS),
    part=st.sampled_from(["", "alice"]),
    value=st.dictionaries(st.sampled_from(KEYS), values, max_size=4),
    on=st.sampled_from(["", FIFO.id, "unknown:1"]),
    width=st.integers(40, 120),
)
def test_whatever_a_history_holds_is_shown_harmless_and_within_the_width(
    f: str, part: str, value: dict[str, Any], on: str, width: int
) -> None:
    story = Story()
    index = story.begin(part, f, on=on)
    story.ops[index] = replace(story.ops[index], value=value)
    story.end(index, 1, slept=True)
    for row in render_history(story.history(), width):
        assert cell_len(row) <= width
        assert row.isprintable()
