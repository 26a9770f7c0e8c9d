"""The shape of the code: what may import what, how long things may be, which words never appear.

A rule that nobody holds does not hold for long. Exceptions are listed with a number; the test fails for an
obsolete entry too, so that the list becomes shorter.
"""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "grader"
MODULES = sorted(PACKAGE.rglob("*.py"))
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)

LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"cli", "__main__", "pytest_plugin"}),
    frozenset({"commands"}),
    frozenset({"batch", "selftest", "lint", "exports"}),
    frozenset({"pipeline", "replaying", "rejudging"}),
    frozenset({"deciding", "telling", "search", "keeping"}),
    frozenset(
        {
            "exploration",
            "judging",
            "overlapping",
            "harm",
            "placing",
            "counterexample",
            "shrinking",
            "building",
        }
    ),
    frozenset({"authoring"}),
    frozenset({"store", "planning", "filling", "catalogue", "config", "scenarios", "checkers", "reporters"}),
    frozenset({"scheduling", "sandbox", "executors", "faults", "monitors", "tracer"}),
    frozenset({"mechanisms", "shim", "costs"}),
    frozenset({"registry"}),
    frozenset({"model"}),
)
"""From top to bottom; an import points down, or to a neighbour of the same layer if that makes no circle."""

MODEL_ONLY = ("checkers", "reporters")
"""Packages that judge or show what was recorded: of ours they import the model and the registry."""

IMPURE = frozenset({"os", "subprocess", "time", "random", "socket", "threading", "tempfile"})
"""What a checker never imports: the same history must always give the same findings."""

ONLY_IN: dict[str, str] = {
    "pexpect": "grader/scenarios/driver.py",
    "junitparser": "grader/reporters/junit.py",
    "yaml": "grader/catalogue/nodes.py",
    "jwt": "grader/batch/publishing/keys.py",
    "urllib3": "grader/batch/publishing/http.py",
}
"""Libraries that one module hides from the rest."""

LINES_MAX = 300
FUNCTION_LINES_MAX = 70

SLACK = 50
"""Lines by which an exception may be too generous before it has to be lowered."""

LONG_FILES: dict[str, int] = {
    "grader/mechanisms/file.py": 325,
    "grader/model/exercise.py": 375,
    "grader/scenarios/run.py": 400,
    "grader/scheduling/controller.py": 325,
}
"""Files that are longer than LINES_MAX, and how long they may be. This list only becomes shorter."""

LONG_FUNCTIONS: dict[str, int] = {}
"""Functions that are longer than FUNCTION_LINES_MAX, and how long they may be."""

NEVER_SAID = (
    re.compile(r"/work/(?:main|shared)\b"),  # one machine's folders; the sandbox's own /work is another thing
    re.compile(r"/root/\.pyenv\b"),
    re.compile(r"\bsub-?agents?\b", re.IGNORECASE),
    re.compile(r"\bsession of (?:this|the) (?:project|work)\b|\bthis session\b", re.IGNORECASE),
    re.compile(r"\bClaude\b|\bChatGPT\b|\bCopilot\b"),
)
"""Words about how this was made, and places that exist on one machine only."""


def shown(path: Path) -> str:
    """Return a path as it stands in a message."""
    return str(path.relative_to(ROOT))


def none(found: list[str]) -> None:
    """Assert that nothing was found, and show all that was."""
    assert not found, "\n" + "\n".join(found)


@cache
def tree(path: Path) -> ast.Module:
    """Parse a module."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of everything a module imports, also inside functions."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{shown(path)}:{node.lineno}: imports are absolute"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield node.lineno, whole if is_module(whole) else str(node.module)


def is_module(name: str) -> bool:
    """Whether a dotted name is a module or package of ours, and not something in one."""
    place = ROOT.joinpath(*name.split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def unit(path: Path) -> str:
    """Return the part of the package a file belongs to: `checkers`, or `cli` for `cli.py`."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def dotted(path: Path) -> str:
    """Return a module's name as it is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def ours(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, part of the package) of what a module imports from the rest of the package."""
    for line, name in imports(path):
        parts = name.split(".")
        if parts[0] == "grader" and len(parts) > 1 and parts[1] not in (unit(path), "__version__"):
            yield line, parts[1]


def depth(part: str) -> int:
    """Return how far down a part of the package is."""
    found = [number for number, layer in enumerate(LAYERS) if part in layer]
    assert found, f"`{part}` stands in no layer; put it into LAYERS, as far down as its imports allow"
    return found[0]


def test_imports_point_down() -> None:
    """Nothing below knows anything above it."""
    upward = [
        f"{shown(path)}:{line}: `{unit(path)}` must not import `{part}`, which is above it"
        for path in MODULES
        if path != PACKAGE / "__init__.py"
        for line, part in ours(path)
        if depth(part) < depth(unit(path))
    ]
    none(upward)


