"""What will be run: scripts written out, schedules, seeds, limits."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.filling import fill
from grader.model.config import Config, ExplorationConfig, LimitsConfig
from grader.model.errors import UsageError
from grader.model.exercise import Exercise, Expect, Part, Present, Scenario, Start, TypeText
from grader.model.schedule import Act
from grader.planning import RunSpec, Script, expand, make_plan, references, substitute
from grader.scheduling.conflicts import Contention, Pair

CAST = {"alice": {"role": "client", "by": "submission"}, "bob": {"role": "server", "by": "reference"}}


def scenario(steps: list[Any], **more: Any) -> Scenario:
    plain = {"id": "first", "title": "t", "points": 1, "hint": "h", "cast": CAST, "steps": steps, **more}
    return Scenario.model_validate(plain)


def exercise(*scenarios: Scenario, **more: Any) -> Exercise:
    plain = {"id": "demo", "title": "t", "summary": "s", "mechanisms": ["fifo"], "difficulty": 1, "hours": 1}
    roles: dict[str, Any] = {"client": {}, "server": {}}
    dumped = [each.model_dump(by_alias=True, exclude_unset=True) for each in scenarios]
    return Exercise.model_validate({**plain, "roles": roles, "scenarios": dumped, **more})


def typed(script: Script) -> list[str]:
    """Return the lines typed in a script."""
    return [line for step in script.steps if isinstance(step, TypeText) for line in step.type["alice"]]


def test_scenario_without_variables_is_its_own_script() -> None:
    plain = scenario([{"start": ["alice", "bob"]}, {"type": {"alice": "a"}}])
    assert expand(plain) == (Script(bindings={}, cast=plain.cast, steps=tuple(plain.steps)),)
    assert expand(plain)[0].steps[0] is plain.steps[0]


def test_each_binding_gives_a_script() -> None:
    cast = {"alice": {"role": "client", "by": "${who}", "args": ["-${x}"], "env": {"X": "${x}${x}"}}}
    each = [{"who": "submission", "x": "1"}, {"who": "reference", "x": "2"}]
    steps = [{"start": "alice"}, {"type": {"alice": "${x} $${x} ${alice.pid} $x"}}]
    assert expand(scenario(steps, cast=cast, each=each)) == tuple(
        Script(
            bindings={"who": who, "x": x},
            cast={"alice": Part(role="client", by=who, args=[f"-{x}"], env={"X": x + x})},
            steps=(Start(start=["alice"]), TypeText(type={"alice": [f"{x} $${{x}} ${{alice.pid}} $x"]})),
        )
        for who, x in (("submission", "1"), ("reference", "2"))
    )


def test_repeats_are_written_out_however_nested() -> None:
    steps = [
        {
            "repeat": {
                "over": [1, "${x}"],
                "as": "i",
                "steps": [
                    {
                        "repeat": {
                            "over": ["a", "<${i}>"],
                            "as": "j",
                            "steps": [{"type": {"alice": "${i}${j}"}}],
                        }
                    }
                ],
            }
        },
        {"type": {"alice": ["${i}", "end"]}},
    ]
    (script,) = expand(scenario(steps, each=[{"x": "two"}]))
    assert typed(script) == ["1a", "1<1>", "twoa", "two<two>", "${i}", "end"]


def test_repeated_lines_are_written_out_with_their_number() -> None:
    lines = ["a", {"lines": ["${x} ${n}", {"regex": "${n}+"}], "repeat": 2, "first": 5}, "${n}"]
    steps: list[Any] = [{"expect": {"part": "bob", form: lines}} for form in ("lines", "any_order")]
    steps += [{"expect": {"part": "bob", "interleaved": [lines, "b"]}}]
    (script,) = expand(scenario(steps, each=[{"x": "y"}]))
    plain = ["a", "y 5", {"regex": "5+"}, "y 6", {"regex": "6+"}, "${n}"]
    assert [each.model_dump(exclude_unset=True)["expect"] for each in script.steps] == [
        {"part": "bob", "lines": plain},
        {"part": "bob", "any_order": plain},
        {"part": "bob", "interleaved": [plain, ["b"]]},
    ]


def test_texts_in_every_kind_of_step_are_bound() -> None:
    steps = [
        {"send": {"bob": "${x}"}},
        {"blocked": {"part": "bob", "call": ["${x}"], "object": "${x}"}},
        {"present": {"kind": "file", "name": "${x}", "content": {"regex": "${x}"}}},
        {"absent": {"kind": "fifo", "name": "${x}"}},
        {"create": {"kind": "file", "name": "${x}", "content": "${x}"}},
        {"remove": {"kind": "file", "name": "${x}"}},
        {"expect": {"part": "bob", "lines": {"regex": "${x}"}}},
    ]
    (script,) = expand(scenario(steps, each=[{"x": "y"}]))
    dumped = str([each.model_dump() for each in script.steps])
    assert ("${" in dumped, dumped.count("'y'")) == (False, 10)


def test_which_keys_were_given_is_kept() -> None:
    steps = [{"expect": {"part": "bob", "lines": "${x}"}}, {"present": {"kind": "file", "name": "${x}"}}]
    (script,) = expand(scenario(steps, each=[{"x": "y"}]))
    expect, present = script.steps
    assert isinstance(expect, Expect)
    assert isinstance(present, Present)
    assert expect.expect.model_fields_set == {"part", "lines"}
    assert present.present.model_fields_set == {"kind", "name"}


def test_values_keep_their_dollar_signs() -> None:
    assert substitute("${x}${y}", {"x": "$", "y": "{y}"}) == "$${y}"
    assert substitute("${x}", {"x": "$$ ${a.pid} $"}) == "$$ ${a.pid} $$"


def test_references_are_found_closed_or_not() -> None:
    assert list(references("a ${x} $${y} ${a.pid} $ $z ${} ${w")) == ["x", "a.pid", "", "{"]


NAMES = st.sampled_from(["a", "b", "c"])
TEXTS = st.lists(st.sampled_from(["$", "$$", "{", "}", "${a}", "${b}", "${c}", "${p.pid}", "x"])).map("".join)


@given(TEXTS, st.dictionaries(NAMES, TEXTS.filter(lambda text: not re.search(r"\$\{[abc{]", text))))
def test_no_bound_variable_is_left_in_a_text(text: str, values: dict[str, str]) -> None:
    assert not set(references(substitute(text, values))) & set(values)


LEAVES = st.builds(lambda text: {"type": {"alice": text}}, TEXTS)
STEPS = st.recursive(
    st.lists(LEAVES, min_size=1, max_size=2),
    lambda inner: st.builds(
        lambda name, over, steps: [{"repeat": {"over": over, "as": name, "steps": steps}}],
        NAMES,
        st.lists(st.integers(0, 9) | st.sampled_from(["x", "$", "${a}"]), min_size=1, max_size=3),
        inner,
    ),
    max_leaves=3,
)


@given(STEPS)
def test_no_bound_variable_is_left_in_a_script(steps: list[Any]) -> None:
    """`each` binds all names here, so that none at all may be left."""
    each = [{"a": "1", "b": "$", "c": "{"}, {"a": "2", "b": "$$", "c": "${p.pid}"}]
    for script in expand(scenario(steps, each=each)):
        for line in typed(script):
            assert not set(references(line)) & {"a", "b", "c"}


@pytest.mark.parametrize("strategy", ["default", "directed", "pct"])
def test_strategies_that_look_at_a_fair_run_first_leave_the_others_open(strategy: str) -> None:
    subject = exercise(scenario([{"start": "alice"}], each=[{"x": "1"}, {"x": "2"}]))
    plan = make_plan(subject, Config(), seed=7, schedules=3, strategy=strategy)
    assert [(each.script_index, each.slot, each.strategy, each.seed) for each in plan] == [
        (0, 0, "fair", 7),
        (0, 1, strategy, 8),
        (0, 2, strategy, 9),
        (1, 0, "fair", 7),
        (1, 1, strategy, 8),
        (1, 2, strategy, 9),
    ]


@pytest.mark.parametrize("strategy", ["fair", "random"])
def test_other_strategies_hold_for_all_schedules(strategy: str) -> None:
    plan = make_plan(exercise(scenario([{"start": "alice"}])), Config(), schedules=2, strategy=strategy)
    assert [(each.strategy, each.seed) for each in plan] == [(strategy, 0), (strategy, 1)]


def test_an_overlap_is_looked_for_however_few_schedules_are_asked_for() -> None:
    section = {"enter": "in", "leave": "out"}
    subject = exercise(
        scenario([{"start": "alice"}], overlap=section), scenario([{"start": "alice"}], id="second")
    )
    plan = make_plan(subject, Config(), schedules=1)
    assert [(each.scenario.id, each.slot, each.strategy) for each in plan] == [
        ("first", 0, "fair"),
        ("first", 1, "default"),
        ("second", 0, "fair"),
    ]


def filled(strategy: str, schedules: int, pairs: int) -> list[tuple[str, int, object]]:
    """Strategy, seed and options of the runs after the first one, in which so many pairs conflicted."""
    subject = exercise(scenario([{"start": "alice"}]))
    first, *slots = make_plan(subject, Config(), seed=7, schedules=schedules, strategy=strategy)
    found = Contention(
        pairs=tuple(Pair(Act("a", "write", n), Act("b", "read", n), 4, 1) for n in range(1, pairs + 1)),
        threads=2,
        steps=9,
        objects=("fifo:f",),
    )
    return [(each.strategy, each.seed, each.options) for each in fill(first, slots, found)]


def directed(number: int) -> tuple[str, int, object]:
    return "directed", 7, {"hold": ["a", "write", number], "until": ["b", "read", number]}


def pct(seed: int, depth: int) -> tuple[str, int, object]:
    return "pct", seed, {"depth": depth, "steps": 9, "contended": ["fifo:f"]}


def test_conflicting_pairs_come_first_then_random_priorities_and_walks() -> None:
    assert filled("default", 8, 20) == [
        *(directed(number) for number in range(1, 6)),
        pct(13, 3),
        ("random", 14, {}),
    ]
    assert filled("default", 5, 1) == [directed(1), pct(9, 3), ("random", 10, {}), pct(11, 2)]


def test_a_script_in_which_no_order_matters_is_run_only_a_little_more() -> None:
    assert [each[0] for each in filled("default", 12, 0)] == ["random", "pct"]
    assert filled("directed", 12, 0) == []


def test_directed_runs_are_as_many_as_there_are_pairs() -> None:
    assert filled("directed", 12, 3) == [directed(1), directed(2), directed(3)]


def test_pct_alone_changes_its_depth() -> None:
    assert filled("pct", 4, 1) == [pct(8, 2), pct(9, 3), pct(10, 3)]


def test_site_decides_the_strategy_unless_told() -> None:
    config = Config(exploration=ExplorationConfig(strategy="random", schedules=1))
    (spec,) = make_plan(exercise(scenario([{"start": "alice"}])), config)
    assert spec.strategy == "random"


def test_number_of_schedules_argument_before_exercise_before_site() -> None:
    config = Config(exploration=ExplorationConfig(schedules=2))
    plain = exercise(scenario([{"start": "alice"}]))
    own = exercise(scenario([{"start": "alice"}]), schedules=3)
    assert len(make_plan(plain, config)) == 2
    assert len(make_plan(own, config)) == 3
    assert len(make_plan(own, config, schedules=4)) == 4


def test_limits_of_the_exercise_are_put_over_those_of_the_site() -> None:
    config = Config(limits=LimitsConfig(processes=9, events=10))
    (spec, *_) = make_plan(exercise(scenario([{"start": "alice"}]), limits={"events": 5, "cpu_s": 1}), config)
    assert spec.limits == LimitsConfig(processes=9, events=5, cpu_s=1.0)


def without_terminals(script: Script) -> Script:
    """The script with what its roles say of terminals written into its cast."""
    cast = {name: part.model_copy(update={"terminal": False}) for name, part in script.cast.items()}
    return replace(script, cast=cast)


def umasks(subject: Exercise, schedules: int) -> list[str]:
    return [f"{spec.umask:03o}" for spec in make_plan(subject, Config(), schedules=schedules)]


def test_umasks_are_tried_in_turn() -> None:
    assert umasks(exercise(scenario([{"start": "alice"}])), 4) == ["022", "000", "077", "022"]
    assert umasks(exercise(scenario([{"start": "alice"}], umask=["027", "007"])), 3) == ["027", "007", "027"]


def test_plan_is_the_whole_of_what_will_be_run() -> None:
    first = scenario([{"start": "alice"}], leaves=[{"kind": "fifo", "name": "${x}"}], each=[{"x": "y"}])
    second = scenario([{"start": "bob"}], id="second")
    subject = exercise(first, second)
    bound = scenario([{"start": "alice"}], leaves=[{"kind": "fifo", "name": "y"}], each=[{"x": "y"}])
    assert make_plan(subject, Config(), schedules=1) == (
        RunSpec(
            exercise="demo",
            scenario=bound,
            script=without_terminals(expand(first)[0]),
            script_index=0,
            strategy="fair",
            seed=0,
            limits=LimitsConfig(),
        ),
        RunSpec(
            exercise="demo",
            scenario=second,
            script=without_terminals(expand(second)[0]),
            script_index=0,
            strategy="fair",
            seed=0,
            limits=LimitsConfig(),
        ),
    )


def test_scenarios_can_be_chosen_and_stay_in_order() -> None:
    subject = exercise(*(scenario([{"start": "alice"}], id=name) for name in ("one", "two", "three")))
    plan = make_plan(subject, Config(), schedules=1, scenario_ids=["three", "one"])
    assert [each.scenario.id for each in plan] == ["one", "three"]
    assert make_plan(subject, Config(), scenario_ids=[]) == ()
    with pytest.raises(UsageError, match=r"^demo: there is no scenario `tow`; did you mean `two`\?$"):
        make_plan(subject, Config(), scenario_ids=["tow"])


def plain(schedules: int, pairs: int, strategy: str = "default") -> list[tuple[str, bool]]:
    """Strategy and program of the runs after the first one."""
    subject = exercise(scenario([{"start": "alice"}]))
    first, *slots = make_plan(subject, Config(), schedules=schedules, strategy=strategy)
    pair = Pair(Act("a", "write", 1), Act("b", "read", 1), 4, 1)
    found = Contention(pairs=(pair,) * pairs, threads=2, steps=9, objects=("fifo:f",))
    return [(each.strategy, each.plain) for each in fill(first, slots, found)]


def test_the_last_run_is_of_the_program_without_the_run_time_unless_it_is_a_directed_one() -> None:
    assert plain(4, 1) == [("directed", False), ("pct", False), ("random", True)]
    assert plain(12, 0) == [("random", False), ("pct", True)]
    assert plain(3, 0, "random") == [("random", False), ("random", True)]
    assert plain(4, 9, "directed") == [("directed", False)] * 3
    assert plain(1, 3) == []


def test_who_sleeps_is_hurried_first() -> None:
    subject = exercise(scenario([{"start": "alice"}]))
    first, *slots = make_plan(subject, Config(), seed=7, schedules=8)
    sleeps = tuple(Act("a", "nanosleep", n) for n in range(1, 5))
    found = Contention(pairs=(), threads=2, steps=9, objects=(), sleeps=sleeps)
    filled = [(each.strategy, each.seed, each.options) for each in fill(first, slots, found)]
    hurried = [("hurried", 7, {"sleep": ["a", "nanosleep", n]}) for n in range(1, 4)]
    assert filled[:3] == hurried and [each[0] for each in filled[3:]] == ["pct", "random"]
