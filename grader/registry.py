"""Find the plug-ins of a package: one file each, the file's name is the id, nowhere a list to edit."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from grader.model.errors import InternalError

SHARED_MODULES: frozenset[str] = frozenset({"base", "compose", "explain"})
"""Modules of a plug-in package that are no plug-ins; so are those whose name starts with an underscore."""


@functools.cache
def load(package: str, attribute: str) -> Mapping[str, Any]:
    """Import every plug-in of a package; once, for it is asked at each run.

    Args:
        package: dotted name, e.g. `grader.checkers`.
        attribute: what each plug-in must define, e.g. `check`.

    Returns:
        The attribute's value by id (the file's name, `_` written as `-`), sorted by id.

    Raises:
        InternalError: a module cannot be imported or lacks the attribute. A plug-in that silently
            disappeared would be a check nobody misses.
    """
    found: dict[str, Any] = {}
    for info in sorted(pkgutil.iter_modules(_import(package).__path__), key=lambda info: info.name):
        if info.name in SHARED_MODULES or info.name.startswith("_"):
            continue
        module = _import(f"{package}.{info.name}")
        if not hasattr(module, attribute):
            raise InternalError(f"{module.__name__} does not define {attribute!r}")
        found[info.name.replace("_", "-")] = getattr(module, attribute)
    return MappingProxyType(found)


def _import(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise InternalError(f"{name} cannot be imported: {error!r}") from error
