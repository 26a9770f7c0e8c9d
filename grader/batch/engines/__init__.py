"""Where gradings are made: one file an engine."""
