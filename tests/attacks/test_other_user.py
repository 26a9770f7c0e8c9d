"""Where root finds no namespaces: what programs that run as nobody can reach of the grader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.config import site_root
from tests.conformance.exports.container import VENV, Container, needs_root

pytestmark = [pytest.mark.system, needs_root]

PROGRAM = """
import ctypes, json, os, sys

worker, grader = map(int, sys.argv[1:])
with open(f"/proc/{os.getppid()}/stat") as file:
    agent = int(file.read().rpartition(")")[2].split()[1])
libc = ctypes.CDLL(None, use_errno=True)

def tried(act, *arguments):
    try:
        result = act(*arguments)
    except OSError as error:
        return os.strerror(error.errno)
    return os.strerror(ctypes.get_errno()) if result == -1 else "done"

def capabilities():
    with open("/proc/self/status") as file:
        return sorted({line.split()[1] for line in file if line.startswith(("CapEff", "CapPrm", "CapInh"))})

print(json.dumps({
    "ids": [os.getresuid(), os.getresgid(), os.getgroups()],
    "capabilities": capabilities(),
    "secret": tried(open, "/site/reference/secret.c"),
    "secret folder": tried(os.listdir, "/site"),
    "results": tried(open, "/results/results.json", "w"),
    "become root": tried(os.setuid, 0),
    **{f"{what} of {who}": tried(open, f"/proc/{pid}/{what}")
       for who, pid in (("agent", agent), ("worker", worker), ("grader", grader))
       for what in ("mem", "environ")},
    **{f"descriptors of {who}": tried(os.listdir, f"/proc/{pid}/fd")
       for who, pid in (("agent", agent), ("worker", worker), ("grader", grader))},
    "seize the worker": tried(libc.ptrace, 0x4206, worker, None, None),
    "seize the agent": tried(libc.ptrace, 0x4206, agent, None, None),
    "kill the grader": tried(os.kill, grader, 9),
}))
"""

GRADER = """
import os, sys
from grader.model.config import LimitsConfig
from grader.sandbox import other_user
from grader.sandbox.box import Box
from grader.sandbox.isolation import interpreter
sys.path.insert(0, "/tests")
from tests.unit.sandbox.running import to_end

assert other_user.complaint() == "", other_user.complaint()
with Box("other-user", LimitsConfig()) as box:
    built = box.command(["id", "-u"], cwd="/work", time_s=10, output_max=100)
    print(built.output.decode().strip(), flush=True)
grader = os.getpid()
if os.fork() == 0:
    other_user.become()
    open("/site/reference/secret.c").close()
    with Box("other-user", LimitsConfig()) as box:
        argv = [interpreter(), "-s", "/submission/probe.py", str(os.getpid()), str(grader)]
        print(to_end(box.start(argv, executable=open("/site/probe.py", "rb").read())), flush=True)
    os._exit(0)
os.wait()
"""

REFUSED = "Permission denied"


@pytest.fixture
def inside(tmp_path: Path) -> Container:
    (tmp_path / "site/reference").mkdir(parents=True)
    (tmp_path / "site/reference/secret.c").write_text("solution\n")
    (tmp_path / "site/probe.py").write_text(PROGRAM)
    (tmp_path / "results").mkdir()
    for name in ("site", "results"):
        (tmp_path / name).chmod(0o700)
    root = site_root()
    return Container(
        writable={"/site": tmp_path / "site", "/results": tmp_path / "results"},
        readable={"/code/grader": root / "grader", "/tests/tests": root / "tests"},
    )


def test_a_program_reaches_nothing_of_the_grader(inside: Container) -> None:
    done = inside.run(f"{VENV}/bin/python", "-c", GRADER, env={"PYTHONPATH": "/code"})

    assert done.stderr == ""
    built, found = done.stdout.split("\n", 1)
    assert built == "65534"
    answers: dict[str, Any] = json.loads(found)
    expected: dict[str, Any] = dict.fromkeys(answers, REFUSED) | {
        "ids": [[65534] * 3, [65534] * 3, []],
        "capabilities": ["0000000000000000"],
        "become root": "Operation not permitted",
        "seize the worker": "Operation not permitted",
        "seize the agent": "Operation not permitted",
        "kill the grader": "Operation not permitted",
    }
    assert answers == expected
    assert len(answers) == 18
