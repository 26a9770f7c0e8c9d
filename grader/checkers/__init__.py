"""The judges: pure functions from a history to findings, one file a check, imports of the model only.

A checker defines `RULE`, one sentence for students, and `check(history, spec) -> list[Finding]`. It reports
what the history proves and nothing else: to accuse a right program is the worst a checker can do. Its
findings carry its own id; `compose` puts causes before effects. Files that start with an underscore are
shared by several checkers.
"""
