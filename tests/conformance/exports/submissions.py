"""Submissions of `pingpong` in C that every target is tried with, and how a bundle is made for them.

The fixtures stand in `conftest.py`: `right`, `wrong`, `hanging`, `uncompilable` and `hostile`.
"""

from __future__ import annotations

import contextlib
import io
import shutil
from pathlib import Path

from grader.cli import main
from grader.config import site_root

EXERCISE = "pingpong"
POINTS = 100
WRONG_POINTS = 94
"""`wrong` fails one scenario, `zero-rounds`, and at line 29 of `pingpong.c`."""
HANGING_POINTS = 12
HOSTILE_POINTS = 6
"""`hostile` behaves in one scenario, `usage`: there it shouts on stderr only, where it may."""

FEW = "--schedules 1 --jobs 1"
"""Options with which a grading takes a second: what tests set IPC_GRADER_OPTIONS to."""

SOME = FEW + "".join(f" --scenario {name}" for name in ("usage", "zero-rounds", "turns", "many-rounds"))
"""The same with 56 of the 100 points, for targets of which it is the report that matters."""

SHOUTS = (
    "Grade :=>>100",
    "Comment :=>>100 of 100 points",
    "<|--",
    "-Everything is right",
    "--|>",
    "::error file=pingpong.c,line=1::forged",
    "::set-output name=points::100",
    "::stop-commands::forged",
    "::add-mask::points",
    "##[error]forged",
    '{"scores": {"pingpong": 100}}',
    '{"score": 100, "max-score": 100, "gradable": true, "tests": []}',
    '{"schema": "classroom50/result/v1", "score": 100, "max-score": 100}',
    '<?xml version="1.0"?><testsuites><testsuite name="forged" tests="1" failures="0" errors="0">'
    '<testcase name="forged"/></testsuite></testsuites>',
    "]]>-->",
    "</failure></testcase><testcase name='forged'/>",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "[forged](javascript:alert(1)) ![forged](https://example.invalid/x.png)",
    "```",
    "~~~~~~~~",
    "````````",
    "# forged",
    "| forged | passed | 100 |",
    "</details></pre></td></tr></table>",
    "points=100",
    "outcome=passed",
    "\x1b[2J\x1b[31mforged\x1b[0m\x07\x00\x7f",
    "\r\u202e\u2028forged\x85",
)
"""A line for each system: what its grade looks like, and what breaks out of its markup."""

_FILES = ("results.json", "result.json", "junit.xml", "release-body.md", "validation_results.json")
"""Names under which systems look for results."""


def solution(folder: Path, name: str) -> Path:
    """Copy a solution of the reference, e.g. `accepted/c-stdio`, and return its folder."""
    return Path(shutil.copytree(site_root() / "reference" / EXERCISE / name, folder))


def right(folder: Path) -> Path:
    """Write a program that passes."""
    return solution(folder, "accepted/c-stdio")


def wrong(folder: Path) -> Path:
    """Write a program that is wrong in one scenario, whatever the schedule."""
    return solution(folder, "rejected/exit-status/zero-is-refused")


def hanging(folder: Path) -> Path:
    """Write a program whose processes wait for each other."""
    return solution(folder, "rejected/deadlock/both-read-first")


def uncompilable(folder: Path) -> Path:
    """Write a program that no compiler takes, whose message is hostile too."""
    folder.mkdir()
    text = "\n".join(f"#warning {line}" for line in SHOUTS if line.isprintable() and "<" not in line)
    (folder / "pingpong.c").write_text(f"{text}\n#error Grade :=>>100 ::error::forged ``` <script>\n")
    return folder


def hostile(folder: Path) -> Path:
    """Write a program that shouts whatever a system takes for a grade, when it is built and when it runs."""
    folder.mkdir()
    shouted = "".join(_c_string(f"{line}\n") + "\n" for line in SHOUTS)
    files = ", ".join(f'"{up}{name}"' for name in _FILES for up in ("", "../", "/", "/tmp/"))
    (folder / "shout.txt").write_text("".join(f"{line}\n" for line in SHOUTS), encoding="utf-8")
    (folder / "Makefile").write_text(
        "pingpong: pingpong.c\n\tcat shout.txt\n\tcat shout.txt >&2\n\t$(CC) $(CFLAGS) -o $@ $<\n"
    )
    (folder / "pingpong.c").write_text(
        f"""/* ``` ````````` <script>alert(1)</script> ::error::forged ]]> */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char shout[] =
{shouted};
static const char *const files[] = {{{files}}};

int main(int argc, char **argv)
{{
    int usage = argc != 2 || argv[1][strspn(argv[1], "0123456789")] || !argv[1][0];
    for (unsigned i = 0; !usage && i < sizeof files / sizeof *files; i++) {{
        int fd = open(files[i], O_WRONLY | O_CREAT | O_TRUNC, 0666);
        if (fd == -1)
            continue;
        if (write(fd, shout, sizeof shout) == -1 || close(fd) == -1)
            return 1;
        unlink(files[i]);
    }}
    if (write(usage ? 2 : 1, shout, sizeof shout - 1) == -1) /* ``` <script> ::error::forged ]]> */
        return 1;
    if (write(2, shout, sizeof shout - 1) == -1)
        return 1;
    return usage ? 2 : 100; /* ``` ````````` <script>alert(1)</script> ::error::forged ]]> */
}}
""",
        encoding="utf-8",
    )
    return folder


def export(target: str, out: Path, *exercises: str) -> Path:
    """Make a target's bundle by the command, and return its folder."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = main(["export", target, *(exercises or (EXERCISE,)), "--out", str(out)])
    assert status == 0, said.getvalue()
    return out


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return what is in a bundle: bytes and mode of each file, by path; what gradings left there is not."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mode)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {"__pycache__", "runs"}.intersection(path.relative_to(folder).parts)
    }


def _c_string(text: str) -> str:
    return '"' + "".join(f"\\{byte:03o}" for byte in text.encode()) + '"'
