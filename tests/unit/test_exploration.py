"""Runs that nobody waits for any more."""

from __future__ import annotations

from concurrent.futures import Future, ProcessPoolExecutor
from types import SimpleNamespace
from typing import Any, cast

from grader.exploration import _forget_cancelled


def test_a_pool_can_tell_all_its_futures_that_its_workers_are_dead() -> None:
    wanted: Future[Any] = Future()
    given_up: Future[Any] = Future()
    given_up.cancel()
    items = {0: SimpleNamespace(future=wanted), 1: SimpleNamespace(future=given_up)}
    pool = cast("ProcessPoolExecutor", SimpleNamespace(_pending_work_items=items))

    _forget_cancelled(pool)

    for item in items.values():
        item.future.set_exception(ChildProcessError())
    assert isinstance(wanted.exception(), ChildProcessError)
    assert given_up.cancelled()
