"""The site's settings: what `config.yaml` says. Every key has a default, so the file may be empty."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from grader.model.strict import Strict


class IsolationConfig(Strict):
    """How programs are kept apart from the machine and from each other."""

    allow_weaker: bool = Field(
        default=False,
        description="Where user namespaces are refused, run with less; every report says so.",
    )


class LimitsConfig(Strict):
    """Bounds of one run; an exercise may set its own."""

    processes: int = Field(default=64, ge=1, description="Processes and threads alive at once.")
    memory_mib: int = Field(default=512, ge=16, description="Address space of a process, MiB.")
    cpu_s: float = Field(default=2.0, gt=0, description="CPU seconds without a system call.")
    virtual_s: float = Field(default=3600.0, gt=0, description="Virtual seconds in all.")
    events: int = Field(default=100_000, ge=1, description="Operations in all.")
    wall_s: float = Field(default=60.0, gt=0, description="Wall-clock seconds; a last resort.")
    output_kib: int = Field(default=1024, ge=1, description="Output of a part, KiB.")
    file_mib: int = Field(default=64, ge=1, description="Size of a file, MiB.")
    open_files: int = Field(default=256, ge=16, description="Descriptors of a process.")


class BuildConfig(Strict):
    """Bounds of compiling a submission."""

    time_s: float = Field(default=60.0, gt=0, description="Wall-clock seconds.")
    output_kib: int = Field(default=256, ge=1, description="Compiler output that is kept, KiB.")
    size_mib: int = Field(default=64, ge=1, description="Submission and what is built from it, MiB.")
    files: int = Field(default=2000, ge=1, description="Files in a submission.")


class ExplorationConfig(Strict):
    """How many schedules a scenario is run under."""

    strategy: Literal["default", "fair", "directed", "random", "pct"] = Field(
        default="default", description="default: one fair schedule, then directed, random and pct ones."
    )
    schedules: int = Field(default=12, ge=1, description="Schedules of each script of a scenario.")
    seconds: float = Field(
        default=40.0,
        gt=0,
        description="What the runs of a scenario may cost, in seconds of a usual machine; counted by what "
        "they do, so that the verdict does not depend on how busy this one is.",
    )
    patience: float = Field(
        default=600.0,
        gt=0,
        description="Wall-clock seconds a scenario; a last resort, as `limits.wall_s` is.",
    )
    shrink: int = Field(default=24, ge=0, description="Runs spent on making a failing schedule small.")
    faults: int = Field(
        default=200, ge=0, description="Points of each script of a scenario at which its faults are tried."
    )
    jobs: int = Field(default=0, ge=0, description="Runs side by side; 0: one for each core.")


class ReportsConfig(Strict):
    """What reports show and where runs are kept."""

    context_lines: int = Field(default=2, ge=0, description="Source lines around a finding.")
    runs: str = Field(
        default="runs", description="Folder for stored runs, relative to the working directory."
    )
    keep: int = Field(default=20, ge=0, description="Stored runs that are kept.")


class Config(Strict):
    """All settings of a site."""

    isolation: IsolationConfig = IsolationConfig()
    limits: LimitsConfig = LimitsConfig()
    build: BuildConfig = BuildConfig()
    exploration: ExplorationConfig = ExplorationConfig()
    reports: ReportsConfig = ReportsConfig()
