"""Boxes for tests, opened in each way: one that many tests share, and fresh ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.sandbox.box import Box

from .running import WAYS, opened


@pytest.fixture(scope="module", params=WAYS)
def box(request: pytest.FixtureRequest) -> Iterator[Box]:
    with opened(request.param) as made:
        yield made


@pytest.fixture(params=WAYS)
def fresh_box(request: pytest.FixtureRequest) -> Iterator[Box]:
    with opened(request.param) as made:
        yield made


@pytest.fixture(params=[*WAYS, "limits-only"])
def any_box(request: pytest.FixtureRequest) -> Iterator[Box]:
    with opened(request.param) as made:
        yield made
