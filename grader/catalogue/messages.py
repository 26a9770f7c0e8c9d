"""The one place where a problem becomes text.

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


# ---- the file as a whole, and YAML

EMPTY_FILE = "the file is empty"
SECOND_DOCUMENT = "a second document begins here; a file holds one, so `---` and `...` are not needed"
TAG = "tags (a word that begins with `!`) are not used here; to write the character itself, use quotes"
KEY_NOT_SCALAR = (
    "a key must be a single word, not a list or a mapping; text that begins with `{` or `[` needs quotes"
)
SURROGATE = "this escape is only half of a character; write the character itself"
BAD_ESCAPE = "the number of an escape or a version here is far too big"


def unreadable(reason: str) -> str:
    """Say that a file cannot be opened."""
    return f"the file cannot be read: {reason}"


def too_big(limit: int) -> str:
    """Say that a file is over the limit of bytes."""
    return f"the file is bigger than {limit // 1024} KiB; no exercise needs that much"


def not_utf8(byte: int) -> str:
    """Say that a file is not in UTF-8."""
    return f"the byte 0x{byte:02x} is not UTF-8 here; save the file in the encoding UTF-8"


def unprintable(char: str) -> str:
    """Say that a control character stands in a file."""
    code = ord(char)
    escape = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return f'the control character U+{code:04X} stands here; in double quotes it is written "{escape}"'


def too_deep(limit: int) -> str:
    """Say that lists and mappings are nested too deep."""
    return f"lists and mappings are nested more than {limit} deep here"


def too_many_nodes(limit: int) -> str:
    """Say that a file holds too many values, perhaps through aliases."""
    return f"there are more than {limit} values here, each use of an alias (`*name`) counted"


def unknown_alias(name: str, known: Sequence[str]) -> str:
    """Say that an alias names no anchor."""
    hint = suggestion(name, known) or "; text that begins with `*` needs quotes"
    return f"the alias {word('*' + name)} names no anchor ({word('&' + name)}) above{hint}"


def alias_in_itself(name: str) -> str:
    """Say that an alias stands inside of what it names."""
    return f"the alias {word('*' + name)} stands inside of what it names"


def key_not_text(text: str) -> str:
    """Say that a key is a number, a boolean or nothing."""
    if not text:
        return "there is no key before this `:`"
    return f'the key {word(text)} is not a text; if it is meant, write it in quotes: "{text}"'


def duplicate_key(key: str, first: int) -> str:
    """Say that a key stands twice."""
    return f"the key {word(key)} stands twice; the first is on line {first}"


def syntax(problem: str, context: str, found: str, began: int | None) -> str:
    """Put a complaint of the YAML parser in plain words.

    Args:
        problem: what the parser says.
        context: what it was doing.
        found: the character it stopped at; empty at the end of the file.
        began: line on which what it was doing began.

    Returns:
        The message.
    """
    since = f"on line {began}" if began else "above"
    if "cannot start any token" in problem:
        if found == "\t":
            return "a tab stands here; indent and separate with spaces"
        return f"a text cannot begin with {word(found)}; write it in quotes"
    for part, text in _SYNTAX:
        if part in problem:
            return text.format(since=since)
    if "quoted scalar" in context and "unexpected" in problem:
        return f"the quote that begins {since} is never closed"
    if "block collection" in context or "block mapping" in context:
        return (
            f"this does not line up with the block that begins {since}; check the indentation and the quotes"
        )
    if "flow sequence" in context or "flow mapping" in context:
        bracket = "]" if "sequence" in context else "}"
        return f"the bracket that opens {since} is not closed: a `,` or `{bracket}` is missing before this"
    return f"this is not valid YAML ({problem or context}); a text with signs in it needs quotes"


_SYNTAX = (
    (
        "mapping values are not allowed",
        "a `:` cannot stand here; quote a text that contains `: `, or check the indentation",
    ),
    (
        "sequence entries are not allowed",
        "a list entry (`- `) cannot stand here; begin it on a line of its own",
    ),
    (
        "could not find expected ':'",
        "the key that begins {since} has no `:`; check the indentation and the quotes",
    ),
    (
        "unknown escape character",
        "there is no such escape in double quotes; write `\\\\` for a backslash, or use single quotes",
    ),
    (
        "hexadecimal numbers",
        "the escape is cut short; write `\\\\` for a backslash, or use single quotes",
    ),
    ("incompatible YAML document", "only YAML 1 can be read; the `%YAML` line is not needed"),
    ("'<document start>'", "this stands outside of everything above; check the indentation"),
)
"""Complaints of the YAML parser, known by a part of their text."""


# ---- meaning: what only the whole file tells


def wrong_folder(exercise_id: str, folder: str) -> str:
    """Say that the exercise's id is not the folder's name."""
    return f"the exercise is called {word(exercise_id)}, but its folder {word(folder)}; the two must be equal"


def duplicate_scenario(scenario_id: str, first: int) -> str:
    """Say that two scenarios have one id."""
    return f"a scenario {word(scenario_id)} stands on line {first} already; ids must differ"


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Say that a name is not among the known ones of its kind."""
    return f"there is no {kind} {word(name)}{suggestion(name, known)}"


def later_dependency(name: str) -> str:
    """Say that a scenario depends on itself or on one that comes after it."""
    return f"{word(name)} does not come before this scenario; depend on earlier ones only"


def missing_binding(name: str) -> str:
    """Say that one binding of `each` lacks a variable the others have."""
    return f"{word(name)} is missing here, though another entry of `each` binds it"


