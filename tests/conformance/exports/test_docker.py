"""Docker: what the Dockerfile copies and runs is there, and the profile lets a user without rights grade."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conformance.exports import submissions
from tests.conformance.exports.container import Container, needs_root
from tests.conformance.exports.images import image
from tests.conformance.exports.submissions import EXERCISE

pytestmark = pytest.mark.system

AS_USER = ("setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups", "--inh-caps=-all")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return submissions.export("docker", tmp_path_factory.mktemp("bundle") / "out")


def inside(bundle: Path, here: Path, *, allowed: bool = True) -> Container:
    """A container of the image as `grader.sh` starts it, or as Docker does without its options."""
    readable = {**image(bundle / "Dockerfile").places, "/here": here}
    profile = bundle / "seccomp.json" if allowed else None
    return Container(
        readable=readable, capabilities=("SETUID", "SETGID"), namespaces=allowed, profile=profile
    )


def run(container: Container, bundle: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    built = image(bundle / "Dockerfile")
    env = built.env | {"HOME": "/tmp"}
    return container.run(*AS_USER, *built.entrypoint, *(arguments or built.command), cwd="/tmp", env=env)


def test_the_dockerfile_is_whole_and_ends_as_a_user_without_rights(bundle: Path) -> None:
    built = image(bundle / "Dockerfile")

    assert (built.base, built.user, built.command) == ("debian:12", "grader", ["doctor"])
    assert built.entrypoint == ["/opt/ipc-grader/bin/python3", "-m", "grader"]
    assert sorted(built.places) == ["/opt/ipc-course", "/opt/ipc-grader-setup"]
    assert [place for place in built.places if not any(place in command for command in built.runs)] == []
    assert (bundle / "setup/setup.sh").stat().st_mode & 0o111


@needs_root
def test_a_sandbox_can_be_made_under_the_profile_by_a_user_without_rights(bundle: Path, right: Path) -> None:
    done = run(inside(bundle, right), bundle)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "This machine can grade."


@needs_root
def test_a_submission_is_graded_in_a_full_sandbox(bundle: Path, right: Path) -> None:
    few = ("--schedules", "1", "--jobs", "1")
    done = run(inside(bundle, right), bundle, "check", EXERCISE, "/here", *few)

    assert (done.returncode, done.stderr) == (0, "")
    assert "isolation full, seed 0" in done.stdout
    assert done.stdout.splitlines()[-1] == "PASSED: 7 of 7 scenarios passed; 100 of 100 points."


@needs_root
def test_without_its_options_nothing_is_run_and_they_are_named(bundle: Path, right: Path) -> None:
    done = run(inside(bundle, right, allowed=False), bundle, "check", EXERCISE, "/here")

    assert (done.returncode, done.stdout) == (2, "")
    assert "--security-opt systempaths=unconfined" in done.stderr


def test_the_script_gives_docker_all_its_options(bundle: Path, right: Path, tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    docker.chmod(0o755)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(
        [bundle / "grader.sh", "check", EXERCISE, "/here"],
        cwd=right,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "run", "--rm", "--network", "none", "--security-opt", f"seccomp={bundle}/seccomp.json",
        "--security-opt", "apparmor=unconfined", "--security-opt", "systempaths=unconfined",
        "--volume", f"{right}:/here:ro", "ipc-grader", "check", EXERCISE, "/here",
    ]  # fmt: skip


def test_the_bundle_is_the_same_whenever_it_is_made(tmp_path: Path) -> None:
    one, other = (submissions.export("docker", tmp_path / name) for name in ("one", "other"))

    assert submissions.contents(one) == submissions.contents(other)
