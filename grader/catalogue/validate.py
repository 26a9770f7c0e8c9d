"""From nodes to models: every mistake of a file becomes a problem with its line and column.

pydantic finds the mistakes; this module finds where they stand and what was demanded there. A union is where
pydantic says most and helps least (one error for each member it tried), so the member that was meant is
chosen by the keys that stand there, and if none was, one problem names all that could stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar, get_origin

from pydantic import BaseModel, ValidationError

from grader.catalogue import messages
from grader.catalogue.forms import Choice, Form, Place, fields, follow, required, take_apart
from grader.catalogue.tree import Document, ListNode, MapNode, Node, ScalarNode, Source, Unclear
from grader.model.errors import Problem
from grader.model.exercise import STEP_WORDS, Exercise, Part, Role, Scenario, Step

Model = TypeVar("Model", bound=BaseModel)

_STEPS = [each.model for each in take_apart(Step).members]
_OWNERS: dict[type[BaseModel], str] = {
    Exercise: "at the top of the file",
    Scenario: "in this scenario",
    Part: "in this entry of the cast",
    Role: "in this role",
}


def validate(document: Document, model: type[Model]) -> tuple[Model | None, list[Problem]]:
    """Check a file against a model.

    Args:
        document: the file.
        model: what it must be.

    Returns:
        The model, or None if anything is wrong with its form; and all problems in the order of the file,
        those the document came with included.
    """
    problems = list(document.problems)
    try:
        result = model.model_validate(document.root.plain())
    except ValidationError as error:
        result = None
        problems += _Translation(document.source, model, document.root).problems(error)
    return (None if problems else result), in_order(problems)


def attempt(model: type[Model], node: Node | None) -> Model | None:
    """Return a part of a file as a model if it is one, whatever is wrong elsewhere."""
    try:
        return model.model_validate(node.plain()) if node is not None else None
    except ValidationError:
        return None


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sort problems by their place, each once."""
    return sorted(dict.fromkeys(problems), key=lambda each: (each.file, each.line, each.column, each.message))