def test_imports_make_no_circle() -> None:
    """Also neighbours of one layer do not import each other's importers."""
    known = {dotted(path): path for path in MODULES}
    graph = {
        name: {target for _, target in imports(path) if target in known and target != name}
        for name, path in known.items()
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        pytest.fail(f"these import each other in a circle: {' <- '.join(error.args[1])}")


@pytest.mark.parametrize("package", MODEL_ONLY)
def test_judges_and_reports_know_the_model_only(package: str) -> None:
    """A history and a verdict can be judged and shown without whatever made them."""
    found = [
        f"{shown(path)}:{line}: {part}"
        for path in sorted((PACKAGE / package).rglob("*.py"))
        for line, part in ours(path)
        if part not in ("model", "registry")
    ]
    none(found)


def test_checkers_are_pure() -> None:
    """A checker sees neither processes nor clocks nor files nor chance."""
    found = [
        f"{shown(path)}:{line}: {name}"
        for path in sorted((PACKAGE / "checkers").rglob("*.py"))
        for line, name in imports(path)
        if name.split(".")[0] in IMPURE
    ]
    none(found)


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_imported_in_one_place(library: str) -> None:
    """What a library is like matters to one module."""
    users = {shown(path) for path in MODULES for _, name in imports(path) if name.split(".")[0] == library}
    assert users == {ONLY_IN[library]}


def test_every_module_says_what_it_is() -> None:
    """The table of modules in docs/architecture.md is made from these docstrings."""
    silent = [
        shown(path)
        for path in [*MODULES, *(ROOT / "benchmarks").glob("*.py"), *(ROOT / "scripts").glob("*.py")]
        if not ast.get_docstring(tree(path))
    ]
    none(silent)


def written() -> list[Path]:
    """Return all text files that are part of the project: what git knows, and what it would take."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return sorted({ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()})


def over(lengths: dict[str, int], allowed: dict[str, int], limit: int) -> list[str]:
    """Return what is too long, and which exceptions are obsolete."""
    found = []
    for name, length in sorted(lengths.items()):
        if length > allowed.get(name, limit):
            found.append(f"{name}: {length} lines, more than {allowed.get(name, limit)}")
        elif name in allowed and length <= limit:
            found.append(f"{name}: {length} lines, and no longer an exception; take it out of the list")
        elif name in allowed and length <= allowed[name] - SLACK:
            found.append(f"{name}: {length} lines, the list of exceptions says {allowed[name]}; lower that")
    return found + [
        f"{name}: in the list of exceptions, but gone" for name in sorted(allowed.keys() - lengths)
    ]


def test_files_stay_short() -> None:
    """A module that grows becomes two."""
    sources = [path for path in written() if path.suffix in {".py", ".c", ".h", ".sh"}]
    kept = [
        path for path in sources if path.relative_to(ROOT).parts[0] not in {"exercises", "reference", "tests"}
    ]
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in kept}
    none(over(lengths, LONG_FILES, LINES_MAX))


def functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield the functions of a module with their qualified names."""
    stack: list[tuple[str, ast.AST]] = [("", tree(path))]
    while stack:
        prefix, node = stack.pop()
        for child in ast.iter_child_nodes(node):
            name = prefix
            if isinstance(child, (*FUNCTION, ast.ClassDef)):
                name = f"{prefix}{child.name}."
            if isinstance(child, FUNCTION):
                yield name.removesuffix("."), child
            stack.append((name, child))


def test_functions_stay_short() -> None:
    """A function fits on a screen."""
    lengths = {
        f"{shown(path)}:{name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in [*MODULES, *sorted((ROOT / "benchmarks").glob("*.py"))]
        for name, node in functions(path)
    }
    none(over(lengths, LONG_FUNCTIONS, FUNCTION_LINES_MAX))


def test_nothing_waits_by_sleeping() -> None:
    """Who sleeps until something is so is too late or wrong; wait for the thing itself."""
    found = [
        f"{shown(path)}:{node.lineno}"
        for path in [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))]
        if "tracees" not in path.parts
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"time.sleep", "sleep"}
    ]
    none(found)


def test_the_page_on_architecture_is_true() -> None:
    """Its list of layers is the one above, and its table of modules is made from the modules."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    listed = page.split("## Layers")[1].split("```")[1].strip().splitlines()
    assert [frozenset(line.split()) | {"__main__"} for line in listed[:1]] == [LAYERS[0]]
    assert [frozenset(line.split()) for line in listed[1:]] == [*LAYERS[1:]]
    command = [sys.executable, "scripts/module_table.py", "--check"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_words_that_are_never_said() -> None:
    """What is written is about the program, and true on every machine."""
    found = []
    for path in written():
        if path == Path(__file__):
            continue
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [
            f"{shown(path)}:{number}: {match.group()}"
            for number, line in enumerate(lines, 1)
            for pattern in NEVER_SAID
            if (match := pattern.search(line))
        ]
    none(found)


def test_every_script_can_be_started() -> None:
    """A fresh clone has the executable bits that the Makefile relies on, and no mistake of syntax."""
    scripts = [*sorted((ROOT / "scripts").glob("*.sh")), ROOT / ".ci" / "run"]
    none([shown(path) for path in scripts if not path.stat().st_mode & 0o100])
    for path in scripts:
        shell = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("#!").split()[-1].split("/")[-1]
        subprocess.run([shell, "-n", path], check=True)


def test_the_demonstration_grades_what_is_there() -> None:
    """Its wrong submissions stand in the folder of the check that must catch them."""
    text = (ROOT / "scripts" / "demo.sh").read_text(encoding="utf-8")
    graded = re.findall(r"^grade (\S+) \S+ (\S+) '?([a-z-]*)'?$", text, re.MULTILINE)
    none(
        [
            f"{name}/{folder}"
            for name, folder, _ in graded
            if not (ROOT / "reference" / name / folder).is_dir()
        ]
    )
    assert [
        folder.startswith(f"rejected/{check}/" if check else "accepted/") for _, folder, check in graded
    ] == [True] * 4
