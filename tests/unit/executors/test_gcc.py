"""Messages of compiler, linker and make."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.executors._gcc import Complaint, first_error

FILES = ("server.c", "util.h", "a:b.c", "Makefile")

MESSAGES = {
    "an error after a warning": (
        "server.c: In function 'main':\nserver.c:3:5: warning: unused variable 'y'\n"
        "server.c:4:9: error: 'x' undeclared\nserver.c:5:1: error: more\n",
        Complaint(text="'x' undeclared", file="server.c", line=4),
    ),
    "a header that is missing": (
        "./server.c:1:10: fatal error: nope.h: No such file or directory\ncompilation terminated.\n",
        Complaint(text="nope.h: No such file or directory", file="server.c", line=1),
    ),
    "a name with a colon": ("a:b.c:7:1: error: what\n", Complaint(text="what", file="a:b.c", line=7)),
    "a file that was not handed in": ("/usr/include/x.h:7:1: error: what\n", Complaint(text="what")),
    "an undefined function": (
        "/usr/bin/ld: /build/0.o: in function `main':\n/submission/server.c:12: undefined reference to `f'\n"
        "collect2: error: ld returned 1 exit status\n",
        Complaint(text="undefined reference to `f'", file="server.c", line=12),
    ),
    "an undefined function of unknown place": (
        "/usr/bin/ld: x.o: in function `main':\nx.c:(.text+0x5): undefined reference to `f'\n",
        Complaint(text="undefined reference to `f'"),
    ),
    "two definitions": (
        "/usr/bin/ld: /build/1.o: in function `f':\n/submission/util.h:2: multiple definition of `f'\n",
        Complaint(text="multiple definition of `f'", file="util.h", line=2),
    ),
    "a library that is missing": (
        "/usr/bin/ld: cannot find -lncurses: No such file or directory\n",
        Complaint(text="cannot find -lncurses: No such file or directory"),
    ),
    "make's own syntax": (
        "Makefile:2: *** missing separator.  Stop.\n",
        Complaint(text="missing separator.  Stop.", file="Makefile", line=2),
    ),
    "a full disk": (
        "cat: write error: No space left on device\nmake: *** [Makefile:2: all] Error 1\n",
        Complaint(text="the disk is full: what is built takes too much space"),
    ),
    "nothing known": ("make: *** [Makefile:2: all] Error 1\n", None),
    "silence": ("", None),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_first_error_is_found_with_its_place(name: str) -> None:
    output, complaint = MESSAGES[name]
    assert first_error(output, FILES) == complaint


@given(st.text())
def test_whatever_was_printed_is_no_surprise(output: str) -> None:
    found = first_error(output, FILES)
    assert found is None or found.file in {"", *FILES}
