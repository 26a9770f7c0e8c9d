"""The folder of exercises."""

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.catalogue.load import Catalogue, load_catalogue, load_exercise
from grader.model.errors import CatalogueError, UsageError


@pytest.fixture
def site(tmp_path: Path, demo: Callable[..., str]) -> Callable[..., Path]:
    """Make a catalogue of exercises with the given prerequisites."""

    def make(**prerequisites: str) -> Path:
        for name, needed in prerequisites.items():
            folder = tmp_path / "exercises" / name
            folder.mkdir(parents=True)
            text = demo(exercise=f"prerequisites: [{needed}]").replace("id: demo", f"id: {name}")
            (folder / "exercise.yaml").write_text(text, encoding="utf-8")
        return tmp_path / "exercises"

    return make


def problems(root: Path) -> list[str]:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(root)
    return [
        f"{Path(each.file).relative_to(root)}:{each.line}: {each.message}" for each in caught.value.problems
    ]


def test_catalogue_is_in_the_order_of_its_ids(site: Callable[..., Path]) -> None:
    root = site(queue="pipe", pipe="", fifo="pipe, queue")
    (root / "README.md").write_text("not an exercise")
    (root / "_draft").mkdir()
    (root / ".git").mkdir()
    catalogue = load_catalogue(root)
    assert list(catalogue.exercises) == ["fifo", "pipe", "queue"]
    assert catalogue.get("fifo").prerequisites == ["pipe", "queue"]
    assert catalogue.folder("fifo") == root / "fifo"


def test_unknown_exercise_names_the_nearest(site: Callable[..., Path]) -> None:
    catalogue = load_catalogue(site(pipe="", fifo=""))
    for act in (catalogue.get, catalogue.folder):
        with pytest.raises(UsageError, match=r"^there is no exercise `pip`; did you mean `pipe`\?$"):
            act("pip")


def test_empty_catalogue_is_a_catalogue(tmp_path: Path) -> None:
    assert load_catalogue(tmp_path) == Catalogue(root=tmp_path, exercises={})


def test_missing_catalogue_is_a_mistake_of_the_command_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no folder of exercises"):
        load_catalogue(tmp_path / "exercises")


def test_problems_of_all_files_are_reported_together(site: Callable[..., Path]) -> None:
    root = site(pipe="", fifo="pip", queue="fifo, shm")
    (root / "pipe" / "exercise.yaml").write_text("id: 'pipe", encoding="utf-8")
    (root / "empty").mkdir()
    assert problems(root) == [
        "empty:0: this folder of the catalogue has no exercise.yaml",
        "pipe/exercise.yaml:1: this quote is never closed",
        "fifo/exercise.yaml:7: there is no exercise `pip`; did you mean `pipe`?",
        "queue/exercise.yaml:7: there is no exercise `shm`; known here: `fifo`, `pipe` and `queue`",
    ]


def test_prerequisites_must_not_go_round_in_a_circle(site: Callable[..., Path]) -> None:
    found = problems(site(a="b", b="c", c="a", d="a"))
    assert len(found) == 1
    assert found[0].partition(": the prerequisites go round in a circle: ")[2] in (
        "a -> b -> c -> a",
        "b -> c -> a -> b",
        "c -> a -> b -> c",
    )


def test_folder_is_known_by_its_name_wherever_one_stands(
    site: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site(pipe="") / "pipe")
    assert load_exercise(Path("exercise.yaml")).id == "pipe"
