"""Deliberate disturbances: one file a strategy, the file's name is its word in a scenario."""
