"""Where a problem becomes text: the words for a value that has not the form the models demand.

Its neighbours are `messages_yaml` (what makes a file unreadable) and `messages_meaning` (what only the whole
of a file tells); no text of a problem stands anywhere else.

Every message says what was found and what was expected, in the words of someone who writes exercises, and
names the nearest valid word where there is one. Words of the file stand in backquotes.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

WORD_MAX = 60
"""Characters of a quoted word before it is cut."""


def word(text: object) -> str:
    """Put a word of the file in backquotes, printable and short."""
    raw = str(text)
    shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in raw)
    return f"`{shown[:WORD_MAX]}...`" if len(shown) > WORD_MAX else f"`{shown}`"


def listed(words: Iterable[object], last: str = "or") -> str:
    """Join words as prose: `a`, `b` or `c`."""
    shown = [word(each) for each in words]
    if not shown:
        return "nothing"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {last} {shown[-1]}"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known word that looks most like a name, or None if none does."""
    candidates = {each.lower(): each for each in known}
    close = difflib.get_close_matches(name.lower()[:WORD_MAX], sorted(candidates), n=1, cutoff=0.6)
    return candidates[close[0]] if close else None


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean ...?` or, where nothing is near, the few words there are; else nothing."""
    options = list(known)
    near = nearest(name, options)
    if near is not None:
        return did_you_mean(near)
    return f"; known here: {listed(options, 'and')}" if 0 < len(options) <= 20 else ""


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Say that a name is not among the known ones of its kind."""
    return f"there is no {kind} {word(name)}{suggestion(name, known)}"


_FORMS: dict[str, str] = {
    r"^[a-z][a-z0-9-]*$": "a name of lower-case letters, digits and `-` that begins with a letter",
    r"^[a-z][a-z0-9_]*$": "a name of lower-case letters, digits and `_` that begins with a letter",
    r"^\$\{[a-z][a-z0-9_]*\}$": "a variable such as `${who}`",
    r"^0[0-7]{3}$": 'permission bits as four octal digits in quotes, such as "0600"',
    r"^-[A-Za-z]\S*$": "a flag of gcc such as `-Wall`",
    r"^[A-Z0-9]+$": "a signal without SIG, such as `TERM`",
}
"""What the patterns of the models mean, by the pattern."""


def form(pattern: str) -> str:
    """Return in words what a pattern of the models demands."""
    return _FORMS.get(pattern, f"a text of the form {pattern}")


def fitted(text: str, pattern: str) -> str:
    """Return a text changed a little so that it fits a pattern, or nothing if that cannot be done."""
    kebab = re.sub(r"[\s_]+", "-", text.strip().lower())
    attempts = (
        kebab,
        kebab.replace("-", "_"),
        text.upper().removeprefix("SIG"),
        text.zfill(4),
        f"${{{text}}}",
        f"-{text}",
    )
    return next((each for each in attempts if pattern and re.match(pattern, each)), "")


def did_you_mean(near: str) -> str:
    """Return `; did you mean ...?`, or nothing if nothing is near."""
    return f"; did you mean {word(near)}?" if near else ""


def unknown_key(key: str, known: Sequence[str], owner: str) -> str:
    """Say that a key is not known in this place."""
    return f"there is no key {word(key)} {owner}{suggestion(key, known)}"


def key_beside_step(key: str, step: str) -> str:
    """Say that a key stands beside a step's word and belongs nowhere."""
    return f"{word(key)} cannot stand beside {word(step + ':')}; a step is one word and what is under it"


def misplaced_key(key: str, step: str) -> str:
    """Say that a key stands beside a step's word instead of under it."""
    return f"{word(key)} belongs under {word(step + ':')}; indent it deeper than {word(step)}"


def two_steps(words: Sequence[str]) -> str:
    """Say that one entry of `steps` holds two steps."""
    return f"{listed(words, 'and')} are steps of their own: begin each with `- `"


def missing_key(key: str, owner: str, description: str) -> str:
    """Say that a key is missing."""
    means = f" ({description.rstrip('.')})" if description else ""
    return f"the key {word(key)}{means} is missing {owner}"


def expected(what: str, found: str, hint: str = "") -> str:
    """Say what was expected and what was found."""
    return f"expected {what}, found {found}{hint}"


def quote_it(text: str) -> str:
    """Say that a number, boolean or null is to be written in quotes."""
    return f': write it in quotes: "{text}"'


def unclear_number(text: str) -> str:
    """Say why an unquoted number is not taken for one."""
    if re.fullmatch(r"[-+]?0[0-9.]+", text):
        return ": with a 0 in front it could be octal or decimal; write it without"
    return ": it is too big" if re.search("[0-9]", text) else ": it is no finite number"


def boolean_hint(text: str) -> str:
    """Return the boolean that a word of older YAML stood for."""
    meant = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
    return did_you_mean(meant.get(text.lower(), ""))


KINDS: dict[object, str] = {
    str: "a text",
    bool: "`true` or `false`",
    list: "a list",
    dict: "a mapping such as `name: value`",
    object: "something else",
}
"""What the types of the models are called."""
NOT_EMPTY: dict[object, str] = {
    list: "a list of at least one entry",
    dict: "a mapping of at least one entry such as `name: value`",
}
"""The same where they must not be empty."""
EMPTY_HINT = "; write `{}` if there is nothing to say"
LIST_HINT = "; put it in brackets, or on a line of its own after `- `"


def number(*, whole: bool, bounds: Mapping[str, float]) -> str:
    """Say which numbers may stand."""
    text = "a whole number" if whole else "a number"
    shown = {name: f"{bound:g}" if bound < 1e6 else str(bound) for name, bound in bounds.items()}
    if "ge" in shown and "le" in shown:
        return f"{text} from {shown['ge']} to {shown['le']}"
    for name, relation in (("ge", "of at least"), ("gt", "above"), ("le", "of at most"), ("lt", "below")):
        if name in shown:
            return f"{text} {relation} {shown[name]}"
    return text


def mapping_with(keys: Sequence[str], *, complete: bool) -> str:
    """Say which keys a mapping must have, or may have if it needs none."""
    noun = "the key" if len(keys) == 1 else "the keys"
    return f"{noun} {listed(keys, 'and')}" if complete else f"keys such as {word(keys[0])}"


def found_mapping(keys: Sequence[str]) -> str:
    """Say which keys stand in a mapping."""
    if not keys:
        return "an empty mapping"
    noun = "the key" if len(keys) == 1 else "the keys"
    return f"{noun} {listed(keys[:4], 'and')}" + (" and more" if len(keys) > 4 else "")
