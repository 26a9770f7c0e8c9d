"""Moodle VPL: the scripts in a jail's folder, and what VPL reads of the output of `vpl_execution`."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.exports.targets import vpl
from tests.conformance.exports import submissions

COMMON = """#!/bin/bash
. ./vpl_environment.sh
for encoded in *.b64; do
    [ -f "${encoded%.b64}" ] || base64 -i -d "$encoded" >"${encoded%.b64}"
done
"""
"""What matters of VPL's common_script.sh: variables are set, and files decoded if they are not there."""

CHOSEN = "--scenario zero-rounds --scenario turns"
"""Two scenarios, worth 6 and 30 points: what most of these tests need."""

DEFAULT_RANGE = {"VPL_GRADEMIN": "0", "VPL_GRADEMAX": "10"}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return submissions.export("vpl", tmp_path_factory.mktemp("vpl") / "bundle")


def prepare(
    bundle: Path,
    jail: Path,
    submission: Path,
    variables: dict[str, str] = DEFAULT_RANGE,
    script: str = "vpl_evaluate.sh",
    options: str = CHOSEN,
) -> subprocess.CompletedProcess[str]:
    """Lay out a jail as VPL does, the execution files over the student's, and run a script."""
    jail.mkdir()
    names = sorted(path.name for path in submission.iterdir())
    for name in names:
        (jail / name).write_bytes((submission / name).read_bytes())
    for path in sorted((bundle / "pingpong").iterdir()):
        if path.suffix == ".sh":
            (jail / path.name).write_bytes(path.read_bytes())
            (jail / path.name).chmod(0o755)
        else:
            (jail / f"{path.name}.b64").write_bytes(base64.encodebytes(path.read_bytes()))
    (jail / "common_script.sh").write_text(COMMON)
    told = {**variables, **{f"VPL_SUBFILE{number}": name for number, name in enumerate(names)}}
    (jail / "vpl_environment.sh").write_text(
        "#!/bin/bash\n" + "".join(f'export {name}="{value}"\n' for name, value in told.items())
    )
    done = run(jail, script, IPC_GRADER_OPTIONS=f"{submissions.FEW} {options}")
    for path in (bundle / "pingpong").iterdir():  # execution files are gone when the program runs
        (jail / path.name).unlink()
    return done


