"""The command line. Exit status: 0 full marks (or all is well), 1 not, 2 could not grade or wrong usage.

Everything heavy is imported by the command that needs it, so that `--help` is quick.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from grader import __version__
from grader.model.errors import GraderError

EXIT_FULL, EXIT_NOT, EXIT_USAGE = 0, 1, 2

Command = Callable[[argparse.Namespace], int]


class _Parser(argparse.ArgumentParser):
    """argparse, with the nearest valid word in its complaints and one clear line."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and end with status 2."""
        if "invalid choice: " in message:
            wrong = message.split("invalid choice: ", 1)[1].split("'")[1]
            choices = [name.strip("' )") for name in message.rsplit("(choose from ", 1)[-1].split(",")]
            near = difflib.get_close_matches(wrong, choices, 1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            message = f"there is no command '{wrong}'{hint} (`grader --help` lists them)"
        self.exit(EXIT_USAGE, f"grader: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="grader", description="Exercises and grading for interprocess communication.")
    parser.add_argument("--version", action="version", version=f"ipc-grader {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)

    def add(name: str, module: str, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.set_defaults(module=module, name=name)
        return command

    add("list", "catalogue", "list the exercises")
    show = add("show", "catalogue", "show an exercise's handout")
    show.add_argument("exercise", metavar="EX")
    start = add("start", "catalogue", "make a folder with a starter to work in")
    start.add_argument("exercise", metavar="EX")
    start.add_argument("folder", metavar="DIR", nargs="?", type=Path, help="default: ./EX")
    start.add_argument("--language", choices=["c", "python"], help="default: the exercise's first")
    _add_check(add("check", "check", "grade a submission"))
    trace = add("trace", "trace", "show the IPC history of any program, or a stored one")
    trace.add_argument(
        "command", metavar="-- CMD", nargs=argparse.REMAINDER, help="a program, or a stored *.jsonl.gz"
    )
    new = add("new", "new", "make a new exercise to begin with")
    new.add_argument("exercise", metavar="EX", help="its name")
    lint = add("lint", "lint", "check exercise files without running anything")
    lint.add_argument("paths", metavar="PATH", nargs="*", type=Path, help="default: the whole catalogue")
    recheck = add("recheck", "check", "judge stored runs again, without running anything")
    recheck.add_argument("run", metavar="RUN", type=Path, help="a folder below runs/")
    _add_exercise(recheck)
    _add_reports(recheck)
    replay = add("replay", "replay", "run a counterexample again, step by step")
    replay.add_argument("file", metavar="FILE", type=Path, help="a *.replay.json below runs/")
    replay.add_argument("submission", metavar="PATH", nargs="?", type=Path, help="default: where it was")
    _add_exercise(replay)
    replay.add_argument("--step", action="store_true", help="wait for Enter before each operation")
    replay.add_argument("--config", metavar="FILE", type=Path, help="default: config.yaml of the site")
    _add_selftest(add("selftest", "selftest", "grade all solutions that come with exercises"))
    _add_batch(add("batch", "batch", "grade a class"))
    report = add("report", "batch", "make the outputs of a batch again")
    report.add_argument("folder", metavar="DIR", type=Path, help="what was --out")
    _add_gradebooks(report)
    _add_publish(add("publish", "publish", "send the scores of a batch to an LMS (LTI 1.3)"))
    _add_export(add("export", "export", "write what an LMS or CI system takes"))
    add("doctor", "doctor", "say what this machine allows, and what to install")
    schema = add("schema", "schema", "print the JSON Schema of exercise.yaml")
    schema.add_argument("--config", action="store_true", help="that of config.yaml instead")
    return parser


def _add_exercise(command: argparse.ArgumentParser) -> None:
    command.add_argument("--exercise", metavar="FOLDER", help="default: the site's of that name")


def _add_reports(command: argparse.ArgumentParser) -> None:
    command.add_argument("--junit", metavar="FILE", type=Path, help="write a JUnit report")
    command.add_argument("--json", metavar="FILE", type=Path, help="write a JSON report")
    command.add_argument("--verbose", action="store_true", help="show passed scenarios and histories too")
    command.add_argument("--reveal", action="store_true", help="show hidden scenarios too (for teachers)")


def _add_check(command: argparse.ArgumentParser) -> None:
    command.add_argument("exercise", metavar="EX", help="its name, or the path of its folder")
    command.add_argument("submission", metavar="PATH", type=Path, help="the folder with the programs")
    command.add_argument("--scenario", metavar="ID", action="append", help="only this one; may be repeated")
    command.add_argument("--seed", type=_natural, default=0, help="of the schedules (default: 0)")
    command.add_argument("--schedules", metavar="N", type=_positive, help="schedules for each script")
    command.add_argument("--strategy", metavar="NAME", help="default, fair, directed, random or pct")
    command.add_argument("--jobs", metavar="N", type=_positive, help="runs side by side (default: cores)")
    command.add_argument("--all", action="store_true", help="do not stop a scenario at its first failure")
    command.add_argument("--config", metavar="FILE", type=Path, help="default: config.yaml of the site")
    command.add_argument("--format", metavar="TARGET", help="the result as an LMS or CI system reads it")
    _add_reports(command)


def _add_export(command: argparse.ArgumentParser) -> None:
    command.add_argument("target", metavar="TARGET", help="the system, e.g. gradescope")
    command.add_argument("exercises", metavar="EX", nargs="+")
    command.add_argument("--out", metavar="DIR", type=Path, required=True, help="a new folder for it")


def _add_publish(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", metavar="DIR", type=Path, nargs="?", help="what was --out of the batch")
    command.add_argument(
        "--config", metavar="FILE", type=Path, required=True, help="how the LMS knows the grader, and its key"
    )
    command.add_argument(
        "--line-item", metavar="[EX=]URL", action="append", default=[], help="where an exercise's scores go"
    )
    command.add_argument("--users", metavar="CSV", type=Path, help="the LTI user id of each student")
    command.add_argument("--dry-run", action="store_true", help="show what would be sent, and send nothing")
    command.add_argument("--force", action="store_true", help="send again what was sent before")
    command.add_argument("--no-comments", action="store_true", help="send points only")
    command.add_argument("--show-key", action="store_true", help="print the public key for the LMS, and end")


def _add_selftest(command: argparse.ArgumentParser) -> None:
    command.add_argument("exercises", metavar="EX", nargs="*", help="default: all")
    command.add_argument("--all", action="store_true", help="all exercises, said aloud")
    command.add_argument("--verbose", "-v", action="store_true", help="a row for each solution")
    command.add_argument("--seed", type=_natural, default=0, help="of the schedules (default: 0)")
    command.add_argument(
        "--schedules",
        metavar="N",
        type=_positive,
        help="a sample: of a right solution so many schedules of each script; a mutant is never sampled",
    )
    command.add_argument("--jobs", metavar="N", type=_positive, help="solutions side by side")
    command.add_argument("--only", metavar="TEXT", default="", help="only solutions with TEXT in their name")


def _add_batch(command: argparse.ArgumentParser) -> None:
    command.add_argument("exercises", metavar="EX", nargs="+")
    command.add_argument(
        "submissions", metavar="SUBMISSIONS", type=Path, help="an LMS's download: a folder, or its archive"
    )
    command.add_argument("--out", metavar="DIR", type=Path, required=True, help="where everything is kept")
    command.add_argument("--roster", metavar="CSV", type=Path, help="who takes the course")
    command.add_argument("--attempt", metavar="N", type=_positive, default=0, help="default: the last one")
    command.add_argument("--jobs", metavar="N", type=_positive, help="gradings side by side (default: cores)")
    command.add_argument("--cluster", metavar="ADDRESS", help="of a Dask scheduler, or local:N")
    command.add_argument("--force", action="store_true", help="grade everything again")
    command.add_argument(
        "--retry-errors", action="store_true", help="grade again what could not be graded or decided"
    )
    command.add_argument("--seed", type=_natural, default=0, help="of the schedules (default: 0)")
    command.add_argument("--schedules", metavar="N", type=_positive, help="schedules for each script")
    command.add_argument("--config", metavar="FILE", type=Path, help="default: config.yaml of the site")
    _add_gradebooks(command)


def _add_gradebooks(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--canvas", metavar="CSV", type=Path, help="export of the gradebook, to be filled in"
    )
    command.add_argument(
        "--assignment", metavar="[EX=]TITLE", action="append", default=[], help="its column: Title (id)"
    )
    command.add_argument(
        "--moodle", metavar="[EX=]CSV", action="append", default=[], help="grading worksheet, to be filled in"
    )
    command.add_argument(
        "--moodle-columns", metavar="ID,GRADE,COMMENT", default="", help="what it calls them in your language"
    )


def _natural(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 0 on")
    return int(text)


def _positive(text: str) -> int:
    if _natural(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 on")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    options = _parser().parse_args(arguments)
    import importlib

    try:
        command: Command = importlib.import_module(f"grader.commands.{options.module}").run
        return command(options)
    except GraderError as error:
        print(f"grader: {error}", file=sys.stderr)  # noqa: T201 - the one clear line
        return EXIT_USAGE
    except BrokenPipeError:
        sys.stderr.close()
        return EXIT_NOT
    except KeyboardInterrupt:
        print("grader: interrupted", file=sys.stderr)  # noqa: T201
        return EXIT_USAGE


if __name__ == "__main__":
    sys.exit(main())
