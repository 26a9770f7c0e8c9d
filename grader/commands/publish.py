"""`grader publish`: sends the scores of a batch to an LMS, if the packages for that are there."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
from collections.abc import Callable

from grader.model.errors import HostError

_NEEDED = ("jwt", "cryptography", "urllib3")
_MISSING = "to publish scores some packages are needed: pip install 'ipc-grader[lti]'"


def run(options: argparse.Namespace) -> int:
    """Send scores: 0 if the LMS has all, 1 if a person has to look at some, 2 if it did not take some."""
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        raise HostError(_MISSING)
    publish: Callable[[argparse.Namespace], int] = importlib.import_module("grader.commands.publishing").run
    return publish(options)
