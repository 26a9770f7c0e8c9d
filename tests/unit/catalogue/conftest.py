"""What the tests of the catalogue share."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.catalogue.load import load_exercise
from grader.model.exercise import Exercise

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def example() -> str:
    """The complete example of the page for authors."""
    page = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
    block = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert block is not None
    return block[1]


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], Exercise]:
    """Load an exercise from a text; its folder is called `demo`."""

    def load_text(text: str) -> Exercise:
        folder = tmp_path / "demo"
        folder.mkdir(exist_ok=True)
        path = folder / "exercise.yaml"
        path.write_text(text, encoding="utf-8")
        return load_exercise(path)

    return load_text


@pytest.fixture
def demo() -> Callable[..., str]:
    """Write an exercise `demo` of one scenario: given its steps, and more lines of it or of the exercise."""

    def write(steps: str = "", *, scenario: str = "", exercise: str = "") -> str:
        return f"""\
id: demo
title: A demo
summary: One scenario.
mechanisms: [fifo]
difficulty: 1
hours: 1
{exercise}
roles:
  server: {{}}
  client: {{terminal: true}}
scenarios:
  - id: first
    title: It works
    points: 1
    hint: Read fifo(7).
    cast:
      alice: {{role: client, by: submission}}
      bob: {{role: server, by: reference}}
    {scenario}
    steps:
      - start: [alice, bob]
{steps}
"""

    return write
