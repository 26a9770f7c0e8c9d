"""docs/coverage.md: it is up to date, nothing in it is empty, and a file that cannot be so is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = str(ROOT / "scripts")


def python(code: str, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {SCRIPTS!r})\n{code}", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout or done.stderr).rstrip().split("\n")[-1]


def test_the_table_is_what_the_exercises_say_and_has_no_empty_cell() -> None:
    done = subprocess.run(
        [sys.executable, f"{SCRIPTS}/coverage_table.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_property_that_nothing_shows_is_told() -> None:
    code = """from coverage_table import *
facts = load(FACTS, Facts)
found = list(proofs(facts))
others = [proof for proof in found if (proof.shown.mechanism, proof.shown.property) != ("fifo", "blocking")]
print(empty(cells(facts, found)), empty(cells(facts, others)))"""
    assert python(code) == (0, "[] ['fifo blocking']")


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (
            {"mechanism": "pipe", "property": "permission", "scenario": "usage", "mutant": "output/x"},
            "pipe has no property permission",
        ),
        (
            {"mechanism": "pine", "property": "borders", "scenario": "usage", "mutant": "output/x"},
            "pine has no property borders",
        ),
        (
            {"mechanism": "pipe", "property": "borders", "scenario": "nowhere", "mutant": "output/x"},
            "there is no scenario nowhere",
        ),
        (
            {"mechanism": "pipe", "property": "borders", "scenario": "usage", "mutant": "output/x"},
            "there is no mutant output/x",
        ),
        ({"mechanism": "pipe", "property": "borders", "scenario": "usage"}, "`mutant` is missing"),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_what_cannot_be_so_is_told(entry: dict[str, str], told: str, tmp_path: Path) -> None:
    (tmp_path / "reference" / "pipeline").mkdir(parents=True)
    (tmp_path / "exercises").symlink_to(ROOT / "exercises")
    body = ", ".join(f"{key}: {value}" for key, value in entry.items())
    (tmp_path / "reference" / "pipeline" / "coverage.yaml").write_text(f"shows: [{{{body}}}]\n")
    status, text = python(
        "from coverage_table import *\nlist(proofs(load(FACTS, Facts), Path(sys.argv[1])))", str(tmp_path)
    )
    assert status == 1
    assert told in text
