"""Makes one run of small programs: compiled once a session, cast by name, directed by a script in YAML."""

from __future__ import annotations

import functools
import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from grader import shim
from grader.executors.base import Program
from grader.model.config import LimitsConfig
from grader.model.exercise import Part, Scenario, Step
from grader.model.history import History
from grader.planning import RunSpec, expand
from grader.sandbox import archives
from grader.sandbox.box import Box
from grader.sandbox.isolation import FULL, interpreter
from grader.scenarios.run import run

TRACEES = Path(__file__).parents[1] / "tracees"
_FLAGS = ("-std=gnu11", "-O0", "-g", "-fno-omit-frame-pointer")
_LIBRARIES = ("-pthread", "-lrt", "-lm")
_STEPS: TypeAdapter[list[Step]] = TypeAdapter(list[Step])
PART = "tracee"


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="tracees-")


def _gcc(*arguments: str) -> None:
    done = subprocess.run(["gcc", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@functools.cache
def _run_time() -> tuple[str, ...]:
    objects = []
    for source in shim.SOURCES:
        target = f"{_folder().name}/shim_{source.stem}.o"
        _gcc(*shim.SHIM_FLAGS, "-c", str(source), "-o", target)
        objects.append(target)
    return tuple(objects)


@functools.cache
def c_program(name: str, *, instrument: bool = False, flags: tuple[str, ...] = ()) -> Program:
    """Compile tests/tracees/NAME.c, as a submission is compiled."""
    target = f"{_folder().name}/{name}{'_i' if instrument else ''}{abs(hash(flags))}"
    source = str(TRACEES / f"{name}.c")
    if instrument:
        _gcc(*_FLAGS, *shim.COMPILE_FLAGS, *flags, "-c", source, "-o", target + ".o")
        _gcc(*_run_time(), target + ".o", "-o", target, *_LIBRARIES, *shim.LINK_FLAGS)
    else:
        _gcc(*_FLAGS, *flags, source, "-o", target, *_LIBRARIES)
    return Program(
        role=name,
        language="c",
        argv=(f"/submission/{name}",),
        binary=Path(target).read_bytes(),
        instrumented=instrument,
    )


@functools.cache
def c_source(source: str, *, instrument: bool = False) -> Program:
    """Compile a program given as its text."""
    name = f"p{hashlib.sha256(source.encode()).hexdigest()[:12]}"
    folder = Path(_folder().name)
    path = folder / f"{name}.c"
    path.write_text(f'#include "{TRACEES}/expect.h"\n#line 1\n{source}')
    target = folder / name
    if instrument:
        _gcc(*_FLAGS, *shim.COMPILE_FLAGS, "-c", str(path), "-o", f"{target}.o")
        _gcc(*_run_time(), f"{target}.o", "-o", str(target), *_LIBRARIES, *shim.LINK_FLAGS)
    else:
        _gcc(*_FLAGS, str(path), "-o", str(target), *_LIBRARIES)
    return Program(
        role="inline",
        language="c",
        argv=(f"/submission/{name}",),
        binary=target.read_bytes(),
        instrumented=instrument,
    )


def python_program(source: str) -> Program:
    """Take a Python program: the name of one in tests/tracees, or its text."""
    path = TRACEES / f"{source}.py"
    text = path.read_text() if "\n" not in source and path.exists() else source
    return Program(
        role="script",
        language="python",
        argv=(interpreter(), "/submission/script.py"),
        env={"SCRIPT": text},
    )


def _archive(programs: Iterable[Program]) -> bytes:
    files: dict[str, bytes] = {}
    for program in programs:
        name = program.argv[-1].rpartition("/")[2]
        content = program.env["SCRIPT"].encode() if program.language == "python" else program.binary
        assert files.setdefault(name, content) == content, f"two programs of the name {name}"
    return archives.of_mapping(files, dict.fromkeys(files, 0o755))


def spec_of(
    steps: str,
    parts: Mapping[str, Mapping[str, Any]],
    *,
    strategy: str = "fair",
    seed: int = 0,
    stays: Iterable[str] = (),
    **limits: Any,
) -> RunSpec:
    """Make a RunSpec of a script; `limits` are fields of LimitsConfig."""
    scenario = Scenario(
        id="test",
        title="test",
        points=1,
        hint="none",
        cast={name: Part(**{"role": "tracee", "by": "submission", **part}) for name, part in parts.items()},
        steps=_STEPS.validate_python(yaml.safe_load(steps)),
        stays=list(stays),
    )
    (script,) = expand(scenario)
    return RunSpec(
        exercise="test",
        scenario=scenario,
        script=script,
        script_index=0,
        strategy=strategy,
        seed=seed,
        limits=LimitsConfig(**{"wall_s": 20.0, **limits}),
    )


def perform(
    programs: Program | Mapping[str, Program],
    steps: str = f"[start: {PART}]",
    *,
    parts: Mapping[str, Mapping[str, Any]] | None = None,
    **options: Any,
) -> History:
    """Make one run.

    Args:
        programs: the program of each part; a single one plays the part `tracee`.
        steps: the script, a YAML list.
        parts: what else is said of parts in the cast (args, terminal, by).
        options: of `spec_of`.
    """
    cast = {PART: programs} if isinstance(programs, Program) else dict(programs)
    spec = spec_of(steps, {name: (parts or {}).get(name, {}) for name in cast}, **options)
    players = {
        name: Program(
            role=program.role,
            language=program.language,
            argv=program.argv,
            binary=program.binary,
            instrumented=program.instrumented,
        )
        for name, program in cast.items()
    }
    own = [program for name, program in cast.items() if spec.script.cast[name].by == "submission"]
    return run(spec, players, _archive(own), lambda rules: Box(FULL, spec.limits, rules))


def output(history: History, part: str = PART, stream: str = "stdout") -> str:
    """Return all that a part has printed."""
    return "".join(
        str(op.value["data"]) for op in history.of(part) if op.f == "output" and op.value["stream"] == stream
    )


if __name__ == "__main__":
    from grader.reporters.history import render_history

    chosen = c_program(sys.argv[1], instrument="-i" in sys.argv)
    for line in render_history(perform(chosen), 160):
        sys.stdout.write(line + "\n")
