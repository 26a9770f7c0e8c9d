"""JSON Schema of the YAML files, for completion and checking in an editor.

It is made from the same models that check the files, so the two cannot differ; what only the whole of a file
tells (names of parts, order of starting) is beyond a schema. Every shorthand the models take is in it.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from grader.catalogue.forms import take_apart
from grader.catalogue.messages_meaning import EXPECT_FORMS
from grader.catalogue.script import SIGNALS
from grader.model.config import Config
from grader.model.exercise import Exercise, ExitSignal, Expectation, Signal, Step

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def exercise_schema() -> dict[str, Any]:
    """Return the JSON Schema of an `exercise.yaml`."""
    schema = _schema(Exercise)
    definitions = schema["$defs"]
    for form in take_apart(Step).members:
        assert form.model is not None
        definition = definitions[form.model.__name__]
        # Editors show the description of a key, and hardly ever that of the mapping it begins.
        for key in definition["properties"].values():
            key["description"] = definition["description"]
    definitions[Expectation.__name__]["oneOf"] = [{"required": [form]} for form in EXPECT_FORMS]
    signal = {"enum": list(SIGNALS), "description": "Without SIG."}
    definitions[ExitSignal.__name__]["properties"]["signal"] = signal
    sent = definitions[Signal.__name__]["properties"]["signal"]
    sent["patternProperties"] = dict.fromkeys(sent["patternProperties"], signal)
    return schema


def config_schema() -> dict[str, Any]:
    """Return the JSON Schema of a `config.yaml`."""
    return _schema(Config)


class _Generator(GenerateJsonSchema):
    """Writes down the models as authors may write them."""

    schema_dialect = DIALECT

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        """Leave out titles: they only repeat the names."""
        return False

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        """Let a single value stand for a list of one where the models do."""
        inner = super().function_before_schema(schema)
        if getattr(schema["function"]["function"], "__name__", "") == "as_list":
            return {"anyOf": [inner["items"], inner]}
        return inner

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Refuse keys that have not the form the models demand."""
        result = super().dict_schema(schema)
        if "patternProperties" in result:
            result["additionalProperties"] = False
        return result


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(schema_generator=_Generator)
    for definition in (schema, *schema.get("$defs", {}).values()):
        definition.pop("title", None)
    return {"$schema": DIALECT, **schema}
