"""Measurements, each a command: `python -m benchmarks.NAME`. Ratios are taken in one run, side by side."""
