"""What `grader lint` finds beside an `exercise.yaml`, and that it finds nothing where nothing is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader.lint import lint_paths
from grader.model.errors import Problem

EXERCISE = """\
id: note
title: A note
summary: One program prints a note.
mechanisms: [pipe]
difficulty: 1
hours: 1
roles:
  give: {}
scenarios:
  - id: prints
    title: It prints
    points: 1
    hint: Print.
    cast:
      giver: {role: give, by: submission}
    steps:
      - start: giver
      - exit: {giver: 0}
"""

FILES = (
    "exercises/note/starter/c/give.c",
    "exercises/note/starter/python/give.py",
    "reference/note/peers/c/give.c",
    "reference/note/peers/python/give.py",
    "reference/note/accepted/c-write/give.c",
    "reference/note/accepted/c-makefile/Makefile",
    "reference/note/accepted/c-makefile/main.c",
    "reference/note/accepted/python-write/give.py",
    "reference/note/accepted/python-print/give.py",
    "reference/note/rejected/output/silent/give.c",
    "reference/note/rejected/output/twice/give.py",
    "reference/note/rejected/exit-status/always-1/give.c",
    "reference/note/rejected/build/nothing-that-compiles/notes.txt",
    "reference/note/later/race/one-day/give.c",
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a site with one complete exercise."""
    for name in FILES:
        put(tmp_path / name, "x")
    put(tmp_path / "exercises/note/exercise.yaml", EXERCISE)
    put(
        tmp_path / "exercises/note/handout.md",
        "# A note\n\n## The contract\n\n`give` prints a note.\n\n## What is graded\n",
    )
    put(tmp_path / "config.yaml", "limits: {processes: 8}\n")
    return tmp_path


def put(path: Path, text: str) -> None:
    """Write a file, and make its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def problems(site: Path, *names: str) -> list[str]:
    """Return the problems of paths below a site, as text, without the site's own path."""
    found = lint_paths([site / name for name in names or (".",)])
    return [str(problem).replace(f"{site}/", "") for problem in found]


@pytest.mark.parametrize(
    "name",
    [
        ".",
        "exercises",
        "exercises/note",
        "exercises/note/exercise.yaml",
        "reference/note",
        "config.yaml",
    ],
)
def test_a_complete_exercise_has_no_problems(site: Path, name: str) -> None:
    assert problems(site, name) == []


def test_a_sheet_with_its_reference_in_its_own_folder_needs_little(tmp_path: Path) -> None:
    """What is missing is said by the one text, what is there by the absence of any other."""
    sheet = tmp_path / "sheet" / "note"
    put(sheet / "exercise.yaml", EXERCISE.replace("roles:", "languages: [c]\nroles:"))
    put(sheet / "handout.md", "# A note\n\n## The contract\n\n`give`\n\n## What is graded\n")
    put(sheet / "reference/accepted/c-write/give.c", "x")

    assert lint_paths([sheet]) == [
        Problem(str(sheet / "reference/rejected"), 0, 0, "0: expected at least 1 wrong solution")
    ]


