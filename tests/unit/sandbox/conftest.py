"""Boxes for tests: one that many tests share, and how to make another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.model.config import LimitsConfig
from grader.sandbox.box import Box


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box("full", LimitsConfig()) as made:
        yield made


@pytest.fixture
def fresh_box() -> Iterator[Box]:
    with Box("full", LimitsConfig()) as made:
        yield made


@pytest.fixture(params=["full", "limits-only"])
def any_box(request: pytest.FixtureRequest) -> Iterator[Box]:
    with Box(request.param, LimitsConfig()) as made:
        yield made
