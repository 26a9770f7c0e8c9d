"""Writing on a terminal of any width, encoding and ability to show colour.

All text goes through `Page.text`, so that no student output reaches rich as markup or the terminal as a
control sequence, and no character reaches a terminal that cannot encode it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from grader.model.verdict import Outcome
from grader.reporters import explain

OUTCOME_STYLES = {
    Outcome.PASSED: "green",
    Outcome.FAILED: "bold red",
    Outcome.INCONCLUSIVE: "yellow",
    Outcome.SKIPPED: "cyan",
    Outcome.ERROR: "magenta",
}
WARNING_STYLE = "bold yellow"
CODE_THEME = "ansi_dark"
"""Colours of the terminal's own palette, no background: readable whatever the user has chosen."""

_LEXERS = {".c": "c", ".h": "c", ".py": "python"}
_LABEL_WIDTH = 5
_TEXT_WIDTH_MIN = 10


@dataclass(frozen=True, slots=True)
class Page:
    """A console, and the few shapes of text that all screens are made of."""

    console: Console

    def text(self, text: str, style: str = "") -> Text:
        """Return text that can be encoded; foreign text must have gone through `explain.harmless`."""
        encoding = self.console.encoding
        shown = text.encode(encoding, "backslashreplace").decode(encoding)
        return Text(shown, style, overflow="fold")

    def name(self, text: str, style: str = "") -> Text:
        """Return a foreign one-line text, made harmless."""
        return self.text(explain.one_line(text), style)

    def fits(self, columns: int) -> bool:
        """Whether the terminal is at least so wide."""
        return self.console.width >= columns

    def say(self, *parts: Text, indent: int = 0, first: Text | None = None) -> None:
        """Print parts of a paragraph, wrapped.

        Args:
            parts: styled pieces, joined.
            indent: columns left free on every line.
            first: what stands in those columns on the first line.
        """
        paragraph = Text.assemble(*parts)
        width = max(self.console.width - indent, _TEXT_WIDTH_MIN)
        margin = first if first is not None else Text()
        margin.pad_right(indent - margin.cell_len)
        for line in paragraph.wrap(self.console, width, overflow="fold"):
            line.rstrip()
            whole = Text.assemble(margin, line)
            whole.rstrip()
            self.console.print(whole, soft_wrap=True)
            margin = Text(" " * indent)

    def blank(self) -> None:
        """Print an empty line."""
        self.console.print()

    def labelled(self, rows: Iterable[tuple[str, str]], *, indent: int = 2) -> None:
        """Print labels with their texts beside them, wrapped within their own column."""
        for label, text in rows:
            first = self.text(" " * indent + label, "bold")
            self.say(self.text(text), indent=indent + _LABEL_WIDTH + 1, first=first)

    def commands(self, rows: Iterable[tuple[str, str]], *, indent: int = 2) -> None:
        """Print labels with commands to copy: never wrapped, since a break would spoil them."""
        for label, command in rows:
            first = self.text(f"{' ' * indent}{label:{_LABEL_WIDTH}} ", "bold")
            self.console.print(Text.assemble(first, self.text(command)), soft_wrap=True)

    def code(self, file: str, lines: tuple[explain.SourceLine, ...], *, indent: int = 4) -> None:
        """Print an excerpt of a source file, in colours if the terminal has them."""
        digits = len(str(lines[-1].number)) if lines else 0
        for row, code in zip(lines, self._highlighted(file, lines), strict=True):
            gutter = f"{' ' * indent}{'>' if row.marked else ' '} {row.number:{digits}} | "
            self.say(code, indent=len(gutter), first=Text(gutter, "bold red" if row.marked else "dim"))

    def _highlighted(self, file: str, lines: tuple[explain.SourceLine, ...]) -> list[Text]:
        plain = [self.text(row.text) for row in lines]
        lexer = _LEXERS.get(file[file.rfind(".") :])
        if lexer is None or not self.console.is_terminal or self.console.color_system is None:
            return plain
        syntax = Syntax("", lexer, theme=CODE_THEME)
        whole = syntax.highlight("\n".join(text.plain for text in plain))
        coloured = list(whole.split("\n", allow_blank=True))[: len(plain)]
        # A lexer that drops or adds a line must not shift the numbers: then rather no colours.
        same = [text.plain.rstrip() for text in coloured] == [text.plain.rstrip() for text in plain]
        return coloured if same else plain

    def table(self, *columns: str, right: tuple[str, ...] = ()) -> Table:
        """Return an empty table; columns named in `right` hold numbers."""
        style = box.ASCII if self.console.options.ascii_only else box.SIMPLE
        table = Table(box=style, show_edge=False, pad_edge=False)
        for column in columns:
            numeric = column in right
            table.add_column(column, justify="right" if numeric else "left", overflow="fold", no_wrap=numeric)
        return table
