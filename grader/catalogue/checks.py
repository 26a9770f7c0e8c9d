"""The checks that an exercise brings along: `checks.py` beside its `exercise.yaml`, read and compiled.

The text travels with the exercise: to workers, and into the digest by which a replay and a batch know it. So
what judges a run is what was read with the exercise, whatever becomes of the file meanwhile.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import inspect
import re
import signal
import sys
import threading
import types
import typing
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.catalogue import messages, messages_checks
from grader.catalogue.tree import Source
from grader.checkers._custom import EXPLAINS, EXPLAINS_NAME, CustomCheck
from grader.checkers.base import Spec
from grader.model.checks import CHECKS
from grader.model.errors import CatalogueError, Problem
from grader.model.history import History
from grader.model.verdict import Finding

FILE_NAME = "checks.py"

LIBRARY: frozenset[str] = frozenset(
    {
        "__future__", "bisect", "collections", "dataclasses", "difflib", "enum", "functools", "heapq",
        "itertools", "json", "math", "operator", "re", "string", "textwrap", "typing",
    }
)  # fmt: skip
"""What checks may import of Python's library: nothing in it sees more than what it is given."""

SECONDS_MAX = 30.0
"""Computing time of a check for one run; one that takes longer does not end, and nobody waits for it."""

_IMPURE = frozenset({"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint", "exit"})
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_DEFINED = re.compile(r"^def ([a-z][a-z0-9_]*)\(", re.MULTILINE)
_Function: typing.TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_HINTS = {"history": History, "spec": Spec, "return": list[Finding]}


def read_checks(folder: Path) -> tuple[str, list[Problem]]:
    """Read the checks of an exercise.

    Args:
        folder: the one of its `exercise.yaml`.

    Returns:
        The text, empty if there is none; and all that is wrong with it.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return "", []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return "", [Problem(str(path), 0, 0, messages_checks.NOT_TEXT)]
    except OSError as error:
        return "", [Problem(str(path), 0, 0, messages_checks.unreadable(error.strerror or str(error)))]
    try:
        _load(str(path), text)
    except CatalogueError as error:
        return text, error.problems
    return text, []


def names_of(text: str) -> tuple[str, ...]:
    """Return the ids of the checks that a text seems to define, whatever is wrong with it."""
    return tuple(_id(name) for name in _DEFINED.findall(text))


def load_checks(exercise: str, text: str) -> tuple[CustomCheck, ...]:
    """Compile the checks of an exercise; once for each text, for it is asked at each run.

    Args:
        exercise: its id, for messages.
        text: of its `checks.py`; empty if it has none.

    Raises:
        CatalogueError: with all that is wrong with it.
    """
    return _load(f"{exercise}/{FILE_NAME}", text) if text else ()


@functools.lru_cache(maxsize=256)
def _load(file: str, text: str) -> tuple[CustomCheck, ...]:
    source = Source(file, tuple(text.splitlines()))
    try:
        tree = ast.parse(text, file)
        code = compile(tree, file, "exec", dont_inherit=True)
    except SyntaxError as error:
        message = messages_checks.no_python(error.msg)
        raise CatalogueError([source.problem(error.lineno or 1, error.offset or 1, message)]) from None
    except (ValueError, RecursionError) as error:
        raise CatalogueError([source.problem(1, 1, messages_checks.no_python(str(error)))]) from None
    functions = [node for node in tree.body if isinstance(node, _Function) and not node.name.startswith("_")]
    problems = [*_impure(tree, source), *_names(functions, source)]
    if not problems:
        module = _executed(code, file, text, source)
        for node in functions:
            problems.extend(_form(node, getattr(module, node.name, None), source))
        if not problems:
            return tuple(_check(getattr(module, node.name), file) for node in functions)
    raise CatalogueError(sorted(problems, key=lambda problem: (problem.line, problem.column)))


def _impure(tree: ast.Module, source: Source) -> Iterator[Problem]:
    """Find what would let a check see or remember more than one history."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name in _imported(node):
                if name != messages_checks.SURFACE and name.split(".")[0] not in LIBRARY:
                    yield _at(source, node, messages_checks.foreign_import(name, LIBRARY))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _IMPURE:
            yield _at(source, node, messages_checks.impure_call(node.func.id))
        if isinstance(node, ast.Global):
            yield _at(source, node, messages_checks.GLOBAL)


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [f"{'.' * node.level}{node.module or ''}"]


