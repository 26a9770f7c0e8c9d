"""What only the whole of an exercise tells: names that must exist, who plays, what depends on what.

A scenario is checked as soon as its own form is right, whatever is wrong elsewhere in the file, so that an
author sees all mistakes at once.
"""

from __future__ import annotations

import errno
from collections.abc import Collection, Mapping

from grader.catalogue import messages, messages_meaning
from grader.catalogue.script import SIGNALS, ScriptCheck
from grader.catalogue.tree import MapNode, Node, ScalarNode, Source, at, members, texts
from grader.catalogue.validate import attempt
from grader.model.errors import Problem
from grader.model.exercise import CHECKS, Role, Scenario
from grader.planning import references, substitute

PLAYERS = ("submission", "reference")


def check_exercise(
    root: Node, source: Source, folder: str, checks: Collection[str] = CHECKS
) -> list[Problem]:
    """Check what the models cannot: how the parts of an exercise fit together.

    Args:
        root: the file's tree, of whatever form.
        source: the file, for messages.
        folder: the name of the folder it is in.
        checks: all that can be tolerated, those of its own included.

    Returns:
        All problems found; those of form are not among them.
    """
    problems: list[Problem] = []
    exercise_id = _text(at(root, "id"))
    if exercise_id is not None:
        if exercise_id.text != folder:
            problems.append(source.at(exercise_id, messages_meaning.wrong_folder(exercise_id.text, folder)))
        problems += [
            source.at(node, messages_meaning.OWN_PREREQUISITE)
            for node in members(at(root, "prerequisites"))
            if isinstance(node, ScalarNode) and node.value == exercise_id.value
        ]
    problems += _unknown_checks(at(root, "tolerates"), source, checks)
    problems += _scenario_ids(root, source)
    given = at(root, "roles")
    roles = given.values if isinstance(given, MapNode) else {}
    known = {name: attempt(Role, node) for name, node in roles.items()}
    if given is not None and known and all(role is not None and role.helper for role in known.values()):
        problems.append(source.at(given, messages_meaning.ONLY_HELPERS))
    for node in members(at(root, "scenarios")):
        for word in ("tolerates", "shows"):
            problems += _unknown_checks(at(node, word), source, checks)
        scenario = attempt(Scenario, node)
        if scenario is not None:
            problems += _ScenarioCheck(scenario, node, source, known).problems()
    return problems


def _text(node: Node | None) -> ScalarNode | None:
    """Return a node that is a text, or None."""
    return node if isinstance(node, ScalarNode) and isinstance(node.value, str) else None


def _unknown_checks(node: Node | None, source: Source, checks: Collection[str]) -> list[Problem]:
    return [
        source.at(each, messages.unknown("check", each.text, checks))
        for each in members(node)
        if isinstance(each, ScalarNode) and each.text and each.text not in checks
    ]


def _scenario_ids(root: Node, source: Source) -> list[Problem]:
    """Check that scenarios have ids of their own and depend on earlier ones."""
    problems = []
    scenarios = list(members(at(root, "scenarios")))
    ids = [_text(at(scenario, "id")) for scenario in scenarios]
    known = {node.text for node in ids if node is not None}
    first: dict[str, int] = {}
    for scenario, node in zip(scenarios, ids, strict=True):
        if node is not None and node.text in first:
            problems.append(source.at(node, messages_meaning.duplicate_scenario(node.text, first[node.text])))
        for needed in members(at(scenario, "depends_on")):
            wanted = _text(needed)
            if wanted is None or wanted.text in first:
                continue
            if wanted.text in known:
                problems.append(source.at(needed, messages_meaning.later_dependency(wanted.text)))
            else:
                problems.append(source.at(needed, messages.unknown("scenario", wanted.text, first)))
        if node is not None:
            first.setdefault(node.text, node.line)
    return problems


