"""Write the table of modules in docs/architecture.md from the modules' docstrings, so that it cannot drift.

.venv/bin/python scripts/module_table.py            write it (`make docs`)
.venv/bin/python scripts/module_table.py --check    exit 1 if it is not as it should be
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
BEGIN = "<!-- modules: made by `make docs` from the docstrings; do not edit -->\n"
END = "<!-- end of modules -->\n"


def summary(path: Path) -> str:
    """Return the first paragraph of a module's docstring, as one line."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split()).replace("|", "\\|")


def table() -> str:
    """Return the table: what stands on its own first, then the packages with their modules."""
    package = ROOT / "grader"
    lines = ["| | |", "|---|---|"]
    lines += [
        f"| [`{path.name}`](../grader/{path.name}) | {summary(path)} |"
        for path in sorted(package.glob("[a-z]*.py"))
    ]
    for init in sorted(package.rglob("__init__.py")):
        folder = init.parent
        if folder == package:
            continue
        name = folder.relative_to(package).as_posix()
        lines.append(f"| **[`{name}/`](../grader/{name})** | **{summary(init)}** |")
        lines += [f"| `{path.name}` | {summary(path)} |" for path in sorted(folder.glob("[a-z]*.py"))]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write or check the page."""
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    wanted = before + BEGIN + "\n" + table() + "\n" + END + after
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(wanted, encoding="utf-8")
    elif page != wanted:
        sys.stderr.write("the table of modules in docs/architecture.md is out of date: run `make docs`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
