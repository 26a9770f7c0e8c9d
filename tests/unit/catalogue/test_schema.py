"""The JSON Schema says what the models say, shorthands included."""

import re
from typing import Any

import pytest

from grader.catalogue.schema import DIALECT, config_schema, exercise_schema
from grader.model.config import Config
from grader.model.exercise import CHECKS, STEP_WORDS, Exercise


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return exercise_schema()


def nodes(schema: Any) -> list[dict[str, Any]]:
    """Return all mappings inside of a schema."""
    inside = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    found = [each for value in inside for each in nodes(value)]
    return [schema, *found] if isinstance(schema, dict) else found


def test_keys_are_those_of_the_models(schema: dict[str, Any]) -> None:
    assert schema["$schema"] == DIALECT
    assert list(schema["properties"]) == list(Exercise.model_fields)
    assert list(config_schema()["properties"]) == list(Config.model_fields)
    assert schema["additionalProperties"] is False


def test_step_is_one_of_the_kinds_told_apart_by_a_required_word(schema: dict[str, Any]) -> None:
    for owner in ("Scenario", "Loop"):
        kinds = schema["$defs"][owner]["properties"]["steps"]["items"]["oneOf"]
        definitions = [schema["$defs"][kind["$ref"].rpartition("/")[2]] for kind in kinds]
        assert [each["required"] for each in definitions] == [[word] for word in STEP_WORDS]
        assert all(each["additionalProperties"] is False for each in definitions)
        assert all(
            each["properties"][word]["description"]
            for each, word in zip(definitions, STEP_WORDS, strict=True)
        )


@pytest.mark.parametrize("step", ["start", "close", "running", "stopped", "kill"])
def test_part_may_stand_for_a_list_of_parts(schema: dict[str, Any], step: str) -> None:
    one = {"pattern": "^[a-z][a-z0-9_]*$", "type": "string"}
    forms = schema["$defs"][step.capitalize()]["properties"][step]["anyOf"]
    if step == "kill":
        parts, child = forms
        assert child == {"$ref": "#/$defs/Child"}
        forms = parts["anyOf"]
    assert forms == [one, {"items": one, "type": "array"}]


def test_every_shorthand_of_the_models_is_in_the_schema(schema: dict[str, Any]) -> None:
    definitions = schema["$defs"]
    typed = definitions["TypeText"]["properties"]["type"]["patternProperties"]["^[a-z][a-z0-9_]*$"]
    assert typed == {"anyOf": [{"type": "string"}, {"items": {"type": "string"}, "type": "array"}]}
    call = definitions["Blockage"]["properties"]["call"]
    assert call["anyOf"] == [{"type": "string"}, {"items": {"type": "string"}, "type": "array"}]
    status = definitions["Exit"]["properties"]["exit"]["patternProperties"]["^[a-z][a-z0-9_]*$"]["anyOf"]
    assert status[1] == {"items": status[0], "type": "array"}
    line = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Pattern"}, {"$ref": "#/$defs/Repeated"}]}
    for form in ("lines", "any_order"):
        lines = definitions["Expectation"]["properties"][form]["anyOf"]
        assert lines == [line, {"items": line, "type": "array"}]
    interleaved = definitions["Expectation"]["properties"]["interleaved"]["items"]["anyOf"]
    assert interleaved == [line, {"items": line, "type": "array"}]


def test_words_that_can_be_completed_are_enumerated(schema: dict[str, Any]) -> None:
    definitions = schema["$defs"]
    built_in, own = schema["properties"]["tolerates"]["items"]["anyOf"]
    assert built_in == {"enum": list(CHECKS)}
    assert re.match(own["pattern"], "whole-lines")
    assert "TERM" in definitions["ExitSignal"]["properties"]["signal"]["enum"]
    sent = definitions["Signal"]["properties"]["signal"]["patternProperties"]
    assert all("USR1" in each["enum"] for each in sent.values())
    assert "fifo" in definitions["ObjectKind"]["enum"]
    assert "fifo" in definitions["NewObject"]["properties"]["kind"]["enum"]
    assert definitions["Part"]["properties"]["by"]["anyOf"][0]["enum"] == ["submission", "reference"]


def test_expect_has_exactly_one_form(schema: dict[str, Any]) -> None:
    forms = ["lines", "any_order", "interleaved", "one_of", "includes", "nothing", "something"]
    assert schema["$defs"]["Expectation"]["oneOf"] == [{"required": [form]} for form in forms]


def test_every_reference_leads_somewhere(schema: dict[str, Any]) -> None:
    for whole in (schema, config_schema()):
        wanted = {node["$ref"] for node in nodes(whole) if isinstance(node.get("$ref"), str)}
        assert wanted == {f"#/$defs/{name}" for name in whole["$defs"]}


def test_names_have_the_form_the_models_demand(schema: dict[str, Any]) -> None:
    with_patterns = [node for node in nodes(schema) if "patternProperties" in node]
    assert with_patterns
    assert all(node["additionalProperties"] is False for node in with_patterns)


def test_settings_are_explained(schema: dict[str, Any]) -> None:
    for definition in config_schema()["$defs"].values():
        assert definition["description"]
        assert all(each["description"] and "default" in each for each in definition["properties"].values())
