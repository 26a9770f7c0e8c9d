"""The site's settings."""

from pathlib import Path

import pytest

from grader.config import load_config, reference_of, site_root
from grader.model.config import Config, ExplorationConfig, LimitsConfig
from grader.model.errors import CatalogueError

ROOT = Path(__file__).parents[2]


def write(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_file_of_the_repository_says_the_defaults() -> None:
    assert load_config(ROOT / "config.yaml") == Config()


def test_file_of_the_repository_names_every_key() -> None:
    from grader.catalogue.nodes import read_file

    given = read_file(ROOT / "config.yaml").root.plain()
    assert given == Config().model_dump()


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_empty_file_says_the_defaults(tmp_path: Path, text: str) -> None:
    assert load_config(write(tmp_path, text)) == Config()


def test_what_is_not_said_has_its_default(tmp_path: Path) -> None:
    path = write(tmp_path, "limits: {processes: 8, cpu_s: 1}\nexploration: {strategy: fair}\n")
    assert load_config(path) == Config(
        limits=LimitsConfig(processes=8, cpu_s=1.0), exploration=ExplorationConfig(strategy="fair")
    )


def test_mistakes_are_reported_as_those_of_an_exercise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "limit: {}\nlimits:\n  processes: 0\n  cpu: 3\nexploration: {strategy: luck}\nbuild:\n")
    with pytest.raises(CatalogueError) as caught:
        load_config(Path("config.yaml"))
    assert (
        str(caught.value)
        == """\
config.yaml:1:1: there is no key `limit` at the top of the file; did you mean `limits`?
    limit: {}
    ^
config.yaml:3:14: expected a whole number of at least 1, found the number `0`
      processes: 0
                 ^
config.yaml:4:3: there is no key `cpu` under `limits`; did you mean `cpu_s`?
      cpu: 3
      ^
config.yaml:5:25: expected `default`, `fair`, `directed`, `random` or `pct`, found the text `luck`
    exploration: {strategy: luck}
                            ^
config.yaml:6:1: expected keys such as `time_s`, found nothing; write `{}` if there is nothing to say
    build:
    ^"""
    )


def test_missing_file_that_was_asked_for_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="the file cannot be read"):
        load_config(tmp_path / "config.yaml")


def test_site_is_the_nearest_folder_with_exercises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = tmp_path / "exercises" / "pipe"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert site_root() == tmp_path.resolve()
    assert load_config() == Config()
    write(tmp_path, "limits: {events: 5}")
    assert load_config() == Config(limits=LimitsConfig(events=5))


def test_a_reference_is_in_its_exercise_or_beside_the_exercises(tmp_path: Path) -> None:
    exercise = tmp_path / "exercises" / "pipe"
    exercise.mkdir(parents=True)
    assert reference_of(exercise) == tmp_path / "reference" / "pipe"
    (exercise / "reference").mkdir()
    assert reference_of(exercise) == exercise / "reference"


def test_place_without_exercises_belongs_to_the_installed_site_or_to_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.config.EXERCISES_NAME", "no-such-folder")
    assert site_root(tmp_path) == tmp_path.resolve()
    monkeypatch.setattr("grader.config.EXERCISES_NAME", "grader")
    assert site_root(tmp_path) == ROOT
