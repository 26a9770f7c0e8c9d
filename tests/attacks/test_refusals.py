"""Where a container refuses what following a program takes, nobody is accused: the run is our error."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.config import site_root
from tests.conformance.exports.container import CAPABILITIES, VENV, Container, needs_root

pytestmark = [pytest.mark.system, needs_root]

FEW = ("--schedules", "1", "--jobs", "1", "--scenario", "talk")


@pytest.mark.parametrize(
    ("solution", "capabilities", "status", "told"),
    [
        ("c-epoll", CAPABILITIES, 2, "the call `kcmp` is refused here"),
        ("c-threads", CAPABILITIES, 2, "the call `pidfd_getfd` is refused here"),
        ("c-epoll", (*CAPABILITIES, "SYS_PTRACE"), 0, "12 of 12 points"),
    ],
)
def test_a_right_program_that_cannot_be_followed_is_not_accused(
    tmp_path: Path, solution: str, capabilities: tuple[str, ...], status: int, told: str
) -> None:
    (tmp_path / "config.yaml").write_text("isolation: {allow_weaker: true}\nreports: {keep: 0}\n")
    submission = site_root() / "reference/chatroom/accepted" / solution
    container = Container(
        readable={"/site": site_root(), "/submission": submission, "/settings": tmp_path},
        capabilities=capabilities,
    )

    done = container.run(
        f"{VENV}/bin/python", "-m", "grader", "check", "chatroom", "/submission", *FEW,
        "--config", "/settings/config.yaml",
        cwd="/site",
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (status, "")
    assert told in " ".join(done.stdout.split())
    assert "FAILED" not in done.stdout
