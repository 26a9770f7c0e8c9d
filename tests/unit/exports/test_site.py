"""What goes along with a bundle."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from grader.config import site_root
from grader.exports.base import File
from grader.exports.site import requirements, site_files


def make_site(root: Path) -> None:
    for name in (
        "exercises/tea/exercise.yaml",
        "reference/tea/peers/c/tea.c",
        "exercises/tea/__pycache__/x.pyc",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"{name}\n")
    (root / "reference/tea/rejected/deadlock/x").mkdir(parents=True)
    (root / "reference/tea/rejected/deadlock/x/tea.c").write_text("wrong\n")
    (root / "config.yaml").write_text("")
    (root / "exercises/tea/run.sh").write_text("#!/bin/sh\n")
    (root / "exercises/tea/run.sh").chmod(0o755)


def test_the_exercise_and_its_peers_go_along_and_nothing_else_of_the_reference(tmp_path: Path) -> None:
    make_site(tmp_path)

    files = site_files(tmp_path, {"tea": tmp_path / "exercises/tea"})

    assert {path: file for path, file in files.items() if not path.startswith("grader/")} == {
        "exercises/tea/exercise.yaml": File(content=b"exercises/tea/exercise.yaml\n"),
        "exercises/tea/run.sh": File(content=b"#!/bin/sh\n", executable=True),
        "reference/tea/peers/c/tea.c": File(content=b"reference/tea/peers/c/tea.c\n"),
        "config.yaml": File(content=b""),
        "requirements.txt": File(content="".join(f"{line}\n" for line in requirements()).encode()),
    }


def test_a_reference_in_the_folder_of_its_exercise_stays_at_home_too(tmp_path: Path) -> None:
    make_site(tmp_path)
    (tmp_path / "reference/tea").rename(tmp_path / "exercises/tea/reference")

    files = site_files(tmp_path, {"tea": tmp_path / "exercises/tea"})

    own = {path for path in files if not path.startswith("grader/")}
    assert {path for path in own if "reference" in path} == {"reference/tea/peers/c/tea.c"}


def test_the_grader_goes_along_and_runs_where_it_is_put(tmp_path: Path) -> None:
    for path, file in site_files(site_root(), {"pingpong": site_root() / "exercises/pingpong"}).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(file.content)

    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import grader, grader.cli; print(grader.__file__); grader.cli.main(['list'])",
        ],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    assert done.stdout.startswith(f"{tmp_path}/grader/__init__.py\n")
    assert "pingpong" in done.stdout
    assert "fifo-chat" not in done.stdout


def test_every_requirement_has_its_version() -> None:
    assert requirements()
    assert all("==" in line for line in requirements())


def test_an_exercise_that_lies_elsewhere_comes_into_the_bundles_own_site(tmp_path: Path) -> None:
    sheet = tmp_path / "sheets/tea"
    for name in ("exercise.yaml", "reference/peers/c/tea.c", "reference/rejected/deadlock/x/tea.c"):
        (sheet / name).parent.mkdir(parents=True, exist_ok=True)
        (sheet / name).write_text(name)

    files = site_files(tmp_path, {"tea": sheet})

    assert {path: file for path, file in files.items() if path.startswith(("exercises/", "reference/"))} == {
        "exercises/tea/exercise.yaml": File(content=b"exercise.yaml"),
        "reference/tea/peers/c/tea.c": File(content=b"reference/peers/c/tea.c"),
    }
