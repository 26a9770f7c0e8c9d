"""Runs the shell lines of a bundle, in the environment of a fresh machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.conformance.exports import submissions

INSTALLS = ("apt-get", "pip install", "sudo")
"""What only a step that sets a machine up may contain."""


def installs(script: str) -> bool:
    """Tell whether a script is for setting a machine up; such are looked at, not run."""
    return any(word in script for word in INSTALLS)


def shell(
    script: str, cwd: Path, environment: Mapping[str, str], *command: str
) -> subprocess.CompletedProcess[str]:
    """Run a script, by default as `bash` does for most systems: it ends with the first command that fails."""
    return subprocess.run(
        [*(command or ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")), script],
        cwd=cwd,
        env={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(cwd.parent),
            "LANG": "C.UTF-8",
            "IPC_GRADER_OPTIONS": submissions.FEW,
            **environment,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
    )


def installed(place: Path) -> None:
    """Put a Python environment where a set-up step would have made one."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(sys.prefix, target_is_directory=True)


def compiled(package: Path) -> None:
    """Compile a bundle's grader once, for tests that grade with it many times."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", package], check=True)
