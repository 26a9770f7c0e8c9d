"""Gradescope's export: a folder a submission, and `submission_metadata.yml`, which says whose each is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from grader.batch.model import Student

METADATA: Final = "submission_metadata.yml"

_FOLDER = re.compile(r"^(?P<folder>[^\s:#-][^:]*):\s*$")
_FIELD = re.compile(r"^\s*(?:- )?\s*:(?P<key>name|sid|email):\s*(?P<value>.*)$")
_SUBMITTERS = re.compile(r"^  :submitters:\s*$")
_OTHER = re.compile(r"^  :(?!submitters)\w+:")


def read_submitters(path: Path) -> dict[str, tuple[Student, ...]]:
    """Return who handed in each folder of an export.

    The file holds the whole grading history of a class and may be hundreds of megabytes; what is needed of it
    is three keys at a known depth, so it is read line by line and not as a document.
    """
    found: dict[str, list[dict[str, str]]] = {}
    folder, inside = "", False
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if match := _FOLDER.match(line):
                folder, inside = match["folder"].strip("'\""), False
            elif _SUBMITTERS.match(line):
                inside = True
            elif _OTHER.match(line):
                inside = False
            elif inside and (match := _FIELD.match(line)):
                people = found.setdefault(folder, [])
                if "- " in line.split(":", 1)[0]:
                    people.append({})
                if people:
                    people[-1][match["key"]] = _scalar(match["value"])
    return {
        folder: tuple(
            Student(
                name=person.get("name") or person.get("email") or person.get("sid") or folder,
                email=person.get("email", ""),
                number=person.get("sid", ""),
                lms="gradescope",
            )
            for person in people
        )
        for folder, people in found.items()
    }


def _scalar(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        return re.sub(r'\\(["\\])', r"\1", text[1:-1])
    return "" if text in ("null", "~") else text
