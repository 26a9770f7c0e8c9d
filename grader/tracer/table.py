"""All calls of all mechanisms, merged. A new file in grader/mechanisms is found by itself."""

from __future__ import annotations

import importlib
import pkgutil

import grader.mechanisms
from grader.mechanisms.base import Call


def _load() -> dict[str, Call]:
    merged: dict[str, Call] = {}
    for module in pkgutil.iter_modules(grader.mechanisms.__path__):
        if module.name == "base":
            continue
        calls: dict[str, Call] = importlib.import_module(f"grader.mechanisms.{module.name}").CALLS
        twice = merged.keys() & calls.keys()
        if twice:
            raise ImportError(f"system calls listed by two mechanisms: {', '.join(sorted(twice))}")
        merged |= calls
    return merged


CALLS: dict[str, Call] = _load()
