"""The JSON result keeps to its documented schema, whatever a student's program printed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.model.verdict import Outcome, ScenarioResult, Verdict
from grader.reporters import json as report

DOCUMENT = Path(__file__).parents[3] / "docs" / "report-format.md"


def documented() -> list[Any]:
    """The JSON blocks of the document: the example, then the schema."""
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)]


def violations(value: Any, schema: Any, root: Any, at: str = "$") -> list[str]:
    """Check the subset of JSON Schema that the documented schema uses."""
    if "$ref" in schema:
        return violations(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, at)
    if "const" in schema:
        return [] if value == schema["const"] else [f"{at}: not {schema['const']}"]
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{at}: none of {schema['enum']}"]
    types: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
    }
    expected = schema["type"]
    if not isinstance(value, types[expected]) or (isinstance(value, bool) and expected != "boolean"):
        return [f"{at}: not of type {expected}"]
    found = [f"{at}: lacks {key}" for key in schema.get("required", []) if key not in value]
    if expected == "object":
        found += [f"{at}: {key} is not documented" for key in value if key not in schema["properties"]]
        for key, entry in schema["properties"].items():
            if key in value:
                found += violations(value[key], entry, root, f"{at}.{key}")
    if expected == "array":
        for number, entry in enumerate(value):
            found += violations(entry, schema["items"], root, f"{at}[{number}]")
    return found


@pytest.mark.parametrize("name", ["verdict", "broken_build", "hostile"])
def test_result_keeps_to_the_documented_schema(name: str, request: pytest.FixtureRequest) -> None:
    schema = documented()[1]
    result = json.loads(report.render(request.getfixturevalue(name)))
    assert violations(result, schema, schema) == []


def test_documented_example_keeps_to_the_schema_and_shows_every_key() -> None:
    example, schema = documented()
    assert violations(example, schema, schema) == []
    assert set(example) == set(schema["properties"])
    assert set(example["scenarios"][1]) == set(schema["$defs"]["scenario"]["properties"])
    assert set(example["scenarios"][1]["findings"][0]) == set(schema["$defs"]["finding"]["properties"])


def test_checker_of_the_schema_sees_what_is_wrong() -> None:
    example, schema = documented()
    del example["points"]
    example["seed"] = "7"
    example["scenarios"][0]["outcome"] = "won"
    example["scenarios"][1]["findings"][0]["line"] = True
    assert violations(example, schema, schema) == [
        "$: lacks points",
        "$.seed: not of type integer",
        "$.scenarios[0].outcome: none of ['passed', 'failed', 'inconclusive', 'skipped', 'error']",
        "$.scenarios[1].findings[0].line: not of type integer",
    ]


def test_smallest_verdict_is_rendered_whole() -> None:
    verdict = Verdict(
        exercise="abc", title="In turn", submission="ada", isolation="limits-only", seed=3,
        scenarios=(
            ScenarioResult(
                id="turns", title="A, B, C", outcome=Outcome.PASSED, points=0.1 + 0.2, points_max=1.0,
                schedules=2,
            ),
        ),
    )  # fmt: skip
    assert json.loads(report.render(verdict)) == {
        "schema": "ipc-grader/result/v1",
        "exercise": "abc",
        "title": "In turn",
        "submission": "ada",
        "outcome": "passed",
        "points": 0.3,
        "max_points": 1,
        "isolation": "limits-only",
        "seed": 3,
        "build": [],
        "build_log": "",
        "run_dir": "",
        "scenarios": [
            {
                "id": "turns",
                "title": "A, B, C",
                "outcome": "passed",
                "points": 0.3,
                "max_points": 1,
                "schedules": 2,
                "explored": "",
                "hidden": False,
                "hint": "",
                "explanation": "",
                "run": "",
                "replay": "",
                "switches": 0,
                "seed": 0,
                "left": [],
                "time_s": 0,
                "findings": [],
            }
        ],
    }


def test_lone_surrogates_become_visible_escapes(hostile: Verdict) -> None:
    text = report.render(hostile)
    assert text.isascii()
    assert json.loads(text)["title"].endswith("\\ud800\\udcff\ufffe ]]> <b>&amp; é 漢字")


def test_control_characters_and_long_lines_arrive_unchanged(hostile: Verdict) -> None:
    finding = json.loads(report.render(hostile))["scenarios"][0]["findings"][0]
    assert "\x1b[31mred\x1b[0m [red]rich[/red]" in finding["message"]
    assert "x" * 10_000 in finding["message"]


def test_hidden_scenario_keeps_title_and_points_only(verdict: Verdict) -> None:
    text = report.render(verdict)
    assert "secret" not in text
    assert json.loads(text)["scenarios"][3] == {
        "id": "killed",
        "title": "A peer that is killed",
        "outcome": "failed",
        "points": 0,
        "max_points": 5,
        "schedules": 2,
        "explored": "",
        "hidden": True,
        "hint": "",
        "explanation": "",
        "run": "",
        "replay": "",
        "switches": 0,
        "seed": 0,
        "left": [],
        "time_s": 0,
        "findings": [],
    }


def test_teacher_may_see_hidden_findings(verdict: Verdict) -> None:
    result = json.loads(report.render(verdict, reveal_hidden=True))
    assert result["scenarios"][3]["findings"][0]["message"] == "a secret message"


def test_numbers_that_json_cannot_write_do_no_harm(verdict: Verdict) -> None:
    scenario = replace(verdict.scenarios[0], time_s=float("inf"), points=float("nan"))
    result = json.loads(report.render(replace(verdict, scenarios=(scenario,))))
    assert (result["points"], result["scenarios"][0]["time_s"]) == (0, 0)