def test_the_working_directory_may_be_the_exercise(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(site / "exercises/note")
    assert lint_paths([Path()]) == []


def test_mistakes_of_yaml_files_are_reported_with_their_place(site: Path) -> None:
    put(site / "exercises/note/exercise.yaml", EXERCISE.replace("- start: giver", "- strat: giver"))
    put(site / "config.yaml", "limit: {}\n")
    assert [problem.splitlines()[0] for problem in problems(site)] == [
        "config.yaml:1:1: there is no key `limit` at the top of the file; did you mean `limits`?",
        "exercises/note/exercise.yaml:17:9: there is no step `strat`; did you mean `start`?",
    ]


def test_a_file_given_twice_is_reported_once(site: Path) -> None:
    put(site / "config.yaml", "limit: {}\n")
    assert len(problems(site, "config.yaml", "config.yaml", ".")) == 1


def test_of_the_neighbours_of_an_exercise_only_the_names_count(site: Path) -> None:
    put(site / "exercises/other/exercise.yaml", "nonsense")
    assert problems(site, "exercises/note") == []
    put(site / "exercises/note/exercise.yaml", EXERCISE + "prerequisites: [othr]\n")
    assert [problem.splitlines()[0] for problem in problems(site, "exercises/note")] == [
        "exercises/note/exercise.yaml:19:17: there is no exercise `othr`; did you mean `other`?"
    ]


def test_a_place_with_nothing_to_check_is_a_problem(site: Path) -> None:
    expected = "expected an exercise.yaml, a folder of exercises, or a config.yaml"
    assert problems(site, "reference") == [f"reference: there is nothing here to check; {expected}"]


REMOVED = [
    ("exercises/note/handout.md", "exercises/note/handout.md",
     "there is no handout: what a student reads before beginning"),
    ("exercises/note/starter/python", "exercises/note/starter/python",
     "there is no starter in python, which is one of the exercise's languages"),
    ("reference/note/peers/c", "reference/note/peers/c",
     "there is no reference in c, which is one of the exercise's languages"),
    ("reference/note/accepted/c-write", "reference/note/accepted",
     "1 in c: expected at least 2 right solutions"),
    ("reference/note/rejected/output/twice", "reference/note/rejected",
     "3: expected at least 4 wrong solutions"),
    ("reference/note", "exercises/note", "it has no reference: there is no folder reference/note"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "place", "message"), REMOVED)
def test_what_is_missing_is_named(site: Path, name: str, place: str, message: str) -> None:
    path = site / name
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    assert problems(site) == [f"{place}: {message}"]


ADDED = [
    ("exercises/note/starter/rust/give.rs", "exercises/note/starter/rust",
     "`rust` is not among the exercise's languages (`c` or `python`)"),
    ("reference/note/accepted/Mine/give.c", "reference/note/accepted/Mine",
     "the name of a right solution is lower-case letters, digits and `-`"),
    ("reference/note/accepted/c-third/giver.c", "reference/note/accepted/c-third",
     "the right solution has no program for the role `give`"),
    ("reference/note/rejected/output/other/giver.c", "reference/note/rejected/output/other",
     "the wrong solution has no program for the role `give`"),
    ("reference/note/rejected/out_put/one/give.c", "reference/note/rejected/out_put",
     "there is no check `out_put`; did you mean `output`?"),
    ("reference/note/rejected/output/give.c", "reference/note/rejected/output/give.c",
     "a file in the wrong place; wrong solutions are folders: rejected/CHECK/NAME/"),
    ("reference/note/acepted/one/give.c", "reference/note/acepted",
     "`peers`, `accepted`, `rejected` or `later` is expected here; did you mean `accepted`?"),
    ("reference/nots/peers/c/give.c", "reference/nots", "there is no exercise `nots`; did you mean `note`?"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "place", "message"), ADDED)
def test_what_stands_in_the_wrong_place_is_named(site: Path, name: str, place: str, message: str) -> None:
    put(site / name, "x")
    assert problems(site) == [f"{place}: {message}"]


def test_empty_folders_are_named(site: Path) -> None:
    (site / "exercises/note/starter/c/give.c").unlink()
    (site / "reference/note/rejected/race").mkdir()
    assert problems(site) == [
        "exercises/note/starter/c: the folder is empty",
        "reference/note/rejected/race: the folder is empty",
    ]


def test_a_starter_in_the_wrong_language_is_named(site: Path) -> None:
    (site / "exercises/note/starter/c/give.c").rename(site / "exercises/note/starter/c/give.py")
    place = "exercises/note/starter/c"
    assert problems(site) == [f"{place}: there is no file of this language (.c) in it"]


def test_a_handout_has_the_title_sections_and_the_roles(site: Path) -> None:
    put(site / "exercises/note/handout.md", "# Notes\n\nWrite a program.\n")
    assert problems(site) == [
        "exercises/note/handout.md:1:1: expected the exercise's title: `# A note`\n    # Notes\n    ^",
        "exercises/note/handout.md: it has no section `## The contract`",
        "exercises/note/handout.md: it has no section `## What is graded`",
        "exercises/note/handout.md: it does not mention the role `give`",
    ]


def test_a_helper_is_asked_for_in_the_reference_alone(site: Path) -> None:
    text = EXERCISE.replace("  give: {}\n", "  give: {}\n  nosy: {helper: true}\n")
    put(site / "exercises/note/exercise.yaml", text)
    assert problems(site) == [
        "reference/note/peers: the reference has no program for the helper `nosy` in any language"
    ]
    put(site / "reference/note/peers/python/nosy.py", "x")
    assert problems(site) == []


def test_hidden_files_are_left_alone(site: Path) -> None:
    put(site / "reference/note/rejected/.gitkeep", "")
    (site / "reference/.cache").mkdir()
    assert problems(site) == []


CHECKS_FILE = """\
from grader.authoring import Finding, History, Spec


def says_once(history: History, spec: Spec) -> list[Finding]:
    \"\"\"Say nothing twice.\"\"\"
    return []
"""


def test_a_check_of_the_exercise_needs_a_wrong_solution(site: Path) -> None:
    put(site / "exercises/note/checks.py", CHECKS_FILE)
    assert problems(site) == [
        "reference/note/rejected: no wrong solution proves that the check `says-once` works: says-once/NAME/"
    ]
    put(site / "reference/note/rejected/says-once/twice/give.c", "x")
    assert problems(site) == []
    put(site / "reference/note/rejected/say-once/twice/give.c", "x")
    assert problems(site) == [
        "reference/note/rejected/say-once: there is no check `say-once`; did you mean `says-once`?"
    ]


@pytest.mark.parametrize("name", [".", "exercises", "exercises/note", "exercises/note/exercise.yaml"])
def test_mistakes_in_checks_are_reported_with_their_place(site: Path, name: str) -> None:
    put(site / "exercises/note/checks.py", "def f(:\n")
    assert problems(site, name) == [
        "exercises/note/checks.py:1:7: this is not Python: invalid syntax\n    def f(:\n          ^"
    ]
