"""Builds tracees with the run-time, as a submission is built."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from grader import shim

TRACEES = Path(__file__).parents[2] / "tracees"
STRICT = ("-Wall", "-Wextra", "-Werror")


@dataclass(kw_only=True)
class Builder:
    """Compiles with one compiler into one folder; the run-time and each tracee once."""

    compiler: str
    folder: Path
    objects: list[Path] = field(default_factory=list)
    programs: dict[str, Path] = field(default_factory=dict)

    def flags(self) -> tuple[str, ...]:
        """Those for a program's own files."""
        return shim.CLANG_COMPILE_FLAGS if self.compiler == "clang" else shim.COMPILE_FLAGS

    def compile(self, source: Path, flags: tuple[str, ...]) -> Path:
        """Make an object file; fails the test with the compiler's own words."""
        target = self.folder / f"{source.stem}.o"
        run(self.compiler, *flags, "-c", str(source), "-o", str(target))
        return target

    def run_time(self) -> list[Path]:
        """The run-time's object files."""
        if not self.objects:
            self.objects = [self.compile(source, (*shim.SHIM_FLAGS, *STRICT)) for source in shim.SOURCES]
        return self.objects

    def build(self, name: str, *link_flags: str) -> Path:
        """Build the tracee of a name."""
        if name not in self.programs:
            own = self.compile(TRACEES / f"{name}.c", (*self.flags(), "-Wno-format-security", "-Wno-format"))
            program = self.folder / name
            objects = [str(path) for path in (*self.run_time(), own)]
            run(self.compiler, *objects, "-o", str(program), *link_flags, *shim.LINK_FLAGS)
            self.programs[name] = program
        return self.programs[name]


def run(*command: str) -> str:
    """Run a tool of the compiler's family; its output."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def missing(compiler: str) -> bool:
    """Whether a compiler is not installed here."""
    return shutil.which(compiler) is None
