"""`grader doctor`: what this machine allows, and what to install."""

from __future__ import annotations

import argparse

from grader.commands import console
from grader.sandbox.doctor import examine


def run(_options: argparse.Namespace) -> int:
    """Print all probes; 0 if the machine can grade, else 2."""
    show = console.stdout()
    probes = examine()
    width = max(len(probe.name) for probe in probes)
    for probe in probes:
        mark = "ok     " if probe.ok else "MISSING"
        show.print(f"{mark}  {probe.name:{width}}  {probe.detail}", markup=False, soft_wrap=True)
        if not probe.ok and probe.remedy:
            show.print(f"{'':{width + 11}}{probe.remedy}", markup=False, soft_wrap=True)
    able = all(probe.ok for probe in probes)
    show.print("This machine can grade." if able else "Mend what is missing, then ask again.")
    return 0 if able else 2
