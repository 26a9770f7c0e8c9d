"""The text of every mistake an author can make, kept as a file beside the mistake.

To accept changed texts: `UPDATE_EXPECTED=1 pytest tests/catalogue`, then read the difference.
"""

import os
import shutil
from pathlib import Path

import pytest

from grader.catalogue.load import load_exercise
from grader.model.errors import CatalogueError

HERE = Path(__file__).parent
MISTAKES = sorted(HERE.glob("bad_*.yaml"))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda path: path.stem)
def test_mistake_is_reported_in_these_words(
    mistake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    shutil.copyfile(mistake, folder / "exercise.yaml")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CatalogueError) as caught:
        load_exercise(Path("demo/exercise.yaml"))
    expected = mistake.with_suffix(".expected")
    text = str(caught.value) + "\n"
    if os.environ.get("UPDATE_EXPECTED"):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


def test_every_expectation_has_its_mistake() -> None:
    assert [path.stem for path in sorted(HERE.glob("*.expected"))] == [path.stem for path in MISTAKES]
