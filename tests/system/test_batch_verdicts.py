"""A batch says what single checks say, however many gradings go on at once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from grader.batch.journal import Journal
from grader.cli import main
from grader.config import site_root

pytestmark = pytest.mark.system

REFERENCE = site_root() / "reference" / "shm-counter"
KINDS = {
    "right": "peers/c",
    "racing": "rejected/race/no-semaphore",
    "hanging": "rejected/deadlock/not-given-back",
    "leaving": "rejected/leftovers/segment-left",
}
_DIFFERS = ("run_dir", "submission", "time_s", "run")


def stripped(value: Any) -> Any:
    """Leave out what is not the verdict's."""
    if isinstance(value, dict):
        return {key: stripped(inner) for key, inner in value.items() if key not in _DIFFERS}
    return [stripped(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.timeout(600)
def test_verdicts_are_those_of_single_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, path in KINDS.items():
        shutil.copytree(REFERENCE / path, tmp_path / "class" / name)
    (tmp_path / "class" / "unbuilt").mkdir()
    (tmp_path / "class" / "unbuilt" / "counter.c").write_text("int main(\n")
    single = {}
    for name in (*KINDS, "unbuilt"):
        options = ["--schedules", "2", "--reveal", "--json", f"{name}.json"]
        assert main(["check", "shm-counter", f"class/{name}", *options]) == (name != "right")
        single[name] = stripped(json.loads(Path(f"{name}.json").read_text()))
    for jobs in ("1", "3"):
        out = Path(f"out-{jobs}")
        assert (
            main(["batch", "shm-counter", "class", "--out", str(out), "--jobs", jobs, "--schedules", "2"])
            == 0
        )
        with Journal(out, write=False) as journal:
            found = {
                row.entry.label: stripped(json.loads(journal.files(row.number)["teacher/report.json"]))
                for row in journal.rows("shm-counter")
            }
        assert found == single
