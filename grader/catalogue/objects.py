"""Objects in scripts: whether what is said of one, its name first of all, can be so for its kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from grader.catalogue import messages_meaning
from grader.catalogue.tree import MapNode, Node, ScalarNode, at
from grader.model.exercise import Create, Present, Repeat, Scenario, Step
from grader.model.history import ObjectKind
from grader.model.object import MEANT_FOR, NewObject

_NAMED = ("shared-memory", "semaphore", "queue")
_INT_MAX = (1 << 31) - 1

Complaint = tuple[Node, str]
"""Where something is wrong, and what."""


def wrong_name(node: Node) -> Iterator[Complaint]:
    """Yield what is wrong with the name of an object, given by kind and name."""
    kind, name = at(node, "kind"), at(node, "name")
    if not isinstance(kind, ScalarNode) or not isinstance(name, ScalarNode):
        return
    text = name.text
    if not text or "\0" in text:
        yield name, messages_meaning.BAD_NAME
        return
    if text.startswith("${"):
        return
    posix = kind.text in _NAMED and not re.fullmatch(r"/[^/]+", text)
    system_v = kind.text.startswith("sysv-") and not _is_key(text) and "${" not in text
    if posix or system_v:
        yield name, messages_meaning.bad_object_name(kind.text, text)


def wrong_content(step: Step, body: Node) -> Iterator[Complaint]:
    """Yield what is wrong with all else that a step says of an object."""
    if isinstance(step, Create):
        yield from _wrong_in_new(step.create, body)
    elif isinstance(step, Present) and step.present.kind is not ObjectKind.FILE:
        yield from _misplaced(body, "content", step.present.kind, [ObjectKind.FILE])


def _wrong_in_new(new: NewObject, body: Node) -> Iterator[Complaint]:
    for key, kinds in MEANT_FOR.items():
        if new.kind not in kinds:
            yield from _misplaced(body, key, new.kind, kinds)
    name, values = at(body, "name"), at(body, "values")
    if new.kind is ObjectKind.SYSV_SHARED_MEMORY and not new.content and new.size is None:
        yield body, messages_meaning.NO_SIZE
    if values is not None and new.members is not None and new.members != len(new.values):
        yield values, messages_meaning.not_a_value_each(new.members, len(new.values))
    if name is not None and new.kind.startswith("sysv-") and new.name == "0":
        yield name, messages_meaning.KEY_OF_NOBODY


def masked_mode(step: Step, body: Node, scenario: Scenario) -> Iterator[Complaint]:
    """Yield what a program could not do: make an object with bits that the umask takes away."""
    if not isinstance(step, Present) or step.present.mode is None:
        return
    wanted = step.present
    made = {(str(new.kind), new.name) for new in _made(scenario.steps)}
    umask = next((mask for mask in scenario.umask if int(wanted.mode or "0", 8) & int(mask, 8)), None)
    mode = at(body, "mode")
    if umask is not None and mode is not None and (str(wanted.kind), wanted.name) not in made:
        yield mode, messages_meaning.masked_mode(wanted.mode or "", umask)


def _made(steps: Iterable[Step]) -> Iterator[NewObject]:
    for step in steps:
        if isinstance(step, Create):
            yield step.create
        elif isinstance(step, Repeat):
            yield from _made(step.repeat.steps)


def _misplaced(body: Node, key: str, kind: ObjectKind, kinds: Iterable[ObjectKind]) -> Iterator[Complaint]:
    if isinstance(body, MapNode) and key in body.keys:
        fitting = [each.value for each in ObjectKind if each in kinds]
        yield body.keys[key], messages_meaning.key_of_other_kinds(key, kind.value, fitting)


def _is_key(text: str) -> bool:
    """Whether a text is a System V key as the kernel lists it."""
    return re.fullmatch(r"0|-?[1-9][0-9]{0,9}", text) is not None and -_INT_MAX - 1 <= int(text) <= _INT_MAX