def bad_player(value: str) -> str:
    """Say that a variable of `by` is bound to neither player."""
    near = suggestion(value, ("submission", "reference"))
    return (
        f"this decides who plays a part, so it must be `submission` or `reference`, not {word(value)}{near}"
    )


NO_SUBMISSION = (
    "no part that is started is played by the submission, so nothing of the student's would be graded"
)
NUL_CHARACTER = "an argument, a variable or a name cannot contain the character NUL"
EMPTY_LINES = "no line would be demanded; write `nothing: true` for that"
BAD_ENV_NAME = "the name of an environment variable cannot be empty or contain `=`"


def unbound(name: str, bound: Iterable[str]) -> str:
    """Say that a variable is bound nowhere."""
    options = sorted(bound)
    hint = suggestion(name, options) or "; bind it with `each` or `repeat`"
    return f"nothing binds {word('${' + name + '}')} here{hint}"


def bad_variable(text: str) -> str:
    """Say that something that begins with `${` is no variable."""
    return (
        f"{word(text)} is no variable: write `${{name}}` or `${{part.pid}}` in lower case, "
        "and `$${` where these characters themselves are meant"
    )


def pid_too_early(part: str) -> str:
    """Say that a process id is used before there is one."""
    return f"{word('${' + part + '.pid}')} is not known yet here: start {word(part)} in an earlier step"


def pid_in_binding(text: str) -> str:
    """Say that a binding refers to another variable."""
    return f"a value of `each` cannot refer to another variable: {word(text)}"


def bound_twice(name: str) -> str:
    """Say that a loop reuses a name."""
    return f"{word(name)} is bound outside of this loop already; choose another name"


def not_started(part: str) -> str:
    """Say that a part is used before it is started."""
    return f"{word(part)} has not been started at this step; put `- start: {part}` before it"


def started_twice(part: str, line: int) -> str:
    """Say that a part is started a second time."""
    return (
        f"{word(part)} was started on line {line} already; a part is started once, so add another to the cast"
    )


def started_in_loop(part: str) -> str:
    """Say that a loop starts a part more than once."""
    return f"{word(part)} would be started in each round of this loop; a part is started once"


def no_terminal(part: str, role: str) -> str:
    """Say that something is typed at a part that has no terminal."""
    remedy = f"use `send`, or say `terminal: true` in the role {word(role)}"
    return f"{word(part)} has no terminal to type at; {remedy}"


EXPECT_FORMS = ("lines", "any_order", "interleaved", "nothing", "something")
"""The keys of `expect` of which exactly one must stand."""


def expect_forms(given: Sequence[str]) -> str:
    """Say that `expect` has none or several of its forms."""
    forms = listed(EXPECT_FORMS)
    if not given:
        return f"nothing says what is expected: give one of {forms}"
    return f"{listed(given, 'and')} stand side by side: give only one of {forms}"


def expect_false(form: str) -> str:
    """Say that `nothing: false` or `something: false` demands nothing."""
    other = "something" if form == "nothing" else "nothing"
    return f"{word(form + ': false')} demands nothing; leave it out, or write `{other}: true`"


def unknown_signal(name: str, known: Iterable[str]) -> str:
    """Say that there is no such signal."""
    bare = name.removeprefix("SIG")
    options = list(known)
    if bare in options:
        return f"signals are named without SIG: write {word(bare)}"
    return f"there is no signal {word(name)}{suggestion(bare, options)}"


def bad_regex(reason: str) -> str:
    """Say that a regular expression does not compile."""
    return f"this is not a regular expression of Python: {reason}"


def too_long(limit: int) -> str:
    """Say that the loops of a scenario make too many steps or lines."""
    return f"with its loops written out this scenario has more than {limit} steps and lines"


def bad_object_name(kind: str, name: str) -> str:
    """Say that an object of this kind cannot have this name."""
    if kind.startswith("sysv-"):
        return f"the name of a {word(kind)} is its key in decimal, not {word(name)}"
    return f"the name of a {word(kind)} begins with `/` and has no other: {word(name)} does not"


OWN_PREREQUISITE = "an exercise cannot be its own prerequisite"
NO_EXERCISE_FILE = "this folder of the catalogue has no exercise.yaml"


def circular(ids: Sequence[str]) -> str:
    """Say that prerequisites go round in a circle."""
    return "the prerequisites go round in a circle: " + " -> ".join(ids)


# ---- structure: a value is not of the form the models demand

_FORMS: dict[str, str] = {
    r"^[a-z][a-z0-9-]*$": "a name of lower-case letters, digits and `-` that begins with a letter",
    r"^[a-z][a-z0-9_]*$": "a name of lower-case letters, digits and `_` that begins with a letter",
    r"^\$\{[a-z][a-z0-9_]*\}$": "a variable such as `${who}`",
    r"^0[0-7]{3}$": 'permission bits as four octal digits in quotes, such as "0600"',
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
    )
    return next((each for each in attempts if pattern and re.match(pattern, each)), "")


def did_you_mean(near: str) -> str:
    """Return `; did you mean ...?`, or nothing if nothing is near."""
    return f"; did you mean {word(near)}?" if near else ""


def unknown_key(key: str, known: Sequence[str], owner: str) -> str:
    """Say that a key is not known in this place."""
    return f"there is no key {word(key)} {owner}{suggestion(key, known)}"


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
    if re.fullmatch(r"[-+]?0[0-9]+", text):
        return ": with a 0 in front it could be octal or decimal; write it without"
    return ": it is too big, or no number to reckon with"


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
AT_LEAST_ONE = "at least one entry"
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
