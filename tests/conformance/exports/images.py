"""Reads a Dockerfile as far as bundles use it: what is where in the image, and how it is run."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Image:
    """What a Dockerfile says.

    Attributes:
        base: the image it begins with.
        places: what was copied, by its place in the image.
        runs: commands, each on one line.
        user: who runs the program; `root` if nobody is named.
        env: variables.
        entrypoint: program and arguments.
        command: further arguments if nobody gives others.
    """

    base: str = ""
    places: dict[str, Path] = field(default_factory=dict)
    runs: list[str] = field(default_factory=list)
    user: str = "root"
    env: dict[str, str] = field(default_factory=dict)
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)


def image(dockerfile: Path) -> Image:
    """Read a Dockerfile; the folder it is in is the context.

    Raises:
        AssertionError: an instruction is unknown, or what is to be copied is not there.
    """
    read = Image()
    text = re.sub(r"\\\n\s*", "", re.sub(r"^\s*#.*\n", "", dockerfile.read_text(), flags=re.MULTILINE))
    for line in filter(str.strip, text.splitlines()):
        word, _, rest = line.partition(" ")
        match word:
            case "FROM":
                read.base = rest
            case "COPY":
                source, place = rest.split()
                folder = dockerfile.parent / source
                assert folder.is_dir() == source.endswith("/") == place.endswith("/"), line
                assert folder.exists(), line
                read.places[place.rstrip("/")] = folder
            case "RUN":
                read.runs.append(rest)
            case "USER":
                read.user = rest
            case "ENV":
                read.env |= dict(pair.split("=", 1) for pair in rest.split())
            case "ENTRYPOINT":
                read.entrypoint = json.loads(rest)
            case "CMD":
                read.command = json.loads(rest)
            case "WORKDIR":
                assert rest.startswith("/")
            case _:
                raise AssertionError(f"unknown instruction: {line}")
    return read
