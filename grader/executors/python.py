"""Python: ROLE.py, run by the interpreter the grader itself runs on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from grader.executors.base import FOLDER, Program, Workshop, stopped, text_of
from grader.executors.tree import SourceTree
from grader.sandbox.isolation import interpreter

_READ = "https://docs.python.org/3/tutorial/errors.html#syntax-errors"
_CHECK = """
import importlib.util, sys, warnings
warnings.simplefilter("ignore")
with open(sys.argv[1], "rb") as file:
    source = file.read()
try:
    compile(source, sys.argv[1], "exec", dont_inherit=True)
    importlib.util.decode_source(source)  # in comments compile() does not mind
except SyntaxError as error:
    print(f"{error.lineno or 0}: {type(error).__name__}: {error.msg}")
except UnicodeDecodeError as error:
    line = source.count(b"\\n", 0, error.start) + 1
    byte = source[error.start : error.end]
    hint = "a first line `# coding: latin-1` would say what it is"
    print(f"{line}: {type(error).__name__}: {byte} is no {error.encoding}; {hint}")
except (ValueError, MemoryError, RecursionError) as error:
    print(f"0: {type(error).__name__}: {error}")
"""


class _Python:
    priority = 30

    def roles(self, tree: SourceTree, wanted: Sequence[str]) -> list[str]:
        """Roles with a file of their name."""
        return [role for role in wanted if f"{role}.py" in tree.files]

    def build(self, roles: Sequence[str], workshop: Workshop) -> dict[str, Program]:
        """Check the syntax, in the sandbox: a parser can be attacked too."""
        programs = {}
        for role in roles:
            file = f"{role}.py"
            result = workshop.run(
                [interpreter(), "-I", "-S", "-B", "-c", _CHECK, file], shown=f"python -m py_compile {file}"
            )
            line, _, problem = text_of(result).strip().partition(": ")
            problem = stopped(result, workshop.time_s) or problem
            if problem:
                workshop.fail(
                    role,
                    f"`{file}` is no Python program: {problem}",
                    file=file,
                    line=int(line) if line.isdigit() else 0,
                    read=_READ,
                )
                continue
            # Not -I or -E: PYTHONPATH names the IPC modules. Not -S: it would take away `exit`.
            argv = (interpreter(), "-s", f"{FOLDER}/{file}")
            programs[role] = Program(role=role, language="python", argv=argv)
        return programs


EXECUTOR: Final = _Python()
