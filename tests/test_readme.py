"""What README.md and docs/ show is what happens.

A block of the language `console` after a line `<!-- run -->` is executed in a copy of the project: what
stands after `$ ` is a command, the rest is what it prints, with `...` for any text of a line or, alone, for
any lines. A block of YAML whose first line is a comment with a path is that file. Blocks that are not run
still name commands that exist.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from grader.catalogue.load import load_exercise
from tests.pages import ROOT, Block, blocks, matches, printed

MORE = [ROOT / "docs" / "examples" / "README.md", ROOT / "tests" / "README.md"]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *MORE]
PLACE = re.compile(r"# (\S+/\S+\.yaml)\n")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
LEFT_OUT = {".git", ".venv", "build", "runs", "__pycache__", ".hypothesis", ".mypy_cache", ".ruff_cache"}


BLOCKS = [block for page in PAGES for block in blocks(page)]
CONSOLES = [block for block in BLOCKS if block.language == "console"]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project, with the files that the pages show."""
    target = tmp_path_factory.mktemp("readme") / "ipc-grader"
    shutil.copytree(ROOT, target, ignore=lambda _, names: LEFT_OUT.intersection(names), symlinks=True)
    (target / ".venv").symlink_to(ROOT / ".venv")
    for block in BLOCKS:
        place = PLACE.match(block.text)
        if block.language == "yaml" and place:
            path = target / place[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
    return target


@pytest.mark.system
@pytest.mark.parametrize("block", [b for b in CONSOLES if b.run], ids=lambda block: str(block.page))
def test_what_is_shown_is_what_is_printed(block: Block, copy: Path) -> None:
    commands = block.commands()
    found = printed([command for command, _ in commands], copy)
    for (command, shown), got in zip(commands, found, strict=True):
        assert matches(shown, got), f"`{command}` in {block.page} printed:\n{got}"


def test_readme_has_blocks_that_are_run() -> None:
    assert sum(block.run for block in CONSOLES if block.page == "README.md") >= 2


def words(command: str) -> list[str]:
    """Return the words of a command as the shell takes them, without a comment."""
    return shlex.split(command, comments=True)


@pytest.mark.parametrize(
    "command", sorted({command for block in CONSOLES for command, _ in block.commands()})
)
def test_commands_that_are_shown_exist(command: str) -> None:
    """Of commands that are not run, it is at least known that there are such."""
    program, *arguments = words(command)
    if program == "make":
        targets = set(
            re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        )
        assert arguments[0] in targets
    elif Path(program).name == "grader":
        done = subprocess.run(
            [ROOT / ".venv/bin/grader", arguments[0], "--help"], capture_output=True, check=False
        )
        assert done.returncode == 0, f"there is no such command: {command}"
    else:
        assert shutil.which(program, path=f"{ROOT}:{os.environ['PATH']}") or (ROOT / program).exists()


def test_commands_of_the_table_exist() -> None:
    """The table of commands in README.md names all commands, and no other."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.split("## Commands")[1].split("\n## ")[0]
    usage = subprocess.run(
        [ROOT / ".venv/bin/grader", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert set(re.findall(r"`grader ([a-z]+)", table)) == set(
        re.findall(r"^    ([a-z]+) ", usage, re.MULTILINE)
    )


@pytest.mark.parametrize(
    "block", [b for b in BLOCKS if PLACE.match(b.text)], ids=lambda block: str(block.page)
)
def test_exercises_that_are_shown_can_be_loaded(block: Block, copy: Path) -> None:
    place = PLACE.match(block.text)
    assert place
    assert load_exercise(copy / place[1]).id == Path(place[1]).parent.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


@pytest.mark.parametrize(
    ("shown", "got", "expected"),
    [
        ("one\n", "one\n", True),
        ("one\n", "one   \n", True),
        ("one\n", "one\ntwo\n", False),
        ("one...\n...\nend\n", "one and a half\ntwo\nthree\nend\n", True),
        ("...\nend\n", "end\n", True),
        ("...\nend\n", "end\nmore\n", False),
        ("a...c\n", "a\nc\n", False),
        ("(.*)\n", "x\n", False),
    ],
)
def test_three_dots_stand_for_text_of_a_line_or_for_lines(shown: str, got: str, expected: bool) -> None:
    assert matches(shown, got) is expected
