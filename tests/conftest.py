"""The order of all tests."""

from __future__ import annotations

import pytest

_LONG_FIRST = (
    "test_catalogue.py",
    "test_readme.py",
    "test_tutorial.py",
    "test_determinism.py",
    "test_cli.py",
)
"""Modules of long tests: begun last, one of them would leave the other cores idle at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long tests first; all others stay as they are."""
    places = {name: place for place, name in enumerate(_LONG_FIRST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))
