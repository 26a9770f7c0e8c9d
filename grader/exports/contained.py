"""A site as it goes into a container that may refuse namespaces: its settings, and only what it needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from grader.config import CONFIG_NAME
from grader.exports.base import Course, File
from grader.exports.site import part_of
from grader.model.config import Config

CACHE: Final = "/var/cache"
"""Where a container keeps what is compiled once, for $XDG_CACHE_HOME."""

_COMMENT: Final = """\
# The site's settings, changed for a container. Where it refuses namespaces, submissions run as the user
# nobody, and every result says so. One run at a time: the machine's cores are not the container's.
# No run is kept.
"""


def contained(config: Config, *, jobs: int) -> File:
    """Return a site's settings as they are in a container.

    Args:
        config: the site's own.
        jobs: runs side by side, unless the site has said so.
    """
    isolation = config.isolation.model_copy(update={"allow_weaker": True})
    exploration = config.exploration.model_copy(update={"jobs": config.exploration.jobs or jobs})
    reports = config.reports.model_copy(update={"keep": 0})
    changed = config.model_copy(
        update={"isolation": isolation, "exploration": exploration, "reports": reports}
    )
    return File(content=(_COMMENT + _yaml(changed.model_dump(mode="json"))).encode())


def site_of(course: Course, exercises: frozenset[str], *, jobs: int = 1) -> Mapping[str, File]:
    """Return the part of a site that some exercises need, with settings for a container."""
    return {**part_of(course, exercises), CONFIG_NAME: contained(course.config, jobs=jobs)}


def _yaml(sections: Mapping[str, Mapping[str, Any]]) -> str:
    lines = []
    for name, keys in sections.items():
        lines += [f"\n{name}:", *(f"  {key}: {json.dumps(value)}" for key, value in keys.items())]
    return "\n".join(lines) + "\n"
