"""Programs that print the announcements they should cause, and those they caused."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

import pytest

from grader.shim import protocol

from .building import TRACEES, Builder, missing, run
from .trace_announcements import Trace, trace

pytestmark = pytest.mark.system

SELF_DESCRIBING = [
    "shim_accesses",
    "shim_atomics",
    "shim_c11",
    "shim_locks",
    "shim_mappings",
    "shim_places",
    "shim_semaphores",
    "shim_strings",
    "shim_table_full",
]


@pytest.fixture(scope="module", params=["gcc", "clang"])
def builder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Builder:
    if missing(request.param):
        pytest.skip(f"{request.param} is not installed")
    return Builder(compiler=request.param, folder=tmp_path_factory.mktemp(request.param))


def by_thread(lines: list[str]) -> dict[str, list[str]]:
    """Lines of each thread, which the line begins with; between threads the order is the kernel's."""
    threads: dict[str, list[str]] = {}
    for line in lines:
        tid, _, rest = line.partition(" ")
        threads.setdefault(tid, []).append(rest)
    return threads


def words(done: Trace) -> list[str]:
    return [f"{protocol.NAMES[a.code]} {protocol.PHASES[a.code]}" for _, a in done.announcements]


@pytest.mark.parametrize("name", SELF_DESCRIBING)
def test_a_program_announces_what_it_says_it_will(builder: Builder, name: str) -> None:
    done = trace(builder.build(name))
    assert (done.status, by_thread(done.lines())) == (0, by_thread(done.output.splitlines()))
    assert done.announcements


def test_the_size_of_a_segment_is_asked_for_on_the_run_times_own_account(builder: Builder) -> None:
    assert trace(builder.build("shim_mappings")).own_calls == 2  # it attaches one segment twice


def test_waiting_for_a_spin_lock_lets_others_run(builder: Builder) -> None:
    done = trace(builder.build("shim_spin"))
    told = [word for word, _ in groupby(words(done))]
    assert done.status == 0
    assert told[:6] == [
        "pthread_spin_init invoke",
        "pthread_spin_init ok",
        "pthread_spin_lock invoke",
        "pthread_spin_lock ok",
        "pthread_spin_lock invoke",
        "pthread_spin_busy point",
    ]
    assert told.count("pthread_spin_unlock ok") == 1
    assert told[-1] == "pthread_spin_lock ok"


def test_an_announcement_knows_its_line(builder: Builder) -> None:
    program = builder.build("shim_lines", "-no-pie")
    expected = []
    for number, line in enumerate((TRACEES / "shim_lines.c").read_text().splitlines(), start=1):
        if mark := re.search(r"; *// (.*)", line):
            expected += [(word, f"shim_lines.c:{number}") for word in mark[1].split()]
    announcements = [announcement for _, announcement in trace(program).announcements]
    places = run("addr2line", "-e", str(program), *(hex(a.caller - 1) for a in announcements)).splitlines()
    found = [
        (protocol.NAMES[announcement.code], Path(place.split(" ")[0]).name)
        for announcement, place in zip(announcements, places, strict=True)
    ]
    assert found == expected


def test_a_program_keeps_its_own_functions_of_interposed_names(builder: Builder) -> None:
    done = trace(builder.build("shim_own_names"))
    assert (done.status, words(done)) == (0, ["store point", "store point"])