class _Translation:
    """Turns pydantic's errors about one file into problems."""

    def __init__(self, source: Source, model: type[BaseModel], root: Node) -> None:
        self._source = source
        self._form = Form(model)
        self._root = root

    def problems(self, error: ValidationError) -> list[Problem]:
        """Return a problem for each mistake."""
        errors = [
            (
                follow(self._form, self._root, each["loc"]),
                each["type"],
                str(each["loc"][-1]) if each["loc"] else "",
            )
            for each in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        return self._level(errors, 0)

    def _level(self, errors: Sequence[tuple[Place, str, str]], depth: int) -> list[Problem]:
        """Translate errors of which the first `depth` unions are settled."""
        found = []
        unions: dict[tuple[int | str, ...], list[tuple[Place, str, str]]] = {}
        for place, kind, last in errors:
            if kind == "missing" and _misspelt(place, last):
                continue  # the unknown key that is near to it is said to be so
            if len(place.choices) > depth:
                unions.setdefault(place.choices[depth].path, []).append((place, kind, last))
            else:
                found.append(self._problem(place, kind, last))
        for group in unions.values():
            choice = group[0][0].choices[depth]
            meant = _meant(choice, [each[0].choices[depth].label for each in group])
            if meant is None:
                found.append(self._source.at(choice.node, _mismatch(choice.form, choice.node)))
            else:
                chosen = [each for each in group if each[0].choices[depth].label == meant]
                found += self._level(chosen, depth + 1)
        return found

    def _problem(self, place: Place, kind: str, last: str) -> Problem:
        if kind == "missing" and place.owner is not None:
            description = fields(place.owner)[last].description or ""
            return self._source.at(place.node, messages.missing_key(last, _where(place), description))
        if kind == "extra_forbidden" and place.key is not None:
            return self._source.at(place.key, _unknown_key(place, last))
        if kind == "union_tag_not_found":
            return self._source.at(*_no_step(place.node))
        if place.at_key and place.key is not None:
            return self._source.at(place.key, _mismatch(place.form, place.key))
        return self._source.at(place.node, _mismatch(place.form, place.node))


def _where(place: Place) -> str:
    """Say in which mapping a key is missing or unknown."""
    if place.owner in _OWNERS:
        return _OWNERS[place.owner]
    return f"under {messages.word(place.owner_key.text)}" if place.owner_key else "at the top of the file"


def _misspelt(place: Place, missing: str) -> bool:
    """Tell whether a key that is missing stands there with a mistake in it."""
    if place.owner is None or not isinstance(place.node, MapNode):
        return False
    known = fields(place.owner)
    strangers = [key for key in place.node.keys if key not in known]
    return any(messages.nearest(key, known) == missing for key in strangers)


def _meant(choice: Choice, labels: Sequence[str]) -> str | None:
    """Return the member of a union that was meant.

    That is the model which most of the keys that stand there fit; where none stand, the only list, for one of
    one entry may be written without brackets.
    """
    if not isinstance(choice.node, MapNode):
        models = {each.model.__name__ for each in choice.form.members if each.model is not None}
        others = [label for label in labels if label not in models]
        return others[0] if others and len(choice.form.lists) == 1 else None
    scores = {
        each.model.__name__: sum(
            messages.nearest(key, fields(each.model)) is not None for key in choice.node.keys
        )
        for each in choice.form.members
        if each.model is not None
    }
    best = max(scores, key=lambda name: scores[name], default=None)
    return best if best is not None and scores[best] else None


def _unknown_key(place: Place, key: str) -> str:
    owner = place.owner
    if owner is None or owner not in _STEPS:
        return messages.unknown_key(key, list(fields(owner)) if owner else [], _where(place))
    word, info = next(iter(fields(owner).items()))
    body = take_apart(info.annotation).model
    if body is not None and key in fields(body):
        return messages.misplaced_key(key, word)
    return messages.key_beside_step(key, word)


def _no_step(node: Node) -> tuple[Node, str]:
    """Say why an entry of `steps` is no step, and where that shows."""
    if isinstance(node, MapNode) and node.keys:
        words = [key for key in node.keys if key in STEP_WORDS]
        if len(words) > 1:
            return node.keys[words[1]], messages.two_steps(words)
        key = next(iter(node.keys.values()))
        return key, messages.unknown("step", key.text, STEP_WORDS)
    hint = messages.suggestion(node.text, STEP_WORDS) if isinstance(node, ScalarNode) and node.text else ""
    return node, messages.expected("a step such as `start: alice`", found(node), hint)


def _mismatch(form: Form, node: Node) -> str:
    return messages.expected(describe(form), found(node), _hint(form, node))


def describe(form: Form) -> str:
    """Say what is demanded: `a whole number from 0 to 255, `nonzero` or the key `signal``."""
    parts = list(dict.fromkeys(_describe_one(each) for each in form.members))
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"


def _describe_one(form: Form) -> str:
    if form.options:
        return messages.listed(form.options)
    if form.model is not None:
        needed = required(form.model)
        return messages.mapping_with(needed or list(fields(form.model)), complete=bool(needed))
    if "pattern" in form.bounds:
        return messages.form(form.bounds["pattern"])
    if form.bounds.get("min_length") and get_origin(form.base) in messages.NOT_EMPTY:
        return messages.NOT_EMPTY[get_origin(form.base)]
    if form.base in (int, float):
        return messages.number(whole=form.base is int, bounds=form.bounds)
    return messages.KINDS.get(get_origin(form.base) or form.base, messages.KINDS[object])


def found(node: Node) -> str:
    """Say what stands at a node."""
    if isinstance(node, ListNode):
        return "a list" if node.items else "an empty list"
    if isinstance(node, MapNode):
        keys = list(node.keys)
        return messages.found_mapping(keys)
    assert isinstance(node, ScalarNode)
    if isinstance(node.value, str):
        return f"the text {messages.word(node.text)}" if node.text else "an empty text"
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return f"the number {messages.word(node.text)}"
    return messages.word(node.text) if node.text else "nothing"


def _hint(form: Form, node: Node) -> str:
    """Return how what stands there could be made into what is demanded."""
    if not isinstance(node, ScalarNode):
        return ""
    if not node.text:
        return messages.EMPTY_HINT if form.model is not None and not required(form.model) else ""
    texts = [each for each in form.members if each.base is str]
    if texts and not isinstance(node.value, str):
        pattern = texts[0].bounds.get("pattern", "")
        return messages.quote_it(messages.fitted(node.text, pattern) or node.text)
    if isinstance(node.value, Unclear) and any(each.base in (int, float) for each in form.members):
        return messages.unclear_number(node.text)
    if form.base is bool:
        return messages.boolean_hint(node.text)
    if get_origin(form.base) is list:
        return messages.LIST_HINT
    options = [option for each in form.members for option in each.options]
    near = messages.nearest(node.text, options)
    if near is not None:
        return messages.did_you_mean(near)
    fits = (messages.fitted(node.text, each.bounds["pattern"]) for each in texts if "pattern" in each.bounds)
    return messages.did_you_mean(next((fit for fit in fits if fit), ""))
