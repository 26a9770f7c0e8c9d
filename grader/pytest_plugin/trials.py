"""Performs test functions, in the process that grades: each call is a run, and each run is judged."""

from __future__ import annotations

import time
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

from grader.deciding import decide, failed_build, history_file
from grader.executors.base import Program
from grader.filling import fill
from grader.judging import Judged, judge
from grader.model.errors import GraderError, UsageError
from grader.model.exercise import Scenario
from grader.model.verdict import Finding, ScenarioResult, Verdict
from grader.planning import RunSpec, Script, make_plan
from grader.pytest_plugin.author import AbandonedError, Author, UnbuiltError
from grader.pytest_plugin.messages import FunctionsTask, Go, Mistake, Trial, placeholder
from grader.pytest_plugin.programs import Programs, prepare
from grader.sandbox.isolation import FULL
from grader.sandbox.zygote import open_box
from grader.scenarios.live import run_live
from grader.search import Found, difference, replayed
from grader.store import decompress


class Performance:
    """One test function, under several schedules.

    Args:
        connection: to pytest.
        shared: what can be started.
        trial: the function.
    """

    def __init__(self, connection: Connection[Any, Any], shared: Programs, trial: Trial) -> None:
        self._connection = connection
        self._shared = shared
        self._scenario = Scenario.model_validate(
            {**trial.scenario, **placeholder(shared.exercise.written[0])}
        )
        self._plan = make_plan(
            shared.exercise.model_copy(update={"scenarios": [self._scenario]}),
            shared.config,
            seed=trial.seed,
            schedules=trial.schedules,
        )

    def perform(self) -> Verdict | Mistake | None:
        """Have the function called until a run fails, or no schedule is left.

        Returns:
            The verdict, or what is wrong with the function; None if it raised an error of its own.
        """
        began = time.monotonic()
        try:
            found = self._search()
        except AbandonedError:
            return None
        except UsageError as error:
            return Mistake(str(error))
        except UnbuiltError as error:
            findings = tuple(f for f in self._shared.built.findings if f.part in (error.role, ""))
            return self._verdict(failed_build(self._scenario, findings), findings)
        return self._verdict(decide(self._scenario, found, time.monotonic() - began))

    def _search(self) -> Found:
        first = self._run(self._plan[0])
        made = [first]
        rest = fill(first.spec, self._plan[1:], first.contention) if first.contention else ()
        until = time.monotonic() + self._shared.config.exploration.seconds
        for spec in rest:
            if made[-1].failed or made[-1].error or time.monotonic() > until:
                break
            made.append(self._run(spec))
        failed = made[-1] if made[-1].failed else None
        # Whatever does not do the same thing twice under one schedule is not to blame by what it did once.
        again = made[-1] if failed or len(made) == 1 else first
        unsteady = "" if again.error else difference(again, self._run(_repeated(again)))
        return Found(made=tuple(made), planned=1 + len(rest), shown=failed, unsteady=unsteady)

    def _run(self, spec: RunSpec) -> Judged:
        """Make one run and judge it."""
        scenario = spec.scenario.model_copy(deep=True)
        script = Script(bindings={}, cast={}, steps=())
        spec = replace(spec, scenario=scenario, script=script, plain=spec.plain and self._shared.usable)
        programs: dict[str, Program] = {}
        archive = (self._shared.plain if spec.plain else self._shared.built).archive
        author = Author(self._connection, spec, programs, self._shared)
        self._connection.send(Go(f"{spec.strategy}, seed {spec.seed}"))
        try:
            history, spec = run_live(
                spec, programs, archive, lambda program: open_box(FULL, spec.limits, program), author
            )
            judged = judge(history, spec, self._shared.exercise.tolerates)
        except (UnbuiltError, UsageError):
            author.to_the_end()
            raise
        except GraderError as error:
            judged = Judged(spec=spec, error=str(error))
        author.to_the_end()
        if self._shared.folder is not None and judged.history:
            self._shared.folder.save_history(history_file(judged.spec), judged.history)
        return judged

    def _verdict(self, result: ScenarioResult, findings: tuple[Finding, ...] = ()) -> Verdict:
        shared = self._shared
        return Verdict(
            exercise=shared.exercise.id,
            title=shared.exercise.title,
            submission=str(shared.submission),
            isolation=FULL,
            seed=self._plan[0].seed,
            build=findings,
            build_log=shared.built.log if findings else "",
            scenarios=(result,),
            sources=shared.built.sources,
            run_dir=str(shared.folder.path) if shared.folder is not None else "",
        )


def _repeated(judged: Judged) -> RunSpec:
    return replayed(judged.spec, decompress(judged.history).schedule)


def serve_functions(connection: Connection[Any, Any], task: FunctionsTask) -> None:
    """Perform test functions until there are no more.

    Raises:
        GraderError: the programs cannot be built, or nothing can be run.
    """
    shared = prepare(task)
    while True:
        trial = connection.recv()
        if isinstance(trial, Trial):  # what an abandoned function still said is nobody's any more
            answer = Performance(connection, shared, trial).perform()
            if answer is not None:
                connection.send(answer)
