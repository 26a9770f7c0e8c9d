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

_FOLDER = "/build/shim"
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
    box.put(_FOLDER, _compiled[key], clear=True)
    return [f"{_FOLDER}/{name}" for name in _objects()]


def _objects() -> list[str]:
    return [f"{path.stem}.o" for path in shim.SOURCES]


def _key() -> str:
    """Name the compiler, the flags and the sources."""
    digest = hashlib.sha256(repr((shim.SHIM_FLAGS, platform.machine(), _objects())).encode())
    compiler = shutil.which("gcc")
    if compiler is not None:
        status = Path(compiler).stat()
        digest.update(f"{status.st_mtime_ns} {status.st_size}".encode())
    for path in _sources():
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:_KEY_LENGTH]


def _sources() -> list[Path]:
    return sorted(path for path in shim.FOLDER.iterdir() if path.suffix in {".c", ".h"})


def _compile(isolation: str) -> bytes:
    with Box(isolation, LimitsConfig()) as box:
        box.put(_FOLDER, archives.of_files(_sources()))
        argv = ["gcc", *shim.SHIM_FLAGS, "-c", *(path.name for path in shim.SOURCES)]
        result = box.command(argv, cwd=_FOLDER, time_s=_TIME_S, output_max=_OUTPUT_MAX)
        if result.status != 0:
            text = result.output.decode(errors="replace")
            raise InternalError(f"the run-time cannot be compiled: {text or result}")
        contents = {name: box.read(f"{_FOLDER}/{name}", _SIZE_MAX) or b"" for name in _objects()}
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
