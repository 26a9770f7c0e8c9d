"""Scripted runs: what is done to the programs, and what of it is recorded. Nothing here judges."""
