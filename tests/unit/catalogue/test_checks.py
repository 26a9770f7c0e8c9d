"""The checks that an exercise brings along: what is taken for one, and what is said of what is not."""

from __future__ import annotations

import pickle
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.catalogue import checks
from grader.catalogue.checks import load_checks, names_of
from grader.catalogue.load import load_catalogue, load_exercise
from grader.checkers._custom import ask
from grader.counterexample import digest_of_exercise
from grader.model.config import Config
from grader.model.errors import CatalogueError, InternalError
from grader.model.exercise import CHECKS
from grader.planning import make_plan
from tests.unit.checkers.history_builder import Story

HEAD = "from grader.authoring import Finding, History, Spec, explains, finding\n\n\n"
SIGNATURE = "(history: History, spec: Spec) -> list[Finding]:\n"
BODY = '    """Say nothing twice."""\n    return []\n'
GOOD = f"{HEAD}def says_once{SIGNATURE}{BODY}"

Site = Callable[..., Path]


@pytest.fixture
def site(tmp_path: Path, demo: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> Site:
    """Make an exercise `demo` with these checks, and return its `exercise.yaml`."""
    monkeypatch.chdir(tmp_path)

    def make(text: str, **more: str) -> Path:
        folder = Path("demo")
        folder.mkdir(exist_ok=True)
        (folder / "checks.py").write_text(text, encoding="utf-8")
        path = folder / "exercise.yaml"
        path.write_text(demo(**more), encoding="utf-8")
        return path

    return make


def complaint(text: str) -> str:
    """Return what is said of a text that is no `checks.py`."""
    with pytest.raises(CatalogueError) as caught:
        load_checks("demo", text)
    return str(caught.value)


def test_a_public_function_is_a_check_and_its_docstring_its_rule() -> None:
    text = f"""{HEAD}def _helper() -> int:
    return 1


@explains("deadlock", "limits")
def says_once{SIGNATURE}    \"\"\"Say nothing
    twice.

    More for those who read the code.
    \"\"\"
    return []


def ends{SIGNATURE}{BODY}"""
    found = [(check.id, check.rule, sorted(check.explains)) for check in load_checks("demo", text)]
    assert found == [
        ("says-once", "Say nothing twice.", ["deadlock", "limits"]),
        ("ends", "Say nothing twice.", ["blocking", "exit-status", "ordering", "output"]),
    ]


def test_an_exercise_without_the_file_has_none(
    load: Callable[[str], object], demo: Callable[..., str]
) -> None:
    assert load_checks("demo", "") == ()
    assert load(demo()).checks == ""  # type: ignore[attr-defined]


def test_checks_may_have_classes_and_use_what_sees_nothing_else() -> None:
    text = f"""from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

{HEAD}@dataclass
class _Pair:
    one: Counter[str]
    other: re.Pattern[str] | None = None


def pairs{SIGNATURE}{BODY}"""
    assert [check.id for check in load_checks("demo", text)] == ["pairs"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def f(:\n", "demo/checks.py:1:7: this is not Python: invalid syntax"),
        ("x = '\0'", "this is not Python: source code string cannot contain null bytes"),
        (
            "import os\n" + GOOD,
            "demo/checks.py:1:1: a check sees the history and nothing else, so it does not import `os`; "
            "it may import `grader.authoring`, `__future__`, `bisect`,",
        ),
        ("from . import x\n" + GOOD, "so it does not import `.`;"),
        ("from grader.checkers import base\n" + GOOD, "so it does not import `grader.checkers`;"),
        (
            GOOD.replace("    return []", "    print(history)\n    return []"),
            "demo/checks.py:6:5: a check sees the history and nothing else, so it does not call `print`",
        ),
        (
            f"{HEAD}_n = 0\n\n\ndef says_once{SIGNATURE}    global _n\n    return []\n",
            "demo/checks.py:8:5: a check remembers nothing from one run to the next, so there is no `global`",
        ),
        (HEAD, "demo/checks.py: there is no check in this file"),
        (
            f"{HEAD}_x = 1 / 0\n\n\ndef f{SIGNATURE}{BODY}",
            "demo/checks.py:4:1: this file cannot be executed: ZeroDivisionError: division by zero",
        ),
        (
            "from grader.authoring import Findin\n\n\ndef f(history: int) -> int:\n    return 1\n",
            "demo/checks.py:1:1: this file cannot be executed: ImportError: cannot import name 'Findin'",
        ),
        (
            GOOD.replace("says_once", "exit_status"),
            "demo/checks.py:4:1: there is a check `exit-status` already, which every exercise has; "
            "choose another name",
        ),
        (
            GOOD.replace("spec: Spec", "spec: int"),
            "demo/checks.py:4:1: the check `says_once` must be "
            "`def says_once(history: History, spec: Spec) -> list[Finding]:`; "
            "the name of a function that is no check begins with `_`",
        ),
        (GOOD.replace("history: History, spec: Spec", "spec: Spec, history: History"), "`says_once` must be"),
        (GOOD.replace(" -> list[Finding]", ""), "`says_once` must be"),
        (GOOD.replace("def says", "async def says"), "`says_once` must be"),
        (GOOD.replace("History, Spec, ", ""), "NameError: name 'History' is not defined"),
        (GOOD.replace("says_once", "saysOnce"), "must have a name of lower-case letters, digits and `_`"),
        (
            GOOD.replace('    """Say nothing twice."""\n', ""),
            "demo/checks.py:4:1: the check `says_once` has no rule",
        ),
        (GOOD + GOOD, "demo/checks.py:10:1: a function `says_once` stands on line 4 already"),
        (
            GOOD.replace("def says", '@explains("dedlock")\ndef says'),
            "demo/checks.py:5:1: there is no check `dedlock`; did you mean `deadlock`?",
        ),
    ],
)
def test_what_is_no_check_is_refused_with_its_place(text: str, said: str) -> None:
    assert said in complaint(text)


def test_all_mistakes_are_told_at_once() -> None:
    text = f"import os\n{HEAD}def f{SIGNATURE}{BODY}\n\ndef output{SIGNATURE}{BODY}"
    assert [line.split(": ")[0] for line in complaint(text).splitlines() if "checks.py" in line] == [
        "demo/checks.py:1:1",
        "demo/checks.py:10:1",
    ]


def test_mistakes_of_both_files_are_told_together(site: Site) -> None:
    path = site("def f(:\n", exercise="tolerates: [outputt]")
    with pytest.raises(CatalogueError) as caught:
        load_exercise(path)
    assert [problem.file for problem in caught.value.problems] == ["demo/exercise.yaml", "demo/checks.py"]


@pytest.mark.parametrize("text", ["\xff".encode("latin-1")])
def test_a_file_that_is_no_text_is_said_to_be_none(site: Site, text: bytes) -> None:
    path = site("")
    (path.parent / "checks.py").write_bytes(text)
    with pytest.raises(CatalogueError, match=r"^demo/checks.py: this file is no text in UTF-8$"):
        load_exercise(path)


def test_scenarios_tolerate_checks_of_their_exercise(site: Site) -> None:
    exercise = load_exercise(site(GOOD, scenario="tolerates: [says-once, output]"))
    assert exercise.scenarios[0].tolerates == ["says-once", "output"]
    with pytest.raises(CatalogueError, match=r"there is no check `says-onc`; did you mean `says-once`\?"):
        load_exercise(site(GOOD, scenario="tolerates: [says-onc]"))


def test_names_are_known_even_if_the_text_is_wrong(site: Site) -> None:
    assert names_of("def a_b(history):\n  (\ndef _c():\n") == ("a-b",)
    with pytest.raises(CatalogueError) as caught:
        load_exercise(site(GOOD + "(", scenario="tolerates: [says-once]"))
    assert [problem.file for problem in caught.value.problems] == ["demo/checks.py"]


def test_the_text_goes_where_the_exercise_goes(site: Site) -> None:
    exercise = load_exercise(site(GOOD))
    copy = pickle.loads(pickle.dumps(exercise))
    assert (copy, copy.checks) == (exercise, GOOD)
    assert [spec.checks for spec in make_plan(copy, Config(), schedules=2)] == [GOOD, GOOD]
    Path("demo/checks.py").unlink()
    assert [check.id for check in load_checks(copy.id, copy.checks)] == ["says-once"]


def test_an_exercise_with_other_checks_is_another_one(site: Site) -> None:
    digests = {digest_of_exercise(load_exercise(site(text))) for text in (GOOD, GOOD + "\n")}
    Path("demo/checks.py").unlink()
    without = load_exercise(Path("demo/exercise.yaml"))
    assert len({*digests, digest_of_exercise(without)}) == 3


def test_the_catalogue_tells_mistakes_of_checks(site: Site) -> None:
    site("def f(:\n")
    with pytest.raises(CatalogueError, match=r"demo/checks.py:1:7: this is not Python: invalid syntax"):
        load_catalogue(Path())


def test_every_built_in_name_is_taken() -> None:
    text = HEAD + "".join(f"def {name.replace('-', '_')}{SIGNATURE}{BODY}\n\n" for name in CHECKS)
    assert complaint(text).count("already, which every exercise has") == len(CHECKS)


def test_a_check_without_end_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "SECONDS_MAX", 0.05)
    (check,) = load_checks("demo", GOOD.replace("    return []", "    while True:\n        pass"))
    s = Story()
    with pytest.raises(
        InternalError, match=r"^demo/checks.py:[67]: the check `says-once` failed: TimeoutError: it d"
    ):
        ask(check, s.history, s.spec)
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_a_check_can_be_asked_in_any_thread() -> None:
    (check,) = load_checks("demo", GOOD)
    s = Story()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(ask, check, s.history, s.spec).result() == []
