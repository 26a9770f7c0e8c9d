"""The compiled run-time of instrumented programs, compiled once for each compiler.

That takes seconds, so the result is kept in the user's cache folder. It is made in a sandbox of its own,
which has never seen a submission.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shutil
import tempfile
from pathlib import Path

from grader import shim
from grader.model.config import LimitsConfig
from grader.model.errors import InternalError
from grader.sandbox import archives
from grader.sandbox.box import Box
from grader.sandbox.isolation import own_user

FOLDER = "/build/shim"
"""Where it is during a build."""

HOOKS = "hooks.a"
"""Library of the hooks: a program is linked with them only if a file of it calls them."""

_ASKED_FOR = ("hooks.o", "atomics.o")
_PREINIT, _EMPTY = "libtsan_preinit.o", "libtsan.a"
"""What gcc links with when it is told to link for its own thread sanitizer; with -B it finds these."""

_TIME_S = 120.0
_OUTPUT_MAX = 1 << 16
_SIZE_MAX = 16 << 20
_KEY_LENGTH = 16

_compiled: dict[str, bytes] = {}


def put_run_time(box: Box) -> list[str]:
    """Put the run-time's object files into a sandbox, in a folder that is there during a build only.

    Returns:
        Their paths.

    Raises:
        InternalError: it does not compile.
    """
    key = _key()
    if key not in _compiled:
        _compiled[key] = _kept(key) or _keep(key, _compile(box.isolation))
    box.put(FOLDER, _compiled[key], clear=True)
    return [f"{FOLDER}/{name}" for name in _objects()]


def _objects() -> list[str]:
    return [f"{path.stem}.o" for path in shim.SOURCES]


def _key() -> str:
    """Name the compiler, the flags, the sources, and how they are put together."""
    digest = hashlib.sha256(repr((shim.SHIM_FLAGS, _objects(), platform.machine())).encode())
    compiler = shutil.which("gcc")
    if compiler is not None:
        status = Path(compiler).stat()
        digest.update(f"{status.st_mtime_ns} {status.st_size}".encode())
    for path in (Path(__file__), *_sources()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:_KEY_LENGTH]


def _sources() -> list[Path]:
    return sorted(path for path in shim.FOLDER.iterdir() if path.suffix in {".c", ".h"})


def _compile(isolation: str) -> bytes:
    with Box(own_user(isolation), LimitsConfig()) as box:
        box.put(FOLDER, archives.of_files(_sources()))
        argv = ["gcc", *shim.SHIM_FLAGS, "-c", *(path.name for path in shim.SOURCES)]
        result = box.command(argv, cwd=FOLDER, time_s=_TIME_S, output_max=_OUTPUT_MAX)
        if result.status != 0:
            text = result.output.decode(errors="replace")
            raise InternalError(f"the run-time cannot be compiled: {text or result}")
        always = [name for name in _objects() if name not in _ASKED_FOR]
        for argv in (
            ["ld", "-r", "-o", _PREINIT, *always],
            ["ar", "rcs", HOOKS, *_ASKED_FOR],
            ["ar", "rcs", _EMPTY],
        ):
            result = box.command(argv, cwd=FOLDER, time_s=_TIME_S, output_max=_OUTPUT_MAX)
            if result.status != 0:
                raise InternalError(
                    f"the run-time cannot be linked: {result.output.decode(errors='replace')}"
                )
        names = [*_objects(), _PREINIT, HOOKS, _EMPTY]
        contents = {name: box.read(f"{FOLDER}/{name}", _SIZE_MAX) or b"" for name in names}
    return archives.of_mapping(contents, {})


def _place(key: str) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "ipc-grader" / f"run-time-{key}.tar"


def _kept(key: str) -> bytes:
    with contextlib.suppress(OSError, RuntimeError):
        return _place(key).read_bytes()
    return b""


def _keep(key: str, archive: bytes) -> bytes:
    # A cache that cannot be written costs time, nothing else.
    with contextlib.suppress(OSError, RuntimeError):
        place = _place(key)
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
            file.write(archive)
        Path(file.name).replace(place)
    return archive