def _names(functions: list[_Function], source: Source) -> Iterator[Problem]:
    """Check that there are checks, with ids of their own."""
    if not functions:
        yield Problem(source.file, 0, 0, messages_checks.NO_CHECK)
    first: dict[str, int] = {}
    for node in functions:
        if not _NAME.fullmatch(node.name):
            yield _at(source, node, messages_checks.bad_name(node.name))
        if _id(node.name) in CHECKS:
            yield _at(source, node, messages_checks.taken(_id(node.name)))
        if node.name in first:
            yield _at(source, node, messages_checks.twice(node.name, first[node.name]))
        first.setdefault(node.name, node.lineno)


def _executed(code: types.CodeType, file: str, text: str, source: Source) -> types.ModuleType:
    """Execute the module's own code.

    Raises:
        CatalogueError: it failed.
    """
    name = f"_checks_{hashlib.sha256(f'{file}{text}'.encode()).hexdigest()[:16]}"
    module = types.ModuleType(name)
    sys.modules[name] = module  # where dataclasses look for the names in annotations
    try:
        exec(code, module.__dict__)  # noqa: S102 - it is the exercise's author who wrote it
    except (Exception, SystemExit) as error:
        line, step = 1, error.__traceback__
        while step is not None:
            line = step.tb_lineno if step.tb_frame.f_code.co_filename == file else line
            step = step.tb_next
        raise CatalogueError([source.problem(line, 1, messages_checks.not_loaded(error))]) from None
    return module


def _form(node: _Function, function: object, source: Source) -> Iterator[Problem]:
    """Check that a function is what a check must be, with a rule."""
    if isinstance(node, ast.AsyncFunctionDef) or not isinstance(function, types.FunctionType):
        yield _at(source, node, messages_checks.wrong_signature(node.name))
        return
    try:
        hints = typing.get_type_hints(function)
    except (NameError, TypeError, AttributeError):
        hints = {}
    if hints != _HINTS or list(inspect.signature(function).parameters) != ["history", "spec"]:
        yield _at(source, node, messages_checks.wrong_signature(node.name))
    if not _rule(function).endswith("."):
        yield _at(source, node, messages_checks.no_rule(node.name))
    for effect in vars(function).get(EXPLAINS_NAME, ()):
        if effect not in CHECKS:
            yield _at(source, node, messages.unknown("check", effect, CHECKS))


def _check(function: types.FunctionType, file: str) -> CustomCheck:
    return CustomCheck(
        id=_id(function.__name__),
        rule=_rule(function),
        explains=frozenset(vars(function).get(EXPLAINS_NAME, EXPLAINS)),
        function=functools.partial(_bounded, function),
        file=file,
    )


def _bounded(function: Callable[..., object], history: History, spec: Spec) -> object:
    """Ask a check, for so long only. Threads other than the main one cannot be interrupted.

    Raises:
        TimeoutError: it did not end.
    """

    def interrupt(_signal: int, _frame: types.FrameType | None) -> None:
        raise TimeoutError(f"it does not end within {SECONDS_MAX:g} seconds")

    if threading.current_thread() is not threading.main_thread():
        return function(history, spec)
    before = signal.signal(signal.SIGVTALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_MAX, SECONDS_MAX)
        return function(history, spec)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _rule(function: types.FunctionType) -> str:
    """Return the first paragraph of a docstring, as one line."""
    text = inspect.getdoc(function) or ""
    return " ".join(text.split("\n\n")[0].split())


def _id(name: str) -> str:
    return name.replace("_", "-")


def _at(source: Source, node: ast.stmt | ast.expr, message: str) -> Problem:
    return source.problem(node.lineno, node.col_offset + 1, message)
