"""An image that grades: a Dockerfile for CI systems that run their jobs in containers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from grader.exports.base import Course, File
from grader.exports.machine import kit, prepared
from grader.exports.templates import filled

_IMAGE: Final = "image"
_KIT: Final = "kit"


def image(course: Course) -> Mapping[str, File]:
    """Return a Dockerfile and what it needs.

    In a container of the image, `$IPC_GRADER EXERCISE SUBMISSION TARGET` grades.
    """
    return {
        "Dockerfile": filled("container/Dockerfile.j2", image=_IMAGE, kit=_KIT),
        **prepared(course, _IMAGE),
        **{f"{_KIT}/{path}": file for path, file in kit(course).items()},
    }
