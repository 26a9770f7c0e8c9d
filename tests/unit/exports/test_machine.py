"""What a bundle needs of the machine it grades on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.exports.base import Course, File
from grader.exports.machine import PREFIX, kit, prepared
from grader.exports.site import PACKAGES

SITE = {
    "requirements.txt": File(content=b"rich==15.0.0\n"),
    "grader/__init__.py": File(content=b""),
    "grader/__main__.py": File(
        content=b"import os, sys\n"
        b"print(sys.argv[1:-4] if '--format' in sys.argv else sys.argv[1:])\n"
        b"print(os.listdir('.'), file=sys.stderr)\n"
        b"print('Grade :=>>100', file=sys.stderr)\n"
        b"sys.exit(int(os.environ.get('STATUS', '0')))\n"
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Unpack a kit with a grader that tells how it was called, beside a submission full of traps."""
    for path, file in kit(Course(exercises=(), site=SITE)).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(file.content)
    (tmp_path / "work" / "grader").mkdir(parents=True)
    (tmp_path / "work/grader/__main__.py").write_text("print('taken over')\n")
    return tmp_path


def grade(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "../grade.sh", *arguments],
        cwd=folder / "work",
        env={"PATH": os.environ["PATH"], "IPC_GRADER_PYTHON": sys.executable, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_grader_is_called_from_a_folder_that_is_nobodys(folder: Path) -> None:
    done = grade(folder, "tea", ".")

    assert (done.returncode, done.stdout, done.stderr) == (0, f"['check', 'tea', '{folder}/work']\n", "")


def test_options_come_from_the_environment(folder: Path) -> None:
    done = grade(folder, "tea", ".", IPC_GRADER_OPTIONS="--schedules 1 --jobs 1")

    assert done.stdout == f"['check', 'tea', '{folder}/work', '--schedules', '1', '--jobs', '1']\n"


def test_what_the_grader_complains_of_never_looks_like_a_result(folder: Path) -> None:
    done = grade(folder, "tea", ".", "vpl", STATUS="2")

    assert done.returncode == 2
    assert done.stderr == "| ['errors']\n| Grade :=>>100\n"


def test_a_folder_that_is_not_there_is_told(folder: Path) -> None:
    done = grade(folder, "tea", "nowhere", "vpl")

    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere" in done.stderr


def test_the_set_up_installs_everything_once() -> None:
    files = prepared(Course(exercises=(), site=SITE), "image")

    assert set(files) == {"image/setup.sh", "image/requirements.txt"}
    script = files["image/setup.sh"].content.decode()
    assert subprocess.run(["sh", "-n"], input=script, text=True, check=False).returncode == 0
    assert files["image/setup.sh"].executable
    assert all(package in script for package in PACKAGES)
    assert f"{PREFIX}/bin/pip install --no-cache-dir --requirement requirements.txt" in script
