"""From an entry to the files that are graded: folders read, archives unpacked, the right folder found."""

from __future__ import annotations

import io
import re
from collections.abc import Collection
from pathlib import Path

from grader.batch.intake import archives
from grader.batch.model import Entry, shown
from grader.executors.tree import SourceTree, printable, read_tree
from grader.model.config import BuildConfig
from grader.model.errors import SubmissionError

_NESTED_MAX = 3
"""Archives in archives: some systems pack what was packed already."""
_AGAIN = re.compile(r"-\d+$")


def load_entry(entry: Entry, programs: Collection[str], limits: BuildConfig, *, only: bool) -> SourceTree:
    """Read a submission.

    Args:
        entry: what was handed in.
        programs: names of the files that are asked for.
        limits: of a submission.
        only: there is one exercise: a submission without a folder named after it is all for that one.

    Raises:
        SubmissionError: it cannot be graded as it is; says why.
    """
    if entry.problem:
        raise SubmissionError(entry.problem)
    files: dict[str, bytes] = {}
    modes: dict[str, int] = {}
    try:
        for path in map(Path, entry.paths):
            tree = _read(path, entry.names.get(str(path), path.name), limits)
            files |= tree.files
            modes |= tree.modes
    except OSError as error:
        raise SubmissionError(f"it cannot be read: {error.strerror}") from error
    if not files:
        raise SubmissionError("it is empty")
    tree = _unpacked(SourceTree(files=files, modes=modes), programs, limits)
    return _of_exercise(tree, entry.exercise, only=only)


def _read(path: Path, name: str, limits: BuildConfig) -> SourceTree:
    if path.is_dir():
        try:
            return read_tree(path, limits)
        except SubmissionError as error:
            raise SubmissionError(str(error).replace(printable(str(path)), shown(path.name))) from None
    size_max = limits.size_mib << 20
    if path.stat().st_size > size_max:
        raise SubmissionError(f"`{printable(name)}` has more than {limits.size_mib} MiB")
    return SourceTree(files={name: path.read_bytes()}, modes={name: path.stat().st_mode & 0o777})


def _unpacked(tree: SourceTree, programs: Collection[str], limits: BuildConfig) -> SourceTree:
    """Take an archive in a submission for what is in it, unless the programs stand beside it."""
    for _ in range(_NESTED_MAX):
        if any(name.rsplit("/", 1)[-1] in programs for name in tree.files):
            return tree
        packed = [name for name in tree.files if archives.is_archive(name)]
        foreign = [name for name in tree.files if archives.is_foreign(name)]
        if not packed and foreign:
            raise SubmissionError(f"`{printable(foreign[0])}` is neither a zip nor a tar archive")
        if not packed:
            return tree
        chosen = _last(packed)
        inner = archives.read_archive(_stream(tree.files[chosen]), chosen, limits)
        if not inner.files:
            raise SubmissionError(f"the archive {printable(chosen)} is empty")
        beside = {name: data for name, data in tree.files.items() if name not in packed}
        tree = SourceTree(files=beside | inner.files, modes=tree.modes | inner.modes, notes=inner.notes)
    return tree


def _stream(data: bytes) -> io.BytesIO:
    return io.BytesIO(data)


def _last(packed: list[str]) -> str:
    """Return the one archive there is; of those that an LMS numbered (`a.zip`, `a-1.zip`) the last."""
    names = {_AGAIN.sub("", archives.stem(name)) for name in packed}
    if len(names) > 1:
        told = ", ".join(printable(name) for name in sorted(packed))
        raise SubmissionError(f"it holds several archives ({told}), and none of the programs beside them")

    def number(name: str) -> int:
        match = _AGAIN.search(archives.stem(name))
        return int(match[0][1:]) if match else 0

    return max(packed, key=number)


def _of_exercise(tree: SourceTree, exercise: str, *, only: bool) -> SourceTree:
    """Take the folder named after the exercise, if there is one."""
    prefix, files = "", tree.files
    tops = {name.split("/", 1)[0] for name in files}
    if len(tops) == 1 and exercise not in tops and not tops & set(files):
        prefix = f"{tops.pop()}/"
    wanted = f"{prefix}{exercise}/"
    own = {name.removeprefix(wanted): data for name, data in files.items() if name.startswith(wanted)}
    if own:
        modes = {name: tree.modes.get(f"{wanted}{name}", 0o644) for name in own}
        return SourceTree(files=own, modes=modes, notes=tree.notes)
    if not only:
        raise SubmissionError(f"there is no folder {exercise} in it")
    return tree
