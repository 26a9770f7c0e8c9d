"""JUnit for systems that count test cases: one that was skipped counts as not passed, and says why.

A scenario is skipped if one it depends on did not pass. CodeGrade and Artemis leave skipped cases out of the
total, so that who fails early would be given a better share of what is left.
"""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree

from grader.exports import feedback
from grader.exports.base import Surroundings
from grader.model.verdict import Outcome, Verdict
from grader.reporters import explain, junit

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def counted(verdict: Verdict, surroundings: Surroundings, *, weights: bool, in_message: bool) -> str:
    """Return the verdict as JUnit XML: one suite, and a case for each scenario, none of them skipped.

    Args:
        verdict: what to report.
        surroundings: where.
        weights: each case has its points as an attribute `weight`.
        in_message: the attribute `message` holds all there is to say, for readers that show nothing else.
    """
    shown = feedback.shown(verdict, surroundings)
    # What is parsed here was written one line before, by our own reporter.
    root = ElementTree.fromstring(junit.render(shown, reveal_hidden=True))  # noqa: S314
    suite = root[0]
    warning = feedback.isolation(shown)
    for case, scenario in zip(suite, shown.scenarios, strict=False):
        skipped = case.find("skipped")
        if skipped is not None:
            skipped.tag = "failure"
            skipped.set("type", Outcome.SKIPPED.value)
            skipped.text = feedback.details(shown, scenario)
            skipped.set("message", explain.one_line(skipped.text))
        problem = next(iter(case), None)
        if problem is not None:
            _word(problem, warning)
            if in_message:
                problem.set("message", problem.text or "")
        if weights:
            case.set("weight", str(feedback.number(scenario.points_max)))
    for element in (suite, root):
        _count(element, suite)
    return f"{_DECLARATION}{ElementTree.tostring(root, encoding='unicode')}\n"


def _word(problem: ElementTree.Element, warning: str) -> None:
    rows: list[str] = [problem.text or problem.get("message") or "", warning]
    if problem.tag == "error":
        rows.insert(0, "This was not decided, and is not the submission's fault: a person has to decide.")
    problem.text = "\n".join(filter(None, rows))


def _count(element: ElementTree.Element, suite: ElementTree.Element) -> None:
    for attribute, tag in (("failures", "failure"), ("errors", "error")):
        if attribute in element.attrib:
            element.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
    if "skipped" in element.attrib:
        element.set("skipped", "0")
