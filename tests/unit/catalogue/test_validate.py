"""From pydantic's errors to problems: the right place and the right words, whatever stands in the file."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from grader.catalogue.forms import Form, fields, follow, required, take_apart
from grader.catalogue.meaning import check_exercise
from grader.catalogue.nodes import parse
from grader.catalogue.tree import Node, ScalarNode
from grader.catalogue.validate import attempt, describe, validate
from grader.model.errors import CatalogueError
from grader.model.exercise import Exercise, Expectation, Loop, Part, Role, Scenario, Step
from grader.model.object import NewObject


def read(data: bytes) -> tuple[Exercise | None, int]:
    """Do all that loading does with a text; return the exercise and the number of problems."""
    try:
        document = parse(data, "x.yaml")
    except CatalogueError as error:
        return None, len(error.problems)
    exercise, problems = validate(document, Exercise)
    problems += check_exercise(document.root, document.source, "note")
    for problem in problems:
        str(problem).encode()
    return exercise, len(problems)


def test_example_of_the_page_for_authors_is_right(example: str) -> None:
    exercise, problems = read(example.encode())
    assert exercise is not None
    assert (exercise.id, problems) == ("note", 0)


def test_path_is_followed_through_types_and_nodes() -> None:
    """A part named like a step, a key named like a model: only the types tell which is which."""
    root = parse(b"steps: [{type: {type: [a, 3]}}]", "x.yaml").root
    place = follow(Form(Scenario), root, ("steps", 0, "type", "type", "type", 1))
    assert isinstance(place.node, ScalarNode)
    assert place.key is not None
    assert (place.node.text, place.key.text, place.form.base) == ("3", "type", str)


def test_path_to_a_key_leads_to_the_form_of_keys() -> None:
    root = parse(b"cast: {A: 1}", "x.yaml").root
    place = follow(Form(Scenario), root, ("cast", "A", "[key]"))
    assert (place.at_key, place.form.bounds) == (True, {"pattern": "^[a-z][a-z0-9_]*$"})


def test_path_through_a_shorthand_stays_at_the_value() -> None:
    root = parse(b"steps: [{start: A}]", "x.yaml").root
    place = follow(Form(Scenario), root, ("steps", 0, "start", "start", 0))
    assert isinstance(place.node, ScalarNode)
    assert place.node.text == "A"


def test_path_that_leads_nowhere_demands_nothing() -> None:
    root: Node = parse(b"a: 1", "x.yaml").root
    place = follow(Form(Scenario), root, ("nothing", "here", 3, "[key]"))
    assert (place.node, describe(place.form)) == (root, "something else")


def test_key_named_like_a_mark_of_pydantic_is_a_key() -> None:
    assert read(b'{"[key]": 1, roles: {"[key]": {"[key]": 1}}}')[1] == 10


def test_keys_are_those_of_yaml() -> None:
    assert list(fields(Loop)) == ["over", "as", "steps"]
    assert required(Loop) == ["over", "as", "steps"]


def test_what_is_demanded_in_words() -> None:
    def words(model: type[BaseModel], key: str) -> str:
        info = fields(model)[key]
        return describe(take_apart(info.annotation, info.metadata))

    assert {
        "points": words(Scenario, "points"),
        "steps": words(Scenario, "steps"),
        "by": words(Part, "by"),
        "env": words(Part, "env"),
        "terminal": words(Part, "terminal"),
        "description": words(Role, "description"),
        "lines": words(Expectation, "lines"),
        "schedules": words(Exercise, "schedules"),
        "limits": words(Exercise, "limits"),
        "mode": words(NewObject, "mode"),
        "over": words(Loop, "over"),
    } == {
        "points": "a number of at least 0",
        "steps": "a list of at least one entry",
        "by": "`submission` or `reference` or a variable such as `${who}`",
        "env": "a mapping such as `name: value`",
        "terminal": "`true` or `false`",
        "description": "a text",
        "lines": "a list",
        "schedules": "a whole number of at least 1",
        "limits": "keys such as `processes`",
        "mode": 'permission bits as four octal digits in quotes, such as "0600"',
        "over": "a list of at least one entry",
    }


def test_steps_are_recognised_by_their_type() -> None:
    assert take_apart(Step).steps
    assert not take_apart(str | int).steps


def test_part_of_a_file_can_be_right_by_itself() -> None:
    root = parse(b"{terminal: true}", "x.yaml").root
    assert attempt(Role, root) == Role(terminal=True)
    assert attempt(Scenario, root) is None
    assert attempt(Role, None) is None


SIGNS = st.sampled_from(
    [
        *"{}[]\"'|\t\0é\ud7ff\n",
        "",
        "  ",
        "- ",
        ": ",
        "&a ",
        "*a ",
        "!x ",
        "# ",
        "<<",
        "${",
        "$$",
        "${a}",
        "n.pid}",
    ]
) | st.sampled_from(["null", "3", "-1", "0600", "true", "no", "x"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), SIGNS), min_size=1, max_size=4))
def test_mutated_file_is_right_or_has_problems(example: str, edits: list[tuple[float, int, str]]) -> None:
    """Cut something out and put something in, up to four times: never an exception, never silence."""
    text = example
    for where, length, sign in edits:
        start = int(where * len(text))
        text = text[:start] + sign + text[start + length :]
    exercise, problems = read(text.encode())
    assert exercise is not None or problems


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 300)
    | st.floats()
    | st.sampled_from(["a", "${a}", "", "0600"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["a", "A", "lines", "regex", "repeat", "part", "start", "steps", "kind", "signal"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths to all values inside of a value."""
    keys = range(len(value)) if isinstance(value, list) else value if isinstance(value, dict) else ()
    return [found for key in keys for found in [(*path, key), *places(value[key], (*path, key))]]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_anything_in_the_place_of_a_value_is_right_or_has_problems(example: str, data: st.DataObject) -> None:
    """The form of YAML is kept here, so that the models and the checks of meaning are reached."""
    value = parse(example.encode(), "x.yaml").root.plain()
    for _ in range(data.draw(st.integers(1, 3))):
        *path, last = data.draw(st.sampled_from(places(value)))
        target = value
        for key in path:
            target = target[key]
        target[last] = data.draw(ANYTHING)
    exercise, problems = read(json.dumps(value).encode())
    assert exercise is not None or problems
