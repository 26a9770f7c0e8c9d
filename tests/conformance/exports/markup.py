"""Reads Markdown as CommonMark has it, as far as code is concerned."""

from __future__ import annotations

import re


def outside_code(text: str) -> str:
    """Return what of a text is not in fenced code blocks, with escaped punctuation left out.

    Raises:
        AssertionError: a block is not ended.
    """
    outside, fence = [], ""
    for line in text.split("\n"):
        mark = re.match(r" {0,3}(`{3,}|~{3,})(.*)$", line)
        if not fence and mark and "`" not in mark[2]:
            fence = mark[1]
        elif fence and mark and mark[1].startswith(fence) and not mark[2].strip():
            fence = ""
        elif not fence:
            outside.append(re.sub(r"\\[!-/:-@\[-`{-~]", "", line))
    assert not fence, "a code block is not ended"
    return "\n".join(outside)
