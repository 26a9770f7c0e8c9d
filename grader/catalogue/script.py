"""The steps of a scenario checked as a whole: who is started when, what is bound where, what can be meant.

Loops are not written out here (they may be long): a body is walked once, and a variable of a loop or of
`each` stands for all the values it can take.
"""

from __future__ import annotations

import itertools
import re
import signal
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from grader.catalogue import messages, messages_meaning, objects
from grader.catalogue.tree import MapNode, Node, ScalarNode, Source, at, members, texts
from grader.model.errors import Problem
from grader.model.exercise import (
    Absent,
    Advance,
    Blocked,
    Child,
    Create,
    Exit,
    Expect,
    Fill,
    Kill,
    Present,
    Reboot,
    Remove,
    Repeat,
    Repeated,
    Scenario,
    Signal,
    Start,
    Step,
    TypeText,
    step_word,
)
from grader.planning import references, substitute

LENGTH_MAX = 100_000
"""Steps and expected lines of a scenario with its loops written out."""
SIGNALS = tuple(sorted(each.name.removeprefix("SIG") for each in signal.Signals if each.name.isalnum()))
"""The names a signal can have in a step."""

Scope = Mapping[str, tuple[str, ...]]
"""Every value each bound variable can take."""

_VARIABLE = re.compile(r"[a-z][a-z0-9_]*")
_PID = re.compile(r"([a-z][a-z0-9_]*)\.pid")
_VARIANTS_MAX = 500


