"""Every solution that comes with an exercise gets what it deserves: the catalogue's own proof.

Right solutions are run under a sample of the schedules; mutants are never sampled.
"""

from __future__ import annotations

import pytest

from grader.catalogue.load import load_catalogue
from grader.config import site_root
from grader.model.config import Config
from grader.selftest import selftest

pytestmark = pytest.mark.system

_SAMPLE = 2
EXERCISES = sorted(path.parent.name for path in (site_root() / "exercises").glob("*/exercise.yaml"))


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("name", EXERCISES)
def test_right_solutions_pass_and_each_mutant_fails_its_own_check_only(name: str) -> None:
    exercise = load_catalogue(site_root() / "exercises").get(name)
    rows = list(selftest([(exercise, site_root() / "reference" / name)], Config(), schedules=_SAMPLE))

    assert {f"{row.kind} {row.name}": row.got for row in rows} == {
        f"{row.kind} {row.name}": row.expected for row in rows
    }
