"""Write docs/coverage.md: what shows which property of which mechanism, from reference/*/coverage.yaml.

What is so of each mechanism stands in coverage_facts.yaml beside this file.

.venv/bin/python scripts/coverage_table.py            write it (`make docs`)
.venv/bin/python scripts/coverage_table.py --check    exit 1 if it is not as it should be
.venv/bin/python scripts/coverage_table.py --prove [EX]  grade each mutant in its scenario: it must fail there
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field

from grader.catalogue.load import load_exercise
from grader.catalogue.nodes import read_file
from grader.catalogue.validate import validate
from grader.model.strict import Strict
from grader.pipeline import Request, failing, grade
from grader.reporters.progress import Silent

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "coverage.md"
NAME = "coverage.yaml"
FACTS = Path(__file__).with_name("coverage_facts.yaml")

_RARE = frozenset({"variants"})
"""Properties that only some mechanisms have."""

Model = TypeVar("Model", bound=Strict)

_HEAD = """# What shows what

Made by `make docs` from `reference/*/coverage.yaml`; do not edit. For each mechanism of a course and each
property that the textbooks name: what is so, by the manual; the exercise and the scenario in which a student
meets it; and the check that fails a program that gets it wrong, with the wrong program that proves it.
`.venv/bin/python scripts/coverage_table.py --prove` grades each of these in its scenario.