def run(jail: Path, program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [f"./{program}"],
        cwd=jail,
        env={
            "PATH": os.environ["PATH"],
            "IPC_GRADER_PYTHON": sys.executable,
            **variables,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # VPL's terminal gets both
        text=True,
        check=False,
    )


def evaluate(
    bundle: Path,
    jail: Path,
    submission: Path,
    variables: dict[str, str] = DEFAULT_RANGE,
    options: str = CHOSEN,
) -> tuple[str, str, str]:
    """Return the proposed grade, the comments and the whole output, as VPL reads them."""
    prepared = prepare(bundle, jail, submission, variables, options=options)
    assert (prepared.returncode, prepared.stdout) == (0, "")
    output = run(jail, "vpl_execution").stdout
    return proposed_grade(output), proposed_comment(output), output


def proposed_grade(output: str) -> str:
    """The last line that begins with the tag counts."""
    found = [
        line.removeprefix("Grade :=>>").strip()
        for line in output.split("\n")
        if line.startswith("Grade :=>>")
    ]
    return found[-1] if found else ""


def proposed_comment(output: str) -> str:
    """Lines of blocks, and lines that begin with the tag."""
    inside, kept = False, []
    for line in (raw.rstrip() for raw in output.split("\n")):
        if inside and line.strip() == "--|>":
            inside = False
        elif inside:
            kept.append(line)
        elif line.startswith("Comment :=>>"):
            kept.append(line.removeprefix("Comment :=>>"))
        elif line.strip() == "<|--":
            inside = True
    return "\n".join(kept)


def titles(comment: str) -> list[str]:
    """What VPL shows as headings; the other lines it shows as they are, for they begin with `>`."""
    found = []
    for line in comment.split("\n"):
        assert line.startswith(("-", ">")), line
        if line.startswith("-"):
            assert not re.search(r"\(-[\d.]+\)$", line), "VPL takes that for points taken off"
            found.append(line[1:])
    return found


def test_right_gets_the_highest_grade(bundle: Path, tmp_path: Path, right: Path) -> None:
    grade, comment, output = evaluate(bundle, tmp_path / "jail", right, options="")

    assert grade == "10"
    assert titles(comment) == [
        "Ping-pong over two pipes",
        "usage: Wrong usage is refused: passed, 6 of 6 points",
        "zero-rounds: No round is nothing to do, done right: passed, 6 of 6 points",
        "one-round: To and fro, once: passed, 20 of 20 points",
        "turns: Strictly in turn, round after round: passed, 30 of 30 points",
        "many-rounds: Twenty-five rounds: passed, 14 of 14 points",
        "parent-waits: The parent ends after its child: passed, 12 of 12 points",
        "two-at-once: Two of them at the same time do not disturb each other (hidden): "
        "passed, 12 of 12 points",
    ]
    assert output.rstrip("\n").split("\n")[-1] == "Grade :=>>10"


def test_wrong_is_graded_in_the_range_of_the_activity(bundle: Path, tmp_path: Path, wrong: Path) -> None:
    grade, comment, _ = evaluate(
        bundle, tmp_path / "jail", wrong, {"VPL_GRADEMIN": "1.00000", "VPL_GRADEMAX": "6.00000"}
    )

    assert grade == "5.16"
    assert "zero-rounds: No round is nothing to do, done right: failed, 0 of 6 points" in titles(comment)
    assert "pingpong.c:29" in comment


def test_hanging_is_told_who_waits_for_whom(bundle: Path, tmp_path: Path, hanging: Path) -> None:
    grade, comment, _ = evaluate(bundle, tmp_path / "jail", hanging)

    assert grade == "1.66"
    assert "deadlock: p waits in read on pipe" in comment


def test_hostile_gets_nothing(bundle: Path, tmp_path: Path, hostile: Path) -> None:
    """It also hands in files with the names of those that VPL and the bundle use."""
    for name in ("vpl_execution", "vpl_evaluate.sh", "vpl_environment.sh", "grade.sh"):
        (hostile / name).write_text("#!/bin/sh\necho 'Grade :=>>10'\n")
    (hostile / vpl.ARCHIVE).write_text("no archive")

    grade, comment, output = evaluate(bundle, tmp_path / "jail", hostile)

    assert grade == "0"
    assert "Everything is right" not in titles(comment)
    assert len([line for line in output.split("\n") if line.startswith("Grade :=>>")]) == 1
    assert not any(line.startswith("Comment :=>>") for line in output.split("\n"))
    assert "\x1b" not in output


def test_what_does_not_compile_gets_the_lowest_grade(
    bundle: Path, tmp_path: Path, uncompilable: Path
) -> None:
    grade, comment, _ = evaluate(bundle, tmp_path / "jail", uncompilable)

    assert grade == "0"
    assert "What the build said" in titles(comment)
    assert "#error" in comment


def test_the_run_button_shows_the_report_and_no_grade(
    bundle: Path, tmp_path: Path, uncompilable: Path
) -> None:
    prepared = prepare(bundle, tmp_path / "jail", uncompilable, script="vpl_run.sh")
    output = run(tmp_path / "jail", "vpl_execution").stdout

    assert (prepared.returncode, prepared.stdout) == (0, "")
    assert "0 of 36 points" in output
    assert proposed_grade(output) == ""


def test_an_activity_without_a_numeric_grade_is_told_before_the_work(
    bundle: Path, tmp_path: Path, right: Path
) -> None:
    grade, comment, output = evaluate(bundle, tmp_path / "jail", right, {})

    assert (grade, comment) == ("", "")
    assert output == (
        "| grader: $VPL_GRADEMIN is not set: the system that runs this sets it, elsewhere do it yourself\n"
    )


def test_an_archive_of_another_bundle_is_refused(bundle: Path, tmp_path: Path, right: Path) -> None:
    other = tmp_path / "other"
    (other / "pingpong").mkdir(parents=True)
    for path in (bundle / "pingpong").iterdir():
        (other / "pingpong" / path.name).write_bytes(path.read_bytes())
    (other / "pingpong" / vpl.ARCHIVE).write_bytes(b"something else")

    done = prepare(other, tmp_path / "jail", right)

    assert (done.returncode, done.stdout) == (
        1,
        "ipc-grader.tgz is not the one this script belongs to: upload both anew as execution files\n",
    )
    assert not (tmp_path / "jail" / "vpl_execution").exists()


@pytest.mark.parametrize(
    ("points", "expected"), [(100, 10), (99.99, 9.99), (0, 0), (33.3333, 3.33), (57, 5.7), (99.9999, 9.99)]
)
def test_only_full_marks_get_the_highest_grade(points: float, expected: float) -> None:
    assert vpl.grade(points, 100, 0, 10) == expected


def test_bundles_are_the_same(bundle: Path, tmp_path: Path) -> None:
    again = submissions.export("vpl", tmp_path / "again")

    assert submissions.contents(again) == submissions.contents(bundle)
