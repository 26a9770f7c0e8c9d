"""`python -m benchmarks`: all measurements, one after the other."""

from __future__ import annotations

from benchmarks import (
    check_time,
    deadlock,
    kill_points,
    race_cost,
    schedules,
    scheduling_cost,
    trace_pingpong,
)


def main() -> None:
    """Print every figure with its aim."""
    for measurement in (
        trace_pingpong,
        scheduling_cost,
        deadlock,
        check_time,
        race_cost,
        kill_points,
        schedules,
    ):
        measurement.main()


if __name__ == "__main__":
    main()