class ScriptCheck:
    """Checks the cast's texts and the steps of one scenario of the right form.

    Attributes:
        started: the parts started so far, and the line each is started on.
    """

    def __init__(
        self, scenario: Scenario, node: Node, source: Source, scope: Scope, terminals: Mapping[str, bool]
    ) -> None:
        self.started: dict[str, int] = {}
        self._scenario = scenario
        self._node = node
        self._source = source
        self._scope = scope
        self._terminals = terminals
        self._found: list[Problem] = []
        self._killed: set[tuple[str, int]] = set()
        self._rebooted: set[str] = set()

    def problems(self) -> list[Problem]:
        """Return everything that is wrong."""
        cast = self._scenario.cast
        self._variables(at(self._node, "cast"), self._scope, cast)
        for leave in members(at(self._node, "leaves")):
            self._variables(leave, self._scope, cast)
            self._objects(objects.wrong_name(leave))
        for word in ("requires", "forbids"):
            for means in members(at(self._node, word)):
                self._variables(means, self._scope, cast)
                self._patterns(at(means, "data"), self._scope)
        steps = at(self._node, "steps")
        scripts = max(1, len(self._scenario.each))
        if _length(self._scenario.steps) * scripts > LENGTH_MAX and steps is not None:
            self._report(steps, messages_meaning.too_long(LENGTH_MAX))
        self._steps(self._scenario.steps, steps, self._scope, rounds=1)
        return self._found

    def _report(self, node: Node, message: str) -> None:
        self._found.append(self._source.at(node, message))

    def _steps(self, steps: Sequence[Step], nodes: Node | None, scope: Scope, *, rounds: int) -> None:
        for step, node in zip(steps, members(nodes), strict=True):
            body = at(node, step_word(step))
            assert body is not None
            if isinstance(step, Repeat):
                self._loop(step, body, scope, rounds)
                continue
            self._parts(step, body, rounds)
            if isinstance(step, Kill) and step.child:
                self._child(step.child, body, rounds)
            self._variables(body, scope, self.started)
            self._demands(step, body, scope)

    def _loop(self, step: Repeat, body: Node, scope: Scope, rounds: int) -> None:
        loop = step.repeat
        name = at(body, "as")
        if name is not None and loop.as_ in scope:
            self._report(name, messages_meaning.bound_twice(loop.as_))
        self._variables(at(body, "over"), scope, self.started)
        outer = {each: values[0] for each, values in scope.items()}
        values = tuple(substitute(str(item), outer) for item in loop.over)
        self._steps(
            loop.steps, at(body, "steps"), {**scope, loop.as_: values}, rounds=rounds * len(loop.over)
        )

    def _parts(self, step: Step, body: Node, rounds: int) -> None:
        """Check the names of parts in a step: in the cast, started, and started once."""
        already = dict(self.started)
        if isinstance(step, Reboot):
            self._rebooted.update(already)
        for node in _part_nodes(step, body):
            name = node.text
            if name not in self._scenario.cast:
                self._report(node, messages.unknown("part", name, self._scenario.cast))
            elif not isinstance(step, Start):
                if name not in self.started:
                    self._report(node, messages_meaning.not_started(name))
                elif name in self._rebooted and not isinstance(step, Expect | Exit):
                    self._report(node, messages_meaning.ended_by_reboot(name))
                elif isinstance(step, TypeText) and not self._terminals[name]:
                    self._report(node, messages_meaning.no_terminal(name, self._scenario.cast[name].role))
            elif name in self.started:
                self._report(node, messages_meaning.started_twice(name, self.started[name]))
            else:
                if rounds > 1:
                    self._report(node, messages_meaning.started_in_loop(name))
                self.started[name] = node.line
                self._arguments(name, already)

    def _child(self, child: Child, body: Node, rounds: int) -> None:
        """Check that a child process is killed once; whether there is one only a run can tell."""
        key = child.part, child.child
        if key in self._killed or rounds > 1:
            self._report(body, messages_meaning.killed_twice(*key))
        self._killed.add(key)

    def _arguments(self, name: str, started: Collection[str]) -> None:
        """Check that a part's arguments name only processes that are there when it is started."""
        node = at(self._node, "cast", name)
        for text in (*texts(at(node, "args")), *texts(at(node, "env"))):
            for reference in references(text.text):
                pid = _PID.fullmatch(reference)
                if pid and pid[1] in self._scenario.cast and pid[1] not in started:
                    self._report(text, messages_meaning.pid_too_early(pid[1]))

    def _variables(self, node: Node | None, scope: Scope, pids: Collection[str]) -> None:
        """Check that every `${...}` below a node is bound; `pids` are the parts whose process id is known."""
        if isinstance(node, MapNode) and {"lines", "repeat"} <= node.keys.keys():
            scope = {**scope, "n": ("1",)}
        if not isinstance(node, ScalarNode):
            for child in node.values.values() if isinstance(node, MapNode) else members(node):
                self._variables(child, scope, pids)
            return
        for name in references(node.text) if isinstance(node.value, str) else ():
            pid = _PID.fullmatch(name)
            if pid is not None:
                if pid[1] not in self._scenario.cast:
                    self._report(node, messages.unknown("part", pid[1], self._scenario.cast))
                elif pid[1] not in pids:
                    self._report(node, messages_meaning.pid_too_early(pid[1]))
            elif not _VARIABLE.fullmatch(name):
                self._report(node, messages_meaning.bad_variable(name))
            elif name not in scope:
                self._report(node, messages_meaning.unbound(name, scope))

    def _demands(self, step: Step, body: Node, scope: Scope) -> None:
        """Check what is particular to a kind of step."""
        if isinstance(step, Expect):
            self._expectation(step, body)
            for form in messages_meaning.EXPECT_FORMS:
                self._patterns(at(body, form), scope)
        elif isinstance(step, Signal):
            for node in body.values.values() if isinstance(body, MapNode) else ():
                self._signal(node)
        elif isinstance(step, Exit):
            for each in body.values.values() if isinstance(body, MapNode) else ():
                for node in members(each):
                    self._signal(at(node, "signal"))
        elif isinstance(step, Fill):
            for node in _part_nodes(step, body):
                part = self._scenario.cast.get(node.text)
                if part is not None and part.by != "reference":
                    self._report(node, messages_meaning.filled_reader(node.text))
        elif isinstance(step, Present | Absent | Create | Remove):
            self._objects(objects.wrong_name(body))
            self._objects(objects.wrong_content(step, body))
            self._objects(objects.masked_mode(step, body, self._scenario))
            self._patterns(at(body, "content"), scope)

    def _expectation(self, step: Expect, body: Node) -> None:
        forms = [form for form in messages_meaning.EXPECT_FORMS if at(body, form) is not None]
        if len(forms) != 1:
            self._report(body, messages_meaning.expect_forms(forms))
            return
        if step.expect.file and at(body, "stream") is not None:
            self._report(body, messages_meaning.FILE_AND_STREAM)
        form = forms[0]
        node = at(body, form) or body
        if form in ("nothing", "something"):
            if not getattr(step.expect, form):
                self._report(node, messages_meaning.expect_false(form))
        elif not _lines(getattr(step.expect, form)):
            self._report(node, messages_meaning.EMPTY_LINES)

    def _signal(self, node: Node | None) -> None:
        if isinstance(node, ScalarNode) and node.text not in SIGNALS:
            self._report(node, messages_meaning.unknown_signal(node.text, SIGNALS))

    def _objects(self, complaints: Iterable[tuple[Node, str]]) -> None:
        for node, message in complaints:
            self._report(node, message)

    def _patterns(self, node: Node | None, scope: Scope) -> None:
        """Check that every regular expression below a node compiles, whatever its variables stand for."""
        if isinstance(node, MapNode) and "repeat" in node.values:
            scope = {**scope, "n": ("1",)}
        regex = at(node, "regex") if isinstance(node, MapNode) else None
        if isinstance(regex, ScalarNode):
            reason = _regex_error(regex.text, scope)
            if reason:
                self._report(regex, messages_meaning.bad_regex(reason))
            return
        if not isinstance(node, ScalarNode):
            for child in node.values.values() if isinstance(node, MapNode) else members(node):
                self._patterns(child, scope)


