"""What the models demand at a place: types taken apart, paths followed through types and nodes at once.

pydantic names the place of an error by a path in which keys, list positions, words of steps and members of
unions stand side by side, so only the types tell which is which.
"""

from __future__ import annotations

import enum
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from grader.catalogue.tree import ListNode, MapNode, Node, ScalarNode
from grader.model.exercise import Start

_UNIONS = (Union, types.UnionType)


@dataclass(frozen=True, slots=True)
class Form:
    """A type with the bounds put on it.

    Attributes:
        base: a class, a Literal, a union or a generic alias.
        bounds: what the annotations say beyond the type, by pydantic's names: `ge`, `pattern`, `min_length`.
    """

    base: Any
    bounds: Mapping[str, Any] = field(default_factory=dict)

    @property
    def model(self) -> type[BaseModel] | None:
        """The model it is, if it is one."""
        return self.base if isinstance(self.base, type) and issubclass(self.base, BaseModel) else None

    @property
    def members(self) -> tuple[Form, ...]:
        """The members of a union without None; itself if it is none."""
        if get_origin(self.base) not in _UNIONS:
            return (self,)
        return tuple(take_apart(each) for each in get_args(self.base) if each is not type(None))

    @property
    def lists(self) -> list[Form]:
        """The members of a union that are lists."""
        return [each for each in self.members if get_origin(each.base) is list]

    @property
    def steps(self) -> bool:
        """Whether it is the union of all kinds of step, which is told apart by a word."""
        return len(self.members) > 1 and self.members[0].model is Start

    @property
    def options(self) -> tuple[str, ...]:
        """The words of which one must stand, if it is a choice of words."""
        if get_origin(self.base) is Literal:
            return tuple(str(each).lower() if each is True else str(each) for each in get_args(self.base))
        if isinstance(self.base, type) and issubclass(self.base, enum.Enum):
            return tuple(str(each) for each in self.base)
        return ()


def take_apart(annotation: Any, metadata: Sequence[Any] = ()) -> Form:
    """Return an annotation as a type and the bounds put on it."""
    extra = list(metadata)
    while get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        extra.extend(more)
    bounds: dict[str, Any] = {}
    for each in extra:
        for item in each.metadata if isinstance(each, FieldInfo) else (each,):
            for name in ("ge", "gt", "le", "lt", "min_length", "pattern"):
                value = getattr(item, name, None)
                if value is not None:
                    bounds[name] = value
    form = Form(annotation, bounds)
    if get_origin(annotation) in _UNIONS and len(form.members) == 1:
        only = form.members[0]
        return Form(only.base, {**bounds, **only.bounds})
    return form


def fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return a model's fields by the keys they have in YAML."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def required(model: type[BaseModel]) -> list[str]:
    """Return the keys a model cannot do without."""
    return [key for key, info in fields(model).items() if info.is_required()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A union on the way to a place.

    Attributes:
        path: the way to it.
        form: the union.
        node: what stands there.
        key: the key it stands under, if any.
        label: pydantic's name of the member that was tried.
    """

    path: tuple[int | str, ...]
    form: Form
    node: Node
    key: ScalarNode | None
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an error's path leads.

    Attributes:
        node: the value there; for a missing key, the mapping that lacks it.
        key: the key it stands under, if any.
        at_key: the error is the key itself, not its value.
        form: what is demanded there.
        owner: the model the last key belongs to, if it is a model's.
        owner_key: the key that model stands under, if any.
        choices: the unions on the way, outermost first.
    """

    node: Node
    key: ScalarNode | None
    at_key: bool
    form: Form
    owner: type[BaseModel] | None
    owner_key: ScalarNode | None
    choices: tuple[Choice, ...]


def follow(form: Form, node: Node, path: tuple[int | str, ...]) -> Place:
    """Follow an error's path through the types and the nodes.

    Args:
        form: what is demanded of the whole.
        node: the whole.
        path: pydantic's `loc`.

    Returns:
        The place it leads to.
    """
    outer = form
    key: ScalarNode | None = None
    owner: type[BaseModel] | None = None
    owner_key: ScalarNode | None = None
    at_key = False
    choices: list[Choice] = []
    for index, element in enumerate(path):
        if element == "[key]" and get_origin(outer.base) is dict:
            form, at_key = take_apart(get_args(outer.base)[0]), True
        elif form.steps:
            # The word that tells the kind of step; its value comes next.
            form = _member(form, element, lambda model: next(iter(model.model_fields)))
        elif len(form.members) > 1:
            choices.append(Choice(path=path[:index], form=form, node=node, key=key, label=str(element)))
            form = _member(form, element, lambda model: model.__name__)
        else:
            if form.model is not None:
                owner, owner_key = form.model, key
            outer, form = form, _inner(form, element)
            if isinstance(node, MapNode) and element in node.values:
                key, node = node.keys[str(element)], node.values[str(element)]
            elif isinstance(node, ListNode) and isinstance(element, int):
                node = node.items[element]
    return Place(
        node=node,
        key=key,
        at_key=at_key,
        form=form,
        owner=owner,
        owner_key=owner_key,
        choices=tuple(choices),
    )


def _inner(form: Form, element: int | str) -> Form:
    """Return what a model, list or mapping demands of one of its entries."""
    if form.model is not None:
        info = fields(form.model).get(str(element))
        return take_apart(info.annotation, info.metadata) if info is not None else Form(object)
    arguments = get_args(form.base)
    return take_apart(arguments[-1]) if get_origin(form.base) in (list, dict) else Form(object)


def _member(form: Form, name: int | str, naming: Callable[[type[BaseModel]], str]) -> Form:
    """Return the model of a union that has a name, else its only list, else a form that demands nothing."""
    models = (each for each in form.members if each.model is not None and naming(each.model) == name)
    return next(models, form.lists[0] if len(form.lists) == 1 else Form(object))
