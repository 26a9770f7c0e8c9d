"""`grader schema`: the JSON Schema that lets editors complete exercise.yaml and config.yaml."""

from __future__ import annotations

import argparse
import json

from grader.catalogue.schema import config_schema, exercise_schema
from grader.commands import console


def run(options: argparse.Namespace) -> int:
    """Print a schema."""
    schema = config_schema() if options.config else exercise_schema()
    console.stdout().out(json.dumps(schema, indent=2))
    return 0