class _ScenarioCheck:
    """Checks one scenario of the right form."""

    def __init__(
        self, scenario: Scenario, node: Node, source: Source, roles: Mapping[str, Role | None]
    ) -> None:
        self._scenario = scenario
        self._node = node
        self._source = source
        self._roles = roles
        self._found: list[Problem] = []

    def problems(self) -> list[Problem]:
        """Return everything that is wrong."""
        scope: dict[str, tuple[str, ...]] = {}
        for binding in self._scenario.each:
            for name, value in binding.items():
                scope[name] = (*scope.get(name, ()), value)
        script = ScriptCheck(self._scenario, self._node, self._source, scope, self._terminals())
        self._found += script.problems()
        self._each(scope)
        self._cast()
        self._players(script.started)
        self._faults()
        means = [*members(at(self._node, "requires")), *members(at(self._node, "forbids"))]
        named = [part for part in (at(each, "part") for each in means) if part is not None]
        for key in ("stays", "closes_on_exec", "unnamed"):
            named.extend(members(at(self._node, key)))
        for node in named:
            if isinstance(node, ScalarNode) and node.text not in self._scenario.cast:
                self._report(node, messages.unknown("part", node.text, self._scenario.cast))
        return self._found

    def _report(self, node: Node, message: str) -> None:
        self._found.append(self._source.at(node, message))

    def _terminals(self) -> dict[str, bool]:
        """Return for each part whether it has a terminal; of an unknown role nothing is demanded."""
        terminals = {}
        for name, part in self._scenario.cast.items():
            role = self._roles.get(part.role)
            inherited = role is None or role.terminal
            terminals[name] = inherited if part.terminal is None else part.terminal
        return terminals

    def _each(self, scope: Collection[str]) -> None:
        """Check that every entry of `each` binds the same names, and to values."""
        for node in members(at(self._node, "each")):
            for name in scope:
                if at(node, name) is None:
                    self._report(node, messages_meaning.missing_binding(name))
            for text in texts(node):
                for name in references(text.text):
                    if not name.endswith(".pid"):
                        self._report(text, messages_meaning.variable_in_binding(name))

    def _cast(self) -> None:
        for name, part in self._scenario.cast.items():
            node = at(self._node, "cast", name)
            role = at(node, "role")
            if role is not None and self._roles and part.role not in self._roles:
                self._report(role, messages.unknown("role", part.role, self._roles))
            env = at(node, "env")
            for key in env.keys.values() if isinstance(env, MapNode) else ():
                if not key.text or "=" in key.text or "\0" in key.text:
                    self._report(key, messages_meaning.BAD_ENV_NAME)
            for text in (*texts(at(node, "args")), *texts(env)):
                if "\0" in text.text:
                    self._report(text, messages_meaning.NUL_CHARACTER)

    def _players(self, started: Collection[str]) -> None:
        """Check for each script who plays: one of the two, and at least once the submission."""
        for index, binding in enumerate(self._scenario.each or [{}]):
            players = {name: substitute(part.by, binding) for name, part in self._scenario.cast.items()}
            undecided = [name for name, player in players.items() if player not in PLAYERS]
            for name in undecided:
                variable = next(references(self._scenario.cast[name].by), "")
                node = at(self._node, "each", index, variable)
                if node is not None:
                    self._report(node, messages_meaning.bad_player(players[name]))
            for name in players:
                self._helper(name, index, players[name])
            if not undecided and not any(players[name] == "submission" for name in started):
                node = at(self._node, "each", index) or at(self._node, "cast")
                self._report(node or self._node, messages_meaning.NO_SUBMISSION)

    def _faults(self) -> None:
        """Check that faults befall parts, by signals and errors that there are."""
        for node in members(at(self._node, "faults")):
            body = next(iter(node.values.values()), node) if isinstance(node, MapNode) else node
            part = body if isinstance(body, ScalarNode) else at(body, "part")
            if isinstance(part, ScalarNode) and part.text not in self._scenario.cast:
                self._report(part, messages.unknown("part", part.text, self._scenario.cast))
            number = at(body, "signal")
            if isinstance(number, ScalarNode) and number.text not in SIGNALS:
                self._report(number, messages_meaning.unknown_signal(number.text, SIGNALS))
            error = at(body, "error")
            if isinstance(error, ScalarNode) and error.text not in errno.errorcode.values():
                self._report(error, messages.unknown("error", error.text, sorted(errno.errorcode.values())))

    def _helper(self, name: str, index: int, player: str) -> None:
        """Check that a helper is not played by the submission."""
        part = self._scenario.cast[name]
        role = self._roles.get(part.role)
        if role is None or not role.helper or player != "submission":
            return
        variable = next(references(part.by), "")
        node = at(self._node, "each", index, variable) if variable else at(self._node, "cast", name, "by")
        if node is not None:
            self._report(node, messages_meaning.helper_played(part.role))
