"""Verdicts for the reporters' tests: one as a teacher would meet it, and arbitrary ones."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from grader.model.verdict import Finding, Outcome, ScenarioResult, Severity, Verdict

CHAT_C = """\
#include <fcntl.h>
#include <stdio.h>

int main(int argc, char **argv)
{
\tchar in_name[64], out_name[64];
\tsnprintf(in_name, sizeof in_name, "%s.fifo", argv[1]);
\tint in = open(in_name, O_RDONLY);   /* waits for the peer's writer */
\tint out = open(out_name, O_WRONLY);
\treturn in < 0 || out < 0;
}
"""

DEADLOCK = Finding(
    check="deadlock",
    part="alice",
    pid=3,
    message="alice and bob wait for each other: each sleeps in open() for reading until the other opens the "
    "same FIFO for writing, which neither will ever do.",
    why="Opening a FIFO for reading sleeps until somebody opens it for writing, so both may not "
    "begin with it.",
    read="man 7 fifo",
    file="chat.c",
    line=8,
    ops=(8, 12),
    effects=(
        Finding(
            check="output",
            part="bob",
            message='bob should have printed "alice: hi", and printed nothing',
            why="the line never reached it",
        ),
    ),
)


@pytest.fixture
def verdict() -> Verdict:
    """One scenario of every outcome, a hidden one, advice."""
    return Verdict(
        exercise="fifo-chat",
        title="Chat over two FIFOs",
        submission="submissions/ada",
        isolation="full",
        seed=7,
        sources={"chat.c": CHAT_C},
        run_dir="runs/2f1c-fifo-chat",
        scenarios=(
            ScenarioResult(
                id="talk",
                title="A line reaches the peer",
                outcome=Outcome.PASSED,
                points=5,
                points_max=5,
                schedules=11,
                explored="1 fair and 10 random schedules",
                time_s=0.25,
                findings=(
                    Finding(
                        check="descriptors",
                        severity=Severity.ADVICE,
                        part="bob",
                        message="fd 4 is never closed",
                        why="It keeps the FIFO open.",
                        file="chat.c",
                        line=9,
                    ),
                ),
            ),
            ScenarioResult(
                id="either-first",
                title="Either side may start first, and neither waits for ever",
                outcome=Outcome.FAILED,
                points=0,
                points_max=7.5,
                schedules=3,
                findings=(DEADLOCK,),
                hint="Which end does each of the two open first?",
                run="either-first-2.jsonl",
                seed=1234,
                explored="1 fair and 2 random schedules; stopped at the first failure",
                time_s=1.5,
            ),
            ScenarioResult(
                id="quit",
                title="Both say goodbye",
                outcome=Outcome.SKIPPED,
                points=0,
                points_max=2.5,
                schedules=0,
                explanation="needs either-first, which failed",
            ),
            ScenarioResult(
                id="killed",
                title="A peer that is killed",
                outcome=Outcome.FAILED,
                points=0,
                points_max=5,
                schedules=2,
                hidden=True,
                hint="a secret hint",
                findings=(Finding(check="peer-death", message="a secret message", why="a secret reason"),),
                explanation="",
                run="killed-1.jsonl",
                seed=99,
                explored="a secret exploration",
            ),
            ScenarioResult(
                id="long",
                title="A thousand lines",
                outcome=Outcome.INCONCLUSIVE,
                points=0,
                points_max=1,
                schedules=1,
                explanation="The limit of 60 s was reached before the run had ended.",
                time_s=60.0,
            ),
            ScenarioResult(
                id="idle",
                title="Nobody types",
                outcome=Outcome.ERROR,
                points=0,
                points_max=1,
                schedules=0,
                explanation="InternalError: a stop of an unknown process (pid 9)",
            ),
        ),
    )


@pytest.fixture
def broken_build() -> Verdict:
    """A submission that does not compile."""
    error = Finding(
        check="build",
        message="chat.c does not compile.",
        why="The compiler reports 1 error.",
        file="chat.c",
        line=2,
        part="chat",
    )
    return Verdict(
        exercise="fifo-chat",
        title="Chat over two FIFOs",
        submission="submissions/bob",
        isolation="limits-only",
        seed=7,
        build=(error,),
        build_log="chat.c: In function 'main':\nchat.c:2:5: error: expected ';' before 'return'\n",
        sources={"chat.c": "int main(void) {\n    return 0\n}\n"},
        scenarios=tuple(
            ScenarioResult(
                id=name,
                title=f"The {name} scenario",
                outcome=Outcome.FAILED,
                points=0,
                points_max=5,
                schedules=0,
                findings=(error,),
            )
            for name in ("first", "second")
        ),
    )


NASTY = "\x1b[31mred\x1b[0m [red]rich[/red] [/] \x00\x07\x08\r\u202e\ud800\udcff\ufffe ]]> <b>&amp; é 漢字"


@pytest.fixture
def hostile() -> Verdict:
    """Every text that may come from a student is an attack on the terminal or the file."""
    finding = Finding(
        check="output",
        part=NASTY,
        pid=5,
        message=f"alice printed {NASTY!s} {'x' * 10_000} and stopped",
        why=NASTY + "\n" * 50 + "end",
        read=NASTY,
        file=NASTY,
        line=2,
        effects=(Finding(check="crash", message=NASTY, why=""),),
    )
    return Verdict(
        exercise="fifo-chat",
        title=NASTY,
        submission=f"/home/{NASTY}",
        isolation="full",
        seed=1,
        build=(Finding(check="build", severity=Severity.ADVICE, message=NASTY, why=NASTY),),
        build_log=f"{NASTY}\n" * 100,
        sources={NASTY: f"first\n{NASTY} {'y' * 10_000}\nthird"},
        run_dir=f"runs/{NASTY}",
        scenarios=(
            ScenarioResult(
                id="talk",
                title=NASTY,
                outcome=Outcome.FAILED,
                points=0,
                points_max=5,
                schedules=1,
                findings=(finding,),
                hint=NASTY,
                run="x.jsonl",
                explored=NASTY,
                explanation=NASTY,
            ),
        ),
    )


@pytest.fixture
def screen() -> Callable[..., Console]:
    """Make consoles that keep what is printed; `shown` returns it."""

    def make(width: int = 80, *, encoding: str = "utf-8", terminal: bool = False) -> Console:
        file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
        return Console(
            file=file,
            width=width,
            force_terminal=terminal,
            color_system="truecolor" if terminal else None,
            legacy_windows=False,
        )

    return make


@pytest.fixture
def shown() -> Callable[[Console], str]:
    """Return what was printed on such a console."""

    def read(console: Console) -> str:
        assert isinstance(console.file, io.TextIOWrapper)
        console.file.flush()
        assert isinstance(console.file.buffer, io.BytesIO)
        return console.file.buffer.getvalue().decode(console.encoding)

    return read
