"""Commands in the log of a GitHub Actions job."""

from __future__ import annotations

from grader.exports.annotating import command, log
from grader.exports.located import Located
from tests.unit.exports.verdicts import failed, finding, verdict


def found(number: int) -> list[Located]:
    return [
        Located(finding=finding(f"wrong {line}", file="a.c", line=line), path="a.c")
        for line in range(1, number + 1)
    ]


def test_nothing_in_a_text_or_a_name_ends_it() -> None:
    assert command("error", "50%\r\n::error::x", file="a,b:c%\n.c", line="3") == (
        "::error file=a%2Cb%3Ac%25%0A.c,line=3::50%25%0D%0A::error::x"
    )


def test_what_is_too_long_is_cut_and_says_so() -> None:
    assert command("error", "x" * 5000, title="t").endswith("xx [...]")


def test_ten_findings_are_ten_annotations() -> None:
    lines = log(verdict(failed("one")), found(10)).splitlines()

    assert [line.split("::")[1] for line in lines[:-1]] == [
        f"error file=a.c,line={line},title=output" for line in range(1, 11)
    ]
    assert lines[-1] == "0 of 1 scenario passed, 1 failed; 0 of 1 point."


def test_of_more_the_tenth_says_how_many() -> None:
    lines = log(verdict(failed("one")), found(12)).splitlines()

    assert len(lines) == 11
    assert lines[9] == "::error title=more::3 more findings: see the whole report"


def test_a_finding_without_a_place_is_told_too() -> None:
    lines = log(verdict(failed("one")), [Located(finding=finding("left behind", check="leftovers"), path="")])

    assert lines.startswith("::error title=leftovers::left behind\n")
