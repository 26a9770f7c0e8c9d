"""The strictest reader of JUnit XML: the schema `junit-10.xsd` of Jenkins' xUnit plug-in, as code.

Facts from jenkinsci/xunit-plugin, src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")
_PROBLEMS = frozenset({"skipped", "error", "failure"})
_RERUNS = frozenset({"rerunFailure", "rerunError", "flakyFailure", "flakyError"})
_OUTPUTS = frozenset({"system-out", "system-err"})
_CHILDREN = {
    "testsuites": frozenset({"testsuite"}),
    "testsuite": frozenset({"testsuite", "properties", "testcase"}) | _OUTPUTS,
    "testcase": _PROBLEMS | _RERUNS | _OUTPUTS,
}
_REQUIRED = {
    "testsuite": frozenset({"name", "tests", "failures", "errors"}),
    "testcase": frozenset({"name"}),
}
_ATTRIBUTES = {
    "testsuites": frozenset({"name", "time", "tests", "failures", "errors"}),
    "testsuite": _REQUIRED["testsuite"]
    | {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
    "testcase": frozenset({"name", "time", "classname", "group"}),
} | {name: frozenset({"type", "message"}) for name in _PROBLEMS}
_TIMED = frozenset({"testsuites", "testsuite"})
_MIXED = _PROBLEMS | _RERUNS | _OUTPUTS


@dataclass(frozen=True)
class Case:
    """A test case as a reader lists it."""

    name: str
    outcome: str
    type: str = ""


def violations(element: ET.Element) -> Iterator[str]:
    """Yield what the schema rejects in an element and all below it."""
    tag = element.tag
    allowed, required = _ATTRIBUTES.get(tag), _REQUIRED.get(tag, frozenset())
    if allowed is None:
        yield f"<{tag}> is not expected from us"
        return
    yield from (f"<{tag}>: attribute {name}" for name in element.attrib if name not in allowed)
    yield from (f"<{tag}>: no attribute {name}" for name in required - element.attrib.keys())
    if tag in _TIMED and not _TIME.fullmatch(element.get("time", "")):
        yield f"<{tag}>: time {element.get('time')}"
    if tag not in _MIXED and (element.text or "").strip():
        yield f"<{tag}>: text {element.text}"
    for child in element:
        if child.tag not in _CHILDREN.get(tag, frozenset()):
            yield f"<{child.tag}> in <{tag}>"
        elif (child.tail or "").strip():
            yield f"text behind <{child.tag}>"
        else:
            yield from violations(child)


def read(path: Path) -> list[Case]:
    """Read a report, and reject it if the schema does."""
    root = ET.parse(path).getroot()
    assert root.tag == "testsuites"
    assert list(violations(root)) == []
    [suite] = root
    cases = []
    for case in suite.findall("testcase"):
        assert len(case) <= 1
        problem = next(iter(case), None)
        name = case.get("name", "").split(":")[0]
        cases.append(Case(name, "passed") if problem is None else _failed(name, problem))
    assert suite.get("tests") == str(len(cases))
    for attribute, outcome in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert suite.get(attribute) == str(sum(case.outcome == outcome for case in cases))
    return cases


def _failed(name: str, problem: ET.Element) -> Case:
    return Case(name, problem.tag, problem.get("type", ""))