def _part_nodes(step: Step, body: Node) -> Iterator[ScalarNode]:
    """Yield the names of parts that a step is about."""
    if isinstance(step, Present | Absent | Create | Remove | Reboot | Advance):
        return
    if isinstance(step, Expect | Blocked) or (isinstance(step, Kill) and step.child):
        node = at(body, "part")
        if isinstance(node, ScalarNode):
            yield node
    elif isinstance(body, MapNode):
        yield from body.keys.values()
    else:
        yield from (node for node in members(body) if isinstance(node, ScalarNode))


def _length(steps: Sequence[Step]) -> int:
    """Return how many steps and expected lines there are with the loops written out."""
    total = 0
    for step in steps:
        if isinstance(step, Repeat):
            total += len(step.repeat.over) * _length(step.repeat.steps)
        else:
            total += 1
        if isinstance(step, Expect):
            expectation = step.expect
            total += sum(_lines(each) for each in (expectation.lines, expectation.any_order))
            total += sum(map(_lines, (expectation.interleaved, expectation.one_of, expectation.includes)))
    return total


def _lines(value: object) -> int:
    """Return how many lines an expectation demands."""
    if isinstance(value, Repeated):
        return value.repeat * len(value.lines)
    return sum(_lines(each) for each in value) if isinstance(value, list) else 1


def _regex_error(text: str, scope: Scope) -> str:
    """Return why a regular expression does not compile with some values of its variables, or nothing."""
    names = list(dict.fromkeys(references(text)))
    # A variable that nothing binds is another problem; a process id is a number.
    choices = [scope.get(name, ("1",)) for name in names]
    for values in itertools.islice(itertools.product(*choices), _VARIANTS_MAX):
        pattern = substitute(text, dict(zip(names, values, strict=True))).replace("$$", "$")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                re.compile(pattern)
        except re.error as error:
            return error.msg
        except (OverflowError, RecursionError):
            return "it is too big"
    return ""
