"""Files, commands, inventories; the end of a box and of its grader."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from grader.model.config import LimitsConfig
from grader.model.errors import SubmissionError
from grader.model.history import ObjectKind
from grader.sandbox import archives
from grader.sandbox.box import Box, BoxError, CommandResult

from .running import processes, read_line, run, run_python, until

pytestmark = pytest.mark.system

ODD_NAMES = [
    "plain",
    "with space",
    "quo'te\"",
    "new\nline",
    os.fsdecode(b"caf\xe9"),
    "-dash",
    "a/b/c",
    "\u00e9",
]


def command(box: Box, script: str, *, time_s: float = 20, output_max: int = 1000) -> CommandResult:
    return box.command(["sh", "-c", script], time_s=time_s, output_max=output_max)


class TestFiles:
    def test_odd_names_and_modes_come_back_as_they_went_in(self, any_box: Box) -> None:
        files = {name: name.encode(errors="surrogateescape") * 3 for name in ODD_NAMES}
        modes = {name: 0o750 if number % 2 else 0o640 for number, name in enumerate(ODD_NAMES)}
        archive = archives.of_mapping(files, modes)
        any_box.put("/submission", archive)
        assert any_box.collect("/submission", 10_000) == archive

    def test_only_regular_files_are_collected_and_links_are_not_followed(self, fresh_box: Box) -> None:
        command(fresh_box, "echo x >file; ln -s /etc/passwd link; ln -s / up; mkfifo fifo; mkdir -p d/e")
        entries, contents = archives.unpack(fresh_box.collect("/submission", 1000))
        assert (entries, contents) == ([{"name": "file", "mode": 0o644, "size": 2}], b"x\n")

    def test_too_much_to_collect_is_the_submissions_fault(self, fresh_box: Box) -> None:
        command(fresh_box, "truncate -s 3M big")
        with pytest.raises(SubmissionError, match="more than 2 MiB"):
            fresh_box.collect("/submission", 2 << 20)

    @pytest.mark.parametrize("name", ["../escaped", "/etc/x", "a/../../b", "a//b", "."])
    def test_names_that_lead_out_of_the_folder_are_refused(self, box: Box, name: str) -> None:
        with pytest.raises(BoxError, match="not a relative name"):
            box.put("/submission", archives.of_mapping({name: b"x"}, {}))

    def test_a_folder_is_emptied_whatever_the_modes_in_it(self, fresh_box: Box) -> None:
        command(fresh_box, "mkdir -p a/b/c; touch a/b/c/d a/e; ln -s / a/f; chmod 0 a/b/c a/b a/e a")
        fresh_box.put("/submission", archives.of_mapping({"new": b"1"}, {}), clear=True)
        assert command(fresh_box, "find . -mindepth 1").output == b"./new\n"

    def test_only_regular_files_are_read(self, fresh_box: Box) -> None:
        command(fresh_box, "cd /work; echo 12345 >file; ln -s file link; mkfifo fifo; mkdir folder")
        names = ["file", "/work/file", "link", "fifo", "folder", "missing", "file/x"]
        contents = {name: fresh_box.read(name, 3) for name in names}
        assert contents == dict.fromkeys(names, None) | {"file": b"123", "/work/file": b"123"}


class TestCommand:
    def test_it_tells_how_a_command_ended(self, any_box: Box) -> None:
        def ended(**values: object) -> dict[str, object]:
            return {"status": None, "signal": None, "timed_out": False, "truncated": False, **values}

        def got(script: str, time_s: float = 20) -> dict[str, object]:
            result = command(any_box, script, time_s=time_s)
            return {name: getattr(result, name) for name in ("status", "signal", "timed_out", "truncated")}

        assert [got("exit 3"), got("kill -SEGV $$"), got("sleep 100", 0.1), got("yes | head -n 600")] == [
            ended(status=3),
            ended(signal=signal.SIGSEGV),
            ended(signal=signal.SIGKILL, timed_out=True),
            ended(status=0, truncated=True),
        ]

    def test_both_streams_are_kept_in_order_and_cut(self, box: Box) -> None:
        assert command(box, "echo one; echo two >&2; echo three").output == b"one\ntwo\nthree\n"
        assert command(box, "echo 123456789", output_max=4).output == b"1234"

    def test_a_missing_command_is_127(self, box: Box) -> None:
        result = box.command(["no-such-command"], time_s=20, output_max=1000)
        assert (result.status, b"no-such-command" in result.output) == (127, True)

    def test_it_reads_nothing(self, box: Box) -> None:
        assert command(box, "cat; echo end").output == b"end\n"

    def test_what_a_command_leaves_running_is_ended(self, any_box: Box) -> None:
        command(any_box, "(trap '' TERM HUP INT; setsid sh -c 'echo $$; exec sleep 98765' &) ; exit 0")
        assert not processes("sleep\x0098765")

    def test_a_command_with_ever_more_processes_is_ended(self, box: Box) -> None:
        result = command(box, "f() { f | f & }; f; sleep 100", time_s=30)
        assert (result.too_many, result.timed_out) == (True, False)

    def test_a_command_that_closes_its_output_runs_on(self, box: Box) -> None:
        assert command(box, "exec >&- 2>&-; sleep 0.1; exit 4").status == 4


class TestWithoutNamespaces:
    def test_a_folder_replaced_by_a_link_is_not_written_emptied_or_collected(self, tmp_path: Path) -> None:
        (tmp_path / "precious").write_text("x")
        with Box("limits-only", LimitsConfig()) as box:
            command(box, f"cd ..; rmdir submission; ln -s '{tmp_path}' submission")
            for act in (
                lambda: box.put("/submission", b"", clear=True),
                lambda: box.collect("/submission", 100),
            ):
                with pytest.raises(BoxError, match="symbolic links"):
                    act()
        assert [path.name for path in tmp_path.iterdir()] == ["precious"]

    def test_programs_run_in_a_folder_that_is_gone_afterwards(self) -> None:
        with Box("limits-only", LimitsConfig()) as box:
            work = run(box, "/bin/pwd").strip()
            assert Path(work).is_dir()
            assert run(box, "/bin/sh", "-c", "echo $HOME; ls $PYTHONPATH").split("\n")[0] == work
            assert run_python(box, "import posix_ipc; print('fine')") == "fine\n"
        assert not Path(work).parent.exists()

    def test_ipc_objects_of_a_run_are_listed_and_removed_and_others_stay(self) -> None:
        import posix_ipc
        import sysv_ipc

        name = f"/grader-test-{os.getpid()}"
        other = posix_ipc.SharedMemory(name + "-other", posix_ipc.O_CREX, size=10)
        try:
            with Box("limits-only", LimitsConfig()) as box:
                box.create(ObjectKind.SHARED_MEMORY, name, b"x")
                key = int(
                    run_python(box, "import sysv_ipc; print(sysv_ipc.Semaphore(None, sysv_ipc.IPC_CREX).key)")
                )
                listed = {e.name for e in box.inventory()}
                assert {name, str(key)} <= listed
                assert name + "-other" not in listed
            with pytest.raises(posix_ipc.ExistentialError):
                posix_ipc.SharedMemory(name)
            with pytest.raises(sysv_ipc.ExistentialError):
                sysv_ipc.Semaphore(key)
            posix_ipc.SharedMemory(name + "-other").close_fd()
        finally:
            other.close_fd()
            other.unlink()


GRADER = """
import sys
from grader.model.config import LimitsConfig
from grader.sandbox.box import Box
box = Box({level!r}, LimitsConfig())
waiting = box.start(["/bin/echo", {marker!r}])
script = "trap '' TERM HUP INT; echo ready >&2; setsid sleep 1000 & read x"
running = box.start(["/bin/sh", "-c", script, {marker!r}], terminal=True)
running.release()
assert __import__("select").select([running.stderr_fd], [], [], 20)[0]
print({marker!r}, flush=True)
if {command!r}:
    box.command(["sh", "-c", "echo {marker} >/dev/null; sleep 1000"], time_s=1000, output_max=10)
sys.stdin.read()
"""


@pytest.mark.parametrize("level", ["full", "limits-only"])
@pytest.mark.parametrize("in_command", [False, True])
def test_nothing_remains_when_the_grader_is_killed(level: str, in_command: bool) -> None:
    marker = f"grader-test-marker-{level}-{in_command}-{os.getpid()}"
    source = textwrap.dedent(GRADER).format(level=level, marker=marker, command=in_command)
    temporary = set(Path("/tmp").glob("grader-*"))
    with subprocess.Popen(
        [sys.executable, "-c", source, marker], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as grader:
        assert grader.stdout is not None
        assert read_line(grader.stdout.fileno()) == marker
        assert len(processes(marker)) > 1
        grader.kill()
    until(lambda: not processes(marker), "a process outlived the grader")
    until(lambda: not set(Path("/tmp").glob("grader-*")) - temporary, "a file remains")


def test_a_box_that_is_closed_twice_is_closed() -> None:
    box = Box("full", LimitsConfig())
    box.close()
    box.close()


def test_a_box_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.sandbox.isolation._ETC_MADE_UP", {"passwd/x/y": "", "passwd": ""})
    with Box("full", LimitsConfig()) as box, pytest.raises(BoxError, match="bwrap: "):
        box.inventory()
