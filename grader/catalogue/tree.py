"""A YAML file as a tree of nodes that remember where they stand, and the lines to show around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from grader.model.errors import Problem

_EXCERPT_MAX = 160


@dataclass(frozen=True, slots=True)
class Unclear:
    """The value of an unquoted number that is not taken for one: `0600`, `.inf`, thirty digits.

    It is neither text nor number, so whatever the models expect, they refuse it.

    Attributes:
        text: as it stands in the file.
    """

    text: str


Value = str | int | float | bool | Unclear | None


class _HashableList(list[Any]):
    """A list that may be looked up in a set: the models' validators do so with whatever they are given."""

    __hash__ = object.__hash__  # type: ignore[assignment]


class _HashableDict(dict[str, Any]):
    """The same for a mapping."""

    __hash__ = object.__hash__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A place in a YAML file.

    Attributes:
        line, column: where it begins, from 1. A value that is not there stands where its key does.
        size: nodes in it, itself included.
    """

    line: int
    column: int
    size: int = 1

    def plain(self) -> Any:
        """Return what the models validate: the value without its positions."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalarNode(Node):
    """A single value.

    Attributes:
        value: by the rules of YAML 1.2.
        text: as it stands in the file, without quotes.
        quoted: it stands in quotes, or in a block of text.
    """

    value: Value
    text: str
    quoted: bool = False

    def plain(self) -> Value:
        """Return the value."""
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class ListNode(Node):
    """A list.

    Attributes:
        items: its entries.
    """

    items: tuple[Node, ...]

    def plain(self) -> list[Any]:
        """Return the list of the entries' values."""
        return _HashableList(item.plain() for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapNode(Node):
    """A mapping; of a key that stands twice the first counts.

    Attributes:
        keys: where each key stands.
        values: what each key says.
    """

    keys: dict[str, ScalarNode] = field(default_factory=dict)
    values: dict[str, Node] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return the mapping of the keys to their values."""
        return _HashableDict((key, value.plain()) for key, value in self.values.items())


def members(node: Node | None) -> Iterator[Node]:
    """Yield a list's entries, or the node itself: a list of one may be written without brackets."""
    if isinstance(node, ListNode):
        yield from node.items
    elif node is not None:
        yield node


@dataclass(frozen=True, slots=True)
class Source:
    """A file's name and lines, for pointing at a place in it.

    Attributes:
        file: path as the user knows it.
        lines: the text, cut as YAML cuts it.
    """

    file: str
    lines: tuple[str, ...] = ()

    def problem(self, line: int, column: int, message: str) -> Problem:
        """Make a problem with the source line it is on; a line too long to show is left out."""
        excerpt = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        if column > _EXCERPT_MAX:
            excerpt = ""
        elif len(excerpt) > _EXCERPT_MAX:
            excerpt = excerpt[:_EXCERPT_MAX] + " ..."
        # A tab would move the caret away from its place.
        excerpt = excerpt.replace("\t", " ")
        return Problem(file=self.file, line=line, column=column, message=message, excerpt=excerpt)

    def at(self, node: Node, message: str) -> Problem:
        """Make a problem at a node."""
        return self.problem(node.line, node.column, message)


@dataclass(frozen=True, slots=True)
class Document:
    """A file that could be read.

    Attributes:
        source: the text, for messages.
        root: the outermost node.
        problems: what is wrong with single entries: duplicate keys, tags, keys that are no text.
    """

    source: Source
    root: Node
    problems: tuple[Problem, ...]


def at(node: Node | None, *path: str | int) -> Node | None:
    """Return the node that keys and list positions lead to, or None if there is nothing."""
    for step in path:
        if isinstance(node, MapNode):
            node = node.values.get(str(step))
        elif isinstance(node, ListNode) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node


def texts(node: Node | None) -> Iterator[ScalarNode]:
    """Yield all texts at a node and below it; keys are none."""
    if isinstance(node, ScalarNode):
        if isinstance(node.value, str):
            yield node
        return
    for child in node.values.values() if isinstance(node, MapNode) else members(node):
        yield from texts(child)
