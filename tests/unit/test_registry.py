"""Plug-ins are found by their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import registry
from grader.model.errors import InternalError


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty package `plugins_of_a_test`, importable during the test."""
    folder = tmp_path / "plugins_of_a_test"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


def forget() -> None:
    import sys

    for name in [name for name in sys.modules if name.startswith("plugins_of_a_test")]:
        del sys.modules[name]
    registry.load.cache_clear()


@pytest.fixture(autouse=True)
def fresh() -> None:
    forget()


def test_each_file_is_a_plug_in_and_its_name_the_id(plugins: Path) -> None:
    (plugins / "two_words.py").write_text("THING = 2\n")
    (plugins / "one.py").write_text("THING = 1\n")
    assert list(registry.load("plugins_of_a_test", "THING").items()) == [("one", 1), ("two-words", 2)]


def test_shared_modules_are_no_plug_ins(plugins: Path) -> None:
    for name in ("base", "compose", "explain", "_helper"):
        (plugins / f"{name}.py").write_text("")
    assert registry.load("plugins_of_a_test", "THING") == {}


def test_a_plug_in_without_the_attribute_is_fatal(plugins: Path) -> None:
    (plugins / "one.py").write_text("")
    with pytest.raises(InternalError, match=r"plugins_of_a_test\.one does not define 'THING'"):
        registry.load("plugins_of_a_test", "THING")


def test_a_plug_in_that_cannot_be_imported_is_fatal(plugins: Path) -> None:
    (plugins / "one.py").write_text("import nothing_of_this_name\n")
    with pytest.raises(
        InternalError, match=r"plugins_of_a_test\.one cannot be imported: ModuleNotFoundError"
    ):
        registry.load("plugins_of_a_test", "THING")


def test_a_package_that_is_not_there_is_fatal() -> None:
    with pytest.raises(InternalError, match="cannot be imported"):
        registry.load("nothing_of_this_name", "THING")
