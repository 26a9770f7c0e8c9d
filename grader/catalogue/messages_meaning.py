"""The words for what only the whole of a file tells: names, parts, variables, exercises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.catalogue.messages import listed, suggestion, word


def wrong_folder(exercise_id: str, folder: str) -> str:
    """Say that the exercise's id is not the folder's name."""
    return f"the exercise is called {word(exercise_id)}, but its folder {word(folder)}; the two must be equal"


def duplicate_scenario(scenario_id: str, first: int) -> str:
    """Say that two scenarios have one id."""
    return f"a scenario {word(scenario_id)} stands on line {first} already; ids must differ"


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


def helper_played(role: str) -> str:
    """Say that a student would play what only the reference has."""
    return f"the role {word(role)} is a helper, which only the reference plays: write `by: reference`"


def filled_reader(part: str) -> str:
    """Say that a submission's program may read what its connections are filled with."""
    return (
        f"{word(part)} must be played by the reference, by a program that reads nothing: "
        "what fills its connections are bytes nobody has sent"
    )


ONLY_HELPERS = "each role is a helper, so there is no program for a student to write"
NO_SUBMISSION = (
    "no part that is started is played by the submission, so nothing of the student's would be graded"
)
NUL_CHARACTER = "an argument or an environment variable cannot contain the character NUL"
BAD_NAME = "the name of an object cannot be empty or contain the character NUL"
FILE_AND_STREAM = "`file` and `stream` stand side by side: give only one of them"
EMPTY_LINES = "no line would be demanded; write `nothing: true` for that"
BAD_ENV_NAME = "the name of an environment variable cannot be empty or contain `=` or NUL"


def unbound(name: str, bound: Iterable[str]) -> str:
    """Say that a variable is bound nowhere."""
    options = sorted(bound)
    hint = suggestion(name, options) or "; bind it with `each` or `repeat`"
    return f"nothing binds {word('${' + name + '}')} here{hint}"


def bad_variable(text: str) -> str:
    """Say that something that begins with `${` is no variable."""
    shown = "${" if text == "{" else "${" + text + "}"
    return (
        f"{word(shown)} is no variable: write `${{name}}` or `${{part.pid}}` in lower case, "
        "and `$${` where these characters themselves are meant"
    )


def pid_too_early(part: str) -> str:
    """Say that a process id is used before there is one."""
    return f"{word('${' + part + '.pid}')} is not known yet here: start {word(part)} in an earlier step"


def variable_in_binding(name: str) -> str:
    """Say that a value of `each` contains a variable."""
    return f"a value of `each` cannot refer to another variable: {word('${' + name + '}')}"


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


def ended_by_reboot(part: str) -> str:
    """Say that nothing can be done to a part, or be so of it, after a reboot."""
    return (
        f"{word(part)} has been ended by a reboot; what is started after it must be another part of its role"
    )


def started_in_loop(part: str) -> str:
    """Say that a loop starts a part more than once."""
    return f"{word(part)} would be started in each round of this loop; a part is started once"


def killed_twice(part: str, child: int) -> str:
    """Say that a child process is killed a second time."""
    return (
        f"child {child} of {word(part)} would be killed more than once; a child that is gone cannot be killed"
    )


def no_terminal(part: str, role: str) -> str:
    """Say that something is typed at a part that has no terminal."""
    remedy = f"use `send`, or say `terminal: true` in the role {word(role)}"
    return f"{word(part)} has no terminal to type at; {remedy}"


EXPECT_FORMS = ("lines", "any_order", "interleaved", "one_of", "includes", "nothing", "something")
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
        return f"the name of a {word(kind)} is its key, a C int in decimal, not {word(name)}"
    return f"the name of a {word(kind)} is `/` and a word without another `/`, not {word(name)}"


def key_of_other_kinds(key: str, kind: str, kinds: Sequence[str]) -> str:
    """Say that a key tells nothing of an object of this kind."""
    return f"{word(key)} is for {listed(kinds, 'and')} only, and this is a {word(kind)}"


def masked_mode(mode: str, umask: str) -> str:
    """Say that a mode cannot come about under one of the umasks."""
    return (
        f'under the umask {umask} a program cannot make this with mode {mode}; say `umask: "022"` or another'
    )


def not_a_value_each(members: int, values: int) -> str:
    """Say that a set of semaphores has another number of members than of values."""
    return f"the set has {members} members and {values} values: give each its own, or leave out `members`"


NO_SIZE = "nothing says how many bytes the segment has: give `content` or `size`"
KEY_OF_NOBODY = "what is made under the key 0 (IPC_PRIVATE) nobody finds; choose another key"


def no_catalogue(root: str) -> str:
    """Say that there is no folder of exercises."""
    return f"there is no folder of exercises {word(root)}"


OWN_PREREQUISITE = "an exercise cannot be its own prerequisite"
NO_EXERCISE_FILE = "this folder of the catalogue has no exercise.yaml"


def circular(ids: Sequence[str]) -> str:
    """Say that prerequisites go round in a circle."""
    return "the prerequisites go round in a circle: " + " -> ".join(ids)