"""


class Lacking(Strict):
    """Why a mechanism does not have a property, and the man page that says so. Nothing needs to show it."""

    why: str
    source: str


class Mechanism(Strict):
    """A mechanism: what is so of it, by property, and the man page that says it."""

    title: str
    source: str
    has: dict[str, str]
    lacks: dict[str, Lacking] = Field(default={})


class Facts(Strict):
    """What the manual says."""

    properties: dict[str, str]
    mechanisms: dict[str, Mechanism]


class Shown(Strict):
    """A scenario shows a property of a mechanism."""

    mechanism: str
    property: str
    scenario: str
    mutant: Annotated[str, Field(pattern="^[a-z-]+/[a-z0-9-]+$")]


class Coverage(Strict):
    """What the scenarios of an exercise show."""

    shows: list[Shown] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Proof:
    """One entry of a cell."""

    exercise: str
    shown: Shown

    @property
    def check(self) -> str:
        """The check that catches who does not know it."""
        return self.shown.mutant.split("/")[0]

    def __str__(self) -> str:
        folder = f"../reference/{self.exercise}/rejected/{self.shown.mutant}"
        return f"{self.exercise} `{self.shown.scenario}`: {self.check} ([{self.shown.mutant}]({folder}))"


Cells = Mapping[tuple[str, str], Sequence[Proof]]


def load(path: Path, model: type[Model]) -> Model:
    """Return a file as a model.

    Raises:
        ValueError: it is none; with all problems.
    """
    found, problems = validate(read_file(path), model)
    if found is None or problems:
        raise ValueError("\n".join(f"{each.file}:{each.line}: {each.message}" for each in problems))
    return found


def proofs(facts: Facts, root: Path = ROOT) -> Iterator[Proof]:
    """Yield what all exercises show.

    Raises:
        ValueError: a file says something that cannot be so.
    """
    for path in sorted(root.glob(f"reference/*/{NAME}")):
        exercise = load_exercise(root / "exercises" / path.parent.name / "exercise.yaml")
        for shown in load(path, Coverage).shows:
            if (shown.mechanism, shown.property) not in cells(facts, []):
                raise ValueError(f"{path}: {shown.mechanism} has no property {shown.property}")
            if exercise.scenario(shown.scenario) is None:
                raise ValueError(f"{path}: there is no scenario {shown.scenario}")
            if not (path.parent / "rejected" / shown.mutant).is_dir():
                raise ValueError(f"{path}: there is no mutant {shown.mutant}")
            yield Proof(exercise.id, shown)


def cells(facts: Facts, found: Sequence[Proof]) -> Cells:
    """Return the proofs of each property that a mechanism has."""
    return {
        (mechanism, name): [p for p in found if (p.shown.mechanism, p.shown.property) == (mechanism, name)]
        for mechanism, each in facts.mechanisms.items()
        for name in each.has
    }


def empty(table: Cells) -> list[str]:
    """Name the cells that nothing shows."""
    return [f"{mechanism} {name}" for (mechanism, name), found in table.items() if not found]


def unsaid(facts: Facts) -> list[str]:
    """Name the properties of which nothing is said, and what is said of a property that there is not."""
    problems = []
    for mechanism, each in facts.mechanisms.items():
        said = {*each.has, *each.lacks}
        problems += [f"{mechanism}: nothing is said of {name}" for name in {*facts.properties} - said - _RARE]
        problems += [f"{mechanism}: there is no property {name}" for name in said - {*facts.properties}]
    return problems


def page(facts: Facts, table: Cells) -> str:
    """Return the page."""
    return _HEAD + "\n".join([*_overview(facts, table), *_details(facts, table)]) + "\n"


def _overview(facts: Facts, table: Cells) -> Iterator[str]:
    yield "## Overview"
    yield ""
    yield "Each cell names the checks; the tables below say where. A dash: it has no such property."
    yield ""
    yield f"| mechanism | {' | '.join(facts.properties.values())} |"
    yield "|---" * (len(facts.properties) + 1) + "|"
    for mechanism, each in facts.mechanisms.items():
        marks = [_mark(table.get((mechanism, name), [])) for name in facts.properties]
        yield f"| [{each.title}](#{_anchor(each.title)}) | {' | '.join(marks)} |"
    yield ""


def _mark(found: Sequence[Proof]) -> str:
    return ", ".join(dict.fromkeys(proof.check for proof in found)) or "-"


def _details(facts: Facts, table: Cells) -> Iterator[str]:
    for mechanism, each in facts.mechanisms.items():
        yield f"## {each.title}"
        yield ""
        yield "| property | what is so | shown by: exercise, scenario, check |"
        yield "|---|---|---|"
        for name, words in facts.properties.items():
            if name in each.has:
                shown = "<br>".join(map(str, table[mechanism, name]))
                yield f"| {words} | {each.has[name]} ({each.source}) | {shown} |"
            elif name in each.lacks:
                yield f"| {words} | {each.lacks[name].why} ({each.lacks[name].source}) | - |"
        yield ""


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def prove(found: Sequence[Proof]) -> Iterator[str]:
    """Grade each mutant in its scenario; yield those that do not fail there by their check."""
    for proof in found:
        reference = ROOT / "reference" / proof.exercise
        exercise = load_exercise(ROOT / "exercises" / proof.exercise / "exercise.yaml")
        alone = {scenario.id: scenario for scenario in exercise.scenarios}[proof.shown.scenario]
        request = Request(
            exercise=exercise.model_copy(update={"scenarios": [alone.model_copy(update={"depends_on": []})]}),
            reference=reference,
            submission=reference / "rejected" / proof.shown.mutant,
            shrink=False,
            steady=False,
        )
        if not any(proof.check in failing(result) for result in grade(request, Silent()).scenarios):
            yield f"not so: {proof.shown.mechanism} {proof.shown.property}: {proof}"


def main() -> int:
    """Write, check or prove the page."""
    facts = load(FACTS, Facts)
    found = list(proofs(facts))
    table = cells(facts, found)
    wanted = page(facts, table)
    problems = [f"nothing shows {cell}" for cell in empty(table)] + unsaid(facts)
    if "--prove" in sys.argv[1:]:
        only = sys.argv[2:]
        problems += prove([proof for proof in found if not only or proof.exercise in only])
    elif "--check" not in sys.argv[1:]:
        PAGE.write_text(wanted, encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != wanted:
        problems.append("docs/coverage.md is out of date: run `make docs`")
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
